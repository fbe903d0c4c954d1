"""Counts of events, per recording and by clock time, and their estimates with intervals from reviews."""

from skaudio.events.counts._clock_counts import count_events
from skaudio.events.counts._detected_counts import detected_counts
from skaudio.events.counts._estimator import CountEstimator

__all__ = ["CountEstimator", "count_events", "detected_counts"]
