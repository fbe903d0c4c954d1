"""Cepstral coefficients and their inverse."""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=32)
def dct_matrix(n_out: int, n_in: int, *, lifter: float = 0.0) -> np.ndarray:
    """Compute the matrix of the orthonormal DCT-II, for multiplication from the right.

    Parameters
    ----------
    n_out : int
        Number of coefficients kept.
    n_in : int
        Number of channels transformed.
    lifter : float, default=0.0
        Cepstral liftering: coefficient ``n`` is scaled by ``1 + lifter / 2 * sin(pi * (n + 1) / lifter)``; 0: none.

    Returns
    -------
    ndarray of float32, shape (n_in, n_out)
        The matrix. It is shared between callers: do not write to it.

    Examples
    --------
    >>> from skaudio.dsp import dct_matrix
    >>> dct_matrix(2, 2)
    array([[ 0.70710677,  0.70710677],
           [ 0.70710677, -0.70710677]], dtype=float32)
    """
    if n_out > n_in:
        raise ValueError(f"n_out={n_out} is greater than n_in={n_in}; expected n_out <= n_in.")
    matrix = np.sqrt(2 / n_in) * np.cos(np.pi / n_in * np.outer(np.arange(n_in) + 0.5, np.arange(n_out)))
    matrix[:, 0] = np.sqrt(1 / n_in)
    if lifter > 0:
        matrix = matrix * (1 + lifter / 2 * np.sin(np.pi * np.arange(1, 1 + n_out) / lifter))
    return np.ascontiguousarray(matrix, np.float32)


def cepstrum(S_db: np.ndarray, *, n_mfcc: int = 20, lifter: float = 0.0) -> np.ndarray:
    """Compute the cepstral coefficients of a log-mel spectrogram [1]_.

    Parameters
    ----------
    S_db : ndarray of shape (..., n_frames, n_mels)
        Log-mel spectrogram: `power_to_db` of `melspectrogram`.
    n_mfcc : int, default=20
        Number of coefficients, from the zeroth (loudness).
    lifter : float, default=0.0
        See `dct_matrix`.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, n_mfcc)
        Mel-frequency cepstral coefficients.

    References
    ----------
    .. [1] S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition in
       continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal Processing 28(4), 1980.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import cepstrum
    >>> cepstrum(np.full((1, 4), -10.0), n_mfcc=2).round(3)
    array([[-20.,   0.]], dtype=float32)
    """
    S_db = np.asarray(S_db, np.float32)
    matrix = dct_matrix(n_mfcc, S_db.shape[-1], lifter=lifter)
    # Only the zeroth coefficient depends on the level. Without it, the others of a flat spectrum are exactly 0:
    # rounding errors at -100 dB, the level of silence, would be amplified by standardization.
    level = S_db[..., :1]
    coefficients = (S_db - level) @ matrix
    coefficients[..., :1] += level * matrix[:, 0].sum(dtype=np.float64).astype(np.float32)
    return coefficients


def inverse_cepstrum(coefficients: np.ndarray, *, n_mels: int, lifter: float = 0.0) -> np.ndarray:
    """Compute the smoothed log-mel spectrogram from cepstral coefficients.

    Parameters
    ----------
    coefficients : ndarray of shape (..., n_frames, n_mfcc)
        Coefficients returned by `cepstrum`.
    n_mels : int
        Number of mel bands.
    lifter : float, default=0.0
        As in `cepstrum`.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, n_mels)
        The log-mel spectrogram whose further coefficients are zero.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import cepstrum, inverse_cepstrum
    >>> inverse_cepstrum(cepstrum(np.full((1, 4), -10.0), n_mfcc=2), n_mels=4).round(3)
    array([[-10., -10., -10., -10.]], dtype=float32)
    """
    coefficients = np.asarray(coefficients, np.float32)
    weights = dct_matrix(coefficients.shape[-1], n_mels, lifter=lifter)
    # Orthogonal columns: the pseudo-inverse is the transpose over the squared norms, which are 1 without a lifter.
    return coefficients @ (weights / np.square(weights).sum(axis=0)).T
