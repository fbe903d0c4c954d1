"""Detections on pages: table, order, totals and counts."""

from skaudio.inspection.detections._counts import EFFORT, counts_by_clock, counts_by_recording
from skaudio.inspection.detections._orders import BY_SCORE, ORDERS, detection_orders, score_strata
from skaudio.inspection.detections._table import DetectionTable, detection_table, names_of, short_names
from skaudio.inspection.detections._totals import label_totals, totals

__all__ = [
    "BY_SCORE",
    "DetectionTable",
    "EFFORT",
    "ORDERS",
    "counts_by_clock",
    "counts_by_recording",
    "detection_orders",
    "detection_table",
    "label_totals",
    "names_of",
    "score_strata",
    "short_names",
    "totals",
]
