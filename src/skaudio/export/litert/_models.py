"""Linear models of ONNX (domain ai.onnx.ml) in TensorFlow; labels that are strings are their indices."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio.export.litert._products import Product


def _transformed(tf: Any, scores: Any, post_transform: str) -> Any:
    transforms = {"NONE": lambda x: x, "LOGISTIC": tf.sigmoid, "SOFTMAX": lambda x: tf.nn.softmax(x, -1)}
    if post_transform not in transforms:
        raise NotImplementedError(post_transform)
    return transforms[post_transform](scores)


def _linear(tf: Any, x: Any, product: Product, coefficients: list[float], intercepts: list[float] | None) -> Any:
    matrix = np.reshape(np.asarray(coefficients, np.float32), (-1, int(x.shape[-1]))).T
    y = product.of(tf, x, matrix)
    return y if not intercepts else y + np.asarray(intercepts, np.float32)


def _linear_classifier(tf: Any, x: Any, *, product: Product, coefficients: list[float], **settings: Any) -> Any:
    scores = _linear(tf, x, product, coefficients, settings.get("intercepts"))
    integers = settings.get("classlabels_ints") or range(len(settings.get("classlabels_strings", ())))
    labels = np.asarray(integers, np.int32)
    label = tf.gather(labels, tf.argmax(scores, -1, output_type=tf.int32))
    return label, _transformed(tf, scores, settings.get("post_transform", "NONE"))


def _linear_regressor(tf: Any, x: Any, *, product: Product, coefficients: list[float], **settings: Any) -> Any:
    y = _linear(tf, x, product, coefficients, settings.get("intercepts"))
    return _transformed(tf, y, settings.get("post_transform", "NONE"))


def _scaler(tf: Any, x: Any, *, offset: list[float], scale: list[float]) -> Any:
    return tf.subtract(x, np.asarray(offset, np.float32)) * np.asarray(scale, np.float32)


def _normalizer(tf: Any, x: Any, *, norm: str = "MAX") -> Any:
    lengths = {
        "MAX": lambda: tf.reduce_max(x, -1, keepdims=True),
        "L1": lambda: tf.reduce_sum(tf.abs(x), -1, keepdims=True),
        "L2": lambda: tf.sqrt(tf.reduce_sum(x * x, -1, keepdims=True)),
    }
    length = lengths[norm]()
    return x / tf.where(tf.equal(length, 0.0), 1.0, length)


def _extracted(tf: Any, x: Any, index: Any) -> Any:
    """Take columns."""
    return tf.gather(x, tf.reshape(index, [-1]), axis=-1)


MODEL_OPERATORS: dict[str, Callable[..., Any]] = {
    "LinearClassifier": _linear_classifier,
    "LinearRegressor": _linear_regressor,
    "Scaler": _scaler,
    "Normalizer": _normalizer,
    "ArrayFeatureExtractor": _extracted,
}
