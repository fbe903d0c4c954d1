"""Images in TensorFlow, with channels last; in ONNX, they are second.

Convolutions follow each other without a change of the order in between, so that LiteRT merges what follows one, such as
a normalisation and an activation, into it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.export.graph import TO_FIRST, TO_LAST

ELEMENTWISE = frozenset(
    [
        *("Add", "Sub", "Mul", "Div", "Max", "Min", "Pow", "Sqrt", "Exp", "Log", "Neg", "Abs", "Relu", "Elu", "Selu"),
        *("LeakyRelu", "Sigmoid", "Tanh", "Softplus", "Erf", "Where", "Greater", "Identity"),
    ]
)


@dataclass(frozen=True)
class Image:
    """An image, stored as ``(n_clips, n_frames, n_bands, n_channels)``."""

    pixels: Any


def in_onnx_order(tf: Any, value: Any) -> Any:
    """Return a value as ONNX stores it."""
    return tf.transpose(value.pixels, TO_FIRST) if isinstance(value, Image) else value


def pixels_of(tf: Any, value: Any) -> Any:
    """Return a value as TensorFlow stores images; it may have fewer axes, or be a constant."""
    if isinstance(value, Image):
        return value.pixels
    if value is None:
        return None
    shape = (1,) * (len(TO_LAST) - len(value.shape)) + tuple(value.shape)
    if isinstance(value, np.ndarray):
        return value.reshape(shape).transpose(TO_LAST)
    return tf.transpose(tf.reshape(value, shape), TO_LAST)


def by_pixel(tf: Any, operator: Callable[..., Any], arguments: list[Any], settings: dict[str, Any]) -> Image:
    """Apply an operator to each pixel of images."""
    return Image(operator(tf, *(pixels_of(tf, value) for value in arguments), **settings))
