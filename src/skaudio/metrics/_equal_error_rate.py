"""Equal error rate."""

from typing import Any, Literal, overload

import numpy as np
from sklearn.metrics import roc_curve


@overload
def equal_error_rate(
    y_true: Any, y_score: Any, *, pos_label: Any = ..., sample_weight: Any = ..., return_threshold: Literal[False] = ...
) -> float: ...
@overload
def equal_error_rate(
    y_true: Any, y_score: Any, *, pos_label: Any = ..., sample_weight: Any = ..., return_threshold: Literal[True]
) -> tuple[float, float]: ...
def equal_error_rate(
    y_true: Any, y_score: Any, *, pos_label: Any = None, sample_weight: Any = None, return_threshold: bool = False
) -> float | tuple[float, float]:
    """Compute the equal error rate: the error at which the false-alarm and miss rates are equal.

    The standard metric of speaker verification: 0 is perfect, 0.5 is chance. Rates are interpolated linearly between
    thresholds, as on the receiver operating characteristic.

    Parameters
    ----------
    y_true : array-like of shape (n_trials,)
        Two classes: genuine trials and others.
    y_score : array-like of shape (n_trials,)
        Higher for trials that are more likely genuine.
    pos_label : int, float, bool or str, default=None
        Class of genuine trials; None: 1.
    sample_weight : array-like of shape (n_trials,), default=None
        Sample weights.
    return_threshold : bool, default=False
        Whether to return the threshold, too.

    Returns
    -------
    rate : float
        In [0, 1].
    threshold : float
        Trials with at least this score are accepted as genuine; only if ``return_threshold``.

    Raises
    ------
    ValueError
        If genuine or other trials are missing, or if scores are not finite.

    See Also
    --------
    min_detection_cost : Cost of errors where genuine trials are rare.
    sklearn.metrics.det_curve : Both error rates at all thresholds.
    sklearn.metrics.DetCurveDisplay : Plot of these rates.

    References
    ----------
    .. [1] A. Martin et al., "The DET curve in assessment of detection task performance", Eurospeech, 1997.

    Examples
    --------
    >>> from skaudio.metrics import equal_error_rate
    >>> equal_error_rate([0, 0, 0, 0, 1, 1, 1, 1], [0.1, 0.2, 0.3, 0.7, 0.6, 0.8, 0.9, 1.0])
    0.25
    """
    false_alarms, hits, thresholds = roc_curve(
        y_true, y_score, pos_label=pos_label, sample_weight=sample_weight, drop_intermediate=False
    )
    if not np.isfinite([false_alarms[-1], hits[-1]]).all():
        raise ValueError("y_true has one class only; expected genuine trials and others.")
    excess = false_alarms - (1.0 - hits)  # rises from -1 to 1
    after = int(np.argmax(excess >= 0))
    share = -excess[after - 1] / (excess[after] - excess[after - 1])
    rate = false_alarms[after - 1] + share * (false_alarms[after] - false_alarms[after - 1])
    if not return_threshold:
        return float(rate)
    highest = thresholds[after] if after == 1 else thresholds[after - 1]  # the first threshold is infinite
    return float(rate), float(highest + share * (thresholds[after] - highest))
