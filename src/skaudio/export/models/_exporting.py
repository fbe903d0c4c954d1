"""From a fitted model to the content of an ONNX file that was compared with it."""

from typing import Any

from skaudio.export.graph import Value, import_onnx
from skaudio.export.models._conversion import Conversion, converted
from skaudio.export.models._verification import default_sample, verify
from skaudio.export.running import OnnxModel, encoded


def exported(pipeline: Any, name: str, method: str | None, sample: Any) -> bytes:
    """Return the content of the file that `skaudio.export.to_onnx` writes; `name` is for messages."""
    model = converted(pipeline, method)
    clips = default_sample(model.graph) if sample is None else sample
    expected = model.expected(pipeline, clips, given=sample is not None)
    values = model.shaped(expected)
    found = model.found(OnnxModel(_content(model, values), name), clips)
    model.graph.metadata["difference"] = verify(model.compared(clips), expected, found)
    return _content(model, values)


def _content(model: Conversion, values: dict[str, Value]) -> bytes:
    """Return the content of a file with named outputs, after checking that it is valid."""
    onnx = import_onnx()
    helper, graph = onnx.helper, model.graph
    n_clips = 1 if graph.one_clip else "n_clips"
    lengths = ["n_samples", "n_other_samples"]
    inputs = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [n_clips, length])
        for name, length in zip(model.inputs, lengths, strict=False)
    ]
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
    content = graph.model(inputs, outputs, encoded(graph.metadata), named)
    onnx.checker.check_model(content)
    return content.SerializeToString()
