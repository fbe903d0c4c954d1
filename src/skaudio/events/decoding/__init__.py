"""Decoding of scores into events, also of live streams, and the tuning of its settings."""

from skaudio.events.decoding._bounds import Shifts, median_shifts
from skaudio.events.decoding._decoder import Decoder
from skaudio.events.decoding._decoder_tuning import tune_decoder
from skaudio.events.decoding._functions import (
    decode_events,
    find_runs,
    hysteresis_runs,
    merge_runs,
    smooth_scores,
    split_runs,
    suppress_overlapping,
)
from skaudio.events.decoding._live import block_waveforms, detect_live
from skaudio.events.decoding._settings import DecodingSettings, default_min_durations
from skaudio.events.decoding._track_functions import Detect, Detected, FindRuns
from skaudio.events.decoding._tuning import Target, check_classes, check_groups, check_target

__all__ = [
    "Decoder",
    "DecodingSettings",
    "Detect",
    "Detected",
    "FindRuns",
    "Shifts",
    "Target",
    "block_waveforms",
    "check_classes",
    "check_groups",
    "check_target",
    "decode_events",
    "default_min_durations",
    "detect_live",
    "find_runs",
    "hysteresis_runs",
    "median_shifts",
    "merge_runs",
    "smooth_scores",
    "split_runs",
    "suppress_overlapping",
    "tune_decoder",
]
