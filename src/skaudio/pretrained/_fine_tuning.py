"""Fine-tuning of the last layers of a pretrained network, with a linear head on top.

This module imports TensorFlow: import it only in ``fit``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from skaudio.pretrained._model_error import ModelError

STATISTICS = {"mean": tf.math.segment_mean, "max": tf.math.segment_max}


@dataclass(frozen=True)
class LinearHead:
    """Linear classifier of standardised vectors: softmax for several classes, sigmoid for two.

    Attributes
    ----------
    coef : ndarray of shape (n_classes, n_features)
        Weights; one row for two classes.
    intercept : ndarray of shape (n_classes,)
        Intercepts.
    mean, scale : ndarray of shape (n_features,)
        Mean and scale for standardisation.
    """

    coef: np.ndarray
    intercept: np.ndarray
    mean: np.ndarray
    scale: np.ndarray


@dataclass(frozen=True)
class FineTuning:
    """Settings of fine-tuning.

    Attributes
    ----------
    unfreeze : int
        Number of layers to train: the last ones that have weights.
    stats : tuple of {"mean", "max"}
        Statistics by which the windows of a clip are pooled.
    epochs, batch_size : int
        Number of epochs, and clips per batch.
    learning_rate : float
        Learning rate of Adam.
    """

    unfreeze: int
    stats: tuple[str, ...]
    epochs: int
    batch_size: int
    learning_rate: float


def fine_tune(
    network: keras.Model,
    head: LinearHead,
    windows: Sequence[np.ndarray],
    targets: np.ndarray,
    weights: np.ndarray,
    settings: FineTuning,
    rng: np.random.Generator,
) -> tuple[keras.Model, LinearHead, list[float]]:
    """Fine-tune a copy of a network and of its head on clips.

    Layers run in inference mode: statistics of batch normalisation stay unchanged, as in Keras's guide to transfer
    learning.

    Parameters
    ----------
    network : keras.Model
        Maps windows to vectors or feature maps.
    head : LinearHead
        Classifies the vectors, pooled over the windows of a clip.
    windows : sequence of ndarrays (n_windows_i, n_samples)
        Windows of each clip.
    targets : ndarray of int, shape (n_clips,)
        Class index of each clip.
    weights : ndarray of shape (n_clips,)
        Sample weights.
    settings : FineTuning
        Settings of fine-tuning.
    rng : Generator
        Random number generator that shuffles the clips.

    Returns
    -------
    network, head : keras.Model, LinearHead
        The fine-tuned copies.
    losses : list of float
        Mean loss of each epoch.

    Raises
    ------
    ModelError
        If Keras cannot copy the network.
    """
    tuned = _copy(network)
    layers = [layer for layer in tuned._flatten_layers(include_self=False) if layer.weights and not layer._layers]
    for layer in layers[: max(0, len(layers) - settings.unfreeze)]:
        layer.trainable = False
    head_variables = [keras.Variable(part.astype(np.float32)) for part in (head.coef, head.intercept)]
    step = _training_step(tuned, head, head_variables, settings)
    losses = []
    for _ in range(settings.epochs):
        order, total = rng.permutation(len(targets)), 0.0
        for start in range(0, len(order), settings.batch_size):
            rows = order[start : start + settings.batch_size]
            clip_of = np.repeat(np.arange(len(rows)), [len(windows[row]) for row in rows]).astype(np.int32)
            batch = np.concatenate([windows[row] for row in rows])
            total += float(step(batch, clip_of, targets[rows].astype(np.int32), weights[rows].astype(np.float32)))
        losses.append(total / weights.sum())
    coef, intercept = (variable.numpy() for variable in head_variables)
    return tuned, LinearHead(coef, intercept, head.mean, head.scale), losses


def _copy(network: keras.Model) -> keras.Model:
    try:
        copy = keras.models.clone_model(network)
        copy.set_weights(network.get_weights())
    except (ValueError, TypeError, NotImplementedError) as error:
        raise ModelError(f"Keras cannot copy the model for fine-tuning ({error}).") from error
    return copy


def _training_step(
    network: keras.Model, head: LinearHead, head_variables: list[keras.Variable], settings: FineTuning
) -> Callable[..., Any]:
    """Return a function that performs a training step on a batch and returns the sum of its weighted losses."""
    variables = [*network.trainable_variables, *head_variables]
    optimizer = keras.optimizers.Adam(settings.learning_rate)
    optimizer.build(variables)
    binary = len(head.coef) == 1

    def step(windows: tf.Tensor, clip_of: tf.Tensor, targets: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            maps = network(tf.reshape(windows, [-1, *network.inputs[0].shape[1:]]), training=False)
            vectors = tf.reduce_mean(tf.reshape(maps, [tf.shape(maps)[0], -1, maps.shape[-1]]), axis=1)
            pooled = tf.concat([STATISTICS[stat](vectors, clip_of) for stat in settings.stats], axis=1)
            scores = (
                tf.matmul((pooled - head.mean) / head.scale, head_variables[0].value, transpose_b=True)
                + head_variables[1].value
            )
            if binary:
                losses = tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(targets, tf.float32), scores[:, 0])
            else:
                losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, scores)
            total = tf.reduce_sum(weights * losses)
            loss = total / tf.reduce_sum(weights)
        optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
        return total

    kinds = [([None, None], tf.float32), ([None], tf.int32), ([None], tf.int32), ([None], tf.float32)]
    return tf.function(step, input_signature=[tf.TensorSpec(*kind) for kind in kinds])
