"""Orders of detections, and the strata of scores that precision is estimated in."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.events import Event

BY_SCORE = ("score", "stratified")
ORDERS = ("score", "label", "time", "random", "stratified")
MAX_STRATA = 10
MIN_PER_STRATUM = 10
ALL = ""  # no label is empty


def detection_orders(
    events: Sequence[Event], recordings: Sequence[int], rng: np.random.RandomState
) -> dict[str, np.ndarray]:
    """Return every order that the detections can be shown in.

    Parameters
    ----------
    events : sequence of Event
        Detections.
    recordings : sequence of int
        Index of the recording of each.
    rng : RandomState
        Source of the random orders.

    Returns
    -------
    dict of str to ndarray of shape (n_detections,)
        Indices of the detections in order: by ``"score"``, the highest first; by ``"label"``, then by score; by
        ``"time"`` in each recording; at ``"random"``; and ``"stratified"``, so that the first of them, however many,
        are drawn evenly from the classes and the strata of their scores. Without any score, neither the first nor the
        last.
    """
    scores = np.array([np.nan if event.score is None else event.score for event in events])
    labels = np.array([event.label for event in events], object)
    onsets = [event.onset for event in events]
    by_score = np.where(np.isnan(scores), np.inf, -scores)
    orders = {
        "score": np.argsort(by_score, kind="stable"),
        "label": np.lexsort((by_score, np.unique(labels, return_inverse=True)[1])),
        "time": np.lexsort((onsets, recordings)),
        "random": rng.permutation(len(events)),
    }
    orders["stratified"] = _stratified(labels, scores, orders["random"])
    return orders if np.isfinite(scores).any() else {k: v for k, v in orders.items() if k not in BY_SCORE}


def score_strata(events: Sequence[Event]) -> dict[str, list[float]]:
    """Divide the scores of each class, and those of all, into strata of about equal numbers of detections.

    Parameters
    ----------
    events : sequence of Event
        Detections.

    Returns
    -------
    dict of str to list of float
        Edges of the strata of each label, in ascending order, and of all detections under an empty one. A stratum
        includes its lower edge, and the last one its upper edge. Classes without scores have no strata.
    """
    scores: dict[str, list[float]] = {ALL: []}
    for event in events:
        if event.score is not None:
            scores[ALL].append(event.score)
            scores.setdefault(event.label, []).append(event.score)
    return {label: _edges(values) for label, values in scores.items() if values}


def _edges(scores: Any) -> list[float]:
    n_strata = min(MAX_STRATA, max(1, len(scores) // MIN_PER_STRATUM))
    edges = np.unique(np.quantile(scores, np.linspace(0.0, 1.0, n_strata + 1), method="higher"))
    return edges.tolist() if len(edges) > 1 else [float(edges[0])] * 2


def _stratified(labels: np.ndarray, scores: np.ndarray, permutation: np.ndarray) -> np.ndarray:
    """Take one detection of each stratum of each class, then another of each, and so on."""
    strata = np.full(len(labels), -1)  # without a score
    for label in np.unique(labels):
        rows = np.flatnonzero((labels == label) & ~np.isnan(scores))
        if len(rows):
            strata[rows] = np.searchsorted(_edges(scores[rows])[1:-1], scores[rows], side="right")
    taken: dict[tuple, int] = {}
    rounds = np.empty(len(labels), int)
    for row in permutation:
        key = labels[row], strata[row]
        rounds[row] = taken[key] = taken.get(key, -1) + 1
    return permutation[np.argsort(rounds[permutation], kind="stable")]
