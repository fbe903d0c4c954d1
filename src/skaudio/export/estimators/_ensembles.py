"""Ensembles and calibrated classifiers of scikit-learn, around models of any input, such as pipelines from clips."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor

from skaudio.export._export_error import ExportError
from skaudio.export.graph import Graph, Value, class_array, most_probable

Convert = Callable[[Graph, Any, Value, str], Value]


def calibrated(graph: Graph, model: CalibratedClassifierCV, value: Value, method: str, convert: Convert) -> Value:
    """Convert a `CalibratedClassifierCV` with ``method="sigmoid"`` or ``"isotonic"``."""
    if model.method not in CALIBRATIONS:
        raise ExportError(
            f"CalibratedClassifierCV(method={model.method!r}) cannot be exported. Use method='sigmoid' or 'isotonic'."
        )
    parts = [_calibrated_part(graph, part, value, model, convert) for part in model.calibrated_classifiers_]
    return _result(graph, model, _mean(graph, parts, [1.0] * len(parts)), method)


def _calibrated_part(graph: Graph, part: Any, value: Value, model: CalibratedClassifierCV, convert: Convert) -> str:
    """Compute the probabilities of one classifier, float32 ``(n_clips, n_classes)``."""
    inner = part.estimator
    response = "decision_function" if hasattr(inner, "decision_function") else "predict_proba"
    scores, n_classes = convert(graph, inner, value, response), len(model.classes_)
    known = [model.classes_.tolist().index(label) for label in inner.classes_.tolist()]
    columns = [scores.width - 1] if n_classes == 2 else range(scores.width)
    single = [graph.add("Slice", scores.name, [column], [column + 1], [1]) for column in columns]
    values = [
        CALIBRATIONS[model.method](graph, calibrator, column)
        for calibrator, column in zip(part.calibrators, single, strict=True)
    ]
    if n_classes == 2:
        return graph.add("Concat", graph.add("Sub", 1.0, values[0]), values[0], axis=1)
    by_class = dict(zip(known, values, strict=False))  # the only score of two of three classes is that of the first
    nothing = graph.add("Mul", values[0], 0.0)  # for classes that were not among the clips of this part
    table = graph.add("Concat", *(by_class.get(i, nothing) for i in range(n_classes)), axis=1)
    total = graph.add("ReduceSum", table, [1])
    empty = graph.add("Equal", total, 0.0)
    shares = graph.add("Div", table, graph.add("Where", empty, 1.0, total))
    return graph.add("Where", empty, float(1 / n_classes), shares)


def _sigmoid(graph: Graph, calibrator: Any, scores: str) -> str:
    odds = graph.add("Mul", graph.cast(scores, np.float64), np.float64(-calibrator.a_))
    return graph.cast(graph.add("Sigmoid", graph.add("Sub", odds, np.float64(calibrator.b_))), np.float32)


def _isotonic(graph: Graph, calibrator: Any, scores: str) -> str:
    """Interpolate between thresholds: sum the rises up to a score."""
    at, height = (np.asarray(values, np.float64) for values in (calibrator.X_thresholds_, calibrator.y_thresholds_))
    if len(at) == 1:
        return graph.add("Add", graph.add("Mul", scores, 0.0), np.float32(height[0]))
    within = graph.add("Max", graph.cast(scores, np.float64), at[:-1])
    beyond = graph.add("Sub", graph.add("Min", within, at[1:]), at[:-1])  # (n_clips, n_thresholds - 1)
    rises = graph.add("Mul", beyond, np.diff(height) / np.diff(at))
    total = graph.add("Add", graph.add("ReduceSum", rises, [1]), height[0])
    return graph.cast(total, np.float32)


CALIBRATIONS = {"sigmoid": _sigmoid, "isotonic": _isotonic}


def vote(graph: Graph, model: VotingClassifier, value: Value, method: str, convert: Convert) -> Value:
    """Convert a `VotingClassifier`: the mean of probabilities, or the most frequent label."""
    weights = _used_weights(model)
    if model.voting == "soft":
        parts = [convert(graph, part, value, "predict_proba").name for part in model.estimators_]
        return _result(graph, model, _mean(graph, parts, weights), method)
    indices = np.arange(len(model.classes_))  # the labels of its parts
    counts = []
    for part, weight in zip(model.estimators_, weights, strict=True):
        label = graph.add("Reshape", convert(graph, part, value, "predict").name, [-1, 1])
        is_label = graph.cast(graph.add("Equal", label, indices), np.float32)
        counts.append(graph.add("Mul", is_label, np.float32(weight)))
    return most_probable(graph, model.classes_, _total(graph, counts))


def mean_prediction(graph: Graph, model: VotingRegressor, value: Value, _: str, convert: Convert) -> Value:
    """Convert a `VotingRegressor`."""
    parts = [convert(graph, part, value, "predict").name for part in model.estimators_]
    return Value(_mean(graph, parts, _used_weights(model)), "table", 1)


def stack(
    graph: Graph, model: StackingClassifier | StackingRegressor, value: Value, method: str, convert: Convert
) -> Value:
    """Convert a `StackingClassifier` or `StackingRegressor`."""
    name = type(model).__name__
    if model.passthrough and value.kind != "table":
        raise ExportError(f"{name}(passthrough=True) of clips cannot be exported. Use passthrough=False.")
    classes = getattr(model, "classes_", None)
    columns, width = [], 0
    for part, called in zip(model.estimators_, model.stack_method_, strict=True):
        scores = convert(graph, part, value, called)
        column = scores.name
        if scores.kind == "labels":
            column = graph.cast(graph.add("Reshape", column, [-1, 1]), np.float32)
        elif called == "predict_proba" and scores.width == 2:
            column = graph.add("Slice", column, [1], [2], [1])
            scores = Value(column, "table", 1)
        columns.append(column)
        width += scores.width
    if model.passthrough:
        columns.append(value.name)
        width += value.width
    table = graph.add("Concat", *columns, axis=1)
    result = convert(graph, model.final_estimator_, Value(table, "table", width), method)
    if classes is None or method != "predict":
        return result
    index = graph.cast(result.name, np.int64)  # the final classifier predicts indices of classes
    return Value(graph.add("Gather", class_array(classes), index), "labels", 1)


def _used_weights(model: VotingClassifier | VotingRegressor) -> list[float]:
    """Return the weights of the estimators that are not dropped."""
    weights = [1.0] * len(model.estimators) if model.weights is None else list(model.weights)
    return [weight for (_, part), weight in zip(model.estimators, weights, strict=True) if part != "drop"]


def _mean(graph: Graph, parts: list[str], weights: list[float]) -> str:
    shares = (np.array(weights) / np.sum(weights)).astype(np.float32)
    return _total(graph, [graph.add("Mul", part, share) for part, share in zip(parts, shares, strict=True)])


def _total(graph: Graph, parts: list[str]) -> str:
    return graph.add("Sum", *parts) if len(parts) > 1 else parts[0]


def _result(graph: Graph, model: Any, probabilities: str, method: str) -> Value:
    if method == "predict":
        return most_probable(graph, model.classes_, probabilities)
    if method != "predict_proba":
        raise ExportError(f"{type(model).__name__} cannot be exported with method={method!r}. Use 'predict_proba'.")
    return Value(probabilities, "table", len(model.classes_))


ENSEMBLES: dict[type, Callable[[Graph, Any, Value, str, Convert], Value]] = {
    CalibratedClassifierCV: calibrated,
    VotingClassifier: vote,
    VotingRegressor: mean_prediction,
    StackingClassifier: stack,
    StackingRegressor: stack,
}
