"""Outputs of neural estimators: scores of clips and frames, embeddings, latents and errors."""

from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.estimators._keras_network import convert_network
from skaudio.export.graph import Graph, Tensor, Value, in_order, named


def network_output(graph: Graph, estimator: Any, value: Value, view: Any) -> Tensor:
    """Add the network of an estimator to a graph.

    Parameters
    ----------
    graph : Graph
        The graph.
    estimator : neural estimator
        Fitted.
    value : Value
        Its input.
    view : hashable
        Output of the network, as its architecture defines them.

    Returns
    -------
    Tensor
        The output.
    """
    architecture = estimator.learner_.architecture
    with architecture.keras.applied():
        network = architecture.view(estimator.model_, view)
    frames = frames_of(graph, value)
    stride, n_frames = architecture.stride, architecture.n_frames
    length = graph.length(frames)
    mask = None
    if stride > 1 or hasattr(architecture, "latent_dim"):  # an autoencoder computes the time of frames from the mask
        n_padded = graph.add("Mul", graph.add("Div", graph.add("Add", length, stride - 1), stride), stride)
        present = graph.cast(graph.add("Less", graph.indices(n_padded), length), np.float32)
        mask = graph.add("Unsqueeze", present, [0])
        missing = graph.add("Sub", n_padded, length)
        pads = graph.add("Concat", [0, 0, 0, 0], missing, [0], axis=0)
        frames = graph.add("Pad", frames, pads, 0.0) if stride > 1 else frames
    inputs = {
        "frames": Tensor(frames, (None, n_frames, value.width), stride),
        "mask": Tensor(mask, (None, n_frames), stride),
    }
    return in_order(graph, convert_network(graph, network, inputs))


def frames_of(graph: Graph, value: Value) -> str:
    """Return frames; the rows of a table are sequences of one frame."""
    if value.kind == "waveform":
        raise ExportError("A network follows no front end; expected a pipeline that begins with one.")
    return value.name if value.kind == "frames" else graph.add("Unsqueeze", value.name, [1])


def embedding(graph: Graph, estimator: Any, value: Value) -> Value:
    """Convert a classifier or regressor as a transformer: the output of a layer, averaged over time."""
    output = network_output(graph, estimator, value, ("layer", estimator.feature_layer))
    if len(output.shape) == 2:
        return Value(named(output), "table", output.shape[1])
    steps = _steps_as_frames(graph, output, graph.length(frames_of(graph, value)), estimator)
    width = int(np.prod(output.shape[2:]))
    flat = graph.add("Reshape", steps, np.array([0, -1, width]))
    return Value(graph.add("ReduceMean", flat, [1], keepdims=0), "table", width)


def frame_probabilities(graph: Graph, estimator: Any, value: Value) -> Value:
    """Convert `predict_frames` of a classifier."""
    output = network_output(graph, estimator, value, "frames")
    steps = _steps_as_frames(graph, output, graph.length(frames_of(graph, value)), estimator)
    probabilities = class_probabilities(graph, estimator, steps)
    return Value(probabilities, "frames", len(estimator.classes_))


def _steps_as_frames(graph: Graph, output: Tensor, length: str, estimator: Any) -> str:
    """Repeat the steps ``(n_clips, n_steps, ...)`` of a network to one row per frame, up to the length of the clip."""
    repeats = max(1, estimator.learner_.architecture.stride // max(1, output.multiple))
    steps = named(output)
    if repeats > 1:
        sizes = [int(size) for size in output.shape[2:]]
        ones = [1] * len(sizes)
        apart = graph.add("Unsqueeze", steps, [2])
        repeated = graph.add("Tile", apart, np.array([1, 1, repeats, *ones]))
        steps = graph.add("Reshape", repeated, np.array([0, -1, *sizes]))
    return graph.add("Slice", steps, [0], length, [1])


def class_probabilities(graph: Graph, classifier: Any, scores: str) -> str:
    """Compute probabilities from the scores of a neural classifier, along the last axis."""
    if is_multilabel(classifier):
        return graph.add("Sigmoid", scores)
    if classifier.learner_.architecture.n_outputs == 1:
        parts = graph.add("Sigmoid", graph.add("Neg", scores)), graph.add("Sigmoid", scores)
        return graph.add("Concat", *parts, axis=-1)
    return graph.add("Softmax", scores, axis=-1)


def is_multilabel(classifier: Any) -> bool:
    """Return whether a neural classifier has independent labels, and not two or more exclusive classes."""
    architecture = classifier.learner_.architecture
    return architecture.task == "independent" and architecture.n_outputs == len(classifier.classes_)


def latent(graph: Graph, autoencoder: Any, value: Value) -> Value:
    """Convert an `AutoencoderLatent`."""
    output = network_output(graph, autoencoder, value, "latent")
    return Value(named(output), "table", output.shape[1])


def normality(graph: Graph, autoencoder: Any, value: Value) -> str:
    """Compute the negative mean squared error of an autoencoder, float32 ``(n_clips,)``."""
    errors = named(network_output(graph, autoencoder, value, "errors"))
    n_values = graph.add("Mul", graph.length(frames_of(graph, value)), value.width)
    total = graph.add("ReduceSum", graph.cast(errors, np.float64), [1, 2], keepdims=0)
    return graph.cast(graph.add("Neg", graph.add("Div", total, graph.cast(n_values, np.float64))), np.float32)


def matcher_embedding(graph: Graph, matcher: Any, value: Value) -> Value:
    """Convert a `SiameseMatcher` as a transformer: the whitened embedding, of unit length for cosine distances."""
    output = network_output(graph, matcher, value, "embedding")
    x, width = graph.cast(named(output), np.float64), output.shape[1]
    if matcher.whitening_ is not None:
        x = graph.add("MatMul", graph.add("Sub", x, matcher.whitening_.mean), matcher.whitening_.matrix)
    if matcher.distance == "cosine":
        length = graph.add("Sqrt", graph.add("ReduceSumSquare", x, [1]))
        x = graph.add("Div", x, graph.add("Max", length, np.float64(np.finfo(np.float32).tiny)))
    return Value(graph.cast(x, np.float32), "table", width)
