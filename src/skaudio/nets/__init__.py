"""Keras graphs, and nothing of scikit-learn: towers, recurrent stacks, autoencoders, pooling over time, whole networks.

Importing this imports Keras and TensorFlow; `skaudio.estimators` does so at the first fit.
"""

from skaudio.nets._autoencoders import (
    autoencoder_network,
    decoding_network,
    error_network,
    grown_weights,
    latent_network,
)
from skaudio.nets._autoencoding_layers import MeanOutput
from skaudio.nets._masking import ApplyMask, MaskedBatchNormalization, ShortenMask
from skaudio.nets._network import feature_network, frame_network, image_network, plain, sequence_network
from skaudio.nets._scaling import (
    ChannelStandardization,
    ClipStandardization,
    StandardizedSquaredError,
    TargetScale,
)
from skaudio.nets._time_pooling import LinearSoftmaxPooling, TimePooling
from skaudio.nets._towers import time_stride

__all__ = [
    "ApplyMask",
    "ChannelStandardization",
    "ClipStandardization",
    "LinearSoftmaxPooling",
    "MaskedBatchNormalization",
    "MeanOutput",
    "ShortenMask",
    "StandardizedSquaredError",
    "TargetScale",
    "TimePooling",
    "autoencoder_network",
    "decoding_network",
    "error_network",
    "feature_network",
    "frame_network",
    "grown_weights",
    "image_network",
    "latent_network",
    "plain",
    "sequence_network",
    "time_stride",
]
