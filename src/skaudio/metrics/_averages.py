"""Precision, recall and F1 from what was hit, missed and made up."""

import numpy as np


def precision_recall_f1(
    n_true: np.ndarray, n_pred: np.ndarray, true_hit: np.ndarray, pred_hit: np.ndarray, average: str | None
) -> tuple:
    """Compute the three, averaged over classes as scikit-learn does.

    Parameters
    ----------
    n_true, n_pred, true_hit, pred_hit : ndarrays of shape (n_classes,)
        Numbers of true and predicted things, and of those of each that have a counterpart.
    average : {"micro", "macro"} or None
        Whether all are counted together, classes averaged, or none of it.

    Returns
    -------
    precision, recall, f1 : float, or ndarrays of shape (n_classes,)
        0 where there is nothing to divide by.

    Raises
    ------
    ValueError
        If `average` is none of these.
    """
    if average not in {"micro", "macro", None}:
        raise ValueError(f"average={average!r}; expected 'micro', 'macro' or None.")
    if average == "micro":
        n_true, n_pred, true_hit, pred_hit = (np.sum(counts) for counts in (n_true, n_pred, true_hit, pred_hit))
    precision, recall = _share(pred_hit, n_pred), _share(true_hit, n_true)
    f1 = _share(2 * precision * recall, precision + recall)
    if average is None:
        return precision, recall, f1
    return tuple(float(np.mean(values)) if np.size(values) else 0.0 for values in (precision, recall, f1))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
