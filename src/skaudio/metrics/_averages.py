"""Precision, recall and F1 from counts."""

import numpy as np


def precision_recall_f1(
    n_true: np.ndarray, n_pred: np.ndarray, true_hit: np.ndarray, pred_hit: np.ndarray, average: str | None
) -> tuple:
    """Compute precision, recall and F1, averaged over classes as in scikit-learn.

    Parameters
    ----------
    n_true, n_pred, true_hit, pred_hit : ndarrays of shape (n_classes,)
        Numbers of true and predicted items, and of those of each that are matched.
    average : {"micro", "macro"} or None
        Average over all items, over classes, or no average.

    Returns
    -------
    precision, recall, f1 : float, or ndarrays of shape (n_classes,)
        0 where a denominator is zero.

    Raises
    ------
    ValueError
        If `average` is invalid.
    """
    if average not in {"micro", "macro", None}:
        raise ValueError(f"average={average!r}; expected 'micro', 'macro' or None.")
    if average == "micro":
        n_true, n_pred, true_hit, pred_hit = (np.sum(counts) for counts in (n_true, n_pred, true_hit, pred_hit))
    precision, recall = _ratio(pred_hit, n_pred), _ratio(true_hit, n_true)
    f1 = _ratio(2 * precision * recall, precision + recall)
    if average is None:
        return precision, recall, f1
    return tuple(float(np.mean(values)) if np.size(values) else 0.0 for values in (precision, recall, f1))


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
