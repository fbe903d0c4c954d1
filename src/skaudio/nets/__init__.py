"""Keras layers of the networks of `skaudio.estimators`, to load a saved ``model_`` and to build your own networks.

Importing it registers the layers, so that `keras.saving.load_model` finds them, and imports TensorFlow. Layers that
compute over time take a mask ``(n_clips, n_frames)`` beside the frames, true up to the end of each clip.

Examples
--------
>>> import tempfile
>>> import keras
>>> import numpy as np
>>> import skaudio.nets
>>> from skaudio.estimators import GRUClassifier
>>> X = np.random.default_rng(0).normal(size=(8, 20, 4)).astype("float32")
>>> model = GRUClassifier(units=4, n_layers=1, epochs=1, random_state=0).fit(X, [0, 1] * 4)
>>> with tempfile.TemporaryDirectory() as folder:
...     model.model_.save(f"{folder}/model.keras")
...     network = keras.saving.load_model(f"{folder}/model.keras")
>>> scores = network({"frames": X, "mask": np.ones((8, 20), bool)})
>>> bool(np.allclose(keras.ops.sigmoid(scores)[:, 0], model.predict_proba(X)[:, 1], atol=1e-6))
True
"""

from skaudio.nets._autoencoding_layers import Broadcast, ClipMean, Divergence, NormalDraw, SquaredError, TimeCode
from skaudio.nets._masking import ApplyMask, MaskedBatchNormalization, ShortenMask, StepsAsRows
from skaudio.nets._precision import FullPrecisionLayer, full_precision
from skaudio.nets._proxy_scores import ProxyScores
from skaudio.nets._scaling import ChannelStandardization, ClipStandardization, TargetScale
from skaudio.nets._time_pooling import LinearSoftmaxPooling, TimePooling

__all__ = [
    "ApplyMask",
    "Broadcast",
    "ChannelStandardization",
    "ClipMean",
    "ClipStandardization",
    "Divergence",
    "FullPrecisionLayer",
    "LinearSoftmaxPooling",
    "MaskedBatchNormalization",
    "NormalDraw",
    "ProxyScores",
    "ShortenMask",
    "SquaredError",
    "StepsAsRows",
    "TargetScale",
    "TimeCode",
    "TimePooling",
    "full_precision",
]
