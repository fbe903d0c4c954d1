"""Conversion between power and decibels, with a floor for each clip."""

import numpy as np

SMALLEST_POWER = float(np.finfo(np.float32).tiny)


def power_to_db(
    S: np.ndarray,
    *,
    ref: float | str = 1.0,
    amin: float = 1e-10,
    top_db: float | None = 80.0,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Convert power to decibels, with a floor below the loudest value of each clip.

    Parameters
    ----------
    S : ndarray of shape (..., n_frames, n_channels)
        Power.
    ref : float or "max", default=1.0
        Power at 0 dB: a value, or the largest power of the clip.
    amin : float, default=1e-10
        Lower limit of powers, at least 1.2e-38, the smallest normal number of float32.
    top_db : float, default=80.0
        Values are floored at `top_db` below the largest of their own clip (the last two axes; librosa 0.11 uses the
        largest of the whole batch, so that values of a clip depend on other clips). None: no floor.
    out : contiguous ndarray of float32, shape (..., n_frames, n_channels), default=None
        Output array; it may be `S`. None: a new array.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, n_channels)
        Decibels.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import power_to_db
    >>> power_to_db(np.array([[1.0, 0.1], [1e-30, 10.0]]), top_db=50)
    array([[  0., -10.],
           [-40.,  10.]], dtype=float32)
    """
    if not amin >= SMALLEST_POWER:
        raise ValueError(f"amin={amin}; expected a power of at least {SMALLEST_POWER:.2g}.")
    if top_db is not None and top_db < 0:
        raise ValueError(f"top_db={top_db}; expected a non-negative number of decibels, or None.")
    from skaudio.dsp._kernels import decibels_of_power

    S = np.asarray(S, np.float32, order="C")
    if out is not None and not (out.shape == S.shape and out.dtype == np.float32 and out.flags.c_contiguous):
        raise ValueError(f"out has shape {out.shape} and dtype {out.dtype}; expected {S.shape}, float32, contiguous.")
    decibels = np.empty_like(S) if out is None else out
    floor = np.float32(10.0 * np.log10(amin))
    decibels_of_power(S.reshape(-1), S.reshape(-1).view(np.int32), np.float32(amin), floor, decibels.reshape(-1))
    if top_db is not None or isinstance(ref, str):
        peak = decibels.max(axis=(-2, -1), keepdims=True)
    zero = peak if isinstance(ref, str) else np.float32(10.0 * np.log10(max(amin, ref)))
    if isinstance(ref, str) or zero != 0:
        decibels -= zero
    if top_db is not None:  # relative to the shifted peak, so that the floor for ref="max" is equal for all clips
        np.maximum(decibels, peak - zero - np.float32(top_db), out=decibels)
    return decibels


def db_to_power(S_db: np.ndarray, *, ref: float = 1.0) -> np.ndarray:
    """Convert decibels to power: the inverse of `power_to_db` above its floors.

    Parameters
    ----------
    S_db : ndarray
        Decibels.
    ref : float, default=1.0
        Power at 0 dB.

    Returns
    -------
    ndarray of float32
        ``ref * 10 ** (S_db / 10)``, of the same shape.

    Examples
    --------
    >>> from skaudio.dsp import db_to_power
    >>> db_to_power([0.0, 10.0, -20.0])
    array([ 1.  , 10.  ,  0.01], dtype=float32)
    """
    return np.float32(ref) * np.power(np.float32(10.0), np.float32(0.1) * np.asarray(S_db, np.float32))
