"""Operators of ONNX in TensorFlow, for values of fixed shape; each takes TensorFlow, its inputs and its attributes.

Values are float32, int32 or bool. Indices, lengths and axes are constants, as arrays of NumPy.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)  # 7.1.26 of Abramowitz and Stegun
TYPES = {1: "float32", 6: "int32", 7: "int32", 9: "bool", 11: "float32"}  # of ONNX


def _reduced(name: str) -> Callable[..., Any]:
    def reduce(tf: Any, x: Any, axes: Any = None, *, keepdims: int = 1, **_: Any) -> Any:
        axes = None if axes is None else np.asarray(axes).ravel().tolist()
        return getattr(tf, f"reduce_{name}")(x, axes, bool(keepdims))

    return reduce


def _sum_of_squares(tf: Any, x: Any, axes: Any = None, *, keepdims: int = 1) -> Any:
    return _reduced("sum")(tf, x * x, axes, keepdims=keepdims)


def _of_all(name: str) -> Callable[..., Any]:
    """Return an operator of any number of inputs."""

    def combine(tf: Any, first: Any, *others: Any) -> Any:
        for other in others:
            first = getattr(tf, name)(first, other)
        return first

    return combine


def _where(tf: Any, condition: Any, x: Any, y: Any) -> Any:
    if tf.is_tensor(condition):
        return tf.where(condition, x, y)
    # Without a constant condition, which LiteRT would store as it is.
    return np.where(condition, 1, 0).astype(np.float32) * x + np.where(condition, 0, 1).astype(np.float32) * y


def _erf(tf: Any, x: Any) -> Any:
    """Approximate the error function to 1.5e-7, as LiteRT has none."""
    t = 1.0 / (1.0 + 0.3275911 * tf.abs(x))
    polynomial = t * 0.0
    for coefficient in reversed(ERF):
        polynomial = (polynomial + coefficient) * t
    return tf.sign(x) * (1.0 - polynomial * tf.exp(-x * x))


def _softplus(tf: Any, x: Any) -> Any:
    return tf.nn.relu(x) + tf.math.log(1.0 + tf.exp(-tf.abs(x)))


def _log_sum_exp(tf: Any, x: Any, axes: Any, *, keepdims: int = 1) -> Any:
    axes = np.asarray(axes).ravel().tolist()
    peak = tf.reduce_max(x, axes, keepdims=True)
    total = peak + tf.math.log(tf.reduce_sum(tf.exp(x - peak), axes, keepdims=True))
    return total if keepdims else tf.squeeze(total, axes)


def _sliced(tf: Any, x: Any, starts: Any, ends: Any, axes: Any = None, steps: Any = None) -> Any:  # noqa: ARG001
    """Slice along axes."""
    axes = range(len(starts)) if axes is None else axes
    steps = np.ones(len(starts), np.int32) if steps is None else steps
    ranges = [slice(None)] * len(x.shape)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        ranges[int(axis)] = slice(int(start), int(end), int(step))
    return x[tuple(ranges)]


def _reshaped(tf: Any, x: Any, shape: Any, **_: Any) -> Any:
    sizes = [int(x.shape[i]) if size == 0 else int(size) for i, size in enumerate(shape)]
    return tf.reshape(x, sizes)


def _flattened(tf: Any, x: Any, *, axis: int = 1) -> Any:
    return tf.reshape(x, [int(np.prod(x.shape[:axis])), -1])


def _squeezed(tf: Any, x: Any, axes: Any = None) -> Any:
    return tf.squeeze(x, None if axes is None else np.ravel(axes).tolist())


def _unsqueezed(tf: Any, x: Any, axes: Any) -> Any:
    n_axes = len(x.shape) + np.size(axes)
    for axis in sorted(int(axis) % n_axes for axis in np.ravel(axes)):
        x = tf.expand_dims(x, axis)
    return x


def _expanded(tf: Any, x: Any, shape: Any) -> Any:
    return tf.broadcast_to(x, np.broadcast_shapes(tuple(x.shape), tuple(int(size) for size in shape)))


def _gathered(tf: Any, x: Any, index: Any, *, axis: int = 0) -> Any:
    if tf.is_tensor(index):
        return tf.gather(x, index, axis=axis)
    size = int(x.shape[axis])
    index = np.where(np.asarray(index) < 0, np.asarray(index) + size, index)
    flat = index.ravel()
    if len(flat) == size and np.array_equal(flat, np.arange(size)) and index.ndim == 1:
        return x
    return tf.gather(x, index.astype(np.int32), axis=axis)


def _padded(tf: Any, x: Any, pads: Any, value: Any = 0.0, **_: Any) -> Any:
    n_axes = len(x.shape)
    pairs = [[int(pads[axis]), int(pads[axis + n_axes])] for axis in range(n_axes)]
    # A negative number of values is cut off.
    cut = tuple(slice(max(0, -first), size + min(0, last)) for (first, last), size in zip(pairs, x.shape, strict=True))
    return tf.pad(x[cut], np.maximum(pairs, 0), constant_values=float(np.ravel(value)[0]))


def _split(tf: Any, x: Any, sizes: Any = None, *, axis: int = 0, num_outputs: int | None = None) -> Any:
    return tf.split(x, num_outputs if sizes is None else [int(size) for size in sizes], axis=axis)


def _largest(tf: Any, x: Any, k: Any, *, axis: int = -1, largest: int = 1, sorted: int = 1) -> Any:  # noqa: A002, ARG001
    """Sort along an axis: LiteRT does so along the last one, downwards."""
    n_axes = len(x.shape)
    order = [i for i in range(n_axes) if i != axis % n_axes] + [axis % n_axes]
    back = np.argsort(order)
    sign = 1.0 if largest else -1.0
    values, index = tf.math.top_k(sign * tf.transpose(x, order), int(np.ravel(k)[0]))
    return tf.transpose(sign * values, back), tf.transpose(index, back)


def _best(tf: Any, x: Any, *, axis: int = 0, keepdims: int = 1, select_last_index: int = 0) -> Any:
    if select_last_index:
        index = int(x.shape[axis]) - 1 - tf.argmax(tf.reverse(x, [axis]), axis, output_type=tf.int32)
    else:
        index = tf.argmax(x, axis, output_type=tf.int32)
    return tf.expand_dims(index, axis) if keepdims else index


def _cast(tf: Any, x: Any, *, to: int) -> Any:
    return tf.cast(x, TYPES[to])


def _clipped(tf: Any, x: Any, low: Any = None, high: Any = None) -> Any:
    x = x if low is None else tf.maximum(x, low)
    return x if high is None else tf.minimum(x, high)


def _summed_up(tf: Any, x: Any, axis: Any) -> Any:
    return tf.cumsum(x, int(np.ravel(axis)[0]))


def _product(tf: Any, a: Any, b: Any) -> Any:
    return tf.matmul(a, b)


def _gemm(tf: Any, a: Any, b: Any, c: Any = None, *, alpha: float = 1.0, beta: float = 1.0, **sides: int) -> Any:
    y = alpha * tf.matmul(a, b, transpose_a=bool(sides.get("transA")), transpose_b=bool(sides.get("transB")))
    return y if c is None else y + beta * c


OPERATORS: dict[str, Callable[..., Any]] = {
    "Identity": lambda tf, x: tf.identity(x),
    "Add": lambda tf, a, b: tf.add(a, b),
    "Sub": lambda tf, a, b: tf.subtract(a, b),
    "Mul": lambda tf, a, b: tf.multiply(a, b),
    "Div": lambda tf, a, b: tf.divide(a, b),
    "Pow": lambda tf, a, b: tf.pow(a, b),
    "Max": _of_all("maximum"),
    "Min": _of_all("minimum"),
    "Sum": _of_all("add"),
    "Neg": lambda tf, x: tf.negative(x),
    "Abs": lambda tf, x: tf.abs(x),
    "Sign": lambda tf, x: tf.sign(x),
    "Floor": lambda tf, x: tf.floor(x),
    "Reciprocal": lambda tf, x: tf.divide(1.0, x),
    "Sqrt": lambda tf, x: tf.sqrt(x),
    "Exp": lambda tf, x: tf.exp(x),
    "Log": lambda tf, x: tf.math.log(x),
    "Cos": lambda tf, x: tf.cos(x),
    "Sin": lambda tf, x: tf.sin(x),
    "Erf": _erf,
    "Tanh": lambda tf, x: tf.tanh(x),
    "Sigmoid": lambda tf, x: tf.sigmoid(x),
    "Relu": lambda tf, x: tf.nn.relu(x),
    "Elu": lambda tf, x: tf.nn.elu(x),
    "Selu": lambda tf, x: tf.nn.selu(x),
    "LeakyRelu": lambda tf, x, alpha=0.01: tf.nn.leaky_relu(x, alpha),
    "Softplus": _softplus,
    "Softmax": lambda tf, x, axis=-1: tf.nn.softmax(x, axis),
    "Clip": _clipped,
    "Equal": lambda tf, a, b: tf.equal(a, b),
    "Greater": lambda tf, a, b: tf.greater(a, b),
    "GreaterOrEqual": lambda tf, a, b: tf.greater_equal(a, b),
    "Less": lambda tf, a, b: tf.less(a, b),
    "LessOrEqual": lambda tf, a, b: tf.less_equal(a, b),
    "And": lambda tf, a, b: tf.logical_and(a, b),
    "Or": lambda tf, a, b: tf.logical_or(a, b),
    "Not": lambda tf, x: tf.logical_not(x),
    "Where": _where,
    "ReduceSum": _reduced("sum"),
    "ReduceMean": _reduced("mean"),
    "ReduceMax": _reduced("max"),
    "ReduceMin": _reduced("min"),
    "ReduceSumSquare": _sum_of_squares,
    "ReduceLogSumExp": _log_sum_exp,
    "ArgMax": _best,
    "TopK": _largest,
    "CumSum": _summed_up,
    "MatMul": _product,
    "Gemm": _gemm,
    "Concat": lambda tf, *parts, axis: tf.concat(parts, axis),
    "Split": _split,
    "Slice": _sliced,
    "Gather": _gathered,
    "Reshape": _reshaped,
    "Flatten": _flattened,
    "Transpose": lambda tf, x, perm=None: tf.transpose(x, perm),
    "Squeeze": _squeezed,
    "Unsqueeze": _unsqueezed,
    "Expand": _expanded,
    "Tile": lambda tf, x, repeats: tf.tile(x, repeats),
    "Pad": _padded,
    "Cast": _cast,
}
