"""Converters of poolings that select or weight frames."""

from collections.abc import Callable
from copy import copy
from typing import Any

import numpy as np

from skaudio.export.graph import Graph, Value

ROUNDING = np.finfo(np.float32).eps  # up to which first-order statistics are 0


def frame_stacker(graph: Graph, stacker: Any, value: Value) -> Value:
    """Convert a `FrameStacker`."""
    offsets = stacker.delay * np.arange(-stacker.n_before, stacker.n_after + 1)
    length = graph.length(value.name)
    n_stacked = graph.add("Div", graph.add("Add", length, stacker.step - 1), stacker.step)
    starts = graph.add("Mul", graph.indices(n_stacked), stacker.step)
    index = graph.add("Reshape", graph.add("Add", graph.add("Unsqueeze", starts, [1]), offsets), [-1])
    fill = None
    if stacker.mode == "constant" and len(offsets) > 1:
        # What is stacked next to a single frame is the filling.
        alone = _frames_of_one(stacker, value.width).reshape(len(offsets), value.width)
        fill = alone[0 if stacker.n_before else -1]
    frames = _gathered(graph, value.name, index, stacker.mode, fill)
    width = len(offsets) * value.width
    return Value(graph.add("Reshape", frames, [0, -1, width]), "frames", width)


def frame_padder(graph: Graph, padder: Any, value: Value) -> Value:
    """Convert a `FramePadder`."""
    n_frames = padder.n_frames_
    surplus = graph.add("Sub", graph.length(value.name), n_frames)
    # Half of it, rounded towards zero, as integers are divided in ONNX.
    first = {"end": graph.add("Mul", surplus, 0), "start": surplus, "both": graph.add("Div", surplus, 2)}
    start = graph.add("Where", graph.add("Greater", surplus, 0), first[padder.crop], first[padder.pad])
    fill: Any = None
    if padder.mode == "constant" and padder.value == "min":
        fill = graph.add("ReduceMin", value.name, [1, 2])
    elif padder.mode == "constant" and n_frames > 1:
        alone = _frames_of_one(padder, value.width).reshape(n_frames, value.width)
        fill = alone[0 if padder.pad == "start" else -1]
    frames = _gathered(graph, value.name, graph.add("Add", start, np.arange(n_frames)), padder.mode, fill)
    if padder.flatten:
        width = n_frames * value.width
        return Value(graph.add("Reshape", frames, [0, width]), "table", width)
    return Value(graph.add("Reshape", frames, [0, n_frames, value.width]), "frames", value.width)


def _frames_of_one(step: Any, width: int) -> np.ndarray:
    """Return what a step makes of a clip of one frame."""
    step = copy(step).set_output(transform="default")
    return step.transform(np.zeros((1, 1, width), np.float32))


def _gathered(graph: Graph, frames: str, index: str, mode: str, fill: Any) -> str:
    """Take frames by index, with padding before the first and after the last."""
    length = graph.length(frames)
    if mode == "wrap":
        return graph.add("Gather", frames, graph.add("Mod", index, length), axis=1)
    inside = graph.add("Min", graph.add("Max", index, np.array([0])), graph.add("Sub", length, 1))
    gathered = graph.add("Gather", frames, inside, axis=1)
    if fill is None:
        return gathered
    is_inside = graph.add("Unsqueeze", graph.add("Equal", index, inside), [1])  # (n_gathered, 1)
    return graph.add("Where", is_inside, gathered, fill)


def mixture_pooling(graph: Graph, pooling: Any, value: Value) -> Value:
    """Convert a `MixturePooling`."""
    mixture = pooling.mixture_
    frames = standardized(graph, value.name, pooling.mean_, pooling.scale_)
    posterior = graph.add("Softmax", weighted_log_densities(graph, frames, mixture), axis=-1)
    total = graph.add("ReduceSum", posterior, [1], keepdims=0)  # (n_clips, n_components)
    n_frames = graph.cast(graph.length(value.name), np.float64)
    if pooling.output == "posterior":
        shares = graph.cast(graph.add("Div", total, n_frames), np.float32)
        return Value(shares, "table", mixture.n_components)
    weighted = graph.add("MatMul", graph.add("Transpose", posterior, perm=[0, 2, 1]), frames)
    deviations = graph.add("Sub", weighted, graph.add("Mul", graph.add("Unsqueeze", total, [2]), mixture.means_))
    scale = _standard_deviations(mixture) * np.sqrt(mixture.weights_)[:, np.newaxis]
    pooled = graph.add("Div", graph.add("Div", deviations, scale), n_frames)
    small = graph.add("LessOrEqual", graph.add("Abs", pooled), np.float64(ROUNDING))
    pooled = graph.cast(graph.add("Where", small, np.float64(0.0), pooled), np.float32)
    width = mixture.n_components * value.width
    return Value(graph.add("Reshape", pooled, [0, width]), "table", width)


def standardized(graph: Graph, frames: str, mean: np.ndarray, scale: np.ndarray) -> str:
    """Standardise frames, to float64."""
    values = graph.add("Sub", graph.cast(frames, np.float64), np.asarray(mean, np.float64))
    return graph.add("Div", values, np.asarray(scale, np.float64))


def weighted_log_densities(graph: Graph, frames: str, mixture: Any) -> str:
    """Compute the logarithm of the weighted density of each component of a Gaussian mixture.

    Parameters
    ----------
    graph : Graph
        The graph.
    frames : str
        Float64 ``(n_clips, n_frames, n_channels)``.
    mixture : sklearn.mixture.GaussianMixture
        Fitted mixture.

    Returns
    -------
    str
        Float64 ``(n_clips, n_frames, n_components)``.
    """
    precisions = np.asarray(mixture.precisions_cholesky_)  # square roots of the precisions
    n_components, n_channels = mixture.means_.shape
    if mixture.covariance_type in {"diag", "spherical"}:
        roots = np.broadcast_to(precisions.reshape(n_components, -1), (n_components, n_channels)).copy()
        log_determinants = np.log(roots).sum(axis=1)
        distances = graph.add("Mul", graph.add("Sub", graph.add("Unsqueeze", frames, [2]), mixture.means_), roots)
        squares = graph.add("ReduceSumSquare", distances, [3], keepdims=0)
    else:
        roots = np.broadcast_to(precisions, (n_components, n_channels, n_channels)).copy()
        log_determinants = np.log(np.diagonal(roots, axis1=1, axis2=2)).sum(axis=1)
        # One product with the matrices of all components, side by side.
        sides = roots.transpose(1, 0, 2).reshape(n_channels, -1)
        centres = np.einsum("kc,kcd->kd", mixture.means_, roots)
        shape = np.array([0, 0, n_components, n_channels])
        distances = graph.add("Sub", graph.add("Reshape", graph.add("MatMul", frames, sides), shape), centres)
        squares = graph.add("ReduceSumSquare", distances, [3], keepdims=0)
    constants = np.log(mixture.weights_) + log_determinants - 0.5 * n_channels * np.log(2 * np.pi)
    return graph.add("Add", graph.add("Mul", squares, np.float64(-0.5)), constants)


def _standard_deviations(mixture: Any) -> np.ndarray:
    """Return the standard deviations of components, broadcastable with (n_components, n_channels)."""
    variances: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "diag": lambda covariances: covariances,
        "spherical": lambda covariances: covariances[:, np.newaxis],
        "tied": np.diagonal,
        "full": lambda covariances: np.diagonal(covariances, axis1=1, axis2=2),
    }
    return np.sqrt(variances[mixture.covariance_type](mixture.covariances_)) * np.ones_like(mixture.means_)
