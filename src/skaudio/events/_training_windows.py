"""Which windows of a recording a detector learns from, and what they are."""

from collections.abc import Sequence

import numpy as np

from skaudio.events._event import Event

SURE, NONE = 0.6, 0.35  # share of the window (or of the event) that they have in common: in between, neither
MOST_OF_AN_EVENT = 40  # windows


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
        begin = np.maximum(centres - width_seconds / 2, event.onset)
        common = np.maximum(np.minimum(centres + width_seconds / 2, event.offset) - begin, 0.0)
        column = share[:, labels.index(event.label)]
        np.maximum(column, common / max(min(width_seconds, event.duration), 1e-9), out=column)
    targets = np.full(share.shape, np.nan)
    targets[share >= SURE] = 1.0
    targets[share <= NONE] = 0.0
    return targets


def choose_windows(
    targets: np.ndarray, events: Sequence[Event], centres: np.ndarray, n_background: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Choose windows of events, some of each, and of the background.

    Parameters
    ----------
    targets : ndarray of shape (n_windows, n_classes)
        See `label_windows`.
    events : sequence of Event
        What is there.
    centres : ndarray of shape (n_windows,)
        Times of the windows' middles, in seconds.
    n_background : int
        How many of the background, at most.
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    positive, background : ndarrays of int
        Places of windows in ``targets``.
    """
    known = ~np.isnan(targets).any(axis=1)
    positive = []
    for event in events:
        inside = (centres >= event.onset) & (centres <= event.offset)
        own = np.flatnonzero(known & inside & (targets == 1.0).any(axis=1))
        positive.append(own[:: max(1, -(-len(own) // MOST_OF_AN_EVENT))])
    background = np.flatnonzero(known & (targets == 0.0).all(axis=1))
    chosen = rng.choice(background, min(n_background, len(background)), replace=False)
    return np.unique(np.concatenate([*positive, background[:0]])), np.sort(chosen)
