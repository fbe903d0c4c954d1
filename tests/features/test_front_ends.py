"""Front ends against librosa on whole files, back to sound, and what bad clips get."""

import inspect
import pickle
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
from sklearn.base import clone

from skaudio import dsp
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.io import AudioError

SR = 16000
STFT_SETTINGS = {"n_fft": 512, "hop_length": 160, "win_length": 400}
ALL = [Waveform, STFT, Spectrogram, MelSpectrogram, MFCC]


@pytest.fixture(scope="module")
def y():
    rng = np.random.default_rng(0)
    t = np.arange(SR) / SR
    chirp = 0.3 * np.sin(2 * np.pi * (200 + 1000 * t) * t) * np.hanning(SR)
    return (chirp + 0.003 * rng.standard_normal(SR)).astype(np.float32)


@pytest.fixture(scope="module")
def path(y, tmp_path_factory):
    """A stereo file at another rate."""
    path = tmp_path_factory.mktemp("audio") / "stereo.wav"
    soundfile.write(path, np.stack([y, 0.5 * y], axis=1), 44100, subtype="FLOAT")
    return path


def librosa_frames(front_end, y):
    kwargs = {"center": front_end.center, **STFT_SETTINGS}
    y = y.astype(np.float64)
    if isinstance(front_end, Spectrogram):
        return librosa.power_to_db(np.abs(librosa.stft(y, dtype=np.complex128, **kwargs)) ** 2, top_db=front_end.top_db)
    mel = {"sr": SR, "n_mels": 30, "dtype": np.float64, "htk": front_end.htk}
    if isinstance(front_end, MelSpectrogram):
        return librosa.power_to_db(librosa.feature.melspectrogram(y=y, **mel, **kwargs), top_db=front_end.top_db)
    return librosa.feature.mfcc(y=y, n_mfcc=13, **mel, **kwargs)


@pytest.mark.parametrize(
    "front_end",
    [
        Spectrogram(sr=SR, **STFT_SETTINGS),
        Spectrogram(sr=SR, center=False, top_db=60.0, **STFT_SETTINGS),
        MelSpectrogram(sr=SR, n_mels=30, **STFT_SETTINGS),
        MelSpectrogram(sr=SR, n_mels=30, htk=True, top_db=None, center=False, **STFT_SETTINGS),
        MFCC(sr=SR, n_mels=30, n_mfcc=13, **STFT_SETTINGS),
    ],
)
def test_frames_are_librosas_time_first(front_end, path):
    y, _ = librosa.load(path, sr=SR)
    frames = front_end.fit_transform([str(path)])[0]
    theirs = librosa_frames(front_end, y).T
    assert frames.shape == theirs.shape
    if isinstance(front_end, Spectrogram):  # single bins far below the loudest lose digits to float32
        assert np.quantile(np.abs(frames - theirs), 0.99) < 0.01
    else:
        np.testing.assert_allclose(frames, theirs, atol=0.02)


def test_stft_channels_are_real_then_imaginary(y):
    frames = STFT(sr=SR, **STFT_SETTINGS).fit_transform([y])[0]
    theirs = librosa.stft(y, **STFT_SETTINGS).T
    np.testing.assert_allclose(frames[:, :257] + 1j * frames[:, 257:], theirs, atol=1e-4)


def test_waveform_is_decoded_cut_and_resampled(path):
    theirs, _ = librosa.load(path, sr=8000, offset=0.1, duration=0.2)
    ours = Waveform(sr=8000, offset=0.1, duration=0.2).fit_transform([path])
    np.testing.assert_allclose(ours[0, :, 0], theirs, atol=1e-5)


def test_deltas_and_normalisation_are_appended_in_order(y):
    static = dsp.normalize(MFCC(sr=SR).fit_transform([y])[0])
    frames = MFCC(sr=SR, normalize="standard", deltas=2).fit_transform([y])[0]
    first = librosa.feature.delta(static, axis=0)
    second = librosa.feature.delta(static, order=2, axis=0)
    np.testing.assert_allclose(frames, np.hstack([static, first, second]), atol=1e-4)
    names = MFCC(sr=SR, deltas=2).get_feature_names_out()
    assert list(names[[0, 20, 59]]) == ["mfcc_00", "mfcc_00_delta", "mfcc_19_delta2"]


def test_level_makes_a_quiet_recording_the_same(y):
    front_end = MFCC(sr=SR, level=-20.0)
    np.testing.assert_allclose(front_end.fit_transform([y]), front_end.transform([0.01 * y]), atol=0.05)


