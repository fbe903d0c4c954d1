"""Metrics missing in scikit-learn: for sound event detection, verification and anomaly detection.

Functions of true and predicted values; use `sklearn.metrics.make_scorer` to build scorers.
"""

from skaudio.metrics._count_error import count_mean_absolute_error
from skaudio.metrics._equal_error_rate import equal_error_rate
from skaudio.metrics._event_based import event_based_f1, event_based_scores, false_alarms_per_hour, match_events
from skaudio.metrics._intersection_based import intersection_based_f1, intersection_based_scores
from skaudio.metrics._min_detection_cost import min_detection_cost
from skaudio.metrics._partial_auc import partial_auc
from skaudio.metrics._segment_based import segment_based_error_rate, segment_based_f1, segment_based_scores

__all__ = [
    "count_mean_absolute_error",
    "equal_error_rate",
    "event_based_f1",
    "event_based_scores",
    "false_alarms_per_hour",
    "intersection_based_f1",
    "intersection_based_scores",
    "match_events",
    "min_detection_cost",
    "partial_auc",
    "segment_based_error_rate",
    "segment_based_f1",
    "segment_based_scores",
]
