"""Validation of the events of several recordings.

Events are ``(onset, offset, label)``, in seconds, optionally with further items (a score, frequencies); a recording has
a list of them, and a set of recordings a list of such lists. Or all are rows of one data frame with the columns
``recording``, ``onset``, ``offset`` and ``label``. A recording missing in a table has no events, nor has one with a row
that is otherwise empty.

Two tables may name their recordings in different ways: a name in one matches the same path in the other, or else one
that ends with it (with or without the suffix of the file), if there is only one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from skaudio._event_rows import clean_label, event_rows
from skaudio._recording_names import RecordingNames, pair_names

MAX_NAMES_IN_MESSAGE = 3


class EventArrays(NamedTuple):
    """The events of one recording.

    Attributes
    ----------
    onsets, offsets : ndarrays of float64, shape (n_events,)
        Times in seconds.
    labels : ndarray of int, shape (n_events,)
        Class indices.
    """

    onsets: np.ndarray
    offsets: np.ndarray
    labels: np.ndarray

    def of(self, label: int) -> "EventArrays":
        """Return the events of one class."""
        is_label = self.labels == label
        return EventArrays(self.onsets[is_label], self.offsets[is_label], self.labels[is_label])


def check_event_lists(
    y_true: Any, y_pred: Any, labels: Sequence | None, recordings: Sequence | None = None
) -> tuple[list[EventArrays], list[EventArrays], list]:
    """Validate true and predicted events.

    Parameters
    ----------
    y_true, y_pred : list of lists of events, or DataFrame
        See the conventions of this module.
    labels : sequence or None
        Classes to include; None: all that occur.
    recordings : sequence or None, default=None
        Names of all recordings, including those missing in tables; None: those in the tables.

    Returns
    -------
    y_true, y_pred : lists of EventArrays
        Events of each recording, the same recordings in both.
    labels : list
        Classes, sorted if not specified.

    Raises
    ------
    ValueError, TypeError
        If events are invalid, lists differ in length, or tables share no recording or contain an ambiguous name.
    """
    names = ("y_true", "y_pred")
    tables = [hasattr(events, "columns") for events in (y_true, y_pred)]
    if any(tables) and not all(tables):
        raise TypeError("y_true and y_pred must both be data frames, or both lists of lists of events.")
    if all(tables):
        named = [_events_of_table(events, name) for events, name in zip((y_true, y_pred), names, strict=True)]
        both = _same_recordings(*named) if recordings is None else _given_recordings(named, recordings)
    else:
        both = [list(y_true), list(y_pred)]
    for name, lists in zip(names, both, strict=True):
        if recordings is not None and len(lists) != len(recordings):
            raise ValueError(f"{name} has {len(lists)} recordings, but recordings has {len(recordings)} names.")
    if len(both[0]) != len(both[1]):
        raise ValueError(
            f"y_true has {len(both[0])} recordings and y_pred {len(both[1])}; expected a list of events for each "
            "recording, empty where it has none."
        )
    both = [
        [_as_list(events, f"{name}, recording {i}") for i, events in enumerate(lists)]
        for name, lists in zip(names, both, strict=True)
    ]
    if labels is None:
        labels = sorted({event[2] for lists in both for events in lists for event in events})
    else:
        labels = list(map(clean_label, labels))
    numbers = {label: number for number, label in enumerate(labels)}
    checked = [
        [_as_arrays(events, numbers, f"{name}, recording {i}") for i, events in enumerate(lists)]
        for name, lists in zip(names, both, strict=True)
    ]
    return checked[0], checked[1], list(labels)


def _events_of_table(table: Any, what: str) -> dict[Any, list[tuple]]:
    """Return the events of each recording in a table."""
    events: dict[Any, list[tuple]] = {}
    for _, recording, fields in event_rows(table, what):
        recording_events = events.setdefault(recording, [])
        if fields is not None:
            recording_events.append(fields)
    return events


def _same_recordings(y_true: dict, y_pred: dict) -> list[list[list[tuple]]]:
    """Align the recordings of two tables."""
    pairs = pair_names(y_pred, y_true)
    if y_true and y_pred and not pairs:
        some = [", ".join(map(repr, list(events)[:MAX_NAMES_IN_MESSAGE])) for events in (y_true, y_pred)]
        raise ValueError(
            f"y_true and y_pred share no recording: they refer to {some[0]} and {some[1]}. Use the same names; if "
            "these are different recordings, pass a list of events for each, or rows with only a recording for those "
            "without events."
        )
    predicted = {pairs.get(name, name): events for name, events in y_pred.items()}
    recordings = sorted({*y_true, *predicted}, key=str)
    return [[events.get(name, []) for name in recordings] for events in (y_true, predicted)]


def _given_recordings(tables: Sequence[dict], recordings: Sequence) -> list[list[list[tuple]]]:
    """Align the recordings of tables with a given list."""
    names, both = RecordingNames(recordings), []
    for events, what in zip(tables, ("y_true", "y_pred"), strict=True):
        lists: list[list[tuple]] = [[] for _ in recordings]
        for name, recording_events in events.items():
            lists[names.require(name, what)] += recording_events
        both.append(lists)
    return both


def _as_list(events: Any, where: str) -> list[tuple]:
    """Return events with the labels to include, without surrounding whitespace."""
    if isinstance(events, (str, bytes)) or not hasattr(events, "__iter__"):
        raise TypeError(f"Expected a list of events for each recording, got {events!r:.60}.")
    checked = []
    for i, event in enumerate(events):
        if not isinstance(event, (tuple, list, np.void)) or len(event) < 3:  # type: ignore[arg-type]  # missing stub
            raise TypeError(f"Expected events (onset, offset, label), got {event!r:.60}.")
        try:
            checked.append((event[0], event[1], clean_label(event[2])))
        except ValueError as error:
            raise ValueError(f"{where}: event {i} has {error}.") from None
    return checked


def _as_arrays(events: Sequence[tuple], numbers: dict[Any, int], where: str) -> EventArrays:
    kept = [event for event in events if event[2] in numbers]
    onsets, offsets = (np.array([event[i] for event in kept], np.float64) for i in (0, 1))
    wrong = np.flatnonzero(~(offsets >= onsets) | ~np.isfinite(onsets) | ~np.isfinite(offsets))
    if len(wrong):
        first = wrong[0]
        raise ValueError(
            f"{where}: event {first} is from {onsets[first]} to {offsets[first]} s; expected finite times in order."
        )
    return EventArrays(onsets, offsets, np.array([numbers[event[2]] for event in kept], int))
