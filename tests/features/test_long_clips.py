"""Long clips are computed while they are decoded: with the result of the whole, in memory for the result."""

import io
import tracemalloc
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from numpy.testing import assert_allclose, assert_array_equal

from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.io import AudioError
from skaudio.matching import RecordingMatcher
from skaudio.pretrained import PretrainedEmbedding

SR = 8000


def recording(seconds=20, seed=0):
    """Sound whose level changes by 100 dB from second to second, and is the highest near the end."""
    rng = np.random.default_rng(seed)
    levels = 10 ** rng.uniform(-5, -1, seconds)
    levels[-3] = 1.0
    return (0.3 * rng.standard_normal(seconds * SR) * np.repeat(levels, SR)).astype(np.float32)


@pytest.fixture
def long(monkeypatch):
    """Set from how many samples on clips are long, and how many samples a block has."""

    def set_lengths(n_samples, block=2**15):
        monkeypatch.setattr("skaudio.io._open_clip.LONG_SAMPLES", n_samples)
        monkeypatch.setattr("skaudio.features._stages.BLOCK_SAMPLES", block)

    return set_lengths


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("long") / "recording.wav"
    soundfile.write(path, recording(), SR, subtype="FLOAT")
    return str(path)


FRONT_ENDS = [
    MFCC(sr=SR),
    MFCC(sr=SR, top_db=None, deltas=2),
    MFCC(sr=SR, top_db=50.0, normalize="standard", deltas=2),
    MFCC(sr=SR, center=False, normalize="mean", lifter=22.0),
    MFCC(sr=11025, deltas=1),
    MFCC(sr=SR, offset=1.3, duration=15.1),
    MFCC(sr=SR, n_fft=256, hop_length=700),
    MelSpectrogram(sr=SR, top_db=30.0, normalize="standard", deltas=2),
    MelSpectrogram(sr=SR, scale="linear", deltas=1),
    MelSpectrogram(sr=SR, scale="pcen"),
    MelSpectrogram(sr=SR, scale="pcen", pcen_params={"gain": 0.8, "time_constant": 2.0}, normalize="mean", deltas=2),
    Spectrogram(sr=SR, n_fft=255, hop_length=64),
    Spectrogram(sr=SR, scale="linear", center=False, power=1.0),
    STFT(sr=SR),
]


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=str)
def test_blocks_give_the_frames_of_the_whole(front_end, path, long):
    whole = front_end.fit_transform([path])
    for block in (2**13, 2**15, 2**17):
        long(1000, block)
        by_blocks = front_end.transform([path])
        if isinstance(front_end, MFCC):  # a product of matrices rounds by how many rows there are
            assert_allclose(by_blocks, whole, rtol=1e-5, atol=1e-3)
        else:
            assert_array_equal(by_blocks, whole)


@pytest.mark.parametrize("deltas", [0, 2])
def test_a_stream_is_normalised_by_the_level_before(deltas):
    y = recording()
    front_end = MelSpectrogram(sr=SR, scale="pcen", deltas=deltas)
    whole = front_end.fit_transform([y])[0]
    for block_seconds, n_pieces in [(1.0, 40), (3.3, 7), (60.0, 3)]:
        pieces = np.array_split(y, n_pieces)
        streamed = np.concatenate(list(front_end.stream(pieces, block_seconds=block_seconds)))
        assert_array_equal(streamed, whole)


def test_pcen_of_a_front_end_is_librosas(path):
    y, _ = soundfile.read(path)
    mel = librosa.feature.melspectrogram(y=y, sr=SR, n_fft=512, hop_length=64, n_mels=64, power=1.0)
    theirs = librosa.pcen(mel * 2**31, sr=SR, hop_length=64)
    ours = MelSpectrogram(sr=SR, n_fft=512, hop_length=64, scale="pcen").fit_transform([path])[0]
    assert_allclose(ours, theirs.T, rtol=1e-4, atol=1e-5)
    with pytest.raises(ValueError, match=r"scale='pcen'\) cannot be inverted"):
        MelSpectrogram(sr=SR, scale="pcen").inverse_transform(ours[np.newaxis])
    with pytest.raises(ValueError, match=r"pcen_params has the keys \['offset'\]; expected some of \['bias', 'eps'"):
        MelSpectrogram(sr=SR, scale="pcen", pcen_params={"offset": 1.0}).fit_transform([path])


