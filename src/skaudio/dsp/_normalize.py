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
    # float64 sums: a float32 one over the frames of a long recording loses digits.
    center = frames.mean(axis=-2, keepdims=True, dtype=np.float64).astype(np.float32)
    centred = frames - center
    if variance:
        scale = np.sqrt(np.square(centred).mean(axis=-2, keepdims=True, dtype=np.float64)).astype(np.float32)
        # What rounding leaves of a constant channel is not variation.
        varies = scale > 8 * np.finfo(np.float32).eps * np.abs(center)
        scale = np.where(varies, scale, np.float32(1.0))
        return centred / scale if mean else frames / scale
    return centred if mean else frames
