"""Interpolation of frame sequences."""

import numpy as np


def read_between(frames: np.ndarray, where: np.ndarray, axis: int) -> np.ndarray:
    """Interpolate clips linearly at fractional positions of an axis.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_frames, n_channels)
        The clips.
    where : ndarray of shape (n_clips, n_places)
        Positions for each clip, from 0 to the length of the axis minus 1.
    axis : {1, 2}
        Axis of time, or of the channels.

    Returns
    -------
    ndarray of shape (n_clips, n_places, n_channels) or (n_clips, n_frames, n_places)
        Interpolated values.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import read_between
    >>> read_between(np.array([[[0.0, 10.0, 20.0]]]), np.array([[0.5, 2.0]]), axis=2)
    array([[[ 5., 20.]]])
    """
    low = np.floor(where).astype(int)
    high = np.minimum(low + 1, frames.shape[axis] - 1)
    share = (where - low).astype(np.float32)
    shape = (slice(None), slice(None), np.newaxis) if axis == 1 else (slice(None), np.newaxis, slice(None))
    low, high, share = low[shape], high[shape], share[shape]
    return np.take_along_axis(frames, low, axis) * (1 - share) + np.take_along_axis(frames, high, axis) * share
