"""What counts as the events of several recordings.

Events are ``(onset, offset, label)``, in seconds, maybe with more behind (a score, frequencies); a recording has a list
of them, and a set of recordings a list of such lists. Or all are rows of one data frame with the columns ``recording``,
``onset``, ``offset`` and ``label``. A recording that a table does not name has no events.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

COLUMNS = ("recording", "onset", "offset", "label")


class EventArrays(NamedTuple):
    """The events of one recording.

    Attributes
    ----------
    onsets, offsets : ndarrays of float64, shape (n_events,)
        In seconds.
    labels : ndarray of int, shape (n_events,)
        Numbers of their classes.
    """

    onsets: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray

    def of(self, label: int) -> "EventArrays":
        """Give the events of one class."""
        own = self.labels == label
        return EventArrays(self.onsets[own], self.offsets[own], self.labels[own])


def check_event_lists(
    y_true: Any, y_pred: Any, labels: Sequence | None
) -> tuple[list[EventArrays], list[EventArrays], list]:
    """Validate true and predicted events.

    Parameters
    ----------
    y_true, y_pred : list of lists of events, or DataFrame
        See the conventions of this module.
    labels : sequence or None
        Classes that count; None: all that occur.

    Returns
    -------
    y_true, y_pred : lists of EventArrays
        A recording each, the same ones in both.
    labels : list
        Classes, sorted if they were not given.

    Raises
    ------
    ValueError, TypeError
        If these are no such events, or lists of recordings that are not as many.
    """
    tables = [hasattr(events, "columns") for events in (y_true, y_pred)]
    if any(tables) and not all(tables):
        raise TypeError("y_true and y_pred must both be data frames, or both lists of lists of events.")
    if all(tables):
        recordings = sorted({*_column(y_true, "recording", "y_true"), *_column(y_pred, "recording", "y_pred")}, key=str)
        both = [_by_recording(events, recordings) for events in (y_true, y_pred)]
    else:
        both = [list(events) for events in (y_true, y_pred)]
        if len(both[0]) != len(both[1]):
            raise ValueError(
                f"y_true has {len(both[0])} recordings and y_pred {len(both[1])}; expected a list of events for each "
                "recording, empty where it has none."
            )
    if labels is None:
        labels = sorted({event[2] for events in (*both[0], *both[1]) for event in _as_list(events)})
    numbers = {label: number for number, label in enumerate(labels)}
    names = ("y_true", "y_pred")
    checked = [
        [_as_arrays(events, numbers, f"{name}, recording {i}") for i, events in enumerate(lists)]
        for name, lists in zip(names, both, strict=True)
    ]
    return checked[0], checked[1], list(labels)


def _column(table: Any, name: str, what: str) -> list:
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise ValueError(f"{what} has no column {missing[0]!r}; expected the columns {', '.join(COLUMNS)}.")
    return table[name].tolist()


def _by_recording(table: Any, recordings: list) -> list[list[tuple]]:
    events: dict[Any, list[tuple]] = {recording: [] for recording in recordings}
    for recording, *event in zip(*(table[column] for column in COLUMNS), strict=True):
        events[recording].append(tuple(event))
    return [events[recording] for recording in recordings]


def _as_list(events: Any) -> list:
    if isinstance(events, (str, bytes)) or not hasattr(events, "__iter__"):
        raise TypeError(f"Expected a list of events for each recording, got {events!r:.60}.")
    events = list(events)
    for event in events:
        if not isinstance(event, (tuple, list, np.void)) or len(event) < 3:
            raise TypeError(f"Expected events (onset, offset, label), got {event!r:.60}.")
    return events


def _as_arrays(events: Any, numbers: dict[Any, int], where: str) -> EventArrays:
    kept = [event for event in _as_list(events) if event[2] in numbers]
    onsets, offsets = (np.array([event[i] for event in kept], np.float64) for i in (0, 1))
    wrong = np.flatnonzero(~(offsets >= onsets) | ~np.isfinite(onsets) | ~np.isfinite(offsets))
    if len(wrong):
        first = wrong[0]
        raise ValueError(f"{where}: event {first} is from {onsets[first]} to {offsets[first]} s; expected a time span.")
    return EventArrays(onsets, offsets, np.array([numbers[event[2]] for event in kept], int))
