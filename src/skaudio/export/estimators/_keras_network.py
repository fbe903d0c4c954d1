"""Conversion of functional Keras networks, layer by layer.

What is called on what is read from ``network.get_config()``, the public description of a network.
"""

from collections.abc import Callable
from typing import Any

from skaudio.export._export_error import ExportError
from skaudio.export.estimators._layers import LAYERS
from skaudio.export.estimators._masked_layers import MASKED_LAYERS
from skaudio.export.estimators._recurrent_layers import bidirectional, recurrent
from skaudio.export.graph import Graph, Tensor

CONVERTERS: dict[str, Callable[..., Tensor]] = {
    **LAYERS,
    **MASKED_LAYERS,
    "LSTM": recurrent,
    "GRU": recurrent,
    "Bidirectional": bidirectional,
}


def convert_network(graph: Graph, network: Any, inputs: Any) -> Tensor:
    """Add a network to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    network : keras.Model
        Functional or sequential network with one output.
    inputs : Tensor, or dict of {str: Tensor}
        Its input, or inputs by name.

    Returns
    -------
    Tensor
        Its output.

    Raises
    ------
    ExportError
        If a layer is not supported.
    """
    first = len(graph.initializers)
    output = _converted(graph, network, inputs)
    graph.weights.update(constant.name for constant in graph.initializers[first:])
    return output


def _converted(graph: Graph, network: Any, inputs: Any) -> Tensor:
    config = network.get_config()
    if "input_layers" not in config:
        if type(network).__name__ != "Sequential":
            raise ExportError(
                f"The network {network.name!r} is a {type(network).__name__}; expected a functional or sequential "
                "keras.Model."
            )
        for layer in network.layers:
            inputs = convert_layer(graph, layer, inputs)
        return inputs
    return _Walk(graph, network, config, inputs).output()


def convert_layer(graph: Graph, layer: Any, *args: Any, **kwargs: Any) -> Tensor:
    """Add a layer, or a network within another one, to a graph."""
    if hasattr(layer, "layers") and hasattr(layer, "get_layer"):
        return convert_network(graph, layer, args[0])
    kind = type(layer).__name__
    if kind not in CONVERTERS:
        raise ExportError(
            f"Layer {layer.name!r} is of type {kind}, which cannot be exported. Use layers of {sorted(CONVERTERS)}."
        )
    return CONVERTERS[kind](graph, layer, *args, **kwargs)


class _Walk:
    """A network that is converted from its output backwards, each call of a layer once."""

    def __init__(self, graph: Graph, network: Any, config: dict[str, Any], inputs: Any) -> None:
        self._graph, self._config = graph, config
        self._operations = {operation.name: operation for operation in network.operations}
        self._calls = {layer["name"]: layer["inbound_nodes"] for layer in config["layers"]}
        self._values: dict[tuple[str, int], Tensor] = {}
        named_inputs = config["input_layers"]
        if isinstance(named_inputs, dict):
            for name, history in named_inputs.items():
                self._values[history[0], history[1]] = inputs[name]
        else:
            history = named_inputs if isinstance(named_inputs[0], str) else named_inputs[0]
            self._values[history[0], history[1]] = inputs

    def output(self) -> Tensor:
        history = self._config["output_layers"]
        history = history if isinstance(history[0], str) else history[0]
        return self._value(history[0], history[1])

    def _value(self, name: str, call: int) -> Tensor:
        if (name, call) not in self._values:
            # The output of a network that ends with another one counts the call of that one's own inputs, too.
            arguments = self._calls[name][min(call, len(self._calls[name]) - 1)]
            args, kwargs = self._resolved(arguments["args"]), self._resolved(arguments["kwargs"])
            kwargs = {key: value for key, value in kwargs.items() if isinstance(value, Tensor)}
            self._values[name, call] = convert_layer(self._graph, self._operations[name], *args, **kwargs)
        return self._values[name, call]

    def _resolved(self, argument: Any) -> Any:
        if isinstance(argument, dict):
            if argument.get("class_name") == "__keras_tensor__":
                name, call, _ = argument["config"]["keras_history"]
                return self._value(name, call)
            return {key: self._resolved(value) for key, value in argument.items()}
        if isinstance(argument, (list, tuple)):
            return [self._resolved(value) for value in argument]
        return argument
