"""Labels from scores."""

from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph._graph import Graph
from skaudio.export.graph._value import Value

LABEL = "label"  # name of the output of classifiers and outlier detectors, beside their scores


def class_array(classes: Any) -> np.ndarray:
    """Return classes as ONNX stores them: strings, int64, bool or floats.

    Raises
    ------
    ExportError
        If they are of another type.
    """
    classes = np.asarray(classes)
    if classes.dtype.kind in "iu":
        return classes.astype(np.int64)
    if classes.dtype.kind in "bf":
        return classes
    if all(isinstance(label, str) for label in classes.tolist()):
        return classes.astype(object)
    raise ExportError(f"The classes are {classes.tolist()[:5]}; expected strings, or numbers.")


def most_probable(graph: Graph, classes: Any, scores: str) -> Value:
    """Return the class with the highest of the scores ``(n_clips, n_classes)``; the first of equal ones."""
    return _of_index(graph, classes, graph.add("ArgMax", scores, axis=1, keepdims=0))


def above_zero(graph: Graph, classes: Any, scores: str) -> Value:
    """Return the second class where the only column of scores ``(n_clips, 1)`` is positive, else the first."""
    flat = graph.add("Reshape", scores, [-1])
    return _of_index(graph, classes, graph.cast(graph.add("Greater", flat, 0.0), np.int64))


def inlier_labels(graph: Graph, scores: str) -> Value:
    """Return 1 where scores ``(n_clips,)`` are at least 0, else -1."""
    return Value(graph.add("Where", graph.add("GreaterOrEqual", scores, 0.0), 1, -1), "labels", 1)


def _of_index(graph: Graph, classes: Any, index: str) -> Value:
    return Value(graph.add("Gather", class_array(classes), index), "labels", 1)
