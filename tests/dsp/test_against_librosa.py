"""The functions of skaudio.dsp equal librosa's, computed in float64, over a grid of settings."""

import itertools

import librosa
import numpy as np
import pytest

from skaudio import dsp

SR = 16000
LENGTHS = [  # n_fft, win_length, hop_length: a power of two or not, even, odd, a window shorter than the frame
    (512, None, None),
    (400, None, 160),
    (513, 400, 100),
    (450, None, 150),
    (1024, 400, 160),
]


pytestmark = pytest.mark.usefixtures("fft")


@pytest.fixture(scope="module")
def y():
    rng = np.random.default_rng(0)
    t = np.arange(SR) / SR
    tone = 0.3 * np.sin(2 * np.pi * (300 + 1500 * t) * t)
    return (tone * np.hanning(SR) + 0.01 * rng.standard_normal(SR)).astype(np.float32)


def settings(lengths, center):
    n_fft, win_length, hop_length = lengths
    return {"n_fft": n_fft, "win_length": win_length, "hop_length": hop_length, "center": center}


@pytest.mark.parametrize(("lengths", "center"), list(itertools.product(LENGTHS, [True, False])))
@pytest.mark.parametrize("window", ["hann", "hamming", ("kaiser", 8.0)])
def test_stft(y, lengths, center, window):
    kwargs = {**settings(lengths, center), "window": window}
    ours = dsp.stft(y, **kwargs)
    theirs = librosa.stft(y.astype(np.float64), dtype=np.complex128, **kwargs).T
    assert ours.dtype == np.complex64
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-5 * np.abs(theirs).max())
    parts = dsp.stft_parts(y, **kwargs)
    both = np.concatenate([theirs.real, theirs.imag], axis=1)
    np.testing.assert_allclose(parts, both, rtol=1e-4, atol=1e-5 * np.abs(theirs).max())


@pytest.mark.parametrize(("lengths", "center"), list(itertools.product(LENGTHS, [True, False])))
@pytest.mark.parametrize("power", [1.0, 2.0, 1.5])
def test_spectrogram(y, lengths, center, power):
    kwargs = settings(lengths, center)
    ours = dsp.spectrogram(y, power=power, **kwargs)
    theirs = np.abs(librosa.stft(y.astype(np.float64), dtype=np.complex128, **kwargs)).T ** power
    assert ours.dtype == np.float32
    # A bin 60 dB and more below the loudest has lost digits to the rounding of float32 sums.
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=(1e-6 if power < 1.5 else 1e-8) * theirs.max())


@pytest.mark.parametrize(("lengths", "center"), list(itertools.product(LENGTHS, [True, False])))
@pytest.mark.parametrize(("htk", "norm"), [(False, "slaney"), (True, None), (False, 1.0)])
def test_melspectrogram_and_its_decibels(y, lengths, center, htk, norm):
    kwargs = {
        **settings(lengths, center),
        "sr": SR,
        "n_mels": 30,
        "fmin": 50.0,
        "fmax": 7000.0,
        "htk": htk,
        "norm": norm,
    }
    ours = dsp.melspectrogram(y, **kwargs)
    theirs = librosa.feature.melspectrogram(y=y.astype(np.float64), dtype=np.float64, **kwargs).T
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)
    for top_db in (None, 40.0, 80.0):
        decibels = librosa.power_to_db(theirs, top_db=top_db)
        np.testing.assert_allclose(dsp.power_to_db(ours, top_db=top_db), decibels, atol=0.01)


@pytest.mark.parametrize("lifter", [0, 22])
@pytest.mark.parametrize("lengths", LENGTHS)
def test_mfcc(y, lengths, lifter):
    kwargs = {**settings(lengths, True), "sr": SR, "n_mels": 30}
    theirs = librosa.feature.mfcc(y=y.astype(np.float64), n_mfcc=13, lifter=lifter, dtype=np.float64, **kwargs).T
    ours = dsp.cepstrum(dsp.power_to_db(dsp.melspectrogram(y, **kwargs)), n_mfcc=13, lifter=lifter)
    np.testing.assert_allclose(ours, theirs, atol=0.02)


def test_default_lengths_are_librosas(y):
    assert dsp.stft(y).shape == librosa.stft(y).T.shape
    assert dsp.stft(y, win_length=1000).shape == librosa.stft(y, win_length=1000).T.shape
    assert dsp.melspectrogram(y, sr=SR).shape == librosa.feature.melspectrogram(y=y, sr=SR).T.shape


