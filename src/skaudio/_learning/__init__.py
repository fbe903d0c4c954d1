"""Networks trained on batches of frames: `Learner` and its components.

Private: `skaudio.estimators` are built on it. It is independent of scikit-learn's conventions, and imports TensorFlow
at the first fit.
"""

from skaudio._learning._architecture import (
    Architecture,
    AutoencoderArchitecture,
    EmbeddingArchitecture,
    NetworkArchitecture,
)
from skaudio._learning._augmentation import BY_KIND, Augmentation, kind_of, look_like_bands
from skaudio._learning._batches import Sampler, mask_of, pad_clips
from skaudio._learning._keras_settings import KerasSettings
from skaudio._learning._learner import Examples, Learner
from skaudio._learning._recipe import Recipe

__all__ = [
    "BY_KIND",
    "Architecture",
    "Augmentation",
    "AutoencoderArchitecture",
    "EmbeddingArchitecture",
    "Examples",
    "KerasSettings",
    "Learner",
    "NetworkArchitecture",
    "Recipe",
    "Sampler",
    "pad_clips",
    "kind_of",
    "look_like_bands",
    "mask_of",
]
