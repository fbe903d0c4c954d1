"""Scores of recordings by classifiers that were not fitted on them."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from skaudio.events._progress import FitProgress
from skaudio.events._track import Track
from skaudio.events.scanning import Scanner

N_FOLDS = 3


def held_out_folds(recordings: Sequence, groups: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the indices of the recordings to fit on and of those held out, of each fold.

    Parameters
    ----------
    recordings : sequence
        Clips.
    groups : array-like of shape (n_recordings,) or None
        Recordings of a group are held out together.

    Raises
    ------
    ValueError
        If there are fewer than two groups.
    """
    groups = np.arange(len(recordings)) if groups is None else np.asarray(groups)
    n_folds = min(N_FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        raise ValueError("threshold='tune' requires recordings of at least two groups, to hold some out. Use a number.")
    return list(GroupKFold(n_folds).split(recordings, groups=groups))


def held_out_tracks(
    fit: Callable[[Sequence[int]], Scanner],
    recordings: Sequence,
    folds: Sequence[tuple[np.ndarray, np.ndarray]],
    progress: FitProgress,
) -> list[Track]:
    """Compute out-of-fold scores of recordings.

    Parameters
    ----------
    fit : callable
        From indices of recordings to a scanner that was fitted on these.
    recordings : sequence
        Clips.
    folds : list of tuples
        See `held_out_folds`.
    progress : FitProgress
        Advances with each recording.

    Returns
    -------
    list of Track
        Scores of each recording, in their order.
    """
    tracks: list[Any] = [None] * len(recordings)
    for train, test in folds:
        scanner = fit(train.tolist())
        for i in progress.over("scores", test.tolist()):
            tracks[i] = scanner.track(recordings[i], i)
    return tracks
