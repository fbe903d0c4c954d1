"""Conversion of raw samples to waveforms: scaled to [-1, 1], averaged over channels, checked for finiteness."""

import numpy as np

from skaudio._samples import all_finite, scaled
from skaudio.io._audio_error import AudioError


def as_waveform(raw: np.ndarray, name: str, *, mono: bool, channel: int | None = None) -> np.ndarray:
    """Convert raw samples to a waveform.

    Parameters
    ----------
    raw : ndarray of shape (n_samples,) or (n_samples, n_channels)
        Samples returned by `skaudio._samples.sample_array`.
    name : str
        Name used in messages.
    mono : bool
        Whether to average the channels.
    channel : int or None, default=None
        Index of the only channel to return; None: all, or their average.

    Returns
    -------
    ndarray of float32, shape (n_samples,) or (n_channels, n_samples)
        Contiguous. It shares memory with `raw` if no conversion is needed.

    Raises
    ------
    AudioError
        If a sample is NaN or infinite.
    """
    if channel is not None and raw.ndim == 2:
        raw = raw[:, channel]
    y = scaled(raw)
    if y.dtype != np.float32:
        with np.errstate(over="ignore"):  # overflow becomes infinity, which is rejected below
            y = y.astype(np.float32)
    if y.ndim == 2:
        y = _downmix(y) if mono or y.shape[1] == 1 else y.T
    y = np.ascontiguousarray(y)
    if raw.dtype.kind == "f" and not all_finite(y):
        bad = np.flatnonzero(~np.isfinite(y))
        raise AudioError(
            f"{name} has {len(bad)} samples that are NaN, infinite or beyond float32, the first at index {bad[0]}. "
            "Expected finite numbers, with full scale [-1, 1]: find their cause, or replace them by zeros."
        )
    return y


def _downmix(y: np.ndarray) -> np.ndarray:
    # Adding columns is many times faster than NumPy's mean over a short last axis.
    mix = y[:, 0].copy()
    for channel in y.T[1:]:
        mix += channel
    mix /= np.float32(y.shape[1])
    return mix
