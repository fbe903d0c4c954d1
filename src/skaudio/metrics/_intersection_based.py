"""Intersection-based metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.metrics._averages import precision_recall_f1
from skaudio.metrics._event_lists import check_event_lists


def intersection_based_scores(
    y_true: Any,
    y_pred: Any,
    *,
    detection_share: float = 0.7,
    truth_share: float = 0.7,
    average: str | None = "macro",
    labels: Sequence | None = None,
) -> tuple:
    """Compute intersection-based precision, recall and F1 of events.

    A prediction is correct if enough of it overlaps true events of its class; a true event is detected if enough of it
    overlaps correct predictions. An event may be covered by several, so that splitting or merging events is not
    penalised.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        Events of each recording, in seconds; or one table with the columns ``recording``, ``onset``, ``offset`` and
        ``label``. Two tables may name their recordings in different ways; see Notes. Events of one class in a list are
        assumed not to overlap.
    detection_share : float, default=0.7
        Share of a prediction that must overlap true events, in (0, 1]: the detection tolerance criterion.
    truth_share : float, default=0.7
        Share of a true event that must overlap predictions, in (0, 1]: the ground truth intersection criterion.
    average : {"micro", "macro"} or None, default="macro"
        Average over all events, over classes, or one score per class.
    labels : sequence, default=None
        Classes to include; None: all that occur, sorted.

    Returns
    -------
    precision, recall, f1 : float, or ndarrays of shape (n_classes,)
        Precision and recall relate detected true events to wrong predictions and missed true events; F1 is their
        harmonic mean.

    Raises
    ------
    ValueError, TypeError
        If events are not such lists or tables, tables share no recording, or events end before they begin; if a share
        is not in (0, 1].

    Notes
    -----
    A name in one table matches the same path in the other, or else one that ends with it, such as ``night.wav`` or
    ``night`` and ``/data/night.wav``, if there is only one; an ambiguous name raises an error.

    References
    ----------
    .. [1] C. Bilen, G. Ferroni, F. Tuveri, J. Azcarreta and S. Krstulovic, "A framework for the robust evaluation of
       sound event detection", ICASSP, 2020.

    Examples
    --------
    >>> from skaudio.metrics import intersection_based_scores
    >>> intersection_based_scores([[(0.0, 4.0, "owl")]], [[(0.1, 1.5, "owl"), (1.7, 3.9, "owl")]])
    (1.0, 1.0, 1.0)
    """
    for name, share in (("detection_share", detection_share), ("truth_share", truth_share)):
        if not 0.0 < share <= 1.0:
            raise ValueError(f"{name}={share!r}; expected a share in (0, 1].")
    y_true, y_pred, labels = check_event_lists(y_true, y_pred, labels)
    n_true, n_detected, n_wrong = (np.zeros(len(labels), int) for _ in range(3))
    for all_true, all_predicted in zip(y_true, y_pred, strict=True):
        for label in range(len(labels)):
            true, predicted = all_true.of(label), all_predicted.of(label)
            begin = np.maximum(true.onsets[:, np.newaxis], predicted.onsets)
            overlap = np.maximum(np.minimum(true.offsets[:, np.newaxis], predicted.offsets) - begin, 0.0)
            is_correct = overlap.sum(axis=0) >= detection_share * (predicted.offsets - predicted.onsets)
            covered = overlap[:, is_correct].sum(axis=1)
            n_true[label] += len(true.onsets)
            n_detected[label] += np.sum((covered >= truth_share * (true.offsets - true.onsets)) & (covered > 0))
            n_wrong[label] += np.sum(~is_correct)
    return precision_recall_f1(n_true, n_detected + n_wrong, n_detected, n_detected, average)


def intersection_based_f1(y_true: Any, y_pred: Any, **params: Any) -> float | np.ndarray:
    """Compute the F1 of `intersection_based_scores`, for `sklearn.metrics.make_scorer`.

    Parameters
    ----------
    y_true, y_pred : list of lists of (onset, offset, label), or DataFrame
        See `intersection_based_scores`.
    **params : dict
        Parameters of `intersection_based_scores`.

    Returns
    -------
    float, or ndarray of shape (n_classes,)
        In [0, 1].

    Examples
    --------
    >>> from skaudio.metrics import intersection_based_f1
    >>> intersection_based_f1([[(0.0, 4.0, "owl")]], [[(0.5, 3.9, "owl")]])
    1.0
    """
    return intersection_based_scores(y_true, y_pred, **params)[2]
