"""Scores of windows or detections, and their reviews, in one form: an item is one score of one class."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from numbers import Real
from typing import Any, NamedTuple

import numpy as np

from skaudio._event_rows import is_missing

ONE_CLASS = "event"  # name of the class of scores without one
TABLE = ("label", "score")  # columns of a table of detections


class ScoredItems(NamedTuple):
    """Items to count.

    Attributes
    ----------
    scores : ndarray of float64, shape (n_items,)
        Windows x classes are flattened, row by row.
    codes : ndarray of int, shape (n_items,)
        Class of each item, an index into `classes`.
    classes : list
        Names of the classes.
    verified : ndarray of float64, shape (n_items,)
        1 for true, 0 for false, NaN for an item that is not reviewed.
    shape : tuple of int
        Shape of the scores as they were passed.
    """

    scores: np.ndarray
    codes: np.ndarray
    classes: list
    verified: np.ndarray
    shape: tuple[int, ...]

    def by_class(self) -> Iterator[tuple[Any, np.ndarray]]:
        """Yield each class and the indices of its items."""
        order = np.argsort(self.codes, kind="stable")
        bounds = np.searchsorted(self.codes[order], np.arange(len(self.classes) + 1))
        for code, label in enumerate(self.classes):
            yield label, order[bounds[code] : bounds[code + 1]]


def scored_items(scores: Any, verified: Any = None, labels: Any = None, classes: Sequence | None = None) -> ScoredItems:
    """Validate scores, reviews and classes.

    Parameters
    ----------
    scores : array-like or DataFrame
        Scores of items of one class or, with `labels`, of several; windows x classes; or a table of detections.
    verified : array-like or None, default=None
        Reviews, of the shape of `scores`. If None, the column ``verified`` of a table, else nothing is reviewed.
    labels : array-like or None, default=None
        Class of each item, or of each column.
    classes : sequence or None, default=None
        Known classes. If None, those of the items.

    Returns
    -------
    ScoredItems
        The items.

    Raises
    ------
    ValueError
        If a score is NaN, a review is not boolean, lengths differ, or a class is unknown.
    """
    columns = list(getattr(scores, "columns", ()))
    if set(TABLE) <= set(columns):
        verified = scores["verified"] if verified is None and "verified" in columns else verified
        labels, scores, columns = scores["label"], scores["score"], []
    name = getattr(scores, "name", None)
    values = _score_array(scores)
    reviews = _review_array(verified, values.shape)
    if values.ndim == 2:
        names = columns or _column_names(labels, values.shape[1], classes)
        codes, known = _coded(names, names if classes is None else classes)
        codes = np.tile(codes, len(values))
    elif labels is None:
        one = classes[0] if classes is not None and len(classes) == 1 else name
        codes, known = _coded([ONE_CLASS if one is None or one == "score" else one], classes)
        codes = np.repeat(codes, len(values))
    else:
        names = list(labels)
        if len(names) != len(values):
            raise ValueError(f"labels have {len(names)} items, but scores {len(values)}; expected as many.")
        codes, known = _coded(names, classes)
    return ScoredItems(values.ravel(), codes, known, reviews.ravel(), values.shape)


def weight_array(sample_weight: Any, items: ScoredItems) -> np.ndarray:
    """Return the weight of each item: 1 if `sample_weight` is None; those of items that are not reviewed may be any."""
    if sample_weight is None:
        return np.ones(len(items.scores))
    weights = np.asarray(sample_weight, np.float64)
    if weights.shape != items.shape:
        raise ValueError(f"sample_weight has shape {weights.shape}, but scores {items.shape}; expected the same.")
    used = weights.ravel()[~np.isnan(items.verified)]
    if not (np.isfinite(used).all() and (used > 0).all()):
        raise ValueError("sample_weight of reviewed items must be positive and finite.")
    return weights.ravel()


def _score_array(scores: Any) -> np.ndarray:
    try:
        values = np.asarray(scores, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            "scores are not numbers; expected shape (n_items,), (n_windows, n_classes), or a table with the columns "
            f"'label' and 'score'. {error}"
        ) from None
    if values.ndim not in (1, 2) or values.size == 0:
        raise ValueError(f"scores have shape {values.shape}; expected (n_items,) or (n_windows, n_classes), not empty.")
    invalid = np.argwhere(~np.isfinite(values))
    if len(invalid):
        position, value = tuple(invalid[0].tolist()), values[tuple(invalid[0])]
        where = position[0] if values.ndim == 1 else position
        raise ValueError(f"The score at {where} is {value}; expected finite scores. Leave out windows without a score.")
    return values


def _review_array(verified: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return 1 for true, 0 for false and NaN for what is missing."""
    if verified is None:
        return np.full(shape, np.nan)
    values = np.asarray(verified)
    if values.shape != shape:
        raise ValueError(
            f"verified has shape {values.shape}, but scores {shape}; expected one value for each score, None or NaN "
            "for those that are not reviewed."
        )
    if values.dtype.kind in "biuf":
        reviews = values.astype(np.float64)
    else:
        reviews = np.array([_review(value) for value in values.ravel().tolist()]).reshape(shape)
    invalid = np.argwhere(~(np.isnan(reviews) | (reviews == 0.0) | (reviews == 1.0)))
    if len(invalid):
        position = tuple(invalid[0].tolist())
        value, where = values.astype(object)[position], position[0] if len(shape) == 1 else position
        raise ValueError(
            f"verified is {value!r} at {where}; expected True, False, or None or NaN for an item that is not reviewed."
        )
    return reviews


def _review(value: Any) -> float:
    """Return 1 for true, 0 for false, NaN if missing, and infinity for anything else."""
    if is_missing(value):
        return np.nan
    return float(value) if isinstance(value, Real | np.bool_) else np.inf


def _column_names(labels: Any, n_columns: int, classes: Sequence | None) -> list:
    """Return the classes of columns without names: `labels`, those known, or their numbers."""
    known = range(n_columns) if classes is None else classes
    names = list(known if labels is None else labels)
    if len(names) != n_columns:
        whose = "classes are known" if labels is None else "labels are given"
        raise ValueError(f"scores have {n_columns} columns, but {len(names)} {whose}; expected one for each column.")
    return names


def _coded(names: Sequence, classes: Sequence | None) -> tuple[np.ndarray, list]:
    """Return the indices of names among the classes, and the classes: those known, or the names, sorted."""
    missing = next((i for i, name in enumerate(names) if is_missing(name)), None)
    if missing is not None:
        raise ValueError(f"The label at {missing} is missing; expected the class of each score.")
    known = sorted(set(names), key=str) if classes is None else list(classes)
    index = {name: i for i, name in enumerate(known)}
    unknown = next((name for name in names if name not in index), None)
    if unknown is not None:
        similar = get_close_matches(str(unknown), list(map(str, known)), n=3)
        hint = f"Did you mean {' or '.join(map(repr, similar))}?" if similar else "Fit with reviewed items of it."
        raise ValueError(f"Nothing was reviewed of the class {unknown!r}; {len(known)} others are known. {hint}")
    return np.array([index[name] for name in names], int), known
