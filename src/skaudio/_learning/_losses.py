"""Losses of the tasks of networks, each with an interpretable metric where the loss is not one.

Targets are a column of class indices for pair and triplet losses, and one column per class for proxies.

This module imports Keras: it is imported by `skaudio._learning._graphs` alone.
"""

from typing import Any

import keras
from keras import ops

from skaudio._learning._architecture import Architecture, EmbeddingArchitecture
from skaudio.nets import ProxyScores, TargetScale

FAR_AWAY = 1e9
TINY = 1e-9


def make_loss(architecture: Architecture, network: keras.Model) -> tuple[keras.losses.Loss, list[keras.metrics.Metric]]:
    """Return the loss of a network, and its metrics."""
    task = architecture.task
    if isinstance(architecture, EmbeddingArchitecture):
        return COMPARISONS[task](architecture.margin), []
    if task == "exclusive":
        return keras.losses.CategoricalCrossentropy(from_logits=True), [keras.metrics.CategoricalAccuracy("accuracy")]
    if task == "independent":
        accuracy = keras.metrics.BinaryAccuracy("accuracy", threshold=0.0)
        return keras.losses.BinaryCrossentropy(from_logits=True), [accuracy]
    if task == "regression":
        error = keras.metrics.MeanAbsoluteError("mean_absolute_error")
        return StandardizedSquaredError(network.get_layer("target_scale")), [error]
    return MeanOutput(), []


class StandardizedSquaredError(keras.losses.Loss):
    """Squared error in units of the target variance: 1 if the mean is predicted, in any unit.

    Outputs of different units thus have equal weight.

    Parameters
    ----------
    scale : TargetScale
        Layer that holds the standard deviation of the targets.
    """

    def __init__(self, scale: TargetScale, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._scale = scale

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute losses ``(n_clips,)`` from targets and predictions ``(n_clips, n_outputs)``."""
        return ops.mean(ops.square((y_true - y_pred) / self._scale.deviation), axis=-1)


class MeanOutput(keras.losses.Loss):
    """Loss of a network that outputs its own loss."""

    def call(self, y_true: Any, y_pred: Any) -> Any:  # noqa: ARG002
        """Map unused targets and losses ``(n_clips, 1)`` to ``(n_clips,)``."""
        return y_pred[:, 0]


class ProxyLoss(keras.losses.CategoricalCrossentropy):
    """Cross-entropy of proxy scores, with a margin subtracted from the cosine of the true class [1]_.

    References
    ----------
    .. [1] H. Wang et al., "CosFace: large margin cosine loss for deep face recognition", CVPR, 2018.
    """

    def __init__(self, margin: float, **kwargs: Any) -> None:
        super().__init__(from_logits=True, **kwargs)
        self._margin = margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute losses ``(n_clips,)`` from targets and scores ``(n_clips, n_classes)``."""
        return super().call(y_true, y_pred - ProxyScores.scale * self._margin * y_true)


class ContrastiveLoss(keras.losses.Loss):
    """Contrastive loss: half the squared distance of same-class pairs, or margin shortfall of others [1]_.

    The first half of a batch contains the first clips of its pairs, the second half the second ones.

    References
    ----------
    .. [1] R. Hadsell, S. Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping", CVPR, 2006.
    """

    def __init__(self, margin: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._margin = margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute losses ``(2 n_pairs,)``, each twice, from classes ``(2 n_pairs, 1)`` and embeddings."""
        first, second = ops.split(y_pred, 2)
        classes = ops.split(y_true[:, 0], 2)
        distance = ops.sqrt(ops.sum(ops.square(first - second), axis=-1) + TINY)
        shortfall = ops.square(ops.maximum(self._margin - distance, 0.0))
        loss = 0.5 * ops.where(ops.equal(*classes), ops.square(distance), shortfall)
        return ops.concatenate([loss, loss])


class TripletLoss(keras.losses.Loss):
    """Triplet loss: excess, plus a margin, of the squared distance within a class over that to another [1]_.

    For each same-class pair in a batch, the negative is semi-hard: the nearest of those farther than the positive, or,
    if there is none, the farthest.

    References
    ----------
    .. [1] F. Schroff, D. Kalenichenko and J. Philbin, "FaceNet: a unified embedding for face recognition and
       clustering", CVPR, 2015.
    """

    def __init__(self, margin: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._margin = margin

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Compute losses ``(n_clips,)``, means over each clip's pairs, from classes ``(n_clips, 1)`` and embeddings."""
        squares = ops.sum(ops.square(y_pred), axis=-1)
        distances = squares[:, None] + squares[None, :] - 2.0 * ops.matmul(y_pred, ops.transpose(y_pred))
        distances = ops.maximum(distances, 0.0)
        same = ops.equal(y_true, ops.transpose(y_true))
        other = ops.logical_not(same)
        # (anchor, positive, negative)
        farther = ops.logical_and(other[:, None, :], distances[:, None, :] > distances[:, :, None])
        nearest = ops.min(ops.where(farther, distances[:, None, :], FAR_AWAY), axis=-1)
        farthest = ops.max(ops.where(other, distances, 0.0), axis=-1, keepdims=True)
        negative = ops.where(nearest < FAR_AWAY, nearest, farthest)
        positives = ops.cast(
            ops.logical_and(same, ops.logical_not(ops.eye(ops.shape(y_true)[0], dtype="bool"))), "float32"
        )
        loss = positives * ops.maximum(distances - negative + self._margin, 0.0)
        return ops.sum(loss, axis=-1) / ops.maximum(ops.sum(positives, axis=-1), 1.0)


COMPARISONS = {"proxy": ProxyLoss, "contrastive": ContrastiveLoss, "triplet": TripletLoss}
