"""Convolutions and poolings of ONNX in TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio.export.graph import same_pads
from skaudio.export.litert._layout import Image, pixels_of


def _convolution(tf: Any, x: Any, kernel: Any, bias: Any = None, **settings: Any) -> Any:
    """Convolve an image, or ``(n_clips, n_channels, n_frames)``."""
    n_axes = kernel.ndim - 2
    strides, rates = settings.get("strides", [1] * n_axes), settings.get("dilations", [1] * n_axes)
    x = pixels_of(tf, x) if n_axes == 2 else tf.transpose(x, [0, 2, 1])
    reach = [(size - 1) * rate + 1 for size, rate in zip(kernel.shape[2:], rates, strict=True)]
    x, padding = _padded(tf, x, settings.get("pads", [0] * 2 * n_axes), reach, strides, 0.0)
    kernel = np.moveaxis(kernel, [0, 1], [-1, -2])  # axes, input, output
    n_groups = settings.get("group", 1)
    groups = zip(tf.split(x, n_groups, -1), np.split(kernel, n_groups, -1), strict=True)
    parts = [tf.nn.convolution(group, weights, strides, padding, dilations=rates) for group, weights in groups]
    y = parts[0] if n_groups == 1 else tf.concat(parts, -1)
    y = y if bias is None else y + bias
    return Image(y) if n_axes == 2 else tf.transpose(y, [0, 2, 1])


def _max_pooling(tf: Any, x: Any, *, kernel_shape: list[int], strides: list[int], pads: list[int]) -> Image:
    lowest = float(np.finfo(np.float32).min)
    x, padding = _padded(tf, pixels_of(tf, x), pads, kernel_shape, strides, lowest)
    return Image(tf.nn.max_pool2d(x, kernel_shape, strides, padding))


def _average_pooling(tf: Any, x: Any, *, kernel_shape: list[int], strides: list[int], pads: list[int]) -> Image:
    """Average the values of each window that are not padding."""
    x = pixels_of(tf, x)
    sizes = x.shape[1:3]
    x, padding = _padded(tf, x, pads, kernel_shape, strides, 0.0)
    y = tf.nn.avg_pool2d(x, kernel_shape, strides, padding)
    if padding == "VALID" and any(pads):
        inside = np.pad(np.ones(sizes, np.float32), [(pads[0], pads[2]), (pads[1], pads[3])])
        windows = np.lib.stride_tricks.sliding_window_view(inside, kernel_shape)[:: strides[0], :: strides[1]]
        y = y / windows.mean(axis=(2, 3))[:, :, np.newaxis]
    return Image(y)


def _padded(tf: Any, x: Any, pads: list[int], reach: list[int], strides: list[int], value: float) -> tuple[Any, str]:
    """Return values and the padding to use: that of TensorFlow where it is the same, as it takes no time."""
    n_axes = len(strides)
    pairs = list(zip(pads[:n_axes], pads[n_axes:], strict=True))
    if not any(pads):
        return x, "VALID"
    same = [same_pads(int(size), width, step) for size, width, step in zip(x.shape[1:-1], reach, strides, strict=True)]
    if pairs == same:
        return x, "SAME"
    return tf.pad(x, [(0, 0), *pairs, (0, 0)], constant_values=value), "VALID"


LAYER_OPERATORS: dict[str, Callable[..., Any]] = {
    "Conv": _convolution,
    "MaxPool": _max_pooling,
    "AveragePool": _average_pooling,
}
