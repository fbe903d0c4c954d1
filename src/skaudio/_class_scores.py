"""Scores of classes, on one scale for classifiers with and without probabilities."""

from typing import Any

import numpy as np
from scipy.special import logit

MIN_PROBABILITY = 1e-4  # keeps the scores of probabilities 0 and 1 finite


def class_scores(classifier: Any, X: Any) -> np.ndarray:
    """Compute a score for each class: decision values, or the log-odds of probabilities.

    Parameters
    ----------
    classifier : classifier
        Fitted multiclass or multilabel classifier.
    X : array-like of length n_samples
        Its input.

    Returns
    -------
    ndarray of shape (n_samples, n_classes)
        Scores in the order of ``classes_``.
    """
    if hasattr(classifier, "decision_function"):
        values = np.asarray(classifier.decision_function(X))
        return np.column_stack([-values, values]) if values.ndim == 1 else values
    probabilities = classifier.predict_proba(X)
    if isinstance(probabilities, list):  # multilabel: some scikit-learn models return one array per label
        probabilities = np.column_stack([table[:, -1] for table in probabilities])
    return logit(np.clip(probabilities, MIN_PROBABILITY, 1.0 - MIN_PROBABILITY))
