"""Which windows of a recording a detector learns from, and what they are."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event

SURE, NONE = 0.6, 0.35  # share of the window (or of the event) that they have in common: in between, neither


def label_windows(
    centres: np.ndarray, width_seconds: float, events: Sequence[Event], labels: Sequence[str]
) -> np.ndarray:
    """Tell which classes are in windows.

    Parameters
    ----------
    centres : ndarray of shape (n_windows,)
        Times of their middles, in seconds.
    width_seconds : float
        Their length.
    events : sequence of Event
        What is there.
    labels : sequence of str
        Classes.

    Returns
    -------
    ndarray of float64, shape (n_windows, n_classes)
        1 where a class is in the window, 0 where it is not, NaN where that is a matter of taste.
    """
    share = np.zeros((len(centres), len(labels)))
    for event in events:
        column = share[:, labels.index(event.label)]
        np.maximum(column, _common_share(centres, width_seconds, event), out=column)
    targets = np.full(share.shape, np.nan)
    targets[share >= SURE] = 1.0
    targets[share <= NONE] = 0.0
    return targets


def choose_windows(
    usable: np.ndarray, events: Sequence[Event], centres: np.ndarray, width_seconds: float, most: int
) -> np.ndarray:
    """Choose windows of events, some of each.

    Parameters
    ----------
    usable : ndarray of bool, shape (n_windows,)
        Which may be chosen.
    events : sequence of Event
        What is there.
    centres : ndarray of shape (n_windows,)
        Times of the windows' middles, in seconds.
    width_seconds : float
        Their length.
    most : int
        How many of an event, spread over those that have it.

    Returns
    -------
    ndarray of int
        Places of windows in ``centres``.
    """
    chosen = [np.empty(0, int)]
    for event in events:
        own = np.flatnonzero(usable & (_common_share(centres, width_seconds, event) >= SURE))
        chosen.append(own[:: max(1, -(-len(own) // most))])
    return np.unique(np.concatenate(chosen))


def named_targets(targets: np.ndarray, labels: Sequence[Any], background: Any, multilabel: bool) -> np.ndarray:
    """Give targets as a classifier takes them.

    Parameters
    ----------
    targets : ndarray of shape (..., n_classes)
        1 where a class is there, 0 where it is not.
    labels : sequence
        Classes.
    background : object
        What it is called where there is none.
    multilabel : bool
        Whether there may be several at one time.

    Returns
    -------
    ndarray of shape (..., n_classes) or (...)
        0 and 1; or, for classes that exclude one another, their names, if all are strings, or else their numbers: they
        need not sort with one another. The background comes last.
    """
    if multilabel:
        return targets.astype(int)
    which = np.where(targets.any(axis=-1), targets.argmax(axis=-1), len(labels))
    names = [*labels, background]
    return np.array(names)[which] if all(isinstance(name, str) for name in names) else which


def _common_share(centres: np.ndarray, width_seconds: float, event: Event) -> np.ndarray:
    """Tell how much of windows lies within an event, or of the event within them, whichever is shorter."""
    begin = np.maximum(centres - width_seconds / 2, event.onset)
    common = np.maximum(np.minimum(centres + width_seconds / 2, event.offset) - begin, 0.0)
    return common / max(min(width_seconds, event.duration), 1e-9)
