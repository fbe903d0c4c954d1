"""Results of a search as a table: front ends by models."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.base import clone

from skaudio.features import FrontEnd
from skaudio.model_selection import describe_estimators, rank_candidates


class SearchTable(NamedTuple):
    """Table of the best scores; fields are the parameters of `skaudio.inspection.SearchDisplay`."""

    scores: np.ndarray
    row_names: list[str]
    column_names: list[str]
    row_label: str
    column_label: str
    score_name: str


def search_table(search: Any, rows: str | None, columns: str | None, metric: str | None) -> SearchTable:
    """Tabulate the best score for each pair of values of two parameters.

    Parameters
    ----------
    search : fitted search
        Search with ``cv_results_``.
    rows, columns, metric : str or None
        See `skaudio.inspection.SearchDisplay.from_estimator`.

    Returns
    -------
    SearchTable

    Raises
    ------
    ValueError
        If there is no such parameter or metric, if it is ambiguous, or if all fits failed.
    """
    candidates = search.cv_results_["params"]
    ranking = rank_candidates(search, metric)
    names = list(dict.fromkeys(name for candidate in candidates for name in candidate))
    if len(names) == 1 and {rows, columns} <= {None, *names}:
        rows, columns = _only_axis(names[0], rows, columns, candidates)
    else:
        rows = _choose_parameter("rows", rows, names, candidates, (_is_front_end, _only_transforms), "front ends")
        columns = _choose_parameter("columns", columns, names, candidates, (_predicts,), "models")
    row_of, column_of = (_values(search, candidates, name) for name in (rows, columns))
    row_names, column_names = list(dict.fromkeys(row_of)), list(dict.fromkeys(column_of))
    scores = np.full((len(row_names), len(column_names)), np.nan)
    for i, score in zip(ranking.indices, ranking.mean_scores, strict=True):
        cell = row_names.index(row_of[i]), column_names.index(column_of[i])
        scores[cell] = np.fmax(scores[cell], score)  # a fit that failed is NaN
    if np.isnan(scores).all():
        raise ValueError(
            f"All scores by {ranking.metric} are NaN: all fits failed. Use error_score='raise' to see the error."
        )
    return SearchTable(scores, row_names, column_names, rows or "", columns or "", ranking.metric)


def _only_axis(
    name: str, rows: str | None, columns: str | None, candidates: list[dict]
) -> tuple[str | None, str | None]:
    """Assign the only parameter of a search to rows, if requested or if its values are transformers, or to columns."""
    if rows is None and columns is None:
        transforms = any(
            _is_front_end(candidate[name]) or _only_transforms(candidate[name]) for candidate in candidates
        )
        return (name, None) if transforms else (None, name)
    return rows, columns


def _values(search: Any, candidates: list[dict], name: str | None) -> list[str]:
    """Describe the value of a parameter in each candidate."""
    if name is None:  # there is one row, or one column
        return [""] * len(candidates)
    return describe_estimators([_value(search, candidate, name) for candidate in candidates])


def _choose_parameter(
    argument: str, name: str | None, names: list[str], candidates: list[dict], tests: tuple, what: str
) -> str:
    """Return the parameter of rows or columns: the one whose values pass the first test that any value passes."""
    if name is not None:
        if name not in names:
            raise ValueError(f"{argument}={name!r}; expected one of the parameters of the search, {names}.")
        return name
    for test in tests:
        matching = [
            name for name in names if any(test(candidate[name]) for candidate in candidates if name in candidate)
        ]
        if len(matching) == 1:
            return matching[0]
        if matching:
            raise ValueError(f"Several parameters have {what} as values. Pass {argument}, one of {matching}.")
    raise ValueError(f"No parameter of the search has {what} as values. Pass {argument}, one of {names}.")


def _value(search: Any, candidate: dict, name: str) -> Any:
    """Return a parameter of a candidate, or that of the pipeline if it is not set."""
    if name in candidate:
        return candidate[name]
    return clone(search.estimator).set_params(**clone(candidate, safe=False)).get_params().get(name, "not set")


def _is_front_end(value: Any) -> bool:
    return isinstance(value, FrontEnd)


def _only_transforms(value: Any) -> bool:
    return hasattr(value, "transform") and not _predicts(value)


def _predicts(value: Any) -> bool:
    return hasattr(value, "predict")
