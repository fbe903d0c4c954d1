"""Metric learning networks, which embed clips of one class close together and of different classes apart.

Targets are a column of class indices for pair and triplet losses, and one column per class for proxies.
"""

from typing import Any

import keras
from keras import layers, ops

from skaudio.nets._network import standardized_inputs
from skaudio.nets._precision import FullPrecisionLayer, full_precision
from skaudio.nets._time_pooling import TimePooling

PROXY_SCALE = 16.0  # of cosines before the softmax: how sure a clip that lies on its proxy is of its class
FAR_AWAY = 1e9
TINY = 1e-9


def mean_network(n_channels: int, normalize: str | None) -> keras.Model:
    """Build a network without trainable weights: the mean of a clip's standardised frames."""
    inputs, frames = standardized_inputs(n_channels, normalize)
    x = TimePooling("mean", name="time_pooling")(frames, inputs["mask"])
    return keras.Model(inputs, layers.Identity(dtype=full_precision(), name="scores")(x), name="mean")


def embedding_network(body: keras.Model, *, unit: bool, n_proxies: int | None) -> keras.Model:
    """Build a network to train embeddings.

    Parameters
    ----------
    body : keras.Model
        Model from clips to embeddings.
    unit : bool
        Whether embeddings have unit length in training.
    n_proxies : int or None
        Number of classes whose proxies are learned, in which case outputs are their scores; else, embeddings.

    Returns
    -------
    keras.Model
        Uncompiled network with the same inputs. The output of its layer ``"scores"`` is the embedding.
    """
    x = body.output
    if unit or n_proxies is not None:
        x = layers.UnitNormalization(dtype=full_precision(), name="unit_embedding")(x)
    if n_proxies is not None:
        x = ProxyScores(n_proxies, name="proxies")(x)
    return keras.Model(body.input, x, name=f"{body.name}_embedding")


@keras.saving.register_keras_serializable("skaudio")
class ProxyScores(FullPrecisionLayer):
    """Cosine similarities between unit-length embeddings and a learned proxy of each class, scaled for softmax [1]_.

    References
    ----------
    .. [1] A. Zhai and H.-Y. Wu, "Classification is a strong baseline for deep metric learning", British Machine Vision
       Conference, 2019.
    """

    def __init__(self, n_proxies: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_proxies = n_proxies

    def build(self, embeddings: tuple) -> None:
        """Create the proxies."""
        self.proxies = self.add_weight(shape=(embeddings[-1], self.n_proxies), name="proxies")

    def call(self, embeddings: Any) -> Any:
        """Map embeddings ``(n_clips, embedding_dim)`` to scores ``(n_clips, n_proxies)``."""
        lengths = ops.sqrt(ops.sum(ops.square(self.proxies), axis=0, keepdims=True) + TINY)
        return PROXY_SCALE * ops.matmul(embeddings, self.proxies / lengths)

    def compute_output_shape(self, embeddings: tuple) -> tuple:
        """Return the shape of the scores."""
        return (embeddings[0], self.n_proxies)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "n_proxies": self.n_proxies}


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
        return super().call(y_true, y_pred - PROXY_SCALE * self._margin * y_true)


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
        apart = ops.square(ops.maximum(self._margin - distance, 0.0))
        loss = 0.5 * ops.where(ops.equal(*classes), ops.square(distance), apart)
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
        mates = ops.cast(ops.logical_and(same, ops.logical_not(ops.eye(ops.shape(y_true)[0], dtype="bool"))), "float32")
        loss = mates * ops.maximum(distances - negative + self._margin, 0.0)
        return ops.sum(loss, axis=-1) / ops.maximum(ops.sum(mates, axis=-1), 1.0)
