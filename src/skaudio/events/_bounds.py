"""Correction of onsets and offsets by their median error on recordings with strong labels.

A model detects a call as soon as enough of it is in its window, always a little early or late: this bias is a property
of the model, and is estimated by the median over known calls.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from skaudio.events._event import Event

Shifts = Mapping[str, tuple[float, float]]


def median_shifts(
    true: Sequence[Sequence[Event]], found: Sequence[Sequence[Event]], labels: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Compute the shifts of onsets and offsets of each class, in seconds.

    Parameters
    ----------
    true, found : lists of lists of Event
        True and detected events of each recording.
    labels : sequence of str
        Classes.

    Returns
    -------
    dict of (float, float)
        Shifts of each class; 0 if none of its events was detected.
    """
    moves: dict[str, list[tuple[float, float]]] = {label: [] for label in labels}
    for own, others in zip(true, found, strict=True):
        for event in own:
            same = [other for other in others if other.label == event.label and event.overlap(other) > 0.0]
            if same:
                best = max(same, key=event.overlap)
                moves[event.label].append((event.onset - best.onset, event.offset - best.offset))
    return {label: tuple(np.median(own, axis=0).tolist()) if own else (0.0, 0.0) for label, own in moves.items()}


def shifted(events: Sequence[Event], shifts: Shifts) -> list[Event]:
    """Shift the bounds of events, but not past each other or the start of the recording."""
    moved = []
    for event in events:
        onset, offset = event.onset + shifts[event.label][0], event.offset + shifts[event.label][1]
        if onset > offset:
            onset = offset = (onset + offset) / 2
        moved.append(Event(max(0.0, onset), max(0.0, offset), *event[2:]))
    return sorted(moved)
