"""Mean and variance normalisation of frame sequences."""

import numpy as np

BLOCK_FRAMES = 2**14  # converted to float64 at a time, to avoid a copy of long recordings


def normalize(
    frames: np.ndarray, *, mean: bool = True, variance: bool = True, out: np.ndarray | None = None
) -> np.ndarray:
    """Remove the mean over time of each channel, and scale it to unit variance.

    Parameters
    ----------
    frames : ndarray of shape (..., n_frames, n_channels)
        Frame sequence.
    mean, variance : bool, default=True
        Whether to normalise mean and variance. With both, this is cepstral mean and variance normalisation [1]_.
    out : ndarray of float32, of the same shape, default=None
        Output array; it may be `frames`. None: a new array.

    Returns
    -------
    ndarray of float32, of the same shape
        Normalised frames. A constant channel is only centred.

    References
    ----------
    .. [1] O. Viikki and K. Laurila, "Cepstral domain segmental feature vector normalization for noise robust speech
       recognition", Speech Communication 25, 1998.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import normalize
    >>> normalize(np.array([[1.0, 5.0], [3.0, 5.0]]))
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    """
    frames = np.asarray(frames, np.float32)
    out = np.empty_like(frames) if out is None else out
    n_frames = frames.shape[-2]
    blocks = [(..., slice(start, start + BLOCK_FRAMES), slice(None)) for start in range(0, n_frames, BLOCK_FRAMES)]
    # In float64, and rounded once: the remaining mean is within the rounding error of the values.
    center = sum(frames[block].sum(axis=-2, keepdims=True, dtype=np.float64) for block in blocks) / n_frames
    scale: np.ndarray | np.float64 = np.float64(1.0)
    if variance:
        squares = sum(np.square(frames[block] - center).sum(axis=-2, keepdims=True) for block in blocks)
        scale = np.sqrt(squares / n_frames)
        # Rounding errors of a constant channel are not scaled.
        scale = np.where(scale > 8 * np.finfo(np.float32).eps * np.abs(center), scale, 1.0)
    for block in blocks:
        out[block] = (frames[block] - center if mean else frames[block]) / scale
    return out
