"""Whether as many events were counted as there are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.metrics._event_lists import check_event_lists


def count_mean_absolute_error(
    y_true: Any, y_pred: Any, *, labels: Sequence | None = None, recordings: Sequence | None = None
) -> float:
    """Compute the mean absolute error of counts of events, over recordings and classes.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        Events of each recording; or one table with the columns ``recording``, ``onset``, ``offset`` and ``label``.
    labels : sequence, default=None
        Classes that count; None: all that occur.
    recordings : sequence, default=None
        Paths or names of all recordings, for tables: those that a table does not name have no events, and count, too.
        A table may have shorter names, if each is of one recording only. None: those that either table names.

    Returns
    -------
    float
        0 at best.

    Raises
    ------
    ValueError, TypeError
        If events are no such lists or tables, or if a table names none of ``recordings``.

    Examples
    --------
    >>> from skaudio.metrics import count_mean_absolute_error
    >>> count_mean_absolute_error([[(1.0, 2.0, "owl")], []], [[(1.0, 2.0, "owl")], [(3.0, 4.0, "owl")]])
    0.5

    Of tables, recordings without events count only if they are named:

    >>> from skaudio.events import event_table
    >>> true = event_table({"a.wav": [(1.0, 2.0, "owl")]})
    >>> predicted = event_table({"a.wav": [(1.0, 2.0, "owl"), (3.0, 4.0, "owl")]})
    >>> count_mean_absolute_error(true, predicted)
    1.0
    >>> count_mean_absolute_error(true, predicted, recordings=["a.wav", "b.wav"])
    0.5
    """
    y_true, y_pred, labels = check_event_lists(y_true, y_pred, labels, recordings)
    if not labels:
        return 0.0
    errors = [
        np.abs(np.bincount(true.labels, minlength=len(labels)) - np.bincount(predicted.labels, minlength=len(labels)))
        for true, predicted in zip(y_true, y_pred, strict=True)
    ]
    return float(np.mean(errors))
