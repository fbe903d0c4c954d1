"""Converters of skaudio's own layers, which exclude padding frames; see `skaudio.nets`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from skaudio.export.graph import Graph, Tensor, count, in_order, mask_like, masked, named

FAR_BELOW = -1e9
TIME_WAVES = 8
PI = 3.14159265


def apply_mask(graph: Graph, _: Any, x: Tensor, present: Tensor) -> Tensor:
    """Convert an `ApplyMask` layer."""
    return masked(graph, x, present)


def shorten_mask(graph: Graph, layer: Any, mask: Tensor) -> Tensor:
    """Convert a `ShortenMask` layer."""
    if mask.name is None or layer.stride == 1:
        return mask
    steps = graph.add("Slice", mask.name, [0], np.array([np.iinfo(np.int64).max]), [1], [layer.stride])
    return replace(mask, name=steps)


def channel_standardization(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> Tensor:
    """Convert a `ChannelStandardization` layer."""
    mean, deviation = (np.asarray(weight, np.float32) for weight in layer.get_weights())
    y = graph.add("Div", graph.add("Sub", named(x), mean), deviation)
    return masked(graph, replace(x, name=y), present)


def clip_standardization(graph: Graph, _: Any, x: Tensor, present: Tensor) -> Tensor:
    """Convert a `ClipStandardization` layer."""
    n_values = graph.add("Mul", count(graph, x, present), float(x.shape[-1]))
    total = graph.add("ReduceSum", named(masked(graph, x, present)), [1, 2])
    centred = masked(graph, replace(x, name=graph.add("Sub", named(x), graph.add("Div", total, n_values))), present)
    variance = graph.add("Div", graph.add("ReduceSumSquare", named(centred), [1, 2]), n_values)
    deviation = graph.add("Sqrt", graph.add("Add", variance, np.float32(1e-6)))
    return replace(x, name=graph.add("Div", named(centred), deviation))


def target_scale(graph: Graph, layer: Any, x: Tensor) -> Tensor:
    """Convert a `TargetScale` layer."""
    mean, deviation = (np.asarray(weight, np.float32) for weight in layer.get_weights())
    return replace(x, name=graph.add("Add", graph.add("Mul", named(x), deviation), mean))


def time_pooling(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> Tensor:
    """Convert a `TimePooling` layer."""
    x = in_order(graph, x)
    pooled = TIME_POOLINGS[layer.kind](graph, layer, x, present)
    width = x.shape[-1] * (2 if layer.kind == "mean_max" else 1)
    return Tensor(pooled, (None, width))


def _mean(graph: Graph, _: Any, x: Tensor, present: Tensor) -> str:
    total = graph.add("ReduceSum", named(masked(graph, x, present)), [1], keepdims=0)
    return graph.add("Div", total, count(graph, x, present))


def _present_or(graph: Graph, x: str, like: Tensor, present: Tensor, value: float) -> str:
    if present.name is None:
        return x
    is_present = graph.add("Greater", mask_like(graph, like, present), 0.5)
    return graph.add("Where", is_present, x, value)


def _max(graph: Graph, _: Any, x: Tensor, present: Tensor) -> str:
    return graph.add("ReduceMax", _present_or(graph, named(x), x, present, FAR_BELOW), [1], keepdims=0)


def _mean_max(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> str:
    parts = (pool(graph, layer, x, present) for pool in (_mean, _max))
    return graph.add("Concat", *parts, axis=1)


def _attention(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> str:
    projection, query = (np.asarray(weight, np.float32) for weight in layer.get_weights())
    scores = graph.add("MatMul", graph.add("Tanh", graph.add("MatMul", named(x), projection)), query)
    weights = graph.add("Softmax", _present_or(graph, scores, x, present, FAR_BELOW), axis=1)
    return graph.add("ReduceSum", graph.add("Mul", named(x), weights), [1], keepdims=0)


def _last(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> str:
    end = graph.add("Sub", graph.cast(count(graph, x, present), np.int64), 1)
    last = graph.add("Squeeze", graph.add("Gather", named(x), end, axis=1), [1])
    if not layer.bidirectional:
        return last
    half = x.shape[-1] // 2
    first = graph.add("Gather", named(x), 0, axis=1)
    halves = graph.add("Slice", last, [0], [half], [1]), graph.add("Slice", first, [half], [2 * half], [1])
    return graph.add("Concat", *halves, axis=1)


TIME_POOLINGS: dict[str, Callable[[Graph, Any, Tensor, Tensor], str]] = {
    "mean": _mean,
    "max": _max,
    "mean_max": _mean_max,
    "attention": _attention,
    "last": _last,
}


def linear_softmax_pooling(graph: Graph, layer: Any, x: Tensor, present: Tensor) -> Tensor:
    """Convert a `LinearSoftmaxPooling` layer."""
    frames = graph.add("Softmax", named(x), axis=-1) if layer.exclusive else graph.add("Sigmoid", named(x))
    frames = named(masked(graph, replace(x, name=frames), present))
    squares = graph.add("ReduceSumSquare", frames, [1], keepdims=0)
    total = graph.add("Max", graph.add("ReduceSum", frames, [1], keepdims=0), np.float32(1e-7))
    clip = graph.add("Clip", graph.add("Div", squares, total), np.float32(1e-6), np.float32(1.0 - 1e-6))
    scores = graph.add("Log", clip)
    if not layer.exclusive:
        scores = graph.add("Sub", scores, graph.add("Log", graph.add("Sub", 1.0, clip)))
    return Tensor(scores, (None, x.shape[-1]))


def time_code(graph: Graph, _: Any, present: Tensor) -> Tensor:
    """Convert a `TimeCode` layer."""
    weights = named(present)
    n_frames = graph.add("ReduceSum", weights, [1])
    position = graph.add("Div", graph.add("Sub", graph.add("CumSum", weights, 1), 0.5), n_frames)
    half_periods = (PI * np.arange(1, TIME_WAVES + 1)).astype(np.float32)
    code = graph.add("Cos", graph.add("Mul", graph.add("Unsqueeze", position, [2]), half_periods))
    tensor = Tensor(code, (None, None, TIME_WAVES), present.multiple, is_shared=True)
    return masked(graph, tensor, present)


def broadcast(graph: Graph, _: Any, vectors: Tensor, present: Tensor) -> Tensor:
    """Convert a `Broadcast` layer."""
    frames = graph.add("Unsqueeze", named(vectors), [1])
    repeated = graph.add("Mul", frames, graph.add("Unsqueeze", named(present), [2]))
    return Tensor(repeated, (None, None, vectors.shape[-1]), present.multiple)


def normal_draw(_: Graph, __: Any, mean: Tensor, ___: Tensor) -> Tensor:
    """Convert a `NormalDraw` layer, which is the mean in prediction."""
    return mean


def squared_error(graph: Graph, _: Any, frames: Tensor, reconstruction: Tensor, present: Tensor) -> Tensor:
    """Convert a `SquaredError` layer."""
    difference = graph.add("Sub", named(frames), named(reconstruction))
    return masked(graph, replace(frames, name=graph.add("Mul", difference, difference)), present)


MASKED_LAYERS: dict[str, Callable[..., Tensor]] = {
    "ApplyMask": apply_mask,
    "ShortenMask": shorten_mask,
    "ChannelStandardization": channel_standardization,
    "ClipStandardization": clip_standardization,
    "TargetScale": target_scale,
    "TimePooling": time_pooling,
    "LinearSoftmaxPooling": linear_softmax_pooling,
    "TimeCode": time_code,
    "Broadcast": broadcast,
    "NormalDraw": normal_draw,
    "SquaredError": squared_error,
}
