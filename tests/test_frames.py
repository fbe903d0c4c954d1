"""Frames that carry what they are: through what leaves it true, and through nothing else."""

import pickle
from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.utils import _safe_indexing, shuffle

from skaudio._frames import Channels, Frames, channels_of, with_channels
from skaudio.estimators import GRUClassifier
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.pooling import FramePadder, FrameStacker, StatPooling
from skaudio.pretrained import PretrainedEmbedding

THREE = Channels(
    ("low", "middle", "high"),
    kind="bands",
    decibels=True,
    frequencies=(100.0, 200.0, 400.0),
    start_seconds=0.0,
    hop_seconds=0.01,
    silence=(-100.0, -100.0, -100.0),
)


@pytest.fixture
def block():
    return with_channels(np.arange(4 * 3 * 3, dtype=np.float32).reshape(4, 3, 3), THREE)


@pytest.fixture
def ragged():
    batch = np.empty(3, dtype=object)
    batch[:] = [np.full((n, 3), n, np.float32) for n in (2, 5, 1)]
    return with_channels(batch, THREE)


ROWS = {
    "a clip": lambda X: X[2],
    "a NumPy integer": lambda X: X[np.int64(2)],
    "a slice": lambda X: X[1:],
    "a list": lambda X: X[[3, 0, 0]],
    "an array": lambda X: X[np.array([2, 1])],
    "a mask": lambda X: X[np.array([True, False, True, False])],
    "rows, as scikit-learn takes them": lambda X: X[[1, 3], ...],
    "a batch of one clip": lambda X: X[0][np.newaxis],
    "all frames": lambda X: X[1:, :, :],
}
SOME_FRAMES = {
    "some frames": lambda X: X[:, 1:],
    "every other frame": lambda X: X[:, ::2],
    "some frames of a clip": lambda X: X[1, ::-1],
    "some frames of a clip taken": lambda X: X[1][1:],
    "frames by a mask": lambda X: X[np.ones((4, 3), bool)],
    "a frame of each clip": lambda X: X[:, 0],
}
OTHERS = {
    "a channel": lambda X: X[..., 0],
    "channels turned": lambda X: X[:, :, ::-1],
    "channels chosen": lambda X: X[..., [2, 0, 1]],
    "channels of a clip": lambda X: X[0, :, [0, 1, 2]],
    "channels by a mask": lambda X: X[..., np.array([True, True, True])],
    "a new last axis": lambda X: X[..., np.newaxis],
    "transposed": lambda X: X.transpose(0, 2, 1),
    "reshaped": lambda X: X.reshape(4, 3, 3),
    "added to": lambda X: X + 1,
    "a mean": lambda X: X.mean(axis=0),
    "concatenated": lambda X: np.concatenate([X, X], axis=2)[..., :3],
    "sorted": lambda X: np.sort(X, axis=2),
}


@pytest.mark.parametrize("select", ROWS.values(), ids=list(ROWS))
def test_rows_keep_their_channels(block, select):
    selected = select(block)
    assert selected.channels == THREE
    assert_array_equal(selected, select(np.asarray(block)))


@pytest.mark.parametrize("select", SOME_FRAMES.values(), ids=list(SOME_FRAMES))
def test_some_frames_do_not_know_when_they_are(block, select):
    selected = select(block)
    assert selected.channels == replace(THREE, start_seconds=None, hop_seconds=None)
    assert_array_equal(selected, select(np.asarray(block)))


@pytest.mark.parametrize("change", OTHERS.values(), ids=list(OTHERS))
def test_nothing_is_known_of_other_channels(block, change):
    changed = change(block)
    assert getattr(changed, "channels", None) is None
    assert_array_equal(changed, change(np.asarray(block)))


def test_arithmetic_gives_plain_arrays_and_numbers(block):
    assert type(block * 2) is np.ndarray
    assert type(block.sum()) is np.float32
    block *= 2
    assert block.channels == Channels(THREE.names)  # no decibels any more, and silence is something else


def test_what_scikit_learn_makes_of_a_batch(block, ragged):
    for batch in (block, ragged):
        some, others = train_test_split(batch, random_state=0)
        for part in (some, others, shuffle(batch, random_state=0), _safe_indexing(batch, [0, 2]), list(batch)):
            assert channels_of(part) == THREE
        column = pd.Series(list(batch), index=list("dcba")[: len(batch)]).sample(frac=1, random_state=0)
        assert channels_of(column.to_numpy()) == THREE


def test_what_goes_to_another_process(block, ragged, tmp_path):
    for batch in (block, ragged, block[1]):
        joblib.dump(batch, tmp_path / "batch")
        for copy in (pickle.loads(pickle.dumps(batch)), joblib.load(tmp_path / "batch")):
            assert channels_of(copy) == THREE
            for own, other in zip(copy, batch, strict=True):
                assert_array_equal(own, other)
    large = with_channels(np.ones((200, 500, 3), np.float32), THREE)  # joblib gives it to a process as a memory map
    copy = joblib.Parallel(2, max_nbytes=1000)(joblib.delayed(np.ndarray.__getitem__)(large, 1) for _ in range(1))[0]
    assert_array_equal(copy, large[1])
    found = joblib.Parallel(2, max_nbytes=1000)(joblib.delayed(channels_of)(large) for _ in range(1))
    assert found == [THREE]


