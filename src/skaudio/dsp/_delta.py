"""Local time derivatives of frame sequences."""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=32)
def _taps(width: int, order: int) -> np.ndarray:
    from scipy.signal import savgol_coeffs

    return savgol_coeffs(width, polyorder=order, deriv=order, use="dot").astype(np.float32)


def delta(frames: np.ndarray, *, width: int = 9, order: int = 1) -> np.ndarray:
    """Estimate the time derivative by a Savitzky-Golay filter, as `librosa.feature.delta` does.

    Parameters
    ----------
    frames : ndarray of shape (..., n_frames, n_channels)
        Frame sequence.
    width : int, default=9
        Number of frames that the polynomial is fitted to; odd, at least 3.
    order : int, default=1
        1 for the slope of a line, 2 for the curvature of a parabola (delta-delta).

    Returns
    -------
    ndarray of float32, of the same shape
        The derivative per frame. The first and last ``width // 2`` frames take the value of the polynomial fitted to
        the first and last `width` frames (librosa's ``mode="interp"``); a sequence shorter than `width`, which librosa
        rejects, is extended by its first and last frame (librosa's ``mode="nearest"``).

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import delta
    >>> delta(np.arange(20.0)[:, np.newaxis])[[0, 10, 19], 0].round(4)
    array([1., 1., 1.], dtype=float32)
    """
    if width < 3 or width % 2 == 0:
        raise ValueError(f"width={width}; expected an odd number of frames, at least 3.")
    frames = np.asarray(frames, np.float32)
    half, n_frames = width // 2, frames.shape[-2]
    if n_frames < width:
        padding = [(0, 0)] * (frames.ndim - 2) + [(half, half), (0, 0)]
        return _convolve(np.pad(frames, padding, mode="edge"), _taps(width, order))
    # The slope of a line and the curvature of a parabola are constant: near an edge, use those of the nearest full fit.
    inner = _convolve(frames, _taps(width, order))
    out = np.empty_like(frames)
    out[..., half : n_frames - half, :] = inner
    out[..., :half, :] = inner[..., :1, :]
    out[..., n_frames - half :, :] = inner[..., -1:, :]
    return out


def _convolve(frames: np.ndarray, taps: np.ndarray) -> np.ndarray:
    n_valid = frames.shape[-2] - len(taps) + 1
    out = taps[0] * frames[..., :n_valid, :]
    for shift in range(1, len(taps)):
        out += taps[shift] * frames[..., shift : shift + n_valid, :]
    return out