def test_trim_db_cuts_silence(y):
    padded = np.concatenate([np.zeros(8000), y, np.zeros(8000)]).astype(np.float32)
    trimmed, _ = librosa.effects.trim(padded, top_db=30, frame_length=512, hop_length=160)
    settings = {"sr": SR, **STFT_SETTINGS}
    expected = MFCC(**settings).fit_transform([trimmed])
    np.testing.assert_array_equal(MFCC(trim_db=30, **settings).fit_transform([padded]), expected)


@pytest.mark.parametrize(("sr", "n_fft"), [(8000, 256), (16000, 512), (22050, 1024), (44100, 2048), (48000, 2048)])
def test_the_default_frame_is_about_40_ms(sr, n_fft):
    assert STFT(sr=sr).fit_transform([np.zeros(sr)]).shape == (1, 1 + sr // (n_fft // 4), n_fft + 2)


def test_waveform_and_stft_come_back_exactly(y):
    ragged = [y, y[:12345], y[:50]]
    back = Waveform(sr=SR).inverse_transform(Waveform(sr=SR).fit_transform(ragged))
    for ours, clip in zip(back, ragged, strict=True):
        np.testing.assert_array_equal(ours, clip)
    front_end = STFT(sr=SR)
    back = front_end.inverse_transform(front_end.fit_transform(ragged), length=[len(clip) for clip in ragged])
    for ours, clip in zip(back, ragged, strict=True):
        np.testing.assert_allclose(ours, clip, atol=1e-6)


@pytest.mark.parametrize(
    ("front_end", "db"),
    [
        (Spectrogram(sr=SR), 1.5),
        (Spectrogram(sr=SR, scale="linear", power=1.0), 1.5),
        (MelSpectrogram(sr=SR, deltas=1), 2.5),
        (MelSpectrogram(sr=SR, scale="linear"), 2.5),
        (MFCC(sr=SR, n_mfcc=40, lifter=22), 6.0),
    ],
)
def test_the_others_come_back_with_nearly_their_spectrum(front_end, db, y):
    frames = front_end.fit_transform([y])
    back = front_end.inverse_transform(frames, length=len(y))
    assert back.shape == (1, len(y))
    assert back.dtype == np.float32
    judge = MelSpectrogram(sr=SR, n_mels=30, top_db=40.0)
    assert np.abs(judge.fit_transform(back) - judge.transform([y])).mean() < db


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: MFCC(normalize="mean").inverse_transform(np.zeros((1, 4, 20))),
            "normalize='mean'.* cannot be inverted",
        ),
        (lambda: MFCC().inverse_transform(np.zeros((1, 4, 7))), "Expected frame sequences .* got 7 channels"),
        (lambda: MFCC().inverse_transform(np.zeros((4, 20))), r"got ndarray of shape \(4, 20\)"),
        (lambda: STFT().inverse_transform(np.zeros((2, 4, 1026)), length=[1]), "length has 1 entries for 2 clips"),
        (lambda: MFCC(sr=0).fit([[0.0]]), "'sr' parameter of MFCC must be a float in the range"),
        (lambda: MFCC(deltas=3).transform([np.zeros(9)]), "'deltas' parameter of MFCC must be an int in the range"),
        (lambda: MFCC(n_mfcc=65).fit_transform([np.zeros(999)]), "n_out=65 is greater than n_in=64"),
        (lambda: MelSpectrogram(sr=8000, fmax=5000).fit_transform([np.zeros(999)]), "fmax=5000 do not fit sr=8000"),
        (lambda: STFT(n_fft=64, win_length=65).fit_transform([np.zeros(999)]), "win_length=65 is longer than n_fft=64"),
    ],
)
def test_errors_of_parameters(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ("a.wav", TypeError, "a single str. Pass a list"),
        (Path("a.wav"), TypeError, "a single PosixPath. Pass a list"),
        (b"RIFF", TypeError, "a single bytes. Pass a list"),
        ({"path": "a.wav"}, TypeError, "a single dict. Pass a list"),
        (np.zeros(100), ValueError, "Expected 2D array, got 1D array"),
        ([0.1, 0.2], ValueError, "flat sequence of numbers. Reshape your data"),
        (np.zeros((2, 3, 4)), ValueError, "Found array with dim 3"),
        ([], ValueError, r"0 sample\(s\)"),
        (7, ValueError, "Expected 2D array, got scalar array"),
        (np.array([["a.wav", "b.wav"]], dtype=object), ValueError, "could not convert string to float"),
    ],
)
def test_what_is_no_batch(X, error, message):
    with pytest.raises(error, match=message):
        MFCC().fit(X)