def test_frames_of_blocks_are_librosas(path, long):
    long(1000)
    settings = {"n_fft": 512, "hop_length": 160, "n_mels": 40}
    mel = librosa.feature.melspectrogram(y=recording(), sr=SR, pad_mode="constant", **settings)
    mfcc = librosa.feature.mfcc(S=librosa.power_to_db(mel, top_db=80.0), n_mfcc=13)
    expected = np.concatenate([mfcc, librosa.feature.delta(mfcc)])
    frames = MFCC(sr=SR, n_mfcc=13, deltas=1, **settings).fit_transform([path])[0]
    assert_allclose(frames, expected.T, rtol=1e-4, atol=5e-3)


@pytest.mark.parametrize("length", [4096, 4097, 8191, 32768, 32769, 33000, 65536])
def test_every_end_of_a_block(length, long):
    y = recording()[:length]
    for front_end in (MelSpectrogram(sr=SR, deltas=1), MelSpectrogram(sr=SR, center=False)):
        long(2**23)
        whole = front_end.fit_transform([y])
        long(100, 2**12)
        assert_array_equal(front_end.fit_transform([y]), whole)


@pytest.mark.parametrize("of", ["path", "array", "pair", "file", "bytes", "socket"])
def test_every_kind_of_long_clip(of, path, long):
    content = Path(path).read_bytes()

    class Socket(io.BytesIO):
        def seekable(self):
            return False

    clip = {
        "path": lambda: path,
        "array": recording,
        "pair": lambda: (recording(), SR),
        "file": lambda: io.BytesIO(content),
        "bytes": lambda: {"bytes": content},
        "socket": lambda: Socket(content),
    }[of]
    whole = MFCC(sr=SR).fit_transform([clip()])
    long(1000)
    assert_allclose(MFCC(sr=SR).fit_transform([clip()]), whole, rtol=1e-5, atol=1e-3)
    file = io.BytesIO(content)
    MFCC(sr=SR).fit_transform([file])
    assert file.tell() == 0  # a file object is where it was


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_batches_of_long_clips_are_arrays_where_they_are_equally_long(n_jobs, long):
    clips = [recording(5, seed) for seed in range(4)]
    equal, ragged = clips, [*clips, clips[0][:-4000]]
    front_end = MelSpectrogram(sr=SR, n_jobs=n_jobs)
    expected = front_end.fit_transform(equal)
    long(1000)
    assert_array_equal(front_end.fit_transform(equal), expected)
    rows = front_end.fit_transform(ragged)
    assert rows.dtype == object
    for frames, whole in zip(rows, expected, strict=False):
        assert_array_equal(frames, whole)


def test_an_mp3_that_is_shorter_than_its_header_may_say(tmp_path, long):
    path = tmp_path / "a.mp3"
    soundfile.write(path, recording(), 44100)
    whole = MelSpectrogram(sr=16000).fit_transform([path, path])
    long(1000)
    by_blocks = MelSpectrogram(sr=16000).fit_transform([path, path])
    assert by_blocks.shape == whole.shape
    assert_allclose(by_blocks, whole, atol=1e-3)


def test_a_long_clip_that_is_broken_at_its_end_is_broken(path, tmp_path, long):
    long(1000)
    cut = tmp_path / "cut.flac"
    soundfile.write(cut, recording(), SR)
    cut.write_bytes(cut.read_bytes()[:-5000])
    far = recording()
    far[-10:] = 1e30
    for broken, match in ((str(cut), "damaged"), (far, r"NaN or infinity for .* up to 1e\+30")):
        batch = [broken, str(path)] if isinstance(broken, str) else [broken, recording()]
        with pytest.raises(AudioError, match=f"Clip 0: .*{match}"):
            MFCC(sr=SR).fit_transform(batch)
        with pytest.warns(UserWarning, match="1 clip"):
            frames = MFCC(sr=SR, on_error="warn").fit_transform(batch)
        assert frames[0].shape == (1, 20)
        assert np.isnan(frames[0]).all()
        assert_allclose(frames[1], MFCC(sr=SR).fit_transform(batch[1:])[0])


