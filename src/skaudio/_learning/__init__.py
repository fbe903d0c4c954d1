"""Networks that are trained on batches of frames: a `Learner` and what it is made of.

Private: `skaudio.estimators` are built on it. It knows nothing of the conventions of scikit-learn, and imports
TensorFlow at the first fit.
"""

from skaudio._learning._architecture import (
    Architecture,
    AutoencoderArchitecture,
    EmbeddingArchitecture,
    NetworkArchitecture,
)
from skaudio._learning._augmentation import BY_KIND, Augmentation, kind_of, look_like_bands
from skaudio._learning._batches import Sampler, fill_up, mask_of
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
    "fill_up",
    "kind_of",
    "look_like_bands",
    "mask_of",
]
