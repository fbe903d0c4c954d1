import librosa
import numpy as np
import pytest

from skaudio.io import AudioError, resample

RATES = [(44100, 22050), (8000, 22050), (22050, 16000), (48000, 44100), (16000, 16000), (11025, 7999.5), (44100, 1000)]


@pytest.mark.parametrize(("orig_sr", "target_sr"), RATES)
@pytest.mark.parametrize("shape", [(1,), (7,), (10007,), (2, 5003), (2, 3, 1009), (1, 400)])
def test_equals_librosa(shape, orig_sr, target_sr):
    y = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    expected = librosa.resample(y, orig_sr=orig_sr, target_sr=target_sr)
    resampled = resample(y, orig_sr, target_sr)
    assert resampled.dtype == np.float32
    assert resampled.flags.c_contiguous
    assert resampled.shape == expected.shape == (*shape[:-1], int(np.ceil(shape[-1] * target_sr / orig_sr)))
    np.testing.assert_allclose(resampled, expected, atol=1e-6)


def test_strided_and_float64():
    y = np.random.default_rng(0).standard_normal((1000, 2))
    expected = librosa.resample(np.ascontiguousarray(y.T, dtype=np.float32), orig_sr=8000, target_sr=11025)
    np.testing.assert_allclose(resample(y.T, np.int32(8000), np.float64(11025)), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "match"),
    [
        ((np.zeros(9), 0, 8000), AudioError, "orig_sr must be a positive number"),
        ((np.zeros(9), 8000, -1), AudioError, "target_sr must be a positive number"),
        ((np.zeros(9), 8000, "8 kHz"), TypeError, "target_sr must be a number"),
        ((np.zeros(0), 8000, 4000), AudioError, r"y must have at least one sample, got shape \(0,\)"),
        ((np.float64(1), 8000, 4000), AudioError, r"got shape \(\)"),
        (
            (np.zeros(9, np.int16), 8000, 4000),
            TypeError,
            "y must contain floating-point numbers, got dtype int16. Divide PCM",
        ),
    ],
)
def test_bad_arguments(arguments, error, match):
    with pytest.raises(error, match=match):
        resample(*arguments)
