"""Segment-based metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.metrics._averages import precision_recall_f1
from skaudio.metrics._event_lists import EventArrays, check_event_lists


def segment_based_scores(
    y_true: Any,
    y_pred: Any,
    *,
    segment_seconds: float = 1.0,
    average: str | None = "micro",
    labels: Sequence | None = None,
) -> tuple:
    """Compute segment-based precision, recall and F1.

    Recordings are cut into segments; a class is active in a segment if one of its events overlaps it.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        Events of each recording, in seconds; or one table with the columns ``recording``, ``onset``, ``offset`` and
        ``label``. Two tables may name their recordings in different ways; see Notes.
    segment_seconds : float, default=1.0
        Length of a segment.
    average : {"micro", "macro"} or None, default="micro"
        Average over segments of all classes, over classes, or one score per class.
    labels : sequence, default=None
        Classes to include; None: all that occur, sorted.

    Returns
    -------
    precision, recall, f1 : float, or ndarrays of shape (n_classes,)
        In [0, 1].

    Raises
    ------
    ValueError, TypeError
        If events are not such lists or tables, tables share no recording, or events end before they begin; if
        ``segment_seconds`` is not above 0.

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
    >>> from skaudio.metrics import segment_based_scores
    >>> segment_based_scores([[(0.5, 2.5, "rain")]], [[(1.0, 4.0, "rain")]])  # segments 0, 1, 2; and 1, 2, 3
    (0.6666666666666666, 0.6666666666666666, 0.6666666666666666)
    """
    n_true = n_pred = hits = np.zeros(1, int)
    for true, predicted in _activities(y_true, y_pred, segment_seconds, labels):
        n_true, n_pred = n_true + true.sum(axis=0), n_pred + predicted.sum(axis=0)
        hits = hits + (true & predicted).sum(axis=0)
    return precision_recall_f1(n_true, n_pred, hits, hits, average)


def segment_based_f1(y_true: Any, y_pred: Any, **params: Any) -> float | np.ndarray:
    """Compute the F1 of `segment_based_scores`, for `sklearn.metrics.make_scorer`.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        See `segment_based_scores`.
    **params : dict
        Parameters of `segment_based_scores`.

    Returns
    -------
    float, or ndarray of shape (n_classes,)
        In [0, 1].

    Examples
    --------
    >>> from skaudio.metrics import segment_based_f1
    >>> segment_based_f1([[(0.5, 2.5, "rain")]], [[(0.0, 3.0, "rain")]])
    1.0
    """
    return segment_based_scores(y_true, y_pred, **params)[2]


def segment_based_error_rate(
    y_true: Any, y_pred: Any, *, segment_seconds: float = 1.0, labels: Sequence | None = None
) -> float:
    """Compute the segment-based error rate: errors relative to the number of active classes.

    In each segment, a missed class and a wrongly predicted one form a substitution; the remaining ones are deletions or
    insertions.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        See `segment_based_scores`.
    segment_seconds : float, default=1.0
        Length of a segment.
    labels : sequence, default=None
        Classes to include; None: all that occur.

    Returns
    -------
    float
        The error rate: 0 is best, 1 results from predicting nothing; there is no upper bound.

    Raises
    ------
    ValueError, TypeError
        See `segment_based_scores`; also if there is no true event.

    References
    ----------
    .. [1] A. Mesaros, T. Heittola and T. Virtanen, "Metrics for polyphonic sound event detection", Applied Sciences
       6(6), 2016.

    Examples
    --------
    >>> from skaudio.metrics import segment_based_error_rate
    >>> segment_based_error_rate([[(0.0, 2.0, "rain")]], [[(0.0, 1.0, "rain"), (1.0, 2.0, "wind")]])
    0.5
    """
    n_true = errors = 0
    for true, predicted in _activities(y_true, y_pred, segment_seconds, labels):
        missed, inserted = (true & ~predicted).sum(axis=1), (predicted & ~true).sum(axis=1)
        errors += int(np.maximum(missed, inserted).sum())
        n_true += int(true.sum())
    if n_true == 0:
        raise ValueError("y_true has no events; expected at least one, as the error rate is relative to them.")
    return errors / n_true


def _activities(
    y_true: Any, y_pred: Any, segment_seconds: float, labels: Sequence | None
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the true and predicted activity of classes for each recording, ``(n_segments, n_classes)``."""
    if not segment_seconds > 0:
        raise ValueError(f"segment_seconds={segment_seconds!r}; expected a duration above 0.")
    y_true, y_pred, labels = check_event_lists(y_true, y_pred, labels)
    pairs = []
    for true, predicted in zip(y_true, y_pred, strict=True):
        end = max((float(events.offsets.max()) for events in (true, predicted) if len(events.offsets)), default=0.0)
        shape = (int(np.ceil(end / segment_seconds)), len(labels))
        pairs.append((_activity(true, segment_seconds, shape), _activity(predicted, segment_seconds, shape)))
    return pairs


def _activity(events: EventArrays, segment_seconds: float, shape: tuple[int, int]) -> np.ndarray:
    active = np.zeros(shape, bool)
    first = np.floor(events.onsets / segment_seconds).astype(int)
    last = np.ceil(events.offsets / segment_seconds).astype(int)
    for start, stop, label in zip(first, last, events.labels, strict=True):
        active[start:stop, label] = True
    return active
