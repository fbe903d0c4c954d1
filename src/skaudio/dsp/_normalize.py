"""Mean and variance normalisation of frame sequences."""

import numpy as np


def normalize(frames: np.ndarray, *, mean: bool = True, variance: bool = True) -> np.ndarray:
    """Remove the mean over time of each channel, and scale it to unit variance.

    Parameters
    ----------
    frames : ndarray of shape (..., n_frames, n_channels)
        Frame sequence.
    mean, variance : bool, default=True
        Which of the two to do. With both, this is cepstral mean and variance normalisation [1]_.

    Returns
    -------
    ndarray of float32, of the same shape
        Normalised frames. A channel that does not vary is only centred.

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
    # In float64, and rounded once: the mean that is left is no more than the rounding of the values themselves. A
    # center in float32 would leave its own, which is far more where channels vary little around a high level.
    center = frames.mean(axis=-2, keepdims=True, dtype=np.float64)
    centred = frames - center
    normalized = centred if mean else frames
    if variance:
        scale = np.sqrt(np.square(centred).mean(axis=-2, keepdims=True))
        # What rounding leaves of a constant channel is not variation.
        varies = scale > 8 * np.finfo(np.float32).eps * np.abs(center)
        normalized = normalized / np.where(varies, scale, 1.0)
    return normalized.astype(np.float32)
