"""What networks share that learn from targets: how clips are changed in training, and the embedding they learn."""

from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio.estimators._architecture import NetworkArchitecture
from skaudio.estimators._augmentation import Augmentation
from skaudio.estimators._keras_side import keras_side
from skaudio.estimators._neural import NeuralEstimator

MASK_SIZE = 0.15


@dataclass(kw_only=True, eq=False, repr=False)
class SupervisedEstimator(ClassNamePrefixFeaturesOutMixin, TransformerMixin, NeuralEstimator):
    """Base of classifiers and regressors: scores out, and the embedding before them.

    Subclasses say what the network is (`_tower`) and what its scores mean (`_task`).

    Parameters
    ----------
    normalize : {"channel", "clip"} or None, default="channel"
        How frames are standardised, within the network: each channel by its mean and deviation over the training set;
        or each clip by its own over all of its values, which takes the level of a recording away.
    time_shift : float, default=0.1
        Augmentation, as are the next five: in training, each time a clip is seen it is changed at random; never in
        prediction. Largest share of a clip that is cut off, in front and behind together.
    time_stretch : float, default=0.15
        Largest change of tempo, as a share of it.
    frequency_warp : float, default=0.06
        Largest stretch of the channel axis, as a share of it, besides a shift by up to half as much: another vocal
        tract, another size of animal. For channels that do not lie along frequency, such as sensors, 0.
    equalization : float, default=0.25
        Standard deviation of a gain that changes smoothly over the channels, in standard deviations of the channels:
        another microphone, another distance.
    spec_augment : bool, default=True
        Whether to mask a stretch of time and one of the channels, up to 15 % of each [1]_.
    mixup : float, default=0.2
        Parameter of the beta distribution by which each clip and its target are mixed with another [2]_; 0: never.
    feature_layer : str, int or None, default=None
        Layer whose output `transform` gives: its name (see `summary`) or its place; None: what the last layer is given.

    References
    ----------
    .. [1] D. Park et al., "SpecAugment: a simple data augmentation method for automatic speech recognition",
       Interspeech, 2019.
    .. [2] H. Zhang, M. Cisse, Y. Dauphin and D. Lopez-Paz, "mixup: beyond empirical risk minimization", International
       Conference on Learning Representations, 2018.
    """

    normalize: str | None = "channel"
    time_shift: float = 0.1
    time_stretch: float = 0.15
    frequency_warp: float = 0.06
    equalization: float = 0.25
    spec_augment: bool = True
    mixup: float = 0.2
    feature_layer: str | int | None = None

    _parameter_constraints: ClassVar[dict] = {
        "normalize": [None, StrOptions({"channel", "clip"})],
        "time_shift": [Interval(Real, 0, 1, closed="left")],
        "time_stretch": [Interval(Real, 0, None, closed="left")],
        "frequency_warp": [Interval(Real, 0, 1, closed="left")],
        "equalization": [Interval(Real, 0, None, closed="left")],
        "spec_augment": ["boolean"],
        "mixup": [Interval(Real, 0, None, closed="left")],
        "feature_layer": [None, str, Integral],
    }

    def _tower(self) -> tuple[Any, dict[str, Any]]:
        """Give the name of the tower (or a callable), and its settings."""
        raise NotImplementedError

    def _needs_one_length(self) -> bool:
        """Tell whether the network is made for clips of one length."""
        return False

    def _task(self) -> str:
        """Say what the scores are: ``"exclusive"``, ``"independent"`` or ``"regression"``."""
        raise NotImplementedError

    def _make_architecture(self, frames: np.ndarray, targets: np.ndarray) -> NetworkArchitecture:
        tower, settings = self._tower()
        one_length = self._needs_one_length()
        if one_length and frames.ndim != 3:
            raise ValueError(
                f"architecture={self.architecture!r} needs clips of one length, got clips of {min(map(len, frames))} "
                f"to {max(map(len, frames))} frames. Put a skaudio.pooling.FramePadder before it, or use another."
            )
        return NetworkArchitecture(
            tower=tower,
            settings=tuple(settings.items()),
            n_frames=frames.shape[1] if one_length else None,
            n_channels=frames[0].shape[-1],
            n_outputs=targets.shape[1],
            task=self._task(),
            normalize=self.normalize,
            pooling=self.pooling,
            dropout=self.dropout,
        )

    def _augmentation(self) -> Augmentation:
        return Augmentation(
            crop=self.time_shift,
            stretch=self.time_stretch,
            warp=self.frequency_warp,
            equalization=self.equalization,
            masks=int(self.spec_augment),
            mask_size=MASK_SIZE,
            mixup=self.mixup,
        )

    def transform(self, X: Any) -> np.ndarray:
        """Give the embedding of each clip: what the network makes of it before its last layer.

        Parameters
        ----------
        X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
            Frame sequences.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_features_out)
            The output of ``feature_layer``, averaged over time where it has time; a data frame where `set_output` asked
            for one.

        Raises
        ------
        ValueError, TypeError
            If ``X`` is no batch like that in `fit`, or if there is no such layer.
        """
        rows = self._run(X, ("layer", self.feature_layer))
        return np.stack([row.reshape(len(row), -1).mean(axis=0) if row.ndim > 1 else row for row in rows])

    @property
    def _n_features_out(self) -> int:
        if not hasattr(self, "_weights"):
            raise AttributeError(f"{type(self).__name__} is not fitted.")  # what scikit-learn asks by hasattr
        graph = keras_side().graph_of(self._architecture)
        return graph.n_features(("layer", self.feature_layer))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