def bad_clips(folder):
    (folder / "text.wav").write_text("this is not audio")
    (folder / "empty.wav").write_bytes(b"")
    return {
        "missing": (str(folder / "missing.wav"), "missing.wav"),
        "directory": (str(folder), str(folder)),
        "empty": (str(folder / "empty.wav"), "empty.wav"),
        "text": (str(folder / "text.wav"), "text.wav"),
        "no samples": (np.zeros(0), "array"),
        "NaN": (np.array([0.0, np.nan]), "NaN|finite"),
        "Inf": (np.array([0.0, np.inf]), "Inf|finite"),
        "two axes": (np.zeros((2, 100)), "one dimension"),
        "complex": (np.zeros(100, complex), "complex"),
        "rate of 0": ((np.zeros(100), 0), "sampling rate|rate"),
        "negative rate": ((np.zeros(100), -8000), "sampling rate|rate"),
        "mixed kinds": (7, "kind|int"),
    }


BAD = ["missing", "directory", "empty", "text", "no samples", "NaN", "Inf", "two axes", "complex"]


@pytest.mark.parametrize("kind", [*BAD, "rate of 0", "negative rate", "mixed kinds"])
def test_a_bad_clip_is_named(kind, y, path, tmp_path):
    clip, message = bad_clips(tmp_path)[kind]
    good = str(path) if isinstance(clip, str) else (y, SR) if isinstance(clip, tuple) else y
    batch = np.empty(3, dtype=object)
    batch[:] = [good, good, clip]
    with pytest.raises((AudioError, TypeError), match=f"(?s)Clip 2.*({message})") as caught:
        MFCC(sr=SR).fit_transform(batch)
    assert type(caught.value) is type(pickle.loads(pickle.dumps(caught.value)))  # it crosses processes
    with pytest.warns(UserWarning, match=f"(?s)1 clip.*Clip 2.*({message})"):
        frames = MFCC(sr=SR, on_error="warn").fit_transform(batch)
    assert np.isfinite(frames[0]).all()
    assert frames[2].shape == (1, 20)
    assert np.isnan(frames[2]).all()


def test_a_first_clip_of_no_kind_is_named_and_decides_nothing(y):
    with pytest.raises(TypeError, match="Clip 0: Expected a path"):
        MFCC(sr=SR).fit_transform([None, y])
    with pytest.warns(UserWarning, match="Clip 0: Expected a path"):
        frames = MFCC(sr=SR, on_error="warn").fit_transform([None, y, y])
    assert [bool(np.isnan(rows).any()) for rows in frames] == [True, False, False]


def test_a_batch_of_mixed_kinds_is_refused(y, path):
    with pytest.raises(TypeError, match=r"Clip 1: .*Pass all clips of a batch as one kind"):
        MFCC(sr=SR).fit_transform([str(path), y])
    assert len(MFCC(sr=SR).fit_transform([str(path), path])) == 2  # a str and a Path are one kind


@pytest.mark.parametrize("front_end", ALL)
def test_parameters_are_documented_and_constrained(front_end):
    parameters = set(inspect.signature(front_end).parameters)
    assert parameters == set(front_end._parameter_constraints)
    documented = front_end.__doc__.split("Parameters\n")[1].split("See Also")[0]
    assert all(name in documented for name in parameters)
    assert clone(front_end()).get_params() == front_end().get_params()


@pytest.mark.parametrize("pad_side", ["start", "end"])
@pytest.mark.parametrize("front_end", ALL)
def test_clips_are_padded_as_by_hand(front_end, pad_side, y):
    clips = [y[:5000], y[:7000], y]
    n_samples = SR // 2
    missing = [max(0, n_samples - len(clip)) for clip in clips]
    by_hand = [np.pad(clip, (n, 0) if pad_side == "start" else (0, n)) for clip, n in zip(clips, missing, strict=True)]
    padded = front_end(sr=SR, pad_to=0.5, pad_side=pad_side).fit_transform(clips)
    expected = front_end(sr=SR).fit_transform(by_hand)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(padded, expected, strict=True))


def test_silence_that_pads_a_clip_changes_neither_its_level_nor_what_is_trimmed(y):
    clip = np.pad(y[4000:6000], 3000)
    settings = {"sr": SR, "level": -20.0, "trim_db": 30.0}
    short = Waveform(**settings).fit_transform([clip])[0]
    padded = Waveform(pad_to=1.0, **settings).fit_transform([clip])[0]
    assert padded.shape == (SR, 1)
    assert np.array_equal(padded[: len(short)], short)
    assert not padded[len(short) :].any()


