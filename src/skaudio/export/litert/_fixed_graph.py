"""An ONNX graph as a function of TensorFlow, for one input of fixed length.

What depends on lengths alone is computed here, by the reference implementation of ONNX, so that a small table of
operators is left for TensorFlow. Numbers are float32 and int32, the types of LiteRT: constants in double precision,
which are computed with as such, are rounded where they meet a value that is not constant.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph import OPSET, TO_LAST, import_onnx
from skaudio.export.litert._layers import LAYER_OPERATORS
from skaudio.export.litert._layout import ELEMENTWISE, Image, by_pixel, in_onnx_order
from skaudio.export.litert._models import MODEL_OPERATORS
from skaudio.export.litert._operators import OPERATORS
from skaudio.export.litert._products import Product
from skaudio.export.litert._recurrent import RECURRENT_OPERATORS, looped

TABLE: dict[str, Callable[..., Any]] = {**OPERATORS, **LAYER_OPERATORS, **MODEL_OPERATORS, **RECURRENT_OPERATORS}
PRODUCTS = ("LinearClassifier", "LinearRegressor")  # operators that multiply by a matrix among their attributes
DEPENDS_ON_SAMPLES = "the length of its result depends on the samples, as with trim_db"
LARGEST = np.iinfo(np.int32).max


@dataclass
class FixedGraph:
    """An ONNX graph whose inputs have a fixed shape.

    Parameters
    ----------
    nodes : list of onnx.NodeProto
        Nodes, in order.
    constants : dict of {str: ndarray}
        Constants by name.
    product : Product
        What multiplies by constant matrices.
    steps : dict of {str: str}
        For outputs of nodes, the name of the step of the pipeline that they belong to, for messages.
    """

    nodes: list[Any]
    constants: dict[str, np.ndarray]
    product: Product
    steps: Mapping[str, str] = field(default_factory=dict)

    def run(self, tf: Any, inputs: Mapping[str, Any], outputs: Iterable[str]) -> list[Any]:
        """Compute outputs from tensors, inside a function of TensorFlow that is traced.

        Parameters
        ----------
        tf : module
            TensorFlow.
        inputs : dict of {str: tensor}
            Inputs by name, of fixed shape.
        outputs : iterable of str
            Names of outputs.

        Returns
        -------
        list of tensor or ndarray
            Outputs; arrays where they do not depend on the inputs.

        Raises
        ------
        ExportError
            If an operator cannot be converted, with the name of its step.
        """
        values: dict[str, Any] = {**self.constants, **inputs}
        for node in self._needed(outputs):
            try:
                results = self._results(tf, node, [values[name] if name else None for name in node.input])
            except (_NoOperatorError, NotImplementedError, TypeError, ValueError, KeyError) as error:
                step = self.steps.get(node.output[0]) or "The model"
                raise ExportError(
                    f"{step} cannot be exported to LiteRT: {error}. Use skaudio.export.to_onnx."
                ) from error
            values.update(zip(node.output, results, strict=False))
        return [in_onnx_order(tf, values[name]) for name in outputs]

    def _needed(self, outputs: Iterable[str]) -> list[Any]:
        """Return the nodes that outputs depend on, in order."""
        needed, nodes = set(outputs), []
        for node in reversed(self.nodes):
            if needed.intersection(node.output):
                nodes.append(node)
                needed.update(node.input)
        return nodes[::-1]

    def _results(self, tf: Any, node: Any, arguments: list[Any]) -> list[Any]:
        """Return the outputs of a node."""
        if node.op_type == "Shape":
            return [_shape(node, in_onnx_order(tf, arguments[0]))]
        if all(map(_is_constant, arguments)):
            return _computed(node, arguments)
        settings, arguments = attributes(node), [_single(value) for value in arguments]
        if any(isinstance(value, Image) for value in arguments):
            if node.op_type == "Transpose" and settings["perm"] == TO_LAST:
                return [arguments[0].pixels]
            if node.op_type in ELEMENTWISE:
                return [by_pixel(tf, OPERATORS[node.op_type], arguments, settings)]
            if node.op_type not in LAYER_OPERATORS:
                arguments = [in_onnx_order(tf, value) for value in arguments]
        if node.op_type == "MatMul" and _is_constant(arguments[1]):
            return [self.product.of(tf, arguments[0], arguments[1], node.input[1])]
        if node.op_type == "Scan" and settings.get("scan_input_axes") == [1]:
            return self._scanned(tf, arguments, settings)
        return _operated(tf, node.op_type, arguments, settings, self.product)

    def _scanned(self, tf: Any, arguments: list[Any], settings: dict[str, Any]) -> list[Any]:
        """Run a graph for each frame, with one state and one output, as the level of PCEN."""
        body = settings["body"]
        state, frames = (tf.convert_to_tensor(value) for value in arguments)
        inner = FixedGraph(list(body.node), constants_of(body.initializer), self.product)
        state_name, frame_name = (value.name for value in body.input)
        names = [value.name for value in body.output]

        def step(last: Any, frame: Any) -> list[Any]:
            return inner.run(tf, {state_name: last, frame_name: frame}, names)

        last, outputs = looped(tf, step, state, tf.transpose(frames, [1, 0, 2]))
        return [last, tf.transpose(outputs, [1, 0, 2])]


class _NoOperatorError(Exception):
    """An operator cannot be converted."""


def _operated(tf: Any, kind: str, arguments: list[Any], settings: dict[str, Any], product: Product) -> list[Any]:
    """Apply an operator of the table."""
    if kind == "Slice" and not all(map(_is_constant, arguments[1:])):
        raise _NoOperatorError(DEPENDS_ON_SAMPLES)
    if kind not in TABLE:
        raise _NoOperatorError(f"it computes {kind}, which is not converted")
    if kind in PRODUCTS:
        settings["product"] = product
    result = TABLE[kind](tf, *arguments, **settings)
    return list(result) if isinstance(result, (list, tuple)) else [result]


def _is_constant(value: Any) -> bool:
    return value is None or isinstance(value, np.ndarray)


def constants_of(initializers: Iterable[Any]) -> dict[str, np.ndarray]:
    """Return constants by name; those of text, which are classes, as the indices of these."""
    to_array = import_onnx().numpy_helper.to_array
    arrays = {constant.name: to_array(constant) for constant in initializers}
    return {name: np.arange(array.size) if array.dtype == object else array for name, array in arrays.items()}


def attributes(node: Any) -> dict[str, Any]:
    """Return the attributes of a node, with text as str."""
    read = import_onnx().helper.get_attribute_value
    settings = {attribute.name: read(attribute) for attribute in node.attribute}
    return {name: _text(value) for name, value in settings.items()}


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return value.decode() if isinstance(value, bytes) else value


def _shape(node: Any, value: Any) -> np.ndarray:
    shape = np.array([-1 if size is None else size for size in value.shape], np.int64)
    if (shape < 0).any():
        raise _NoOperatorError(DEPENDS_ON_SAMPLES)
    settings = attributes(node)
    return shape[settings.get("start", 0) : settings.get("end")]


def _computed(node: Any, arguments: list[Any]) -> list[np.ndarray]:
    """Compute a node of constants."""
    onnx = import_onnx()
    from onnx.reference import ReferenceEvaluator

    given = {name: value for name, value in zip(node.input, arguments, strict=True) if name}
    infos = [
        onnx.helper.make_tensor_value_info(name, onnx.helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in given.items()
    ]
    outputs = [onnx.helper.make_empty_tensor_value_info(name) for name in node.output if name]
    graph = onnx.helper.make_graph([node], "constant", infos, outputs)
    domains = [onnx.helper.make_opsetid("", OPSET), onnx.helper.make_opsetid("ai.onnx.ml", 3)]
    model = onnx.helper.make_model(graph, opset_imports=domains)
    return [np.asarray(value) for value in ReferenceEvaluator(model).run(None, given)]


def _single(value: Any) -> Any:
    """Return a constant in a type of LiteRT; whoever slices to the end passes the largest int64."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "if":
        return value
    if value.dtype.kind == "f":
        return value.astype(np.float32)
    return np.clip(value, -LARGEST, LARGEST).astype(np.int32)
