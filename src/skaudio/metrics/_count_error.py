"""Whether as many events were counted as there are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.metrics._event_lists import check_event_lists


def count_mean_absolute_error(y_true: Any, y_pred: Any, *, labels: Sequence | None = None) -> float:
    """Tell by how much counts of events are off, on average over recordings and classes.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label)
        Events of each recording. In data frames, recordings without any event would not count; pass lists.
    labels : sequence, default=None
        Classes that count; None: all that occur.

    Returns
    -------
    float
        0 at best.

    Raises
    ------
    ValueError, TypeError
        If events are no such lists.

    Examples
    --------
    >>> from skaudio.metrics import count_mean_absolute_error
    >>> count_mean_absolute_error([[(1.0, 2.0, "owl")], []], [[(1.0, 2.0, "owl")], [(3.0, 4.0, "owl")]])
    0.5
    """
    y_true, y_pred, labels = check_event_lists(y_true, y_pred, labels)
    if not labels:
        return 0.0
    errors = [
        np.abs(np.bincount(true.labels, minlength=len(labels)) - np.bincount(predicted.labels, minlength=len(labels)))
        for true, predicted in zip(y_true, y_pred, strict=True)
    ]
    return float(np.mean(errors))
