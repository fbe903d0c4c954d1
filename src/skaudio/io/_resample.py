"""Resampling."""

import math
from typing import Any

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._quantities import check_rate

QUALITY = "HQ"


def resample(y: np.ndarray, orig_sr: float, target_sr: float) -> np.ndarray:
    """Resample along the last axis, as librosa does by default (soxr, high quality).

    Parameters
    ----------
    y : ndarray of float, shape (..., n_samples)
        Waveforms.
    orig_sr : float
        Sampling rate of `y`, in Hz.
    target_sr : float
        Target sampling rate in Hz.

    Returns
    -------
    ndarray of float32, shape (..., ceil(n_samples * target_sr / orig_sr))
        Contiguous. It may share memory with `y` where the rates are equal.

    Raises
    ------
    AudioError, TypeError
        If a rate is not a positive number, or `y` is empty or not floating-point.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import resample
    >>> resample(np.zeros((2, 441)), 44100, 16000).shape
    (2, 160)
    """
    check_rate(orig_sr, "orig_sr")
    check_rate(target_sr, "target_sr")
    y = np.asarray(y)
    if y.dtype.kind != "f":
        raise TypeError(f"y must contain floating-point numbers, got dtype {y.dtype}. Divide PCM by its full scale.")
    if y.ndim == 0 or y.size == 0:
        raise AudioError(f"y must have at least one sample, got shape {y.shape}.")
    y = np.ascontiguousarray(y, dtype=np.float32)
    return y if orig_sr == target_sr else _resampled(y, orig_sr, target_sr)


def resampled_length(n: int, orig_sr: float, target_sr: float) -> int:
    """Return the length of `n` samples after resampling."""
    return math.ceil(n * (float(target_sr) / orig_sr))


def resample_stream(orig_sr: float, target_sr: float, n_channels: int) -> Any:
    """Return a soxr stream that resamples piece by piece, with the result of `resample`."""
    import soxr

    return soxr.ResampleStream(orig_sr, target_sr, n_channels, dtype="float32", quality=QUALITY)


def fit_length(y: np.ndarray, n: int) -> np.ndarray:
    """Cut or zero-pad to `n` samples: soxr may be off by one."""
    n_missing = n - y.shape[-1]
    if n_missing > 0:
        y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(0, n_missing)])
    return np.ascontiguousarray(y[..., :n])


def _resampled(y: np.ndarray, orig_sr: float, target_sr: float) -> np.ndarray:
    import soxr

    n = resampled_length(y.shape[-1], orig_sr, target_sr)
    channels = y.reshape(-1, y.shape[-1])
    if len(channels) == 1:
        resampled = soxr.resample(channels[0], orig_sr, target_sr, quality=QUALITY)
    else:
        resampled = soxr.resample(channels.T, orig_sr, target_sr, quality=QUALITY).T
    return fit_length(resampled, n).reshape(*y.shape[:-1], n)
