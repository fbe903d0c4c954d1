"""Converter of `PretrainedEmbedding`: its windows, and the model of an ONNX file or of Keras layers."""

import math
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.estimators._keras_network import convert_network
from skaudio.export.features import start_of
from skaudio.export.graph import Graph, Tensor, Value, in_order, named
from skaudio.pretrained import ModelError

POOLINGS = {"mean": ("ReduceMean",), "max": ("ReduceMax",), "meanmax": ("ReduceMean", "ReduceMax")}


def pretrained_embedding(graph: Graph, embedding: Any, value: Value) -> Value:
    """Convert a `PretrainedEmbedding`: frames of windows, or a table of them pooled."""
    waveform = start_of(graph, embedding, value)
    n_samples = round(embedding.window_seconds_ * embedding.rate)
    hop = max(1, round(embedding.hop_seconds_ * embedding.rate))
    graph.frame_length = n_samples
    windows = graph.add("Reshape", _windows(graph, waveform, n_samples, hop), [-1, n_samples])
    n_outputs = len(embedding.channel_names_)
    outputs = _model(graph, embedding, windows, n_samples)
    rows = graph.add("Concat", graph.length(windows, axis=0), [-1, n_outputs], axis=0)
    # Other axes, such as time or positions in a feature map, are averaged.
    outputs = graph.add("ReduceMean", graph.add("Reshape", outputs, rows), [1], keepdims=0)
    shape = graph.add("Concat", graph.length(waveform, axis=0), [-1, n_outputs], axis=0)
    frames = graph.add("Reshape", outputs, shape)
    if embedding.pooling is None:
        return Value(frames, "frames", n_outputs)
    pooled = [graph.add(reduce, frames, [1], keepdims=0) for reduce in POOLINGS[embedding.pooling]]
    return Value(graph.add("Concat", *pooled, axis=1), "table", len(pooled) * n_outputs)


def _windows(graph: Graph, waveform: str, n_samples: int, hop: int) -> str:
    """Cut the full windows ``(n_clips, n_windows, n_samples)``, then one padded with silence if others do not cover."""
    length = graph.length(waveform)
    surplus = graph.add("Sub", length, n_samples)
    n_whole = graph.add("Add", graph.add("Div", graph.add("Max", surplus, np.array([0])), hop), 1)
    n_whole = graph.add("Where", graph.add("Less", surplus, 0), 0, n_whole)
    after = graph.add("Mul", n_whole, hop)
    covered = graph.add("Max", after, graph.add("Add", graph.add("Sub", after, hop), n_samples))
    is_last = graph.add("Or", graph.add("Less", covered, length), graph.add("Equal", n_whole, 0))
    n_windows = graph.add("Add", n_whole, graph.cast(is_last, np.int64))
    starts = graph.add("Mul", graph.indices(n_windows), hop)
    index = graph.add("Add", graph.add("Unsqueeze", starts, [1]), np.arange(n_samples))
    return graph.add("Gather", graph.add("Pad", waveform, [0, 0, 0, n_samples], 0.0), index, axis=1)


def _model(graph: Graph, embedding: Any, windows: str, n_samples: int) -> str:
    """Add the model, from windows ``(n_windows, n_samples)`` to its outputs."""
    try:
        part = embedding.onnx_model()
    except ModelError:
        return _keras_model(graph, embedding, windows)
    dims = [dim.dim_value for dim in part.graph.input[0].type.tensor_type.shape.dim]
    if len(dims) < 2 or dims[0]:
        raise ExportError(
            f"PretrainedEmbedding cannot be exported: its model takes inputs of shape {dims}, and not any number of "
            "windows. Export the model again with a variable first axis."
        )
    shaped = graph.add("Reshape", windows, np.array([-1, *(1 if dim == 1 else n_samples for dim in dims[1:])]))
    inputs = {part.graph.input[0].name: shaped}
    first = len(graph.initializers)
    output = graph.include(lambda: part, inputs, f"{id(embedding)}{windows}")[-1]
    graph.weights.update(constant.name for constant in graph.initializers[first:])
    return output


def _keras_model(graph: Graph, embedding: Any, windows: str) -> str:
    try:
        network = embedding.keras_network()
    except ModelError as error:
        raise ExportError(
            f"PretrainedEmbedding(model={embedding.model!r}) cannot be exported: its model is neither an ONNX file nor "
            "a Keras model. Run it as it is, and export what follows; or register a function that converts it, by "
            "skaudio.export.register_converter."
        ) from error
    shape = tuple(network.inputs[0].shape)
    sizes = [1 if size == 1 else -1 for size in shape[1:]]
    shaped = graph.add("Reshape", windows, np.array([0, *sizes])) if math.prod(sizes) == -1 else windows
    return named(in_order(graph, convert_network(graph, network, Tensor(shaped, shape))))
