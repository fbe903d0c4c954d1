"""Classes of labelled events."""

from collections.abc import Iterable, Sequence
from typing import Any

from skaudio.events._event import Event


def event_classes(labels: Iterable, background: Any) -> list:
    """Return the classes in order, each once.

    Raises
    ------
    ValueError
        If there are none, or if one of them is the background.
    """
    classes = sorted(set(labels), key=str)
    if not classes:
        raise ValueError("The recordings have no events; expected at least one. To train on clips, use fit_clips.")
    if background in classes:
        raise ValueError(f"background={background!r} is the label of an event. Use another label for the background.")
    return classes


def classes_of_events(events: Sequence[Sequence[Event]], background: Any) -> list:
    """Return the classes of the events of recordings; raise ValueError if all have no duration."""
    classes = event_classes((event.label for events_i in events for event in events_i), background)
    if not any(event.duration for events_i in events for event in events_i):
        raise ValueError("All events have a duration of 0 s; expected offsets after the onsets.")
    return classes


def classes_overlap(events: Sequence[Event]) -> bool:
    """Return whether events of different classes overlap; they must be in order of time."""
    ends: dict[Any, float] = {}
    for event in events:
        if event.duration and any(end > event.onset for label, end in ends.items() if label != event.label):
            return True
        ends[event.label] = max(event.offset, ends.get(event.label, 0.0))
    return False
