"""An ONNX graph under construction: nodes, constants and values.

Conventions: values are named by strings; a batch has clips of one length, so that a waveform is float32
``(n_clips, n_samples)``, frames are float32 ``(n_clips, n_frames, n_channels)`` and a table is float32
``(n_clips, n_columns)``. Lengths that are known only when the graph runs are int64 of shape ``(1,)``.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError

OPSET = 18
IR_VERSION = 10  # what ONNX Runtime 1.20 reads; the first version of opset 18 is 8
ENUMERATED_TYPES = {np.dtype(np.float32): 1, np.dtype(np.int32): 6, np.dtype(np.int64): 7, np.dtype(np.float64): 11}


def import_onnx() -> Any:
    """Import onnx, or raise an error that names the extra."""
    try:
        import onnx
    except ImportError as error:
        raise ImportError('Export to ONNX requires onnx and skl2onnx: pip install "skaudio[export]".') from error
    return onnx


class Graph:
    """An ONNX graph under construction, which converters add nodes to.

    Parameters
    ----------
    prefix : str, default=""
        Beginning of the names of all values: those of a graph within another one must differ from those around it.
    single : bool, default=False
        See the attribute.

    Attributes
    ----------
    metadata : dict
        Metadata of the file: the sampling rate ``sr`` of the waveform, for instance. Values are anything
        that JSON can hold.
    one_clip : bool
        Whether the graph accepts one clip at a time only, as where the length of the result depends on the samples.
    frame_length : int
        Length of a frame in samples, for the clips that the graph is verified on.
    single : bool
        Whether the graph will run in single precision, with float64 values as float32, as LiteRT does.
    step : str
        Name of the step that nodes are added for.
    steps : dict of {str: str}
        For each value, the step that it was added for.
    weights : set of str
        Constants that are weights of networks, which can be quantized.

    Notes
    -----
    Operators are those of ONNX, opset 18; see https://onnx.ai/onnx/operators.

    Examples
    --------
    >>> from skaudio.export import Graph
    >>> graph = Graph()
    >>> louder = graph.add("Mul", "waveform", 2.0)
    >>> [node.op_type for node in graph.nodes]
    ['Mul']
    """

    def __init__(self, prefix: str = "", *, single: bool = False) -> None:
        self._onnx, self._prefix = import_onnx(), prefix
        self.nodes: list[Any] = []
        self.initializers: list[Any] = []
        self.domains: dict[str, int] = {"": OPSET}
        self.metadata: dict[str, Any] = {}
        self.one_clip = False
        self.frame_length = 2048
        self.single = single
        self.step = ""
        self.steps: dict[str, str] = {}
        self.weights: set[str] = set()
        self._constants: dict[tuple, str] = {}
        self._outputs: dict[bytes, list[str]] = {}
        self._parts: dict[str, list[str]] = {}

    def add(self, op_type: str, *inputs: Any, **attributes: Any) -> str:
        """Add a node with one output. One that exists already is not added again.

        Parameters
        ----------
        op_type : str
            Name of the operator.
        *inputs : str, number or ndarray
            Names of values, "" for an omitted one; or constants. A Python float is float32, and an int int64.
        **attributes : dict
            Attributes of the node.

        Returns
        -------
        str
            Name of the output.
        """
        return self.add_several(op_type, *inputs, n_outputs=1, **attributes)[0]

    def add_several(self, op_type: str, *inputs: Any, n_outputs: int, **attributes: Any) -> list[str]:
        """Add a node with several outputs. One that exists already is not added again.

        Parameters
        ----------
        op_type : str
            Name of the operator.
        *inputs : str, number or ndarray
            See `add`.
        n_outputs : int
            Number of outputs.
        **attributes : dict
            Attributes of the node.

        Returns
        -------
        list of str
            Names of the outputs.
        """
        names = [value if isinstance(value, str) else self.constant(value) for value in inputs]
        node = self._onnx.helper.make_node(op_type, names, [], **attributes)
        key = node.SerializeToString(deterministic=True)
        if key not in self._outputs:
            stem = f"{self._prefix}{op_type.lower()}_{len(self.nodes)}"
            self._outputs[key] = [stem] if n_outputs == 1 else [f"{stem}_{i}" for i in range(n_outputs)]
            node.output.extend(self._outputs[key])
            self.steps.update(dict.fromkeys(self._outputs[key], self.step))
            self.nodes.append(node)
        return self._outputs[key]

    def constant(self, value: Any) -> str:
        """Add a constant; equal ones are stored once.

        Parameters
        ----------
        value : number, ndarray or list of str
            A Python float is stored as float32, and an int as int64.

        Returns
        -------
        str
            Name of the value.
        """
        array = np.asarray(value, _dtype_of(value))
        key = array.dtype.str, array.shape, array.tobytes() if array.dtype != object else tuple(array.ravel())
        if key not in self._constants:
            self._constants[key] = f"{self._prefix}constant_{len(self._constants)}"
            self.initializers.append(self._onnx.numpy_helper.from_array(array, self._constants[key]))
        return self._constants[key]

    def cast(self, value: str, dtype: Any) -> str:
        """Convert a value to float32, float64, int32 or int64.

        Parameters
        ----------
        value : str
            Name of the value.
        dtype : dtype
            The new type.

        Returns
        -------
        str
            Name of the output.
        """
        return self.add("Cast", value, to=ENUMERATED_TYPES[np.dtype(dtype)])

    def length(self, value: str, axis: int = 1) -> str:
        """Return the length of a value along an axis.

        Parameters
        ----------
        value : str
            Name of the value.
        axis : int, default=1
            The axis.

        Returns
        -------
        str
            Name of an int64 value of shape ``(1,)``.
        """
        return self.add("Shape", value, start=axis, end=axis + 1)

    def indices(self, length: str) -> str:
        """Return the numbers from 0 to a length.

        Parameters
        ----------
        length : str
            Name of an int64 value of shape ``(1,)``.

        Returns
        -------
        str
            Name of an int64 value of shape ``(length,)``.
        """
        return self.add("Range", 0, self.add("Squeeze", length, [0]), 1)

    def time_mean(self, values: str, *, keepdims: bool) -> str:
        """Return the mean over time; in single precision, with what rounding of the sum has left over.

        Parameters
        ----------
        values : str
            Name of a value ``(n_clips, n_frames, n_channels)``.
        keepdims : bool
            Whether to keep the axis of time, with length 1.

        Returns
        -------
        str
            Name of the mean.
        """
        mean = self.add("ReduceMean", values, [1], keepdims=1)
        if self.single:
            mean = self.add("Add", mean, self.add("ReduceMean", self.add("Sub", values, mean), [1], keepdims=1))
        return mean if keepdims else self.add("Squeeze", mean, [1])

    def include(self, make: Callable[[], Any], inputs: dict[str, str], key: str) -> list[str]:
        """Add the nodes of another ONNX model. One that exists already is not added again.

        Parameters
        ----------
        make : callable
            Returns the `onnx.ModelProto`, of at most opset 18.
        inputs : dict of {str: str}
            For each of its inputs, the value of this graph to pass.
        key : str
            Identifies the model and its inputs.

        Returns
        -------
        list of str
            Names of its outputs in this graph.

        Raises
        ------
        ExportError
            If its version is newer.
        """
        if key in self._parts:
            return self._parts[key]
        model = make()
        for domain in model.opset_import:
            if domain.domain == "" and domain.version != OPSET:
                model = self._converted(model)
            elif domain.domain != "":  # operators of scikit-learn's models stay valid in later versions
                self.domains[domain.domain] = max(domain.version, self.domains.get(domain.domain, 0))
        prefix = f"part_{len(self._parts)}_"
        part = self._onnx.compose.add_prefix(model, prefix).graph
        renamed = {prefix + name: value for name, value in inputs.items()}
        for name, value in renamed.items():
            self.nodes.append(self._onnx.helper.make_node("Identity", [value], [name]))
        self.nodes.extend(part.node)
        self.steps.update({name: self.step for node in part.node for name in node.output})
        self.initializers.extend(part.initializer)
        self._parts[key] = [value.name for value in part.output]
        return self._parts[key]

    def model(self, inputs: list[Any], outputs: list[Any], metadata: dict[str, str], last: list[Any]) -> Any:
        """Return the complete model.

        Parameters
        ----------
        inputs, outputs : list of onnx.ValueInfoProto
            Inputs and outputs of the graph.
        metadata : dict of {str: str}
            Metadata of the file.
        last : list of onnx.NodeProto
            Nodes that compute the outputs.

        Returns
        -------
        onnx.ModelProto
            The model.
        """
        helper = self._onnx.helper
        graph = helper.make_graph([*self.nodes, *last], "skaudio", inputs, outputs, self.initializers)
        domains = [helper.make_opsetid(domain, version) for domain, version in self.domains.items()]
        model = helper.make_model(graph, opset_imports=domains, ir_version=IR_VERSION, producer_name="skaudio")
        helper.set_model_props(model, metadata)
        return model

    def _converted(self, model: Any) -> Any:
        try:
            return self._onnx.version_converter.convert_version(model, OPSET)
        except Exception as error:  # the converter raises exceptions of many types
            raise ExportError(f"A part of the model cannot be converted to opset {OPSET} ({error}).") from error


def _dtype_of(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype
    kinds = {float: np.float32, int: np.int64}
    first = value[0] if isinstance(value, (list, tuple)) and value else value
    return kinds.get(type(first), object if isinstance(first, str) else np.int64)
