"""Candidates of a search by rank."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator

from skaudio.model_selection._describe import describe_estimators


@dataclass(frozen=True, eq=False)
class CandidateRanking:
    """Candidates of a search, the best first.

    Returned by `rank_candidates`.

    Attributes
    ----------
    metric : str
        Name of the score.
    indices : ndarray of int, shape (n_candidates,)
        Index of each candidate in ``cv_results_``.
    descriptions : list of str
        Description of each candidate by its parameters.
    mean_scores, std_scores : ndarray of shape (n_candidates,)
        Mean and standard deviation of the score over folds; NaN where fits failed, which come last.
    fit_times : ndarray of shape (n_candidates,)
        Mean time to fit, in seconds.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.model_selection import CandidateRanking
    >>> ranking = CandidateRanking("accuracy", np.array([1, 0]), ["C=10", "C=1"], *np.ones((3, 2)))
    >>> ranking.descriptions[0]
    'C=10'
    """

    metric: str
    indices: np.ndarray
    descriptions: list[str]
    mean_scores: np.ndarray
    std_scores: np.ndarray
    fit_times: np.ndarray


def rank_candidates(search: Any, metric: str | None = None) -> CandidateRanking:
    """Rank the candidates of a search by their mean score over folds.

    Parameters
    ----------
    search : GridSearchCV, RandomizedSearchCV or another with ``cv_results_``
        Fitted search.
    metric : str or None, default=None
        Name of the score, if the search has several. If None, the one that it was refitted by.

    Returns
    -------
    CandidateRanking
        The candidates, the best first. Estimators are described by `describe_estimators`, other parameters by their
        names in a pipeline's step and their values.

    Raises
    ------
    ValueError
        If the search has no such score.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.svm import SVC
    >>> from skaudio.model_selection import rank_candidates
    >>> search = GridSearchCV(SVC(), {"kernel": ["linear", "sigmoid"]}).fit(*load_iris(return_X_y=True))
    >>> ranking = rank_candidates(search)
    >>> ranking.descriptions, ranking.mean_scores.round(2).tolist()
    (['kernel=linear', 'kernel=sigmoid'], [0.98, 0.07])
    """
    results = search.cv_results_
    scored = [name.removeprefix("mean_test_") for name in results if name.startswith("mean_test_")]
    if scored == ["score"] and metric is None:
        key, scoring = "score", getattr(search, "scoring", None)
        name = scoring if isinstance(scoring, str) else getattr(scoring, "__name__", "score")
    else:
        key = name = search.refit if metric is None else metric
        if key not in scored:
            if metric is None:
                raise ValueError(f"The search has several scores. Pass metric, one of {scored}.")
            raise ValueError(f"metric={metric!r}; expected one of the scores of the search, {scored}.")
    means = results[f"mean_test_{key}"]
    order = np.argsort(-means, kind="stable")
    steps = [step for step, _ in getattr(search.estimator, "steps", [])]
    descriptions = _describe_candidates(results["params"], steps)
    return CandidateRanking(
        name,
        order,
        [descriptions[i] for i in order],
        means[order],
        results[f"std_test_{key}"][order],
        results["mean_fit_time"][order],
    )


def _describe_candidates(candidates: list[dict[str, Any]], steps: list[str]) -> list[str]:
    """Describe each candidate by its parameters, in the order of the steps of a pipeline."""
    parts: list[list[str]] = [[] for _ in candidates]
    names = dict.fromkeys(name for candidate in candidates for name in candidate)
    for name in sorted(names, key=lambda name: _position(name.partition("__")[0], steps)):
        rows = [i for i, candidate in enumerate(candidates) if name in candidate]
        values = [candidates[i][name] for i in rows]
        for i, value, description in zip(rows, values, describe_estimators(values), strict=True):
            if isinstance(value, BaseEstimator):
                parts[i].append(description)
            elif description != "passthrough":
                parts[i].append(f"{name.rpartition('__')[2]}={description}")
    return [", ".join(parts_i) or "default" for parts_i in parts]


def _position(step: str, steps: list[str]) -> int:
    return steps.index(step) if step in steps else len(steps)