def test_real_digits_are_decoded_like_librosa(digits_home):
    paths = sorted(digits_home.glob("*.wav"))[::300]
    ours = MelSpectrogram(sr=8000, n_mels=40, top_db=None).fit_transform(paths)
    for frames, path in zip(ours, paths, strict=True):
        y, _ = librosa.load(path, sr=8000)
        power = librosa.feature.melspectrogram(y=y, sr=8000, n_fft=256, hop_length=64, n_mels=40)
        np.testing.assert_allclose(frames, librosa.power_to_db(power, top_db=None).T, atol=0.01)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("front_end", [STFT, Spectrogram, MelSpectrogram, MFCC])
def test_frames_are_at_librosas_times(front_end, center, y):
    made = front_end(sr=SR, center=center, **STFT_SETTINGS)
    n_frames = len(made.transform([y])[0])
    n_fft = None if center else STFT_SETTINGS["n_fft"]
    expected = librosa.frames_to_time(np.arange(n_frames), sr=SR, hop_length=STFT_SETTINGS["hop_length"], n_fft=n_fft)
    np.testing.assert_allclose(made.frame_times(n_frames), expected, atol=1e-12)


def test_samples_are_at_their_times():
    np.testing.assert_allclose(Waveform(sr=8000).frame_times(5), librosa.samples_to_time(np.arange(5), sr=8000))


@pytest.mark.parametrize("front_end", [STFT(sr=SR), MelSpectrogram(sr=SR)])
def test_a_click_is_at_the_time_of_the_loudest_frame(front_end):
    click = np.zeros(SR, np.float32)
    click[4000] = 1.0
    frames = np.abs(front_end.transform([click])[0]) if isinstance(front_end, STFT) else front_end.transform([click])[0]
    assert front_end.frame_times(len(frames))[frames.sum(axis=1).argmax()] == pytest.approx(0.25, abs=0.01)


@pytest.mark.parametrize("deltas", [0, 2])
def test_channels_are_at_librosas_frequencies(deltas):
    bins, repeated = librosa.fft_frequencies(sr=SR, n_fft=512), 1 + deltas
    np.testing.assert_allclose(
        Spectrogram(sr=SR, deltas=deltas, **STFT_SETTINGS).channel_frequencies(), np.tile(bins, repeated)
    )
    np.testing.assert_allclose(STFT(sr=SR, **STFT_SETTINGS).channel_frequencies(), np.tile(bins, 2))
    for htk, fmin, fmax in ((False, 0.0, None), (True, 50.0, 7000.0)):
        front_end = MelSpectrogram(sr=SR, n_mels=30, fmin=fmin, fmax=fmax, htk=htk, deltas=deltas)
        edges = librosa.mel_frequencies(32, fmin=fmin, fmax=SR / 2 if fmax is None else fmax, htk=htk)
        np.testing.assert_allclose(front_end.channel_frequencies(), np.tile(edges[1:-1], repeated))
    for front_end in (MFCC(sr=SR), Waveform(sr=SR)):
        assert front_end.channel_frequencies() is None


@pytest.mark.parametrize("frequency", [500.0, 1000.0, 3000.0])
def test_a_sine_is_in_the_channel_of_its_frequency(frequency):
    sine = np.sin(2 * np.pi * frequency * np.arange(SR) / SR).astype(np.float32)
    for front_end in (Spectrogram(sr=SR), MelSpectrogram(sr=SR)):
        loudest = front_end.transform([sine])[0].mean(axis=0).argmax()
        frequencies = front_end.channel_frequencies()
        assert loudest == np.abs(frequencies - frequency).argmin()


def test_digital_silence_is_what_the_docstrings_say():
    silence = [np.zeros(4000, np.float32)]
    for front_end in (Spectrogram(8000), MelSpectrogram(8000), MelSpectrogram(8000, top_db=None)):
        np.testing.assert_array_equal(front_end.transform(silence), -100.0)
        np.testing.assert_array_equal(clone(front_end).set_params(scale="linear").transform(silence), 0.0)
    cepstra = MFCC(8000, n_mels=36, n_mfcc=5).transform(silence)[0]
    np.testing.assert_allclose(cepstra, np.tile([-600.0, 0, 0, 0, 0], (len(cepstra), 1)), atol=1e-4)


def test_magnitudes_of_tensorflow_are_those_of_padded_clips():
    import tensorflow as tf

    y = np.random.default_rng(0).normal(0, 0.1, 4000).astype(np.float32)
    expected = np.abs(tf.signal.stft(y, frame_length=320, frame_step=32, fft_length=512).numpy())
    front_end = Spectrogram(16000, n_fft=512, win_length=320, hop_length=32, center=False, scale="linear", power=1)
    frames = front_end.transform([np.pad(y, (512 - 320) // 2)])[0]
    np.testing.assert_allclose(frames, expected, atol=1e-4)
