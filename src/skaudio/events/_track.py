"""Scores over time."""

from typing import NamedTuple

import numpy as np


class Track(NamedTuple):
    """Scores over time.

    Attributes
    ----------
    times : ndarray of float64, shape (n_steps,)
        Centres of windows, or of frames, in seconds.
    scores : ndarray of float32, shape (n_steps, n_classes)
        Score of each class.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import Track
    >>> track = Track(times=np.array([0.0, 0.5, 1.0]), scores=np.array([[0.1], [0.9], [0.2]], np.float32))
    >>> times, scores = track
    >>> float(times[scores[:, 0].argmax()])
    0.5
    """

    times: np.ndarray
    scores: np.ndarray
