"""Methods of estimators that can be exported: the default one, their outputs, and their results in Python."""

from copy import copy
from typing import Any

import numpy as np
from sklearn.base import is_classifier, is_outlier_detector, is_regressor
from sklearn.pipeline import Pipeline

from skaudio.events import EventDetector
from skaudio.export._export_error import ExportError
from skaudio.export.graph import LABEL
from skaudio.export.models._pairs import PAIR_OUTPUTS
from skaudio.export.models._steps import unwrapped

# Name of the output of the graph, by method.
OUTPUTS = {
    "predict_proba": "probabilities",
    "decision_function": "scores",
    "predict": "prediction",
    "transform": "features",
    "predict_frames": "frame_probabilities",
    "score_samples": "scores",
}


def final_step(model: Any) -> Any:
    """Return the last estimator of a model, of which the methods are called."""
    model = unwrapped(model)
    if not isinstance(model, Pipeline):
        return model
    return final_step(next(step for _, step in reversed(model.steps) if step not in (None, "passthrough")))


def default_method(model: Any) -> str:
    """Return the method to export: probabilities, scores or predictions if there are any, else features."""
    step = final_step(model)
    if is_regressor(step):
        return "predict"
    preferred = ("predict_proba", "decision_function", "predict", "transform")
    if not is_classifier(step) and not is_outlier_detector(step) and hasattr(step, "transform"):
        return "transform"
    return next((method for method in preferred if hasattr(step, method)), "transform")


def check_method(model: Any, method: str) -> None:
    """Raise an error unless a model has a method that can be exported."""
    methods = (*OUTPUTS, *PAIR_OUTPUTS)
    if method not in methods:
        raise ValueError(f"method={method!r}; expected one of {list(methods)}.")
    step = final_step(model)
    if not hasattr(step, method):
        others = [name for name in methods if hasattr(step, name)]
        raise ExportError(f"{type(step).__name__} has no {method}; expected method to be one of {others}.")


def output_methods(model: Any, method: str) -> dict[str, str]:
    """Return the outputs of the graph of a method: their names, and the method that computes the same in Python."""
    if method in PAIR_OUTPUTS:
        return PAIR_OUTPUTS[method]
    step = final_step(model)
    if isinstance(step, EventDetector):
        if method != "predict_proba":
            raise ExportError(
                f"EventDetector cannot be exported with method={method!r}: a graph computes scores over time, with "
                "method='predict_proba'. Decode them by skaudio.events.decode_events, as the metadata say."
            )
        return {OUTPUTS[method]: method}
    if not is_classifier(step) and not is_outlier_detector(step):
        return {OUTPUTS[method]: method}
    if method == "predict":
        return {LABEL: method}
    if method in {"predict_proba", "decision_function"} and hasattr(step, "predict"):
        return {LABEL: "predict", OUTPUTS[method]: method}
    return {OUTPUTS[method]: method}


def result_of(model: Any, method: str, X: Any) -> Any:
    """Call a method of a model, also one that pipelines and searches do not pass on, such as ``predict_frames``."""
    model = unwrapped(model)
    if isinstance(model, EventDetector):
        # Silence is left to what decodes the scores.
        detector = copy(model).set_params(silence_dbfs=None, verbose=0)
        return [track.scores for track in detector.predict_proba(X)]
    if isinstance(model, Pipeline) and not hasattr(model, method):
        return result_of(model.steps[-1][1], method, model[:-1].transform(X) if len(model) > 1 else X)
    result = getattr(model, method)(X)
    if isinstance(result, list):
        raise ExportError(
            f"{type(final_step(model)).__name__} has several outputs, each with its own classes. Export one model for "
            "each of them."
        )
    values = np.asarray(result)
    return values.ravel() if values.dtype.kind == "O" else values  # a data frame of frames has one column
