"""From a fitted model to a graph, and what both compute."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import is_classifier, is_outlier_detector, is_regressor
from sklearn.utils.validation import check_is_fitted

import skaudio
from skaudio.events import EventDetector
from skaudio.export._export_error import ExportError
from skaudio.export.graph import Graph, Value, class_array
from skaudio.export.models._detection import detector_scores
from skaudio.export.models._methods import check_method, default_method, final_step, output_methods, result_of
from skaudio.export.models._pairs import INPUTS, PAIR_OUTPUTS, pair_values, result_of_pairs
from skaudio.export.models._steps import convert_model, unwrapped
from skaudio.export.running import ExportedModel


@dataclass(frozen=True)
class Conversion:
    """A fitted model as a graph.

    Attributes
    ----------
    graph : Graph
        The graph, with its metadata.
    values : dict of {str: Value}
        Outputs by name.
    outputs : dict of {str: str}
        For each of them, the method that computes the same in Python.
    inputs : tuple of str
        Names of the waveforms.
    """

    graph: Graph
    values: dict[str, Value]
    outputs: dict[str, str]
    inputs: tuple[str, ...]

    def expected(self, pipeline: Any, clips: Sequence[Any], *, given: bool) -> dict[str, Any]:
        """Return the results of the model for each output; the clips were given by the user, or generated.

        Raises
        ------
        ExportError
            If the model cannot process generated clips.
        """
        try:
            if self.inputs == INPUTS:
                pairs = _pairs(clips)
                return {output: result_of_pairs(pipeline, called, *pairs) for output, called in self.outputs.items()}
            return {output: result_of(pipeline, called, clips) for output, called in self.outputs.items()}
        except ValueError as error:
            if given:
                raise
            raise ExportError(
                f"The pipeline cannot process the generated clips that it is verified on ({error}). Pass others as "
                "sample."
            ) from error

    def found(self, model: ExportedModel, clips: Sequence[Any]) -> dict[str, Any]:
        """Return the results of the exported model for each output."""
        results = model.pair_outputs(*_pairs(clips)) if self.inputs == INPUTS else model.outputs(clips)
        return {output: results[called] for output, called in self.outputs.items()}

    def compared(self, clips: Sequence[Any]) -> Sequence[Any]:
        """Return the clip of each result; of a pair, the first one."""
        return _pairs(clips)[0] if self.inputs == INPUTS else clips

    def shaped(self, expected: dict[str, Any]) -> dict[str, Value]:
        """Return the outputs, without the axis of a single column where the result of the method has none."""
        return {output: _shaped(self.graph, value, expected[output]) for output, value in self.values.items()}


def converted(pipeline: Any, method: str | None, *, single: bool = False) -> Conversion:
    """Convert a fitted model to a graph.

    Parameters
    ----------
    pipeline : estimator
        Fitted.
    method : str or None
        Method to export; None: the default one.
    single : bool, default=False
        Whether the graph will run in single precision.

    Returns
    -------
    Conversion
        The graph.

    Raises
    ------
    ExportError
        If a step cannot be exported.
    """
    check_is_fitted(pipeline)
    method = default_method(pipeline) if method is None else method
    check_method(pipeline, method)
    graph, model = Graph(single=single), unwrapped(pipeline)
    outputs = output_methods(pipeline, method)
    inputs: tuple[str, ...] = INPUTS[:1]
    start = Value(INPUTS[0], "waveform", 1)
    if method in PAIR_OUTPUTS:
        values, inputs = pair_values(graph, model, method), INPUTS
    elif isinstance(model, EventDetector):
        values = {output: detector_scores(graph, model, start) for output in outputs}
    else:
        values = {output: convert_model(graph, model, start, called) for output, called in outputs.items()}
    _describe(graph, pipeline, method, outputs)
    graph.metadata["inputs"] = list(inputs)
    return Conversion(graph, values, outputs, inputs)


def _pairs(clips: Sequence[Any]) -> tuple[list[Any], list[Any]]:
    """Return pairs of each clip with the next one, and of the first with itself."""
    clips = list(clips)
    return [*clips, clips[0]], [*clips[1:], clips[0], clips[0]]


def _describe(graph: Graph, pipeline: Any, method: str, outputs: dict[str, str]) -> None:
    """Record in the metadata what the graph computes."""
    if "sr" not in graph.metadata:
        raise ExportError(
            f"{type(pipeline).__name__} has no front end, so that the graph has no waveform to take. Export the whole "
            "pipeline, from clips to predictions."
        )
    step = final_step(pipeline)
    kinds = {"classifier": is_classifier, "regressor": is_regressor, "outlier_detector": is_outlier_detector}
    graph.metadata["version"] = skaudio.__version__
    graph.metadata["method"] = method
    graph.metadata["outputs"] = {called: name for name, called in outputs.items()}
    if method in PAIR_OUTPUTS:
        return
    graph.metadata["estimator_type"] = next((kind for kind, holds in kinds.items() if holds(step)), None)
    if is_classifier(step):
        graph.metadata["classes"] = class_array(step.classes_).tolist()


def _shaped(graph: Graph, value: Value, expected: Any) -> Value:
    """Drop the axis of a single column where the result of the method has none."""
    if value.kind == "table" and value.width == 1 and getattr(expected, "ndim", 2) == 1:
        return Value(graph.add("Squeeze", value.name, [1]), "labels", 1)
    if value.kind == "labels" and getattr(expected, "ndim", 2) == 1:
        return Value(graph.add("Reshape", value.name, [-1]), "labels", 1)
    if value.kind == "labels":
        return Value(value.name, "labels", expected.shape[1])  # of several at once
    return value