@pytest.mark.parametrize("setting", [{"trim_db": 30.0}, {"level": -20.0}])
def test_what_wants_the_whole_waveform_gets_it(setting, path, long):
    whole = MFCC(sr=SR, **setting).fit_transform([path])
    long(1000)
    assert_array_equal(MFCC(sr=SR, **setting).fit_transform([path]), whole)
    assert_array_equal(Waveform(sr=SR).fit_transform([path])[0, :, 0], recording())


def loudness_and_more(windows):
    return np.stack([np.abs(windows).max(axis=1), windows.mean(axis=1), windows[:, 0]], axis=1)


@pytest.mark.parametrize("hop_seconds", [0.03, 0.1, 0.25])
@pytest.mark.parametrize("pooling", ["mean", "max", "meanmax", None])
def test_windows_of_blocks_are_those_of_the_whole(pooling, hop_seconds, long, tmp_path):
    model = PretrainedEmbedding(
        loudness_and_more, sr=SR, window_seconds=0.1, hop_seconds=hop_seconds, pooling=pooling
    ).fit([recording()])
    kept = PretrainedEmbedding(**{**model.get_params(), "memory": str(tmp_path)}).fit([recording()])
    for length in (800, 64 * 800, 64 * 800 + 1, 150_000):
        y = recording()[:length]
        long(2**23)
        whole = model.transform([y])
        long(10)
        assert_allclose(model.transform([y]), whole, rtol=1e-6, atol=1e-7)
        assert_allclose(kept.transform([y]), whole, rtol=1e-6, atol=1e-7)  # pooled of what the cache keeps


@pytest.mark.slow
def test_recordings_are_matched_alike_by_blocks(long):
    recordings = [recording(20, seed) for seed in range(3)]
    snippets = [y[5 * SR : 11 * SR] for y in recordings]
    whole = RecordingMatcher(sr=SR, random_state=0).fit(recordings)
    expected = whole.match(snippets)
    long(1000)
    by_blocks = RecordingMatcher(sr=SR, random_state=0).fit(recordings)
    assert_array_equal(by_blocks.thresholds_, whole.thresholds_)
    assert by_blocks.match(snippets) == expected
    with pytest.raises(AudioError, match=r"Recording 1: 'gone\.wav' does not exist"):
        RecordingMatcher(sr=SR).fit([(recordings[0], SR), "gone.wav"], ["a", "b"])


def peak_beyond_result(work):
    tracemalloc.start()
    result = work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - result.nbytes


@pytest.mark.parametrize(
    "model",
    [
        MFCC(sr=SR, normalize="standard", deltas=2),
        MelSpectrogram(sr=SR),
        PretrainedEmbedding(loudness_and_more, sr=SR, window_seconds=0.5),
    ],
    ids=lambda model: type(model).__name__,
)
def test_memory_beyond_the_result_does_not_grow_with_the_recording(model, tmp_path, monkeypatch):
    monkeypatch.setattr("skaudio.io._open_clip.LONG_SAMPLES", 2**20)
    peaks = []
    for minutes in (4, 16):
        path = tmp_path / f"{minutes}.wav"
        with soundfile.SoundFile(path, "w", SR, 1) as file:
            for seed in range(minutes):
                file.write(recording(60, seed))
        model.fit([path])
        peaks.append(peak_beyond_result(lambda path=path: model.transform([path])))
    assert max(peaks) < 32 * 2**20  # 16 minutes are 31 MB as a waveform alone
    assert peaks[1] < peaks[0] + 4 * 2**20
