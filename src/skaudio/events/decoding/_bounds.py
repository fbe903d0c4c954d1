"""Correction of onsets and offsets by their median error on recordings with strong labels.

A model detects a call as soon as enough of it is in its window, with a constant delay or lead. This bias is estimated
by the median error over known calls.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from skaudio.events._event import Event

Shifts = Mapping[str, tuple[float, float]]


def median_shifts(
    true: Sequence[Sequence[Event]], detected: Sequence[Sequence[Event]], labels: Sequence[str]
) -> dict[str, tuple[float, float]]:
    """Compute the shifts of onsets and offsets of each class, in seconds.

    Parameters
    ----------
    true, detected : lists of lists of Event
        True and detected events of each recording.
    labels : sequence of str
        Classes.

    Returns
    -------
    dict of (float, float)
        Shifts of each class; 0 if none of its events was detected.
    """
    errors: dict[str, list[tuple[float, float]]] = {label: [] for label in labels}
    for true_events, detected_events in zip(true, detected, strict=True):
        for event in true_events:
            candidates = [
                candidate
                for candidate in detected_events
                if candidate.label == event.label and event.overlap(candidate) > 0.0
            ]
            if candidates:
                best = max(candidates, key=event.overlap)
                errors[event.label].append((event.onset - best.onset, event.offset - best.offset))
    return {label: tuple(np.median(pairs, axis=0).tolist()) if pairs else (0.0, 0.0) for label, pairs in errors.items()}


def shifted(events: Sequence[Event], shifts: Shifts) -> list[Event]:
    """Shift the bounds of events, but not past each other or the start of the recording."""
    corrected = []
    for event in events:
        onset, offset = event.onset + shifts[event.label][0], event.offset + shifts[event.label][1]
        if onset > offset:
            onset = offset = (onset + offset) / 2
        corrected.append(Event(max(0.0, onset), max(0.0, offset), *event[2:]))
    return sorted(corrected)
