"""Converters of support vector machines, as products with the matrix of the support vectors.

skl2onnx converts them to an operator that computes the kernel vector by vector, which takes longer, and which LiteRT
has not.
"""

from itertools import combinations
from typing import Any

import numpy as np
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

from skaudio.export.estimators._sklearn_steps import convert_sklearn_step
from skaudio.export.graph import Graph, Value, above_zero, inlier_labels, most_probable

KERNELS = ("rbf", "linear", "poly", "sigmoid")


def support_vector_classifier(graph: Graph, model: SVC | NuSVC, value: Value, method: str) -> Value:
    """Convert an `SVC` or `NuSVC`; one with probabilities, which are iterated, by skl2onnx."""
    if _is_special(model, value) or hasattr(model, "predict_proba"):
        return convert_sklearn_step(graph, model, value, method)
    n_classes = len(model.classes_)
    if n_classes == 2:
        scores = _sum_of_kernels(graph, model, value)
        return above_zero(graph, model.classes_, scores) if method == "predict" else Value(scores, "table", 1)
    pairs = _pair_scores(graph, model, value)
    if method == "predict" and not model.break_ties:
        return most_probable(graph, model.classes_, _votes(graph, pairs, "Greater", n_classes))
    if method != "predict" and model.decision_function_shape == "ovo":
        return Value(pairs, "table", n_classes * (n_classes - 1) // 2)
    votes = _votes(graph, pairs, "GreaterOrEqual", n_classes)
    first, second = _members(n_classes)
    confidence = graph.add("MatMul", pairs, first - second)
    bounded = graph.add("Mul", graph.add("Add", graph.add("Abs", confidence), 1.0), 3.0)
    scores = graph.add("Add", votes, graph.add("Div", confidence, bounded))
    return most_probable(graph, model.classes_, scores) if method == "predict" else Value(scores, "table", n_classes)


def support_vector_regressor(graph: Graph, model: SVR | NuSVR, value: Value, method: str) -> Value:
    """Convert an `SVR` or `NuSVR`."""
    if _is_special(model, value):
        return convert_sklearn_step(graph, model, value, method)
    return Value(_sum_of_kernels(graph, model, value), "table", 1)


def one_class_machine(graph: Graph, model: OneClassSVM, value: Value, method: str) -> Value:
    """Convert a `OneClassSVM`."""
    if _is_special(model, value):
        return convert_sklearn_step(graph, model, value, method)
    scores = _sum_of_kernels(graph, model, value)
    if method == "predict":
        return inlier_labels(graph, graph.add("Squeeze", scores, [1]))
    if method == "score_samples":
        scores = graph.add("Add", scores, np.float32(np.ravel(model.offset_)[0]))
    return Value(scores, "table", 1)


def _is_special(model: Any, value: Value) -> bool:
    """Return whether it is left to skl2onnx, or to its message."""
    return value.kind != "table" or model.kernel not in KERNELS or not isinstance(model.support_vectors_, np.ndarray)


def _kernels(graph: Graph, model: Any, value: Value) -> str:
    """Compute the kernel of rows and support vectors, float32 ``(n_clips, n_vectors)``."""
    vectors, gamma = model.support_vectors_, float(model._gamma)
    products = graph.add("MatMul", value.name, np.ascontiguousarray(vectors.T, np.float32))
    if model.kernel == "linear":
        return products
    if model.kernel == "rbf":
        squares = graph.add("ReduceSumSquare", value.name, [1])
        both = graph.add("Add", squares, np.square(vectors).sum(axis=1).astype(np.float32))
        distances = graph.add("Max", graph.add("Sub", both, graph.add("Mul", products, 2.0)), np.float32(0.0))
        return graph.add("Exp", graph.add("Mul", distances, -gamma))
    inner = graph.add("Add", graph.add("Mul", products, gamma), float(model.coef0))
    if model.kernel == "sigmoid":
        return graph.add("Tanh", inner)
    power = inner
    for _ in range(model.degree - 1):
        power = graph.add("Mul", power, inner)
    return power if model.degree else graph.add("Add", graph.add("Mul", inner, 0.0), 1.0)


def _sum_of_kernels(graph: Graph, model: Any, value: Value) -> str:
    """Compute the only decision value, float32 ``(n_clips, 1)``."""
    coefficients = np.ascontiguousarray(model.dual_coef_.T, np.float32)
    total = graph.add("MatMul", _kernels(graph, model, value), coefficients)
    return graph.add("Add", total, model.intercept_.astype(np.float32))


def _pair_scores(graph: Graph, model: SVC | NuSVC, value: Value) -> str:
    """Compute a decision value for each pair of classes, float32 ``(n_clips, n_pairs)``, positive for the first.

    A vector of a class has a coefficient for each of the other classes.
    """
    sizes, n_classes = model.n_support_, len(model.classes_)
    kernels = graph.add_several(
        "Split", _kernels(graph, model, value), sizes.astype(np.int64), n_outputs=n_classes, axis=1
    )
    parts = np.split(model.dual_coef_.T.astype(np.float32), np.cumsum(sizes)[:-1])
    sums = [graph.add("MatMul", kernel, part) for kernel, part in zip(kernels, parts, strict=True)]
    table = graph.add("Concat", *sums, axis=1)  # (n_clips, n_classes * (n_classes - 1))
    pairs = list(combinations(range(n_classes), 2))
    of_first = np.array([(n_classes - 1) * i + j - 1 for i, j in pairs])
    of_second = np.array([(n_classes - 1) * j + i for i, j in pairs])
    both = graph.add("Add", *(graph.add("Gather", table, columns, axis=1) for columns in (of_first, of_second)))
    return graph.add("Add", both, model.intercept_.astype(np.float32))


def _votes(graph: Graph, pairs: str, comparison: str, n_classes: int) -> str:
    """Count the pairs that each class wins; libsvm gives a value of 0 to the second of them, scikit-learn the first."""
    first, second = _members(n_classes)
    won = graph.cast(graph.add(comparison, pairs, 0.0), np.float32)
    return graph.add("Add", graph.add("MatMul", won, first - second), second.sum(axis=0))


def _members(n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Return indicators of the first and the second class of each pair, ``(n_pairs, n_classes)``."""
    pairs = np.array(list(combinations(range(n_classes), 2)))
    identity = np.eye(n_classes, dtype=np.float32)
    return identity[pairs[:, 0]], identity[pairs[:, 1]]
