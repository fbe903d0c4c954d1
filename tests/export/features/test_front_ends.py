import numpy as np
import pytest

from skaudio.dsp import fft_window, stft
from skaudio.export import ExportError
from skaudio.export.features._spectra import factors
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform

FRONT_ENDS = [
    Waveform(sr=8000),
    Waveform(sr=8000, trim_db=30.0, level=-20.0, pad_to=0.5, pad_side="start"),
    STFT(sr=8000),
    STFT(sr=8000, n_fft=101, center=False),
    Spectrogram(sr=8000),
    Spectrogram(sr=8000, scale="linear", power=1.0, n_fft=255, deltas=1),
    Spectrogram(sr=8000, scale="linear", power=0.7, n_fft=257, center=False),
    MelSpectrogram(sr=8000, n_mels=20),
    MelSpectrogram(sr=8000, n_mels=20, scale="linear", n_fft=300, hop_length=77),
    MelSpectrogram(sr=8000, n_mels=20, scale="pcen"),
    MelSpectrogram(sr=8000, n_mels=20, scale="pcen", deltas=2, pcen_params={"bias": 10.0, "time_constant": 0.06}),
    MelSpectrogram(sr=8000, n_mels=20, scale="pcen", pcen_params={"bias": 0.0, "power": 0.25}),
    MelSpectrogram(sr=8000, n_mels=20, scale="pcen", pcen_params={"power": 0.0}),
    MelSpectrogram(sr=8000, n_mels=20, normalize="standard", fmin=300.0, fmax=3000.0, htk=True, norm=None),
    MFCC(sr=8000, deltas=2, normalize="mean"),
    MFCC(sr=8000, n_mels=20, n_mfcc=8, deltas=2, trim_db=40.0, level=-20.0, lifter=22, top_db=None),
    MFCC(sr=8000, deltas=1, win_length=200, window="hamming", center=False, hop_length=80),
    MFCC(sr=8000, n_fft=255, trim_db=20.0, hop_length=64, n_mels=20),
    MFCC(sr=8000, window=np.hanning(256), duration=0.05, pad_to=0.2),
]


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=lambda front_end: repr(front_end)[:60])
def test_frames_are_those_of_the_front_end(front_end, waveforms, export, assert_same):
    model = export(front_end)
    noisy = waveforms if getattr(front_end, "scale", "") != "pcen" else waveforms[:-2]  # see the next test
    assert_same(model.transform(noisy), front_end.transform(noisy))


@pytest.mark.parametrize("front_end", [MFCC(sr=8000, deltas=2), MelSpectrogram(sr=8000, deltas=1)], ids=repr)
def test_frames_of_silence_are_equal_to_the_last_digit(front_end, export):
    # Trees may have these very values as thresholds.
    np.testing.assert_array_equal(
        export(front_end).transform(np.zeros((1, 8000))), front_end.transform(np.zeros((1, 8000)))
    )


def test_a_pcen_spectrogram_of_a_tone_in_faint_noise(export, assert_same):
    # In the bands far from a tone alone, PCEN normalises rounding errors, which differ between Fourier transforms.
    rng = np.random.default_rng(0)
    clip = (np.sin(0.3 * np.arange(8000)) + 0.01 * rng.normal(size=8000)).astype(np.float32)
    front_end = MelSpectrogram(sr=8000, scale="pcen")
    assert_same(export(front_end).transform([clip]), front_end.transform([clip]))


@pytest.mark.parametrize("kind", [Waveform, MFCC])
def test_a_part_of_a_clip(kind, waveforms, export, assert_same):
    front_end = kind(sr=8000, offset=0.0731, duration=0.2)
    clips = [clip for clip in waveforms if len(clip) > 700]
    assert_same(export(front_end).transform(clips), front_end.transform(clips))


def test_one_channel_of_a_clip(export, assert_same):
    stereo = [np.random.default_rng(0).normal(size=(4000, 2))]
    front_end = MFCC(sr=8000, channel=1)
    assert_same(export(front_end).transform(stereo), front_end.transform(stereo))


def test_several_channels_are_refused(export):
    with pytest.raises(ExportError, match=r"channel=\['x', 'y'\].*Export one model for each channel"):
        export(MFCC(sr=8000, channel=["x", "y"]))


def test_clips_are_resampled_to_the_rate_of_the_front_end(export, assert_same):
    clips = [(np.random.default_rng(0).normal(size=11025), 11025)]
    front_end = MelSpectrogram(sr=8000)
    assert_same(export(front_end).transform(clips), front_end.transform(clips))


@pytest.mark.parametrize(("n_fft", "expected"), [(256, (16, 16)), (2048, (32, 64)), (255, (15, 17)), (257, (1, 257))])
def test_factors_of_a_transform(n_fft, expected):
    assert factors(n_fft) == expected


def test_a_transform_of_prime_length_is_that_of_numpy(export):
    y = np.random.default_rng(0).normal(size=500).astype(np.float32)
    frames = export(STFT(sr=8000, n_fft=61, hop_length=20)).transform([y])[0]
    padded = np.pad(y, 30)
    expected = np.fft.rfft(padded[40:101] * fft_window("hann", 61, 61))
    np.testing.assert_allclose(frames[2, :31] + 1j * frames[2, 31:], expected, atol=1e-5)
    assert len(frames) == len(stft(y, n_fft=61, hop_length=20))


def test_a_band_matrix_takes_little_space(tmp_path):
    from skaudio.export import to_onnx

    path = to_onnx(MelSpectrogram(sr=22050, n_fft=2048, n_mels=64), tmp_path / "mel.onnx")
    assert path.stat().st_size < 1025 * 64 * 4 / 2
