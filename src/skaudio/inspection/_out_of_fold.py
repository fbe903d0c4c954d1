"""Out-of-fold predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone

from skaudio._validation import as_array_or_sequence
from skaudio.inspection._targets import columns_of

Fold = tuple[np.ndarray, np.ndarray]  # numbers of the clips to fit to and to test on


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Out-of-fold predictions: each clip by an estimator that was fitted without it.

    Attributes
    ----------
    predicted : ndarray of shape (n_clips,)
        Classes.
    excess : ndarray of shape (n_clips,)
        Excess of the score of the predicted class over that of the true one: 0 where correct, and infinite where the
        estimator was not fitted on any clip of the true class.
    models : list of estimators
        One for each fold, fitted without its test clips.
    fold_of : ndarray of int, shape (n_clips,)
        Test fold of each clip.
    """

    predicted: np.ndarray
    excess: np.ndarray
    models: list
    fold_of: np.ndarray


def clip_array(X: Sequence) -> np.ndarray:
    """Return a batch of clips as an array that can be indexed by arrays."""
    X = as_array_or_sequence(X)  # of a data frame, a list would be its columns
    if isinstance(X, np.ndarray):
        return X
    clips = np.empty(len(X), dtype=object)
    for i, clip in enumerate(X):
        clips[i] = clip
    return clips


def out_of_fold(
    estimator: Any, clips: np.ndarray, target: np.ndarray, folds: Sequence[Fold], n_jobs: int | None = None
) -> OutOfFold:
    """Fit clones on each fold and predict its test clips.

    Parameters
    ----------
    estimator : classifier
        Estimator to clone.
    clips : ndarray of shape (n_clips, ...)
        Clips.
    target : ndarray of shape (n_clips,)
        Classes.
    folds : sequence of (ndarray, ndarray)
        Indices of the training and test clips.
    n_jobs : int or None, default=None
        Number of processes.

    Returns
    -------
    OutOfFold

    Raises
    ------
    ValueError
        If a clip is not tested exactly once.
    """
    n_tests = np.bincount(np.concatenate([test for _, test in folds]), minlength=len(target))
    if not (n_tests == 1).all():
        raise ValueError(
            f"{int((n_tests != 1).sum())} of {len(target)} clips are tested never, or more than once. Pass cv=, folds "
            "that test each clip once, such as StratifiedKFold(5)."
        )
    judged = Parallel(n_jobs)(
        delayed(_fit_and_judge)(clone(estimator), clips, target, train, test) for train, test in folds
    )
    predicted, excess = np.empty_like(target), np.empty(len(target))
    fold_of = np.empty(len(target), int)
    for number, ((_, test), (_, own_predicted, own_excess)) in enumerate(zip(folds, judged, strict=True)):
        predicted[test], excess[test], fold_of[test] = own_predicted, own_excess, number
    return OutOfFold(predicted, excess, [model for model, _, _ in judged], fold_of)


def _fit_and_judge(
    model: Any, clips: np.ndarray, target: np.ndarray, train: np.ndarray, test: np.ndarray
) -> tuple[Any, np.ndarray, np.ndarray]:
    model.fit(clips[train], target[train])
    predicted = model.predict(clips[test])
    columns = columns_of(model, clips[test])
    places = {label: i for i, label in enumerate(np.asarray(model.classes_).tolist())}
    true = [places.get(label) for label in target[test].tolist()]
    own = [places[label] for label in predicted.tolist()]
    excess = [
        np.inf if right is None else row[said] - row[right] for row, said, right in zip(columns, own, true, strict=True)
    ]
    # Where probabilities and predictions do not agree, a mistake is one all the same.
    return model, predicted, np.where(predicted == target[test], 0.0, np.maximum(excess, 0.0))
