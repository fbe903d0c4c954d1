"""Converters of recurrent layers, to the operators GRU and LSTM."""

from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph import Graph, Tensor, count, named

# Positions in Keras of the gates in ONNX's order: input, output, forget, cell of an LSTM (Keras: input, forget, cell,
# output); update, reset, hidden of a GRU, as in Keras.
GATES = {"LSTM": (0, 3, 1, 2), "GRU": (0, 1, 2)}


def recurrent(graph: Graph, layer: Any, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Convert an `LSTM` or `GRU` layer."""
    direction = "reverse" if layer.go_backwards else "forward"
    return _run(graph, [layer], x, mask, direction)


def bidirectional(graph: Graph, layer: Any, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """Convert a `Bidirectional` layer around an `LSTM` or `GRU` layer."""
    if layer.merge_mode != "concat":
        raise ExportError(f"Layer {layer.name!r} has merge_mode={layer.merge_mode!r}; expected 'concat'.")
    return _run(graph, [layer.forward_layer, layer.backward_layer], x, mask, "bidirectional")


def _run(graph: Graph, cells: list[Any], x: Tensor, mask: Tensor | None, direction: str) -> Tensor:
    kind, units = type(cells[0]).__name__, cells[0].units
    weights = [_weights(cell, kind) for cell in cells]
    kernel, recurrent_kernel, bias = (np.stack([each[i] for each in weights]) for i in range(3))
    time_first = graph.add("Transpose", named(x), perm=[1, 0, 2])
    lengths = ""
    if mask is not None and mask.name is not None:
        n_steps = graph.cast(count(graph, x, mask), np.int32)
        lengths = graph.add("Expand", n_steps, graph.length(named(x), axis=0))
    settings = {"linear_before_reset": 1} if kind == "GRU" else {}
    inputs = (time_first, kernel, recurrent_kernel, bias, lengths)
    outputs = graph.add_several(kind, *inputs, n_outputs=2, hidden_size=units, direction=direction, **settings)
    width = units * len(cells)
    if cells[0].return_sequences:  # (n_steps, n_directions, n_clips, units)
        steps = graph.add("Reshape", graph.add("Transpose", outputs[0], perm=[2, 0, 1, 3]), np.array([0, 0, width]))
        if direction == "reverse":
            raise ExportError(f"Layer {cells[0].name!r} returns sequences backwards, which is not supported.")
        return Tensor(steps, (None, x.shape[1], width), x.multiple)
    last = graph.add("Transpose", outputs[1], perm=[1, 0, 2])
    return Tensor(graph.add("Reshape", last, np.array([0, width])), (None, width))


def _weights(layer: Any, kind: str) -> list[np.ndarray]:
    """Return kernel, recurrent kernel and bias of one direction, in ONNX's order of gates."""
    names = [getattr(function, "__name__", "") for function in (layer.activation, layer.recurrent_activation)]
    if kind not in GATES or names != ["tanh", "sigmoid"] or layer.stateful or layer.return_state:
        raise ExportError(
            f"Layer {layer.name!r} is {kind} with activations {names}; expected LSTM or GRU with 'tanh' and 'sigmoid', "
            "without states that are passed on."
        )
    if kind == "GRU" and not layer.reset_after:
        raise ExportError(f"Layer {layer.name!r} has reset_after=False; expected True.")
    kernel, recurrent_kernel, *bias = (np.asarray(weight, np.float32) for weight in layer.get_weights())
    n_gates = len(GATES[kind])
    order = np.concatenate([np.arange(layer.units) + gate * layer.units for gate in GATES[kind]])
    biases = np.zeros((2, n_gates * layer.units), np.float32)
    if bias:
        biases[: len(np.atleast_2d(bias[0]))] = bias[0]  # of an LSTM only one, for inputs and states
    return [kernel[:, order].T.copy(), recurrent_kernel[:, order].T.copy(), biases[:, order].reshape(-1)]
