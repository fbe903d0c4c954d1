"""Gradients of a network's scores, and saliency maps based on them.

This module imports TensorFlow: `skaudio.inspection.explanations._attribution` imports it when a network is explained.
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skaudio._learning import mask_of, pad_clips
from skaudio._learning.networks import body_of, watched_network
from skaudio._warnings import warn_user

COMPLETENESS = 0.01  # tolerance of integrated gradients, relative to the difference of scores
MAX_STEPS = 1024
MAX_BLOCK_VALUES = 2**22
MAX_DOWNSAMPLING = 4  # maximum downsampling of channels in the layer of Grad-CAM


class Derivatives:
    """Scores of a fitted network, and their gradients.

    Parameters
    ----------
    network : keras.Model
        Model from ``{"frames", "mask"}`` to scores ``(n_clips, n_outputs)``.
    stride : int
        Divisor of the length of a batch.
    """

    def __init__(self, network: keras.Model, stride: int) -> None:
        self._network, self._stride = network, stride

    def score(self, frames: np.ndarray, column: int) -> float:
        """Compute the score of a clip ``(n_frames, n_channels)``."""
        inputs = self._inputs(frames[np.newaxis])
        return float(_select_score(self._network(inputs, training=False), column)[0])

    def of_input(self, frames: np.ndarray, column: int) -> np.ndarray:
        """Compute the gradient of the score by clips ``(n_clips, n_frames, n_channels)``."""
        size = max(1, MAX_BLOCK_VALUES // frames[0].size)
        parts = [self._of_input(frames[start : start + size], column) for start in range(0, len(frames), size)]
        return np.concatenate(parts)

    def of_layer(
        self, layer: str | int | None, frames: np.ndarray, baseline: np.ndarray, column: int
    ) -> tuple[np.ndarray, np.ndarray, int]:
        """Compute the difference of a layer's maps from those of the baseline, and the gradient of the score by them.

        Both are ``(n_steps, n_bands, n_filters)``, for one clip; the number of frames that the steps cover, padding
        included, comes last.
        """
        network = watched_network(self._network, self._convolution(frames.shape[1]) if layer is None else layer)
        inputs = self._inputs(np.stack([frames, baseline]))
        with tf.GradientTape() as tape:
            tape.watch(inputs["frames"])
            maps, scores = network(inputs, training=False)
            score = _select_score(scores, column)
        if len(maps.shape) != 4:
            raise ValueError(
                f"layer={layer!r} has an output of shape {tuple(maps.shape)}; Grad-CAM requires maps over time and "
                "channels, as of a convolution."
            )
        gradients = tape.gradient(score, maps)[0].numpy()
        return (maps[0] - maps[1]).numpy(), gradients, inputs["frames"].shape[1]

    def _of_input(self, frames: np.ndarray, column: int) -> np.ndarray:
        inputs = self._inputs(frames)
        with tf.GradientTape() as tape:
            tape.watch(inputs["frames"])
            score = _select_score(self._network(inputs, training=False), column)
        return tape.gradient(score, inputs["frames"]).numpy()[:, : frames.shape[1]]

    def _inputs(self, frames: np.ndarray) -> dict[str, tf.Tensor]:
        padded, lengths = pad_clips(frames, range(len(frames)), self._stride, 0.0)
        return {"frames": tf.constant(padded), "mask": tf.constant(mask_of(lengths, padded.shape[1]))}

    def _convolution(self, n_channels: int) -> str:
        """Return the name of the last layer whose maps are not much coarser along frequency than the frames."""
        body = body_of(self._network) or self._network
        names = []
        for layer in body.layers:
            shape: tuple = getattr(layer.output, "shape", ())
            if len(shape) == 4 and shape[2] * MAX_DOWNSAMPLING >= n_channels and shape[3] > 1:
                names.append(layer.name)
        if not names:
            raise TypeError(
                "Grad-CAM requires a convolution over time and channels, which this network lacks. Use "
                "method='integrated'."
            )
        return names[-1]


def integrated(derivatives: Derivatives, frames: np.ndarray, baseline: np.ndarray, column: int, n_steps: int) -> Any:
    """Compute integrated gradients along the straight line from the baseline to the clip.

    Steps are doubled until the values sum up to the difference of scores.

    Returns
    -------
    ndarray of shape (n_frames, n_channels)
        Values.
    """
    difference = frames - baseline
    total = derivatives.score(frames, column) - derivatives.score(baseline, column)
    for n in _doubled(n_steps):
        nodes, weights = np.polynomial.legendre.leggauss(n)
        mean = np.zeros(frames.shape, np.float64)
        size = max(1, MAX_BLOCK_VALUES // frames.size)
        for start in range(0, n, size):
            part = slice(start, start + size)
            line = baseline + ((nodes[part] + 1) / 2)[:, np.newaxis, np.newaxis].astype(np.float32) * difference
            gradients = derivatives.of_input(line, column)
            mean += np.einsum("n,ntc->tc", weights[part] / 2, gradients, dtype=np.float64)
        values = mean * difference
        error = abs(values.sum() - total)
        if error <= COMPLETENESS * abs(total):
            return values
    warn_user(
        f"Integrated gradients with {n} steps deviate by {error:.3g} from the difference of scores, {total:.3g}. Use a "
        "baseline less similar to the clip.",
    )
    return values


def class_activation(
    derivatives: Derivatives, frames: np.ndarray, baseline: np.ndarray, column: int, layer: str | int | None
) -> np.ndarray:
    """Compute Grad-CAM: differences of maps from the baseline's, weighted by their mean gradient over time, rectified.

    Returns
    -------
    ndarray of shape (n_frames, n_channels)
        Values, interpolated to the resolution of the frames.
    """
    maps, gradients, length = derivatives.of_layer(layer, frames, baseline, column)
    activation = np.maximum((maps * gradients.mean(axis=0)).sum(axis=-1), 0.0)
    upsampled = tf.image.resize(activation[..., np.newaxis], (length, frames.shape[1]), method="bilinear")
    return upsampled.numpy()[: len(frames), :, 0]


def _select_score(scores: tf.Tensor, column: int) -> tf.Tensor:
    """Select a column of scores; the one score of two classes is that of the second, its negative that of the first."""
    if scores.shape[1] == 1:
        return scores[:, 0] * (1.0 if column else -1.0)
    return scores[:, column]


def _doubled(n_steps: int) -> Iterator[int]:
    while True:
        yield n_steps
        n_steps *= 2
        if n_steps > MAX_STEPS:
            return
