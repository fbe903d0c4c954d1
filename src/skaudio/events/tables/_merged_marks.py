"""Marks of one event by several annotators, merged into one."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event

Named = tuple[Any, Event]


def merge_marks(rows: Iterable[Named], share: float) -> list[Named]:
    """Merge events of one recording, class and channel that overlap.

    Parameters
    ----------
    rows : iterable of (recording, Event)
        Events.
    share : float
        Minimum intersection over union of the times of any two events that are merged.

    Returns
    -------
    list of (recording, Event)
        Events, each at the place of the first that was merged into it: with the means of times, scores and frequencies.
    """
    rows = list(rows)
    clusters: dict[Any, list[list[int]]] = {}
    for i in sorted(range(len(rows)), key=lambda i: rows[i][1].onset):
        recording, event = rows[i]
        own = clusters.setdefault((recording, event.label, event.channel), [])
        near = [cluster for cluster in own if all(_overlap(rows[other][1], event) >= share for other in cluster)]
        if near:
            max(near, key=lambda cluster: _overlap(rows[cluster[0]][1], event)).append(i)
        else:
            own.append([i])
    merged = sorted((min(cluster), cluster) for own in clusters.values() for cluster in own)
    return [(rows[first][0], _mean([rows[i][1] for i in sorted(cluster)])) for first, cluster in merged]


def _overlap(event: Event, other: Event) -> float:
    """Return the intersection over union of the times of two events; 0 if their bands are apart."""
    if _begins_above(event, other) or _begins_above(other, event):
        return 0.0
    union = max(event.offset, other.offset) - min(event.onset, other.onset)
    return event.overlap(other) / union if union else 1.0


def _begins_above(event: Event, other: Event) -> bool:
    low, high = event.low_frequency, other.high_frequency
    return low is not None and high is not None and low > high


def _mean(events: Sequence[Event]) -> Event:
    if len(events) == 1:
        return events[0]

    def mean(values: Iterable[float | None]) -> float | None:
        known = [value for value in values if value is not None]
        return float(np.mean(known)) if known else None

    return Event(
        float(np.mean([event.onset for event in events])),
        float(np.mean([event.offset for event in events])),
        events[0].label,
        mean(event.score for event in events),
        mean(event.low_frequency for event in events),
        mean(event.high_frequency for event in events),
        events[0].channel,
    )
