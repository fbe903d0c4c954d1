"""Keras networks of all estimators, built from the layers of `skaudio.nets`.

Importing it imports Keras and TensorFlow.
"""

from skaudio._learning.networks._autoencoders import (
    autoencoder_network,
    decoding_network,
    denoising_network,
    grown_weights,
    reconstructing_network,
)
from skaudio._learning.networks._embedding import embedding_network, mean_network
from skaudio._learning.networks._supervised import image_network, sequence_network
from skaudio._learning.networks._towers import time_stride
from skaudio._learning.networks._views import (
    body_of,
    cut_network,
    feature_network,
    frame_network,
    frame_training_network,
    watched_network,
)

__all__ = [
    "autoencoder_network",
    "body_of",
    "cut_network",
    "decoding_network",
    "denoising_network",
    "embedding_network",
    "feature_network",
    "frame_network",
    "frame_training_network",
    "grown_weights",
    "image_network",
    "mean_network",
    "reconstructing_network",
    "sequence_network",
    "time_stride",
    "watched_network",
]
