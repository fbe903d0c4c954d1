"""Converters of the layers of networks, by the names of their classes; recurrent ones are in `_recurrent_layers`."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.estimators._activations import activated
from skaudio.export.graph import Graph, Tensor, as_image, in_order, masked, named, same_pads, shortened


def unchanged(_: Graph, __: Any, x: Tensor, *___: Any, **____: Any) -> Tensor:
    """Convert a layer without effect in prediction, such as dropout."""
    return x


def relu(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `ReLU`."""
    if layer.max_value is not None or layer.negative_slope or layer.threshold:
        raise ExportError(f"Layer {layer.name!r} is a ReLU with parameters; expected one without.")
    return replace(x, name=graph.add("Relu", named(x)))


def activation(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert an `Activation`."""
    x = in_order(graph, x)
    return replace(x, name=activated(graph, layer, named(x)))


def dense(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `Dense` layer."""
    x = in_order(graph, x)
    weights = [np.asarray(weight, np.float32) for weight in layer.get_weights()]
    y = graph.add("MatMul", named(x), weights[0])
    if layer.use_bias:
        y = graph.add("Add", y, weights[1])
    return replace(x, name=activated(graph, layer, y), shape=(*x.shape[:-1], weights[0].shape[1]))


def add(graph: Graph, _: Any, inputs: list[Tensor]) -> Tensor:
    """Convert an `Add` layer."""
    total = inputs[0]
    for x in inputs[1:]:
        x = as_image(graph, x) if total.is_image else in_order(graph, x)
        total = replace(total, name=graph.add("Add", named(total), named(x)))
    return total


def concatenate(graph: Graph, layer: Any, inputs: list[Tensor]) -> Tensor:
    """Convert a `Concatenate` layer."""
    inputs = [in_order(graph, x) for x in inputs]
    axis = layer.axis % len(inputs[0].shape)
    if axis != len(inputs[0].shape) - 1:
        raise ExportError(f"Layer {layer.name!r} concatenates along axis {axis}; expected the last one.")
    width = sum(x.shape[-1] for x in inputs)
    of_clips = next((x for x in inputs if not x.is_shared), inputs[0])
    repeats = graph.add("Concat", graph.length(named(of_clips), axis=0), np.ones(axis, np.int64), axis=0)
    names = [graph.add("Expand", named(x), repeats) if x.is_shared else named(x) for x in inputs]
    y = graph.add("Concat", *names, axis=axis)
    return replace(of_clips, name=y, shape=(*of_clips.shape[:-1], width))


def reshape(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `Reshape` layer."""
    x, target = in_order(graph, x), tuple(layer.target_shape)
    shape = tuple(None if size == -1 else size for size in target)
    multiple = 1
    if shape[0] is None and x.shape[1] is None:  # frames per step of the output
        multiple = max(1, x.multiple * math.prod(x.shape[2:]) // math.prod(target[1:]))
    y = graph.add("Reshape", named(x), np.array([0, *target]))
    return Tensor(y, (None, *shape), multiple)


def flatten(graph: Graph, _: Any, x: Tensor) -> Tensor:
    """Convert a `Flatten` layer."""
    x = in_order(graph, x)
    return Tensor(graph.add("Flatten", named(x), axis=1), (None, math.prod(x.shape[1:])))


def convolution(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `Conv1D` or `Conv2D` layer."""
    n_axes = len(layer.kernel_size)
    weights = [np.asarray(weight, np.float32) for weight in layer.get_weights()]
    kernel = np.ascontiguousarray(np.moveaxis(weights[0], [-1, -2], [0, 1]))  # output, input, axes
    sizes, pads = _window(layer, x, layer.kernel_size, layer.dilation_rate)
    inputs = [kernel, *weights[1:]]
    source = as_image(graph, x).name if n_axes == 2 else graph.add("Transpose", named(x), perm=[0, 2, 1])
    y = graph.add(
        "Conv",
        source or "",
        *inputs,
        strides=list(layer.strides),
        dilations=list(layer.dilation_rate),
        pads=pads,
        group=layer.groups,
    )
    shape = (None, *sizes, kernel.shape[0])
    multiple = shortened(x, layer.strides[0], layer.name)
    y = y if n_axes == 2 else graph.add("Transpose", y, perm=[0, 2, 1])
    return Tensor(_activated_filters(graph, layer, y), shape, multiple, is_image=n_axes == 2)


def _activated_filters(graph: Graph, layer: Any, y: str) -> str:
    if getattr(layer.activation, "__name__", "") == "softmax":
        raise ExportError(f"Layer {layer.name!r} is a convolution with softmax, which is not supported.")
    return activated(graph, layer, y)


def max_pooling(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `MaxPooling2D` layer."""
    return _pooling(graph, layer, x, "MaxPool")


def average_pooling(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert an `AveragePooling2D` layer."""
    return _pooling(graph, layer, x, "AveragePool")  # of the values that are not padding, as in TensorFlow


def _pooling(graph: Graph, layer: Any, x: Tensor, op_type: str) -> Tensor:
    x = as_image(graph, x)
    sizes, pads = _window(layer, x, layer.pool_size, (1, 1))
    y = graph.add(op_type, named(x), kernel_shape=list(layer.pool_size), strides=list(layer.strides), pads=pads)
    return Tensor(y, (None, *sizes, x.shape[-1]), shortened(x, layer.strides[0], layer.name), is_image=True)


def _window(layer: Any, x: Tensor, kernel: tuple, dilation: tuple) -> tuple[list, list[int]]:
    """Return the sizes of the axes after a layer with windows, and the padding at their starts and ends."""
    if layer.data_format != "channels_last":
        raise ExportError(f"Layer {layer.name!r} has data_format={layer.data_format!r}; expected 'channels_last'.")
    sizes, before, after = [], [], []
    for size, width, step, rate in zip(x.shape[1:], kernel, layer.strides, dilation, strict=False):
        reach = (width - 1) * rate + 1
        pads = {"same": same_pads(size, reach, step), "causal": (reach - 1, 0), "valid": (0, 0)}[layer.padding]
        sizes.append(None if size is None else (size + sum(pads) - reach) // step + 1)
        before.append(pads[0])
        after.append(pads[1])
    return sizes, before + after


def batch_normalization(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `BatchNormalization` layer along the last axis."""
    if layer.axis not in {-1, len(x.shape) - 1} or not (layer.scale and layer.center):
        raise ExportError(f"Layer {layer.name!r} normalises another axis than the last, or has no scale or centre.")
    return _normalized(graph, layer, x)


def masked_batch_normalization(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> Tensor:
    """Convert a `MaskedBatchNormalization` layer."""
    return masked(graph, _normalized(graph, layer, x), present)


def _normalized(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    gamma, beta, mean, variance = (np.asarray(weight, np.float32) for weight in layer.get_weights())
    scale = gamma / np.sqrt(variance + np.float32(layer.epsilon))
    shape = (-1, 1, 1) if x.is_image else (-1,)
    y = graph.add("Mul", named(x), scale.reshape(shape))
    return replace(x, name=graph.add("Add", y, (beta - mean * scale).reshape(shape)))


def global_pooling(op_type: str) -> Callable[[Graph, Any, Tensor], Tensor]:
    """Return the converter of a layer that reduces all axes but the last by an operator."""

    def convert(graph: Graph, layer: Any, x: Tensor) -> Tensor:
        if layer.keepdims:
            raise ExportError(f"Layer {layer.name!r} has keepdims=True; expected False.")
        x = in_order(graph, x)
        axes = list(range(1, len(x.shape) - 1))
        return Tensor(graph.add(op_type, named(x), axes, keepdims=0), (None, x.shape[-1]))

    return convert


def unit_normalization(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `UnitNormalization` layer along the last axis."""
    if layer.axis not in {-1, len(x.shape) - 1}:
        raise ExportError(f"Layer {layer.name!r} normalises axis {layer.axis}; expected the last one.")
    x = in_order(graph, x)
    square = graph.add("ReduceSumSquare", named(x), [-1])
    length = graph.add("Sqrt", graph.add("Max", square, np.float32(1e-12)))
    return replace(x, name=graph.add("Div", named(x), length))


LAYERS: dict[str, Callable[..., Tensor]] = {
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "Identity"), unchanged),
    "ReLU": relu,
    "Activation": activation,
    "Dense": dense,
    "Add": add,
    "Concatenate": concatenate,
    "Reshape": reshape,
    "Flatten": flatten,
    "Conv1D": convolution,
    "Conv2D": convolution,
    "MaxPooling2D": max_pooling,
    "AveragePooling2D": average_pooling,
    "BatchNormalization": batch_normalization,
    "MaskedBatchNormalization": masked_batch_normalization,
    "UnitNormalization": unit_normalization,
    **{
        f"Global{kind}Pooling{n}D": global_pooling(op)
        for kind, op in (("Average", "ReduceMean"), ("Max", "ReduceMax"))
        for n in (1, 2)
    },
}
