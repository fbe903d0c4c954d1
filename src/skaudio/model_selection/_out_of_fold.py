"""Out-of-fold predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.model_selection import check_cv

from skaudio._class_scores import class_scores
from skaudio._validation import as_array_or_sequence


@dataclass(frozen=True, eq=False)
class OutOfFold:
    """Out-of-fold predictions: each sample by an estimator that was fitted without it.

    Returned by `out_of_fold`.

    Attributes
    ----------
    X : ndarray of shape (n_samples, ...)
        The samples.
    y_true, y_pred : ndarray of shape (n_samples,)
        True and predicted classes.
    margins : ndarray of shape (n_samples,)
        Score of the predicted class less that of the true one: 0 where the prediction is correct, and infinite where
        the estimator was not fitted on any sample of the true class. Scores are decision values, or log-odds.
    estimators : list of estimators
        One for each fold, fitted without its test samples.
    folds : ndarray of int, shape (n_samples,)
        Test fold of each sample.
    groups : ndarray of shape (n_samples,) or None, default=None
        Group of each sample.
    scores : ndarray of shape (n_samples,) or None, default=None
        Score of the predicted class: a decision value, or log-odds.
    probabilities : ndarray of shape (n_samples,) or None, default=None
        Probability of the predicted class, if the estimator predicts probabilities.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.model_selection import OutOfFold
    >>> clips, y_true, y_pred = np.array([["a.wav", "b.wav"], ["dog", "owl"], ["dog", "dog"]])
    >>> result = OutOfFold(clips, y_true, y_pred, margins=np.array([0.0, 1.5]), estimators=[], folds=np.array([0, 0]))
    >>> result.X[result.y_true != result.y_pred].tolist()
    ['b.wav']
    """

    X: np.ndarray
    y_true: np.ndarray
    y_pred: np.ndarray
    margins: np.ndarray
    estimators: list
    folds: np.ndarray
    groups: np.ndarray | None = None
    scores: np.ndarray | None = None
    probabilities: np.ndarray | None = None


def out_of_fold(
    estimator: Any, X: Any, y: Any, *, groups: Any = None, cv: Any = None, n_jobs: int | None = None
) -> OutOfFold:
    """Fit clones of a classifier on each fold, and predict the samples that they were not fitted on.

    Parameters
    ----------
    estimator : classifier
        Classifier to clone.
    X : batch of clips, or another input of the estimator
        Samples.
    y : array-like of shape (n_samples,)
        Classes.
    groups : array-like of shape (n_samples,), default=None
        Groups for the folds.
    cv : int, cross-validation generator or iterable, default=None
        Folds that test each sample once. If None, five stratified folds.
    n_jobs : int or None, default=None
        Number of processes.

    Returns
    -------
    OutOfFold
        Predictions, and the estimators that made them.

    Raises
    ------
    ValueError
        If a sample is not tested exactly once.

    See Also
    --------
    sklearn.model_selection.cross_val_predict : Out-of-fold predictions alone.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.svm import SVC
    >>> from skaudio.model_selection import out_of_fold
    >>> X, y = load_iris(return_X_y=True)
    >>> result = out_of_fold(SVC(), X, y, cv=3)
    >>> int((result.y_pred != result.y_true).sum()), len(result.estimators)
    (6, 3)
    """
    X, y = _indexable(X), np.asarray(y)
    splits = list(check_cv(cv, y, classifier=True).split(X, y, groups))
    n_tests = np.bincount(np.concatenate([test for _, test in splits]), minlength=len(y))
    if not (n_tests == 1).all():
        raise ValueError(
            f"{int((n_tests != 1).sum())} of {len(y)} clips are not tested exactly once. Pass cv with folds that "
            "test each clip once, such as StratifiedKFold(5)."
        )
    # In a tuple, Dask sends arrays with each task: of others it keeps one copy, which is lost if its worker dies.
    results = Parallel(n_jobs)(delayed(_fit_and_predict)(clone(estimator), (X, y, *split)) for split in splits)
    order = np.argsort(np.concatenate([test for _, test in splits]))
    y_pred, margins, scores, probabilities = (
        np.concatenate(parts)[order] for parts in zip(*(predicted for _, predicted in results), strict=True)
    )
    folds = np.repeat(np.arange(len(splits)), [len(test) for _, test in splits])[order]
    return OutOfFold(
        X,
        y,
        y_pred.astype(y.dtype),
        margins,
        [fitted for fitted, _ in results],
        folds,
        groups=None if groups is None else np.asarray(groups),
        scores=scores,
        probabilities=None if np.isnan(probabilities).any() else probabilities,
    )


def _indexable(X: Sequence) -> np.ndarray:
    """Return a batch as an array that can be indexed by arrays."""
    X = as_array_or_sequence(X)  # list() of a data frame would return its columns
    if isinstance(X, np.ndarray):
        return X
    samples = np.empty(len(X), dtype=object)
    for i, sample in enumerate(X):
        samples[i] = sample
    return samples


def _fit_and_predict(
    estimator: Any, data: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
) -> tuple[Any, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]]:
    """Return the fitted estimator, and predictions, margins, scores and probabilities of the samples to test."""
    X, y, train, test = data
    estimator.fit(X[train], y[train])
    predicted = estimator.predict(X[test])
    scores = class_scores(estimator, X[test])
    columns = {label: i for i, label in enumerate(np.asarray(estimator.classes_).tolist())}
    chosen = np.arange(len(test)), [columns[label] for label in predicted.tolist()]
    margins = [
        score - row[columns[true]] if true in columns else np.inf
        for row, score, true in zip(scores, scores[chosen], y[test].tolist(), strict=True)
    ]
    probabilities = np.full(len(test), np.nan)
    if hasattr(estimator, "predict_proba"):
        probabilities = np.asarray(estimator.predict_proba(X[test]))[chosen]
    # Margins of mistakes are not negative, even if scores and predictions disagree.
    return estimator, (
        predicted,
        np.where(predicted == y[test], 0.0, np.maximum(margins, 0.0)),
        scores[chosen],
        probabilities,
    )
