"""Keras networks, independent of scikit-learn: towers, recurrent layers, pooling over time, autoencoders.

Importing it imports Keras and TensorFlow; `skaudio.estimators` does so at the first fit.
"""

from skaudio.nets._autoencoders import (
    autoencoder_network,
    decoding_network,
    denoising_network,
    grown_weights,
    reconstructing_network,
)
from skaudio.nets._autoencoding_layers import MeanOutput
from skaudio.nets._masking import ApplyMask, MaskedBatchNormalization, ShortenMask
from skaudio.nets._network import (
    body_of,
    cut_network,
    dense,
    feature_network,
    frame_network,
    frame_training_network,
    image_network,
    plain,
    sequence_network,
    watched_network,
)
from skaudio.nets._scaling import (
    ChannelStandardization,
    ClipStandardization,
    StandardizedSquaredError,
    TargetScale,
)
from skaudio.nets._siamese import (
    ContrastiveLoss,
    ProxyLoss,
    ProxyScores,
    TripletLoss,
    embedding_network,
    mean_network,
)
from skaudio.nets._time_pooling import LinearSoftmaxPooling, TimePooling
from skaudio.nets._towers import time_stride

__all__ = [
    "ApplyMask",
    "ChannelStandardization",
    "ClipStandardization",
    "ContrastiveLoss",
    "LinearSoftmaxPooling",
    "MaskedBatchNormalization",
    "MeanOutput",
    "ProxyLoss",
    "ProxyScores",
    "ShortenMask",
    "StandardizedSquaredError",
    "TargetScale",
    "TimePooling",
    "TripletLoss",
    "autoencoder_network",
    "body_of",
    "cut_network",
    "decoding_network",
    "denoising_network",
    "dense",
    "embedding_network",
    "feature_network",
    "frame_network",
    "frame_training_network",
    "grown_weights",
    "image_network",
    "mean_network",
    "plain",
    "reconstructing_network",
    "sequence_network",
    "time_stride",
    "watched_network",
]
