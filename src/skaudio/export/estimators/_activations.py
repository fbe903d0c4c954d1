"""Activation functions of Keras layers."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph import Graph


def _gelu(graph: Graph, x: str) -> str:
    erf = graph.add("Erf", graph.add("Mul", x, float(np.sqrt(0.5))))
    return graph.add("Mul", graph.add("Mul", x, 0.5), graph.add("Add", erf, 1.0))


ACTIVATIONS: dict[str, Callable[[Graph, str], str]] = {
    "linear": lambda graph, x: x,  # noqa: ARG005
    "relu": lambda graph, x: graph.add("Relu", x),
    "tanh": lambda graph, x: graph.add("Tanh", x),
    "sigmoid": lambda graph, x: graph.add("Sigmoid", x),
    "softmax": lambda graph, x: graph.add("Softmax", x, axis=-1),
    "elu": lambda graph, x: graph.add("Elu", x),
    "selu": lambda graph, x: graph.add("Selu", x),
    "leaky_relu": lambda graph, x: graph.add("LeakyRelu", x, alpha=0.2),
    "silu": lambda graph, x: graph.add("Mul", x, graph.add("Sigmoid", x)),
    "softplus": lambda graph, x: graph.add("Softplus", x),
    "gelu": _gelu,
}


def activated(graph: Graph, layer: Any, x: str) -> str:
    """Apply the activation function of a layer, elementwise or, for softmax, along the last axis.

    Parameters
    ----------
    graph : Graph
        The graph.
    layer : keras.Layer
        The layer.
    x : str
        Name of the value.

    Returns
    -------
    str
        Name of the output.

    Raises
    ------
    ExportError
        If the function is unknown.
    """
    name = getattr(layer.activation, "__name__", type(layer.activation).__name__)
    if name not in ACTIVATIONS:
        raise ExportError(
            f"Layer {layer.name!r} has the activation function {name!r}; expected one of {', '.join(ACTIVATIONS)}."
        )
    return ACTIVATIONS[name](graph, x)
