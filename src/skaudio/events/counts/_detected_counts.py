"""Counts of the events that a detector finds, per recording, per bin, or by clock time."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from skaudio.events._ends import stated_seconds
from skaudio.events._event_scores import EventScores, names_of
from skaudio.events.clock import bin_offset, recording_starts
from skaudio.events.counts._clock_counts import clock_counts
from skaudio.events.counts._counting import count_table
from skaudio.events.decoding import Detected


def detected_counts(
    recordings: Sequence,
    detect: Callable[[Sequence], Iterable[Detected]],
    labels: Sequence,
    sr: float,
    *,
    bin_seconds: float | None,
    by: Any,
    starts: Any,
) -> Any:
    """Detect events and count them.

    Parameters
    ----------
    recordings : sequence or EventScores
        Clips, or their scores.
    detect : callable
        Function from recordings to the events of each.
    labels : sequence
        Classes.
    sr : float
        Sampling rate of arrays, in Hz.
    bin_seconds, by, starts
        As in `EventDetector.count`; what they require is checked before anything is computed.
    """
    if by is None:
        detected = list(detect(recordings))
        events, seconds = [found.events for found in detected], [found.seconds for found in detected]
        return count_table(names_of(recordings), events, seconds, labels, bin_seconds)
    bin_offset(by)
    of_scores = isinstance(recordings, EventScores)
    times = recording_starts(names_of(recordings) if of_scores else recordings, starts)
    detected = list(detect(recordings))
    # The last score is up to a step before the end of a recording.
    seconds = [
        (stated_seconds(clip, sr) or found.seconds) if found.seconds and not of_scores else found.seconds
        for clip, found in zip(names_of(recordings) if of_scores else recordings, detected, strict=True)
    ]
    return clock_counts([found.events for found in detected], times, seconds, labels, by)
