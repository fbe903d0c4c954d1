"""Metrics that the field asks for and scikit-learn has not: of verification and of anomalous sounds.

Functions of true labels and scores; `sklearn.metrics.make_scorer` makes scorers of them.
"""

from skaudio.metrics._equal_error_rate import equal_error_rate
from skaudio.metrics._min_detection_cost import min_detection_cost
from skaudio.metrics._partial_auc import partial_auc

__all__ = ["equal_error_rate", "min_detection_cost", "partial_auc"]
