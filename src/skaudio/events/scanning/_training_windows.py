"""Selection and labels of training windows."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event

SURE, NONE = 0.6, 0.35  # minimum overlap of a positive window and maximum of a negative one; see `_common_share`


def label_windows(
    centres: np.ndarray, width_seconds: float, events: Sequence[Event], labels: Sequence[str]
) -> np.ndarray:
    """Label windows by their classes.

    Parameters
    ----------
    centres : ndarray of shape (n_windows,)
        Centres of the windows, in seconds.
    width_seconds : float
        Length of a window.
    events : sequence of Event
        Events of the recording.
    labels : sequence of str
        Classes.

    Returns
    -------
    ndarray of float64, shape (n_windows, n_classes)
        1 where a class is in the window, 0 where it is not, NaN where that is ambiguous.
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
    usable: np.ndarray, events: Sequence[Event], centres: np.ndarray, width_seconds: float, max_windows: int
) -> np.ndarray:
    """Choose some windows of each event.

    Parameters
    ----------
    usable : ndarray of bool, shape (n_windows,)
        Whether each window may be chosen.
    events : sequence of Event
        Events of the recording.
    centres : ndarray of shape (n_windows,)
        Centres of the windows, in seconds.
    width_seconds : float
        Length of a window.
    max_windows : int
        Maximum number per event, spread over the windows that contain it.

    Returns
    -------
    ndarray of int
        Indices of windows in ``centres``.
    """
    chosen = [np.empty(0, int)]
    for event in events:
        candidates = np.flatnonzero(usable & (_common_share(centres, width_seconds, event) >= SURE))
        chosen.append(candidates[:: max(1, -(-len(candidates) // max_windows))])
    return np.unique(np.concatenate(chosen))


def named_targets(targets: np.ndarray, labels: Sequence[Any], background: Any, multilabel: bool) -> np.ndarray:
    """Convert targets to the form that a classifier expects.

    Parameters
    ----------
    targets : ndarray of shape (..., n_classes)
        1 where a class is present, 0 where it is not.
    labels : sequence
        Classes.
    background : object
        Label where no class is present.
    multilabel : bool
        Whether several classes may be present at once.

    Returns
    -------
    ndarray of shape (..., n_classes) or (...)
        0 and 1; or, for mutually exclusive classes, their names, if all are strings, or else their indices, as mixed
        types may not be sortable. The background comes last.
    """
    if multilabel:
        return targets.astype(int)
    indices = np.where(targets.any(axis=-1), targets.argmax(axis=-1), len(labels))
    names = [*labels, background]
    return np.array(names)[indices] if all(isinstance(name, str) for name in names) else indices


def _common_share(centres: np.ndarray, width_seconds: float, event: Event) -> np.ndarray:
    """Return the overlap of windows with an event, relative to the shorter of both."""
    begin = np.maximum(centres - width_seconds / 2, event.onset)
    common = np.maximum(np.minimum(centres + width_seconds / 2, event.offset) - begin, 0.0)
    return common / max(min(width_seconds, event.duration), 1e-9)
