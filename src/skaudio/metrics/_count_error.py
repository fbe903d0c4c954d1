"""Error of event counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.metrics._event_lists import check_event_lists


def count_mean_absolute_error(
    y_true: Any, y_pred: Any, *, labels: Sequence | None = None, recordings: Sequence | None = None
) -> float:
    """Compute the mean absolute error of event counts, over recordings and classes.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        Events of each recording; or one table with the columns ``recording``, ``onset``, ``offset`` and ``label``.
    labels : sequence, default=None
        Classes to include; None: all that occur.
    recordings : sequence, default=None
        Paths or names of all recordings, for tables: those missing in a table have no events, and are included. A table
        may use shorter names, if they are unambiguous. None: those in either table.

    Returns
    -------
    float
        The error; 0 is best.

    Raises
    ------
    ValueError, TypeError
        If events are not such lists or tables, or if a table contains none of ``recordings``.

    Examples
    --------
    >>> from skaudio.metrics import count_mean_absolute_error
    >>> count_mean_absolute_error([[(1.0, 2.0, "owl")], []], [[(1.0, 2.0, "owl")], [(3.0, 4.0, "owl")]])
    0.5

    For tables, recordings without events are included only if listed:

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
