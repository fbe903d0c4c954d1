"""Event-based metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

from skaudio.metrics._averages import precision_recall_f1
from skaudio.metrics._event_lists import EventArrays, check_event_lists


def event_based_scores(
    y_true: Any,
    y_pred: Any,
    *,
    onset_collar: float = 0.2,
    offset_collar: float | None = 0.2,
    offset_share: float = 0.2,
    average: str | None = "micro",
    labels: Sequence | None = None,
) -> tuple:
    """Compute event-based precision, recall and F1.

    A predicted event is correct if its onset and offset are close to those of a true event of its class. Matching is
    one-to-one and maximises the number of matches.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        Events of each recording, in seconds; or one table with the columns ``recording``, ``onset``, ``offset`` and
        ``label``. Two tables may name their recordings in different ways; see Notes.
    onset_collar : float, default=0.2
        Tolerance of the onset, in seconds.
    offset_collar : float or None, default=0.2
        Tolerance of the offset, in seconds; None: offsets are ignored.
    offset_share : float, default=0.2
        Tolerance of the offset as a share of the true event's length, if that is larger.
    average : {"micro", "macro"} or None, default="micro"
        Average over all events, over classes, or one score per class.
    labels : sequence, default=None
        Classes to include, in the order of results for ``average=None``; None: all that occur, sorted.

    Returns
    -------
    precision, recall, f1 : float, or ndarrays of shape (n_classes,)
        In [0, 1].

    Raises
    ------
    ValueError, TypeError
        If events are not such lists or tables, tables share no recording, or events end before they begin.

    See Also
    --------
    segment_based_scores : Scores of the activity of classes in segments.
    intersection_based_scores : Scores for events with ambiguous bounds.

    Notes
    -----
    A name in one table matches the same path in the other, or else one that ends with it, such as ``night.wav`` or
    ``night`` and ``/data/night.wav``, if there is only one; an ambiguous name raises an error.

    References
    ----------
    .. [1] A. Mesaros, T. Heittola and T. Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences
       6(6), 2016.

    Examples
    --------
    >>> from skaudio.metrics import event_based_scores
    >>> y_true = [[(1.0, 2.0, "owl"), (5.0, 6.0, "owl")], []]
    >>> y_pred = [[(1.1, 2.1, "owl"), (5.5, 6.0, "owl")], [(3.0, 4.0, "owl")]]
    >>> [round(score, 2) for score in event_based_scores(y_true, y_pred)]
    [0.33, 0.5, 0.4]
    """
    n_true, n_pred, hits = _count_matches(y_true, y_pred, onset_collar, offset_collar, offset_share, labels)
    return precision_recall_f1(n_true, n_pred, hits, hits, average)


def event_based_f1(y_true: Any, y_pred: Any, **params: Any) -> float | np.ndarray:
    """Compute the F1 of `event_based_scores`, for `sklearn.metrics.make_scorer`.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        See `event_based_scores`.
    **params : dict
        Parameters of `event_based_scores`.

    Returns
    -------
    float, or ndarray of shape (n_classes,)
        In [0, 1].

    Examples
    --------
    >>> from skaudio.metrics import event_based_f1
    >>> event_based_f1([[(1.0, 2.0, "owl")]], [[(1.1, 2.1, "owl")]])
    1.0
    """
    return event_based_scores(y_true, y_pred, **params)[2]


def false_alarms_per_hour(
    y_true: Any,
    y_pred: Any,
    *,
    hours: float,
    onset_collar: float = 0.2,
    offset_collar: float | None = 0.2,
    offset_share: float = 0.2,
    labels: Sequence | None = None,
) -> float:
    """Compute the number of false alarms per hour, over all classes.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        See `event_based_scores`.
    hours : float
        Total duration of the recordings, with and without events.
    onset_collar, offset_collar, offset_share : float, default=0.2
        Tolerances; see `event_based_scores`.
    labels : sequence, default=None
        Classes to include; None: all that occur.

    Returns
    -------
    float
        False alarms per hour.

    Raises
    ------
    ValueError, TypeError
        See `event_based_scores`; also if ``hours`` is not above 0.

    Examples
    --------
    >>> from skaudio.metrics import false_alarms_per_hour
    >>> false_alarms_per_hour([[(1.0, 2.0, "owl")]], [[(1.1, 2.1, "owl"), (9.0, 9.5, "owl")]], hours=0.5)
    2.0
    """
    if not hours > 0:
        raise ValueError(f"hours={hours!r}; expected a duration above 0.")
    _, n_pred, hits = _count_matches(y_true, y_pred, onset_collar, offset_collar, offset_share, labels)
    return float(np.sum(n_pred - hits) / hours)


def match_events(
    y_true: Sequence,
    y_pred: Sequence,
    *,
    onset_collar: float = 0.2,
    offset_collar: float | None = 0.2,
    offset_share: float = 0.2,
) -> list[np.ndarray]:
    """Match true and predicted events: which ones `event_based_scores` counts as correct.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label)
        Events of each recording, in seconds.
    onset_collar, offset_collar, offset_share : float, default=0.2
        Tolerances; see `event_based_scores`.

    Returns
    -------
    list of ndarray of int, shape (n_matches, 2)
        For each recording, pairs of the index of a true event and of the predicted event that it is matched with.

    Raises
    ------
    ValueError, TypeError
        See `event_based_scores`; also if events are in a table, whose rows are not in lists.

    Examples
    --------
    >>> from skaudio.metrics import match_events
    >>> y_true = [[(1.0, 2.0, "owl"), (5.0, 6.0, "owl")]]
    >>> y_pred = [[(3.0, 4.0, "owl"), (5.1, 6.0, "owl")]]
    >>> match_events(y_true, y_pred)[0].tolist()
    [[1, 1]]
    """
    if hasattr(y_true, "columns") or hasattr(y_pred, "columns"):
        raise TypeError("match_events takes lists of lists of events, not data frames; expected a list per recording.")
    both = zip(*check_event_lists(y_true, y_pred, None)[:2], strict=True)
    return [_match(true, predicted, onset_collar, offset_collar, offset_share) for true, predicted in both]


def _count_matches(
    y_true: Any,
    y_pred: Any,
    onset_collar: float,
    offset_collar: float | None,
    offset_share: float,
    labels: Sequence | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count true events, predicted events and matches of each class."""
    y_true, y_pred, labels = check_event_lists(y_true, y_pred, labels)
    n_true, n_pred, hits = (np.zeros(len(labels), int) for _ in range(3))
    for true, predicted in zip(y_true, y_pred, strict=True):
        n_true += np.bincount(true.labels, minlength=len(labels))
        n_pred += np.bincount(predicted.labels, minlength=len(labels))
        matched = _match(true, predicted, onset_collar, offset_collar, offset_share)[:, 0]
        hits += np.bincount(true.labels[matched], minlength=len(labels))
    return n_true, n_pred, hits


def _match(
    true: EventArrays, predicted: EventArrays, onset_collar: float, offset_collar: float | None, offset_share: float
) -> np.ndarray:
    """Match as many events of one recording as possible; return pairs of indices of true and predicted events."""
    near = true.labels[:, np.newaxis] == predicted.labels
    near &= np.abs(true.onsets[:, np.newaxis] - predicted.onsets) <= onset_collar
    if offset_collar is not None:
        tolerance = np.maximum(offset_collar, offset_share * (true.offsets - true.onsets))
        near &= np.abs(true.offsets[:, np.newaxis] - predicted.offsets) <= tolerance[:, np.newaxis]
    partners = maximum_bipartite_matching(csr_array(near), perm_type="column")
    matched = np.flatnonzero(partners >= 0)
    return np.column_stack([matched, partners[matched]])
