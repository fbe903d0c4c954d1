"""scikit-learn tags of the transformers of this package."""

from sklearn.utils import Tags

from skaudio._frames import Channels
from skaudio._persistence import VersionedPickleMixin


class FramesInputMixin(VersionedPickleMixin):
    """Mixin of transformers that take frame sequences, including broken ones marked by NaN, and return float32."""

    # Set by `skaudio._validation.check_frames`.
    n_features_in_: int
    _channels_in: Channels | None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()  # type: ignore[misc]  # BaseEstimator's, to the right of this mixin
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