@pytest.mark.parametrize(("lengths", "center"), list(itertools.product(LENGTHS, [True, False])))
@pytest.mark.parametrize("length", [None, 12000, 20000])
def test_istft(y, lengths, center, length):
    kwargs = settings(lengths, center)
    spectrum = librosa.stft(y.astype(np.float64), **kwargs)
    ours = dsp.istft(spectrum.T, length=length, **kwargs)
    theirs = librosa.istft(spectrum, length=length, **kwargs)
    assert ours.shape == theirs.shape
    # Under the foot of a window both divide by next to nothing.
    inner = slice(lengths[0], min(len(y), len(ours)) - lengths[0])
    np.testing.assert_allclose(ours[inner], theirs[inner], atol=1e-6)


def test_istft_gives_the_waveform_back(y):
    np.testing.assert_allclose(dsp.istft(dsp.stft(y, n_fft=512), n_fft=512, length=len(y)), y, atol=1e-6)


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize(("frame_length", "hop_length"), [(512, 128), (7, 3)])
def test_frame(y, frame_length, hop_length, center):
    padded = np.pad(y, frame_length // 2) if center else y
    theirs = librosa.util.frame(padded, frame_length=frame_length, hop_length=hop_length).T
    ours = dsp.frame(y, frame_length=frame_length, hop_length=hop_length, center=center)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("width", [3, 9])
def test_delta(order, width):
    frames = np.random.default_rng(0).standard_normal((40, 5))
    theirs = librosa.feature.delta(frames, width=width, order=order, axis=0)
    np.testing.assert_allclose(dsp.delta(frames, width=width, order=order), theirs, atol=1e-5)


@pytest.mark.parametrize("n_frames", [1, 2, 8])
def test_delta_of_a_sequence_shorter_than_the_filter(n_frames):
    frames = np.random.default_rng(0).standard_normal((n_frames, 5))
    theirs = librosa.feature.delta(frames, width=9, axis=0, mode="nearest")
    np.testing.assert_allclose(dsp.delta(frames), theirs, atol=1e-5)


@pytest.mark.parametrize("top_db", [20, 60])
@pytest.mark.parametrize(("frame_length", "hop_length"), [(2048, 512), (400, 160)])
def test_trim_silence(y, top_db, frame_length, hop_length):
    quiet = np.concatenate([np.zeros(5000, np.float32), y, np.zeros(7001, np.float32)])
    theirs, _ = librosa.effects.trim(quiet, top_db=top_db, frame_length=frame_length, hop_length=hop_length)
    ours = dsp.trim_silence(quiet, top_db=top_db, frame_length=frame_length, hop_length=hop_length)
    np.testing.assert_array_equal(ours, theirs)


def test_db_to_power():
    decibels = np.array([-30.0, 0.0, 12.5])
    np.testing.assert_allclose(dsp.db_to_power(decibels, ref=2.0), librosa.db_to_power(decibels, ref=2.0), rtol=1e-6)


def test_power_to_db_relative_to_the_peak(y):
    power = dsp.spectrogram(y)
    theirs = librosa.power_to_db(power.astype(np.float64), ref=np.max, top_db=60.0)
    np.testing.assert_allclose(dsp.power_to_db(power, ref="max", top_db=60.0), theirs, atol=0.01)


@pytest.mark.parametrize(
    "params",
    [{}, {"gain": 0.8, "bias": 10.0, "power": 0.25, "time_constant": 0.06}, {"power": 0.0}, {"bias": 0.0, "eps": 1e-3}],
)
def test_pcen(y, params):
    settings = {"n_fft": 512, "hop_length": 128}
    S = 2.0**31 * dsp.melspectrogram(y, sr=8000, n_mels=20, power=1.0, **settings).astype(np.float64) + 1.0
    theirs = librosa.pcen(S.T, sr=8000, hop_length=128, **params).T
    ours = dsp.pcen(S, sr=8000, hop_length=128, **params)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-5)
    first, zf = dsp.pcen(S[:7], sr=8000, hop_length=128, return_zf=True, **params)
    rest = dsp.pcen(S[7:], sr=8000, hop_length=128, zi=zf, **params)
    np.testing.assert_array_equal(np.concatenate([first, rest]), ours)
