"""Verification of pairs of clips by a `SiameseMatcher`: a graph with two waveforms."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skaudio.estimators import SiameseMatcher
from skaudio.export._export_error import ExportError
from skaudio.export.graph import Graph, Value
from skaudio.export.models._steps import convert_model, unwrapped

INPUTS = ("waveform", "other")
# Outputs of the graph and the methods that compute the same in Python, by the method that is exported.
PAIR_OUTPUTS = {
    "verify": {"same": "verify", "probability": "pair_score", "distance": "pair_distance"},
    "pair_distance": {"distance": "pair_distance"},
}


def pair_values(graph: Graph, model: Any, method: str) -> dict[str, Value]:
    """Add the verification of pairs to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    model : SiameseMatcher or Pipeline
        Fitted; of a pipeline, the last step is the matcher.
    method : {"verify", "pair_distance"}
        What to compute.

    Returns
    -------
    dict of {str: Value}
        Outputs by name, each with one value for each pair.
    """
    matcher = matcher_of(model)
    if matcher is None:
        raise ExportError(f"method={method!r} compares pairs of clips; expected a SiameseMatcher as the last step.")
    first, second = (convert_model(graph, model, Value(name, "waveform", 1), "transform") for name in INPUTS)
    squares = graph.add("ReduceSumSquare", graph.add("Sub", first.name, second.name), [1], keepdims=0)
    distance = graph.add("Mul", squares, 0.5) if matcher.distance == "cosine" else graph.add("Sqrt", squares)
    values = {"distance": distance}
    calibration = matcher.pair_calibration_
    if method == "verify" and calibration is not None:
        odds = graph.add("Add", graph.add("Mul", distance, float(calibration.slope)), float(calibration.intercept))
        values["probability"] = graph.add("Sigmoid", odds)
        values["same"] = graph.add("LessOrEqual", distance, np.float32(matcher.threshold_))
    return {name: Value(values[name], "labels", 1) for name in PAIR_OUTPUTS[method]}


def matcher_of(model: Any) -> SiameseMatcher | None:
    """Return the matcher that is, or ends, a model."""
    model = unwrapped(model)
    last = model.steps[-1][1] if isinstance(model, Pipeline) else model
    return last if isinstance(last, SiameseMatcher) else None


def result_of_pairs(model: Any, method: str, first: Sequence[Any], second: Sequence[Any]) -> np.ndarray:
    """Call a method of a matcher at the end of a model with pairs of clips."""
    model = unwrapped(model)
    batches: list[Any] = [first, second]
    if isinstance(model, Pipeline) and len(model) > 1:
        batches = [model[:-1].transform(batch) for batch in batches]
    return getattr(matcher_of(model), method)(*batches)
