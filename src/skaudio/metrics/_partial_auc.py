"""Partial area under the ROC curve."""

from typing import Any

from sklearn.metrics import roc_auc_score


def partial_auc(y_true: Any, y_score: Any, *, max_fpr: float = 0.1, sample_weight: Any = None) -> float:
    """Compute the partial area under the receiver operating characteristic, up to a false-alarm rate.

    As in the DCASE challenges on anomalous sound detection [1]_: standardised so that chance is 0.5 and the best is 1
    [2]_. In monitoring, detection matters at low false-alarm rates only.

    Parameters
    ----------
    y_true : array-like of shape (n_clips,)
        Two classes, the anomalous one the higher label: 0 and 1, or False and True. With labels of scikit-learn's
        outlier detectors (1 normal, -1 anomalous), pass ``y == -1``.
    y_score : array-like of shape (n_clips,)
        Higher for clips that are more anomalous.
    max_fpr : float, default=0.1
        Maximum false-alarm rate, in (0, 1].
    sample_weight : array-like of shape (n_clips,), default=None
        Sample weights.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    ValueError
        If there are not two classes.

    References
    ----------
    .. [1] Y. Koizumi et al., "Description and discussion on DCASE2020 challenge task 2: unsupervised anomalous sound
       detection for machine condition monitoring", DCASE Workshop, 2020.
    .. [2] D. McClish, "Analyzing a portion of the ROC curve", Medical Decision Making 9(3), 1989.

    Examples
    --------
    >>> from skaudio.metrics import partial_auc
    >>> partial_auc([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])
    1.0
    """
    return float(roc_auc_score(y_true, y_score, max_fpr=max_fpr, sample_weight=sample_weight))
