"""Sound event detection in long recordings, decoding of scores, tables of events, and counts with intervals."""

from skaudio.events._event import Event
from skaudio.events._event_detector import EventDetector
from skaudio.events._event_scores import EventScores
from skaudio.events._score_files import read_scores, write_scores
from skaudio.events._track import Track
from skaudio.events.clock import recording_starts, with_clock_times
from skaudio.events.counts import CountEstimator, count_events
from skaudio.events.decoding import (
    decode_events,
    find_runs,
    hysteresis_runs,
    merge_runs,
    smooth_scores,
    split_runs,
    suppress_overlapping,
)
from skaudio.events.scanning import frame_labels
from skaudio.events.tables import EventTableError, event_table, read_events, write_events

__all__ = [
    "CountEstimator",
    "Event",
    "EventDetector",
    "EventScores",
    "EventTableError",
    "Track",
    "count_events",
    "decode_events",
    "event_table",
    "find_runs",
    "frame_labels",
    "hysteresis_runs",
    "merge_runs",
    "split_runs",
    "read_events",
    "read_scores",
    "recording_starts",
    "smooth_scores",
    "suppress_overlapping",
    "with_clock_times",
    "write_events",
    "write_scores",
]
