"""Proxies of classes, for metric learning."""

from typing import Any

import keras
from keras import ops

from skaudio.nets._precision import FullPrecisionLayer

TINY = 1e-9


@keras.saving.register_keras_serializable("skaudio")
class ProxyScores(FullPrecisionLayer):
    """Cosine similarities between unit-length embeddings and a learned proxy of each class, scaled for softmax [1]_.

    Parameters
    ----------
    n_proxies : int
        Number of classes.
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Attributes
    ----------
    scale : float
        Factor of the cosines, the inverse temperature of the softmax.

    References
    ----------
    .. [1] A. Zhai and H.-Y. Wu, "Classification is a strong baseline for deep metric learning", British Machine Vision
       Conference, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.nets import ProxyScores
    >>> layer = ProxyScores(2)
    >>> layer.build((None, 2))
    >>> layer.set_weights([np.eye(2)])
    >>> layer(np.array([[0.6, 0.8]])).numpy().round(2)
    array([[ 9.6, 12.8]], dtype=float32)
    """

    scale = 16.0

    def __init__(self, n_proxies: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.n_proxies = n_proxies

    def build(self, embeddings: tuple) -> None:
        """Create the proxies."""
        self.proxies = self.add_weight(shape=(embeddings[-1], self.n_proxies), name="proxies")

    def call(self, embeddings: Any) -> Any:
        """Map embeddings ``(n_clips, embedding_dim)`` to scores ``(n_clips, n_proxies)``."""
        lengths = ops.sqrt(ops.sum(ops.square(self.proxies), axis=0, keepdims=True) + TINY)
        return self.scale * ops.matmul(embeddings, self.proxies / lengths)

    def compute_output_shape(self, embeddings: tuple) -> tuple:
        """Return the shape of the scores."""
        return (embeddings[0], self.n_proxies)

    def get_config(self) -> dict[str, Any]:
        """Return the configuration of the layer."""
        return {**super().get_config(), "n_proxies": self.n_proxies}
