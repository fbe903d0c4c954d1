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
    """

    times: np.ndarray
    scores: np.ndarray
