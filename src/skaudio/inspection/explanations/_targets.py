"""Targets of saliency maps: a number that an estimator predicts for each clip."""

from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_outlier_detector, is_regressor

from skaudio._class_scores import class_scores


def columns_of(model: Any, clips: Any) -> np.ndarray:
    """Compute the numbers that can be explained, ``(n_clips, n_columns)``.

    For a classifier, one for each class: decision values, or the log-odds of its probabilities. For a regressor, its
    predictions; for an outlier detector, how far clips are from normal.

    Raises
    ------
    TypeError
        If the estimator is none of these.
    """
    if is_outlier_detector(model):
        return -np.asarray(model.decision_function(clips)).reshape(len(clips), -1)
    if is_regressor(model):
        return np.asarray(model.predict(clips)).reshape(len(clips), -1)
    if not is_classifier(model):
        raise TypeError(
            f"Cannot explain {type(model).__name__}: expected a fitted classifier, regressor or outlier detector, or a "
            "pipeline that ends in one."
        )
    return class_scores(model, clips)


def chosen_columns(model: Any, columns: np.ndarray, target: Any) -> tuple[np.ndarray, list]:
    """Return the column that is explained for each clip, and its name.

    Parameters
    ----------
    model : estimator
        Estimator of the columns.
    columns : ndarray of shape (n_clips, n_columns)
        Columns from `columns_of`.
    target : class, int, array-like of shape (n_clips,), or None
        Target to explain, of all clips or of each: a class, or the index of an output. If None, the predicted class, or
        the first output.

    Returns
    -------
    indices : ndarray of int, shape (n_clips,)
        Columns.
    names : list
        Classes, or indices of outputs.

    Raises
    ------
    ValueError
        If there is no such class or output, or not one for each clip.
    """
    n_clips, n_columns = columns.shape
    names = list(range(n_columns))
    if is_classifier(model) and n_columns == len(model.classes_):
        names = np.asarray(model.classes_).tolist()
    if target is None:
        indices = columns.argmax(axis=1) if is_classifier(model) else np.zeros(n_clips, int)
        return indices, [names[column] for column in indices]
    targets = [target] * n_clips if np.ndim(target) == 0 else list(target)
    if len(targets) != n_clips:
        raise ValueError(f"target has {len(targets)} entries; expected one, or {n_clips}, one per clip.")
    for value in targets:
        if value not in names:
            raise ValueError(f"target={value!r}; expected one of {names}.")
    return np.array([names.index(value) for value in targets]), targets
