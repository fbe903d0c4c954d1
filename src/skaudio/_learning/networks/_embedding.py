"""Metric learning networks, which embed clips of one class close together and of different classes apart."""

import keras
from keras import layers

from skaudio._learning.networks._supervised import standardized_inputs
from skaudio.nets import ProxyScores, TimePooling, full_precision


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
