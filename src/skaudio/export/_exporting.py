"""From a fitted model to the content of an ONNX file that was compared with it."""

from dataclasses import dataclass
from typing import Any

from sklearn.base import is_classifier, is_outlier_detector, is_regressor
from sklearn.utils.validation import check_is_fitted

import skaudio
from skaudio.events import EventDetector
from skaudio.export._detection import detector_scores
from skaudio.export._export_error import ExportError
from skaudio.export._graph import Graph, Value, import_onnx
from skaudio.export._labels import class_array
from skaudio.export._metadata import encoded
from skaudio.export._methods import check_method, default_method, final_step, output_methods, result_of
from skaudio.export._onnx_model import OnnxModel
from skaudio.export._steps import convert_model, unwrapped
from skaudio.export._verification import default_sample, verify

INPUT = "waveform"


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
    """

    graph: Graph
    values: dict[str, Value]
    outputs: dict[str, str]

    def expected(self, pipeline: Any, clips: Any, *, given: bool) -> dict[str, Any]:
        """Return the results of the model for each output; the clips were given by the user, or generated.

        Raises
        ------
        ExportError
            If the model cannot process generated clips.
        """
        try:
            return {output: result_of(pipeline, called, clips) for output, called in self.outputs.items()}
        except ValueError as error:
            if given:
                raise
            raise ExportError(
                f"The pipeline cannot process the generated clips that it is verified on ({error}). Pass others as "
                "sample."
            ) from error

    def shaped(self, expected: dict[str, Any]) -> dict[str, Value]:
        """Return the outputs, without the axis of a single column where the result of the method has none."""
        return {output: _shaped(self.graph, value, expected[output]) for output, value in self.values.items()}


def converted(pipeline: Any, method: str | None, *, single: bool = False) -> Conversion:
    """Convert a fitted model to a graph, in single precision or as in Python.

    Raises
    ------
    ExportError
        If a step cannot be exported.
    """
    check_is_fitted(pipeline)
    method = default_method(pipeline) if method is None else method
    check_method(pipeline, method)
    graph = Graph(single=single)
    outputs = output_methods(pipeline, method)
    start = Value(INPUT, "waveform", 1)
    model = unwrapped(pipeline)
    values = {
        output: detector_scores(graph, model, start)
        if isinstance(model, EventDetector)
        else convert_model(graph, model, start, called)
        for output, called in outputs.items()
    }
    _describe(graph, pipeline, method, outputs)
    return Conversion(graph, values, outputs)


def exported(pipeline: Any, name: str, method: str | None, sample: Any) -> bytes:
    """Return the content of the file that `skaudio.export.to_onnx` writes; `name` is for messages."""
    model = converted(pipeline, method)
    graph = model.graph
    clips = default_sample(graph) if sample is None else sample
    expected = model.expected(pipeline, clips, given=sample is not None)
    values = model.shaped(expected)
    results = OnnxModel(_content(graph, values), name).outputs(clips)
    found = {output: results[called] for output, called in model.outputs.items()}
    graph.metadata["difference"] = verify(clips, expected, found)
    return _content(graph, values)


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


def _content(graph: Graph, values: dict[str, Value]) -> bytes:
    """Return the content of a file with named outputs, after checking that it is valid."""
    onnx = import_onnx()
    helper = onnx.helper
    n_clips = 1 if graph.one_clip else "n_clips"
    inputs = [helper.make_tensor_value_info(INPUT, onnx.TensorProto.FLOAT, [n_clips, "n_samples"])]
    named = [helper.make_node("Identity", [value.name], [name]) for name, value in values.items()]
    untyped = [helper.make_empty_tensor_value_info(name) for name in values]
    inferred = onnx.shape_inference.infer_shapes(graph.model(inputs, untyped, {}, named))
    types = {output.name: output.type.tensor_type.elem_type for output in inferred.graph.output}
    shapes = {
        "frames": lambda width: [n_clips, "n_frames", width],
        "table": lambda width: [n_clips, width],
        "labels": lambda width: [n_clips] if width == 1 else [n_clips, width],
    }
    outputs = [
        helper.make_tensor_value_info(name, types[name] or onnx.TensorProto.FLOAT, shapes[value.kind](value.width))
        for name, value in values.items()
    ]
    model = graph.model(inputs, outputs, encoded(graph.metadata), named)
    onnx.checker.check_model(model)
    return model.SerializeToString()
