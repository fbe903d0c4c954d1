"""Parameters shared by neural estimators: training, standardisation and data augmentation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skaudio._frames import Channels
from skaudio._learning import BY_KIND, Augmentation, Recipe, kind_of, look_like_bands
from skaudio._warnings import warn_user

USUAL_EPOCHS, MIN_EPOCHS = 30, 5
MIN_STEPS, MAX_STEPS = 300, 6000


@dataclass(kw_only=True, eq=False, repr=False)
class TrainingParameters:
    """Training parameters of neural estimators.

    Parameters
    ----------
    optimizer : str or keras.optimizers.Optimizer, default="adamw"
        Keras name of the optimizer; or an optimizer to copy, which keeps its own settings: ``learning_rate``,
        ``schedule`` and ``weight_decay`` do not affect it.
    learning_rate : float, default=3e-3
        Maximum learning rate.
    schedule : {"cosine", "constant"}, default="cosine"
        Learning rate schedule: linear warm-up over the first tenth of training and cosine decay to zero, or constant.
    weight_decay : float, default=0.01
        Decoupled weight decay (Loshchilov and Hutter, 2019) of all weights except biases and normalisation weights.
    epochs : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the maximum. "auto": 30, or, for small data sets, as many as yield
        300 gradient steps, or, for very large ones, as few as yield 6000, but at least 5.
    batch_size : int, default=16
        Number of clips per gradient step.
    early_stopping : bool, default=False
        Whether to hold out ``validation_fraction`` of the clips, stop after ``patience`` epochs without a lower loss on
        them, and keep the best weights. The split is stratified by class, or by whole groups if ``groups`` are passed
        to `fit`.
    validation_fraction : float, default=0.1
        Fraction of the clips, or of the groups, to hold out.
    patience : int or None, default=None
        Number of epochs to wait for a lower loss. None: a third of ``epochs``.
    callbacks : list of keras.callbacks.Callback or None, default=None
        Callbacks for training. They are copied, so that the estimator can be cloned and refitted.
    warm_start : bool, default=False
        Whether `fit` starts from the current weights.
    verbose : int, default=0
        Verbosity: 0, silent; 1, a progress bar; 2, one line per epoch.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the batches and all randomness in training. Equal seeds yield equal networks,
        bitwise on one machine with a fixed number of threads; on a GPU, up to rounding.

    Attributes
    ----------
    model_ : keras.Model
        Fitted network.
    history_ : dict of lists
        Loss and metric of each epoch; with ``early_stopping``, also on the held-out clips (``"val_loss"``).
    n_iter_ : int
        Number of epochs.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, if `fit` was given a data frame.
    """

    optimizer: Any = "adamw"
    learning_rate: float = 3e-3
    schedule: str = "cosine"
    weight_decay: float = 1e-2
    epochs: int | Literal["auto"] = "auto"
    batch_size: int = 16
    early_stopping: bool = False
    validation_fraction: float = 0.1
    patience: int | None = None
    callbacks: Sequence[Any] | None = None
    warm_start: bool = False
    verbose: int = 0
    random_state: Any = None

    _parameter_constraints: ClassVar[dict] = {
        "optimizer": [str, HasMethods(["apply_gradients", "get_config"])],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "schedule": [StrOptions({"constant", "cosine"})],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "epochs": [StrOptions({"auto"}), Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [None, Interval(Integral, 0, None, closed="left")],
        "callbacks": [None, list, tuple],
        "warm_start": ["boolean"],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }

    def _recipe(self, n_clips: int, *, one_epoch: bool) -> Recipe:
        """Return the settings of a full training on so many clips, or of one epoch at a constant learning rate."""
        epochs = 1 if one_epoch else self.epochs
        if epochs == "auto":
            n_batches = -(-n_clips // self.batch_size)
            fewest, most = -(-MIN_STEPS // n_batches), max(MIN_EPOCHS, MAX_STEPS // n_batches)
            epochs = min(max(USUAL_EPOCHS, fewest), most)
        return Recipe(
            optimizer=self.optimizer,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            schedule="constant" if one_epoch else self.schedule,
            epochs=int(epochs),
            batch_size=self.batch_size,
            patience=-(-int(epochs) // 3) if self.patience is None else self.patience,
            callbacks=self.callbacks,
            verbose=int(self.verbose),
        )


@dataclass(kw_only=True, eq=False, repr=False)
class InputParameters:
    """Standardisation and data augmentation parameters of neural estimators.

    Parameters
    ----------
    normalize : {"channel", "clip"} or None, default="channel"
        Standardisation of frames within the network: of each channel by its mean and standard deviation over the
        training set; or of each clip by those of all its values, which removes the level of the recording.
    channels : {"auto", "bands", "cepstra", "other"}, default="auto"
        Type of the channels, which determines the applicable augmentations: adjacent frequency bands in decibels
        ("bands"), cepstral coefficients, or others, such as embeddings, sensors or table columns. "auto": the type that
        frames of front ends and embeddings carry, and "other" for plain arrays, with a warning if these look like
        bands.
    augmentation : {"auto"} or None, default="auto"
        Default of the next six parameters where they are None: random augmentation of each clip at each epoch of
        training, never in prediction. "auto" is, for bands,
        ``time_shift=0.1, time_stretch=0.15, frequency_warp=0.06, equalization=0.25, spec_augment=True, mixup=0.2``; for
        cepstra and others, ``time_shift=0.1, mixup=0.2``; without mixup for multilabel targets, and without masks for
        ``CNNClassifier("keyword")``. None: no augmentation.
    time_shift : float or None, default=None
        Maximum fraction of a clip to crop, at start and end together. For networks that take clips of one length,
        padding, equal frames at start and end, does not count.
    time_stretch : float or None, default=None
        Maximum relative change of tempo.
    frequency_warp : float or None, default=None
        Maximum relative stretch of the channel axis, in addition to a shift by up to half as much; it simulates other
        vocal tract lengths or animal sizes. Useful only for channels along frequency.
    equalization : float or None, default=None
        Standard deviation of a random gain that is smooth over the channels, in standard deviations of the channels; it
        simulates other microphones or distances. Useful only for bands in decibels.
    spec_augment : bool or None, default=None
        Whether to mask one segment of time and one of the channels, up to 15 % of each [1]_.
    mixup : float or None, default=None
        Parameter of the beta distribution of the weights by which clips and targets are mixed in pairs [2]_; 0: never.

    References
    ----------
    .. [1] D. Park et al., "SpecAugment: a simple data augmentation method for automatic speech recognition",
       Interspeech, 2019.
    .. [2] H. Zhang, M. Cisse, Y. Dauphin and D. Lopez-Paz, "mixup: beyond empirical risk minimization", International
       Conference on Learning Representations, 2018.
    """

    normalize: str | None = "channel"
    channels: str = "auto"
    augmentation: str | None = "auto"
    time_shift: float | None = None
    time_stretch: float | None = None
    frequency_warp: float | None = None
    equalization: float | None = None
    spec_augment: bool | None = None
    mixup: float | None = None

    _parameter_constraints: ClassVar[dict] = {
        "normalize": [None, StrOptions({"channel", "clip"})],
        "channels": [StrOptions({"auto", *BY_KIND})],
        "augmentation": [None, StrOptions({"auto"})],
        "time_shift": [None, Interval(Real, 0, 1, closed="left")],
        "time_stretch": [None, Interval(Real, 0, None, closed="left")],
        "frequency_warp": [None, Interval(Real, 0, 1, closed="left")],
        "equalization": [None, Interval(Real, 0, None, closed="left")],
        "spec_augment": [None, "boolean"],
        "mixup": [None, Interval(Real, 0, None, closed="left")],
    }
    _channels_in: ClassVar[Channels | None] = None  # on an instance, those of the frames passed to `fit`

    def _augmentation(self, frames: np.ndarray) -> Augmentation:
        unknown = self.channels == "auto" and (self._channels_in is None or self._channels_in.kind == "unknown")
        if unknown and self.augmentation is not None and look_like_bands(frames):
            warn_user(
                "The type of the channels of X is unknown, but neighbours are correlated like bands of a spectrum. If "
                "they are bands in decibels, set channels='bands' for augmentation of spectra; otherwise "
                "channels='other', to suppress this warning. Frames from skaudio.features carry their type.",
            )
        kind = self._augmented_kind()
        default = Augmentation() if self.augmentation is None else BY_KIND[kind]
        default = default if self._masks_by_default() else replace(default, time_masks=0, channel_masks=0)
        masks = None if self.spec_augment is None else int(self.spec_augment)
        given: dict[str, Any] = {
            "crop": self.time_shift,
            "stretch": self.time_stretch,
            "warp": self.frequency_warp,
            "equalization": self.equalization,
            "time_masks": masks,
            "channel_masks": masks,
            "mixup": self.mixup,
        }
        channels = self._channels_in
        return replace(
            default,
            deltas=channels.deltas if channels is not None and channels.kind == kind else 0,
            **{name: value for name, value in given.items() if value is not None},
        )

    def _masks_by_default(self) -> bool:
        """Return whether "auto" masks segments of bands."""
        return True

    def _augmented_kind(self) -> str:
        """Return the kind of channels that "auto" augments for."""
        return kind_of(self._channels_in) if self.channels == "auto" else self.channels
