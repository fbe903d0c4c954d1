"""Steps of scikit-learn, converted by skl2onnx."""

import warnings
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_outlier_detector, is_regressor
from sklearn.preprocessing import StandardScaler

from skaudio.export._export_error import ExportError
from skaudio.export.graph import OPSET, Graph, Value, import_onnx

ML_OPSET = 3  # of the domain ai.onnx.ml


def convert_sklearn_step(graph: Graph, step: Any, value: Value, method: str) -> Value:
    """Add a fitted scikit-learn transformer or model to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    step : estimator
        Fitted.
    value : Value
        Its input, a table.
    method : str
        What to compute.

    Returns
    -------
    Value
        The result.

    Raises
    ------
    ExportError
        If its input is no table, or if skl2onnx has no converter for it.
    """
    if value.kind != "table":
        raise ExportError(
            f"{type(step).__name__} cannot be exported: its input is {value.kind}, and of those, only skaudio's own "
            "steps are known. Put a skaudio.pooling.StatPooling before it, or register a function with "
            "skaudio.export.register_converter."
        )
    options: dict[str, Any] = {}
    if is_classifier(step):
        options["zipmap"] = False
        if method == "decision_function" or (method == "predict" and not hasattr(step, "predict_proba")):
            options["raw_scores"] = True  # also for labels, so that a model without probabilities is stored once
    key = f"{id(step)}{value.name}{options}"
    outputs = graph.include(lambda: _converted(step, value.width, options), {"table": value.name}, key)
    if method == "transform" or is_regressor(step):
        return Value(outputs[0], "table", _n_columns(step, value, method))
    if method == "predict":
        return Value(outputs[0], "labels", 1)
    if is_outlier_detector(step) or not is_classifier(step):
        return Value(outputs[-1], "table", 1)
    n_classes = len(step.classes_)
    if method == "decision_function" and n_classes == 2:  # those of the second class, as in scikit-learn
        return Value(graph.add("Slice", outputs[-1], [-1], [2], [1]), "table", 1)
    return Value(outputs[-1], "table", n_classes)


def standard_scaler(graph: Graph, scaler: StandardScaler, value: Value) -> Value:
    """Convert a `StandardScaler` to the very operations of scikit-learn.

    A tree may have a value of its training set as a threshold, so that the last digit matters; skl2onnx multiplies by
    the inverse of the scale instead.
    """
    if value.kind != "table":
        return convert_sklearn_step(graph, scaler, value, "transform")
    name = value.name
    if scaler.mean_ is not None and scaler.with_mean:
        name = graph.add("Sub", name, scaler.mean_.astype(np.float32))
    if scaler.scale_ is not None:
        name = graph.add("Div", name, scaler.scale_.astype(np.float32))
    return Value(name, "table", value.width)


def _converted(step: Any, width: int, options: dict[str, Any]) -> Any:
    import_onnx()
    try:
        from skl2onnx import convert_sklearn
        from skl2onnx.common.data_types import FloatTensorType
    except ImportError as error:
        raise ImportError(
            'Export of scikit-learn models to ONNX requires skl2onnx: pip install "skaudio[export]".'
        ) from error
    settings: dict[str, Any] = {
        "initial_types": [("table", FloatTensorType([None, width]))],
        "target_opset": {"": OPSET, "ai.onnx.ml": ML_OPSET},
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of attributes that skl2onnx reads
            try:
                return convert_sklearn(step, options={id(step): options} if options else None, **settings)
            except NameError:  # some classifiers have no such option
                options = {name: option for name, option in options.items() if name != "zipmap"}
                return convert_sklearn(step, options={id(step): options}, **settings)
    except Exception as error:  # of many types
        reason = str(error).strip().partition("\n")[0]
        raise ExportError(
            f"{type(step).__name__} cannot be exported: skl2onnx raised {type(error).__name__} ({reason}). Use another "
            "step, or register a function with skaudio.export.register_converter."
        ) from error


def _n_columns(step: Any, value: Value, method: str) -> int:
    """Return the number of columns of the output of a transformer or regressor."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="X does not have valid feature names")
        result = np.asarray(getattr(step, method)(np.zeros((1, value.width), np.float32)))
    return 1 if result.ndim == 1 else result.shape[1]
