"""Minimum detection cost."""

from typing import Any

import numpy as np
from sklearn.metrics import det_curve


def min_detection_cost(
    y_true: Any,
    y_score: Any,
    *,
    p_target: float = 0.01,
    cost_miss: float = 1.0,
    cost_false_alarm: float = 1.0,
    pos_label: Any = None,
    sample_weight: Any = None,
) -> float:
    """Compute the minimum detection cost over all thresholds, as in NIST speaker recognition evaluations.

    Where genuine trials are rare, false alarms weigh more than in the equal error rate. The cost is normalised by that
    of accepting all trials, or none: 1 is useless, 0 is perfect [1]_.

    Parameters
    ----------
    y_true : array-like of shape (n_trials,)
        Two classes: genuine trials and others.
    y_score : array-like of shape (n_trials,)
        Higher for trials that are more likely genuine.
    p_target : float, default=0.01
        Prior probability of genuine trials, in (0, 1).
    cost_miss, cost_false_alarm : float, default=1.0
        Costs of rejecting a genuine trial, and of accepting another.
    pos_label : int, float, bool or str, default=None
        Class of genuine trials; None: 1.
    sample_weight : array-like of shape (n_trials,), default=None
        Sample weights.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If genuine or other trials are missing, if ``p_target`` is not a probability, or if a cost is not above 0.

    References
    ----------
    .. [1] "NIST 2016 speaker recognition evaluation plan", National Institute of Standards and Technology, 2016.

    Examples
    --------
    >>> from skaudio.metrics import min_detection_cost
    >>> min_detection_cost([0, 0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.7, 0.6, 0.9], p_target=0.5)
    0.25
    """
    if not 0.0 < p_target < 1.0:
        raise ValueError(f"p_target={p_target!r}; expected a probability between 0 and 1.")
    if not (cost_miss > 0.0 and cost_false_alarm > 0.0):
        raise ValueError(f"cost_miss={cost_miss!r}, cost_false_alarm={cost_false_alarm!r}; expected costs above 0.")
    false_alarms, misses, _ = det_curve(y_true, y_score, pos_label=pos_label, sample_weight=sample_weight)
    miss, alarm = cost_miss * p_target, cost_false_alarm * (1.0 - p_target)
    return float(min(1.0, np.min(miss * misses + alarm * false_alarms) / min(miss, alarm)))
