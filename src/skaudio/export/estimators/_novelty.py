"""Converters of autoencoders."""

from typing import Any

import numpy as np

from skaudio.export.estimators._neural import latent, normality
from skaudio.export.graph import Graph, Value, inlier_labels


def autoencoder_latent(graph: Graph, autoencoder: Any, value: Value, method: str) -> Value:
    """Convert an `AutoencoderLatent`: the latent, or the negative reconstruction error."""
    if method == "score_samples":
        return Value(graph.add("Unsqueeze", normality(graph, autoencoder, value), [1]), "table", 1)
    return latent(graph, autoencoder, value)


def autoencoder_outlier_detector(graph: Graph, detector: Any, value: Value, method: str) -> Value:
    """Convert an `AutoencoderOutlierDetector`."""
    graph.metadata["offset"] = float(detector.offset_)
    scores = normality(graph, detector, value)
    if method != "score_samples":
        scores = graph.add("Sub", scores, np.float32(detector.offset_))
    if method == "predict":
        return inlier_labels(graph, scores)
    return Value(graph.add("Unsqueeze", scores, [1]), "table", 1)
