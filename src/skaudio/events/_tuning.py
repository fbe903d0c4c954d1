"""Tuning of the threshold, the minimum duration and the maximum gap on held-out recordings."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold

from skaudio.events._bounds import median_shifts, shifted
from skaudio.events._event import Event
from skaudio.events._scanner import Scanner
from skaudio.events._track import Track
from skaudio.metrics import event_based_f1

THRESHOLDS = tuple(np.arange(0.2, 0.96, 0.05).round(2).tolist())
DURATIONS = (0.0, 0.25, 0.5)  # relative to the 0.05 quantile of the durations of events
GAPS = (0.0, 0.1, 0.25)  # relative to their median duration
N_FOLDS = 3

Detected = list[list[Event]]


def best_settings(
    events: Sequence[Sequence[Event]], decode: Callable[[float, float, float], Detected], labels: Sequence[str]
) -> tuple[float, float, float]:
    """Search for the settings with the best event-based F1.

    Parameters
    ----------
    events : list of lists of Event
        True events of each recording.
    decode : callable
        Function from threshold, minimum duration and maximum gap to the detected events of each recording.
    labels : sequence of str
        Classes.

    Returns
    -------
    threshold, min_duration, max_gap : float
        The middle one of equally good settings, whose threshold is the most robust.
    """
    shortest, median = np.quantile([event.duration for events_i in events for event in events_i], (0.05, 0.5))
    durations, gaps = [float(share * shortest) for share in DURATIONS], [float(share * median) for share in GAPS]
    candidates, scores = list(itertools.product(THRESHOLDS, durations, gaps)), []
    for settings in candidates:
        detected = decode(*settings)
        shifts = median_shifts(events, detected, labels)
        scores.append(event_based_f1(events, [shifted(events_i, shifts) for events_i in detected]))
    best = [settings for settings, score in zip(candidates, scores, strict=True) if score == max(scores)]
    return best[len(best) // 2]


def held_out_tracks(fit: Callable[[Sequence[int]], Scanner], recordings: Sequence, groups: Any) -> list[Track]:
    """Compute out-of-fold scores of recordings.

    Parameters
    ----------
    fit : callable
        From indices of recordings to a scanner that was fitted on these.
    recordings : sequence
        Clips.
    groups : array-like of shape (n_recordings,) or None
        Recordings of a group are held out together.

    Returns
    -------
    list of Track
        Scores of each recording, in their order.

    Raises
    ------
    ValueError
        If there are fewer than two groups.
    """
    groups = np.arange(len(recordings)) if groups is None else np.asarray(groups)
    n_folds = min(N_FOLDS, len(np.unique(groups)))
    if n_folds < 2:
        raise ValueError("threshold='tune' requires recordings of at least two groups, to hold some out. Use a number.")
    tracks: list[Any] = [None] * len(recordings)
    for train, test in GroupKFold(n_folds).split(recordings, groups=groups):
        scanner = fit(train)
        for i in test:
            tracks[i] = scanner.track(recordings[i], i)
    return tracks
