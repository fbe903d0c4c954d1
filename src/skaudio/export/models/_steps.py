"""Fitted models, step by step: pipelines, unions of features, and what wraps other estimators."""

from typing import Any

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import FeatureUnion, Pipeline

from skaudio.augment import AugmentedEstimator
from skaudio.estimators import SiameseMatcher
from skaudio.events import EventDetector
from skaudio.export._export_error import ExportError
from skaudio.export.estimators import ENSEMBLES, convert_sklearn_step, matcher_embedding
from skaudio.export.graph import Graph, Value
from skaudio.export.models._converters import converter_of
from skaudio.features import FrontEnd, FunctionFrontEnd
from skaudio.matching import RecordingMatcher
from skaudio.preprocessing import GroupScaler
from skaudio.pretrained import TransferClassifier

# What cannot be exported: class, reason and remedy.
REFUSED: dict[type, str] = {
    FunctionFrontEnd: "runs a Python function. Use MelSpectrogram, MFCC or another front end of skaudio.features",
    GroupScaler: "standardises by groups of clips, and the graph is given one clip without its group. Use "
    "sklearn.preprocessing.StandardScaler behind a StatPooling, or normalize= of the front end",
    RecordingMatcher: "searches an index of recordings. Export the front end or the network that is compared instead",
    EventDetector: "is a step of another model. Export it alone",
}
REGISTER = ", or register a function that converts it, by skaudio.export.register_converter"


def unwrapped(model: Any) -> Any:
    """Return the fitted estimator inside a search, a frozen or an augmented estimator.

    Raises
    ------
    ExportError
        If the wrapper does more in prediction than to call the estimator.
    """
    if hasattr(model, "best_estimator_"):
        return unwrapped(model.best_estimator_)
    if hasattr(model, "cv_results_"):
        raise ExportError(f"{type(model).__name__} has no best_estimator_. Fit it with refit=True.")
    if isinstance(model, FrozenEstimator):
        return unwrapped(model.estimator)
    if isinstance(model, AugmentedEstimator):
        if model.n_test_copies:
            raise ExportError(
                f"AugmentedEstimator(n_test_copies={model.n_test_copies}) averages predictions over random copies. Set "
                "n_test_copies=0, which needs no new fit."
            )
        return unwrapped(model.estimator_)
    return model


def convert_model(graph: Graph, model: Any, value: Value, method: str) -> Value:
    """Add a fitted model to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    model : estimator
        Fitted.
    value : Value
        Its input.
    method : str
        What to compute: the name of a method of the model.

    Returns
    -------
    Value
        The result.

    Raises
    ------
    ExportError
        If a step cannot be exported, with its name and a remedy.
    """
    model = unwrapped(model)
    if isinstance(model, Pipeline):
        for _, step in model.steps[:-1]:
            value = convert_model(graph, step, value, "transform")
        return convert_model(graph, model.steps[-1][1], value, method)
    if model is None or (isinstance(model, str) and model == "passthrough"):
        return value
    if isinstance(model, FeatureUnion):
        return _union(graph, model, value)
    if isinstance(model, TransferClassifier):
        return convert_model(graph, model.head_, convert_model(graph, model.base_, value, "transform"), method)
    graph.step = type(model).__name__
    converter = converter_of(model)
    if converter is not None:
        return converter(graph, model, value, method)
    if type(model) in ENSEMBLES:
        return ENSEMBLES[type(model)](graph, model, value, method, convert_model)
    _refuse(model)
    if isinstance(model, SiameseMatcher):
        return _matcher(graph, model, value, method)
    return convert_sklearn_step(graph, model, value, method)


def _refuse(model: Any) -> None:
    name = type(model).__name__
    for cls, reason in REFUSED.items():
        if isinstance(model, cls):
            raise ExportError(f"{name} cannot be exported: it {reason}{REGISTER}.")
    if isinstance(model, FrontEnd):
        raise ExportError(
            f"{name} cannot be exported: skaudio.export does not support this front end. Register a function "
            "that converts it, by skaudio.export.register_converter."
        )


def _union(graph: Graph, union: FeatureUnion, value: Value) -> Value:
    """Concatenate the tables of several transformers of the same clips."""
    weights = union.transformer_weights or {}
    parts = []
    for name, transformer in union.transformer_list:
        if isinstance(transformer, str) and transformer == "drop":
            continue
        part = convert_model(graph, transformer, value, "transform")
        if part.kind != "table":
            raise ExportError(
                f"FeatureUnion concatenates the {part.kind} of {name!r}; expected tables. Put a "
                "skaudio.pooling.StatPooling after its front end."
            )
        scaled = graph.add("Mul", part.name, float(weights[name])) if name in weights else part.name
        parts.append(Value(scaled, "table", part.width))
    table = graph.add("Concat", *(part.name for part in parts), axis=1)
    return Value(table, "table", sum(part.width for part in parts))


def _matcher(graph: Graph, matcher: SiameseMatcher, value: Value, method: str) -> Value:
    if method != "transform":
        raise ExportError(
            f"SiameseMatcher cannot be exported with method={method!r}: its classes can be enrolled later. Use "
            "method='transform', and compare embeddings by their distance with threshold_, which is in the metadata of "
            "the file; or method='verify', which compares pairs of clips."
        )
    if matcher.front_end is not None:
        value = convert_model(graph, matcher.front_end_, value, "transform")
    graph.metadata["distance"] = matcher.distance
    if matcher.calibration is not None:
        graph.metadata["threshold"] = float(np.float64(matcher.threshold_))
    return matcher_embedding(graph, matcher, value)
