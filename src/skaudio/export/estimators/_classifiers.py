"""Converters of skaudio's classifiers and regressors."""

from typing import Any

import numpy as np

from skaudio.export.estimators._neural import (
    class_probabilities,
    embedding,
    frame_probabilities,
    frames_of,
    is_multilabel,
    network_output,
)
from skaudio.export.features import standardized, weighted_log_densities
from skaudio.export.graph import Graph, Value, above_zero, most_probable, named


def neural_classifier(graph: Graph, classifier: Any, value: Value, method: str) -> Value:
    """Convert a `CNNClassifier`, `CRNNClassifier`, `LSTMClassifier` or `GRUClassifier`."""
    if method == "transform":
        return embedding(graph, classifier, value)
    if method == "predict_frames":
        return frame_probabilities(graph, classifier, value)
    scores, n_classes = named(network_output(graph, classifier, value, "scores")), len(classifier.classes_)
    binary = classifier.learner_.architecture.n_outputs == 1 and not is_multilabel(classifier)
    if method == "predict_proba":
        return Value(class_probabilities(graph, classifier, scores), "table", n_classes)
    if method == "decision_function":
        return Value(scores, "table", 1 if binary else n_classes)
    if is_multilabel(classifier):
        return Value(graph.cast(graph.add("Greater", scores, 0.0), np.int64), "labels", n_classes)
    if binary:
        return above_zero(graph, classifier.classes_, scores)
    return most_probable(graph, classifier.classes_, scores)


def neural_regressor(graph: Graph, regressor: Any, value: Value, method: str) -> Value:
    """Convert a `CNNRegressor`, `LSTMRegressor` or `GRURegressor`."""
    if method == "transform":
        return embedding(graph, regressor, value)
    scores = network_output(graph, regressor, value, "scores")
    return Value(named(scores), "table", scores.shape[1])


def mixture_classifier(graph: Graph, classifier: Any, value: Value, method: str) -> Value:
    """Convert a `MixtureClassifier`."""
    frames = standardized(graph, frames_of(graph, value), classifier.scaler_.mean_, classifier.scaler_.scale_)
    likelihoods = []
    for mixture in classifier.mixtures_:
        densities = graph.add("ReduceLogSumExp", weighted_log_densities(graph, frames, mixture), [2], keepdims=0)
        likelihoods.append(graph.add("ReduceMean", densities, [1]))
    table, n_classes = graph.add("Concat", *likelihoods, axis=1), len(likelihoods)
    if method == "predict":
        return most_probable(graph, classifier.classes_, table)
    if method == "predict_proba":
        return Value(graph.cast(graph.add("Softmax", table, axis=1), np.float32), "table", n_classes)
    if n_classes == 2:
        difference = graph.add("Sub", likelihoods[1], likelihoods[0])
        return Value(graph.cast(difference, np.float32), "table", 1)
    return Value(graph.cast(table, np.float32), "table", n_classes)