def test_clips_that_do_not_agree_are_of_unknown_channels(ragged):
    other = with_channels(np.zeros((2, 3), np.float32), Channels(("a", "b", "c")))
    same = with_channels(np.zeros((2, 3), np.float32), replace(THREE))
    assert channels_of([*ragged, same]) == THREE
    late = [ragged[0], ragged[1][1:]]
    assert channels_of(late) == replace(THREE, start_seconds=None, hop_seconds=None)
    assert channels_of([*ragged, other]) is None
    assert channels_of([*ragged, np.zeros((2, 3))]) is None
    assert channels_of([np.zeros((2, 3)), *ragged]) is None


def test_frames_share_the_memory_of_the_array():
    array = np.zeros((2, 3, 3), np.float32)
    frames = with_channels(array, THREE)
    assert isinstance(frames, Frames)
    assert np.shares_memory(frames, array)
    assert not hasattr(array, "channels")


WAVES = [np.random.default_rng(n).normal(0, 0.1, n).astype(np.float32) for n in (4000, 8000)]
KINDS = {
    "bands": (MelSpectrogram(8000, deltas=1), {"kind": "bands", "decibels": True, "deltas": 1}),
    "linear bands": (Spectrogram(8000, scale="linear"), {"kind": "bands", "decibels": False}),
    "cepstra": (MFCC(8000, deltas=2), {"kind": "cepstra", "deltas": 2}),
    "a spectrum": (STFT(8000), {"kind": "spectrum"}),
    "a waveform": (Waveform(8000), {"kind": "waveform"}),
    "an embedding": (PretrainedEmbedding(abs, sr=8000, window_seconds=0.1, pooling=None), {"kind": "embedding"}),
}


@pytest.mark.parametrize(("front_end", "expected"), KINDS.values(), ids=list(KINDS))
def test_a_front_end_says_what_its_frames_are(front_end, expected):
    channels = channels_of(front_end.fit_transform(WAVES))
    assert {name: getattr(channels, name) for name in expected} == expected
    assert channels.names == tuple(front_end.get_feature_names_out())
    assert channels.sr == 8000
    times = front_end.frame_times(3)
    assert (channels.start_seconds, channels.hop_seconds) == pytest.approx((times[0], times[1] - times[0]))
    frequencies = front_end.channel_frequencies()
    assert channels.frequencies == (None if frequencies is None else tuple(frequencies))


@pytest.mark.parametrize("normalize", [None, "mean"])
@pytest.mark.parametrize("kind", [MFCC, MelSpectrogram, Spectrogram, STFT, Waveform])
def test_silence_is_what_a_front_end_makes_of_it(kind, normalize):
    front_end = kind(8000) if kind in {STFT, Waveform} else kind(8000, normalize=normalize, top_db=None)
    silent = front_end.transform([np.zeros(8000)])
    assert_array_equal(silent[0, 5], np.array(silent.channels.silence, np.float32))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (MelSpectrogram(8000, n_mels=20), r"kind='bands' and kind='cepstra'"),
        (MFCC(16000, n_mfcc=20), r"sr=16000.0 and sr=8000.0"),
        (MFCC(8000, n_mfcc=20, hop_length=100), r"hop_seconds=0.0125 and hop_seconds=0.008"),
        (MFCC(8000, n_mfcc=10, deltas=1), r"deltas=1 and deltas=0"),
    ],
)
@pytest.mark.parametrize("model", [StatPooling(), FramePadder(), GRUClassifier(units=4, n_layers=1, epochs=1)])
def test_other_frames_than_those_of_fit_are_refused(model, other, message):
    model.fit(MFCC(8000, n_mfcc=20).transform(WAVES), [0, 1])
    use = model.predict if hasattr(model, "predict") else model.transform
    use([np.asarray(frames) for frames in MFCC(8000, n_mfcc=20).transform(WAVES)])
    with pytest.raises(ValueError, match=message):
        use(other.transform(WAVES))


def test_other_bands_are_refused():
    pooling = StatPooling().fit(MelSpectrogram(8000, n_mels=20).transform(WAVES))
    with pytest.raises(ValueError, match=r"channel 0 at \d+\.\d Hz and at \d+\.\d Hz"):
        pooling.transform(MelSpectrogram(8000, n_mels=20, fmin=300).transform(WAVES))


def test_padding_is_silence():
    frames = MelSpectrogram(8000, n_mels=20).transform(WAVES)
    padded = FramePadder(200).fit_transform(frames)
    assert (padded[:, 150:] == -100).all()
    assert padded.channels == frames[0].channels
    assert FramePadder(200, pad="start").fit_transform(frames).channels.start_seconds is None
    stacked = FrameStacker(1, 1, mode="constant").fit_transform(frames)
    assert (stacked[0][0, :20] == -100).all()
    assert stacked[0].channels.kind == "unknown"
    assert stacked[0].channels.hop_seconds == frames[0].channels.hop_seconds
    assert (FramePadder(200).fit_transform([np.asarray(clip) for clip in frames])[:, 150:] == 0).all()


@pytest.mark.parametrize(("sr", "clips"), [(8000, WAVES), (16000, WAVES), (8000, [WAVES[0]] * 2)])
def test_waveforms_of_a_front_end_are_clips(sr, clips):
    given = make_pipeline(Waveform(8000), MFCC(sr)).fit_transform(clips)
    for frames, expected in zip(given, MFCC(sr).transform([(y, 8000) for y in clips]), strict=True):
        assert_array_equal(frames, expected)
