"""Parameters that several neural estimators have: of training, and of what becomes of clips before."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skaudio._frames import Channels
from skaudio.estimators._augmentation import BY_KIND, Augmentation, kind_of, look_like_bands

USUAL_EPOCHS, MIN_EPOCHS = 30, 5
MIN_STEPS, MAX_STEPS = 300, 6000


@dataclass(kw_only=True, eq=False, repr=False)
class TrainingParameters:
    """What makes a neural estimator train as it does.

    Parameters
    ----------
    optimizer : str or keras.optimizers.Optimizer, default="adamw"
        By name, as Keras has it; or an optimizer to copy, which brings its own settings: ``learning_rate``,
        ``schedule`` and ``weight_decay`` do not touch it.
    learning_rate : float, default=3e-3
        Largest step size.
    schedule : {"cosine", "constant"}, default="cosine"
        Whether the learning rate rises over the first tenth of the training and falls to zero by its end, or stays.
    weight_decay : float, default=0.01
        Decoupled weight decay (Loshchilov and Hutter, 2019), of all weights but biases and those of normalisation.
    epochs : int or "auto", default="auto"
        Number of passes over the clips; the largest, with ``early_stopping``. "auto": 30, or, of few clips, as many as
        come to 300 steps (a step is computed from a batch), or, of very many, as few as come to 6000, 5 at least.
    batch_size : int, default=16
        Number of clips from which a step is computed.
    early_stopping : bool, default=False
        Whether to put ``validation_fraction`` of the clips aside, stop after ``patience`` epochs without a lower loss
        on them, and keep the best weights. Classes are put aside in proportion; whole groups, if `fit` is given
        ``groups``.
    validation_fraction : float, default=0.1
        Share of the clips, or of the groups, that is put aside.
    patience : int or None, default=None
        Number of epochs to wait for a lower loss. None: a third of ``epochs``.
    callbacks : list of keras.callbacks.Callback or None, default=None
        Called in training. They are copied before, so that they can be cloned and fitted with again.
    warm_start : bool, default=False
        Whether `fit` goes on with the weights that are there.
    verbose : int, default=0
        1: a progress bar; 2: a line for each epoch.
    random_state : int, RandomState instance or None, default=None
        Decides the first weights, the batches and all that is random in training. Equal seeds give equal networks, to
        the last bit on one machine with one number of threads; on a GPU, up to rounding.

    Attributes
    ----------
    model_ : keras.Model
        The fitted network.
    history_ : dict of lists
        Loss and metric of each epoch; with ``early_stopping`` also on the clips put aside (``"val_loss"``).
    n_iter_ : int
        Number of epochs.
    n_features_in_ : int
        Number of channels.
    feature_names_in_ : ndarray of str
        Names of channels, where `fit` saw a data frame.
    """

    optimizer: Any = "adamw"
    learning_rate: float = 3e-3
    schedule: str = "cosine"
    weight_decay: float = 1e-2
    epochs: int | str = "auto"
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

    def _schedule_of(self, epochs: int | str, n_batches: int) -> tuple[int, int]:
        """Return numbers of epochs and of those to wait for a lower loss, for so many batches an epoch."""
        if epochs == "auto":
            fewest, most = -(-MIN_STEPS // n_batches), max(MIN_EPOCHS, MAX_STEPS // n_batches)
            epochs = min(max(USUAL_EPOCHS, fewest), most)
        return epochs, -(-epochs // 3) if self.patience is None else self.patience


@dataclass(kw_only=True, eq=False, repr=False)
class InputParameters:
    """How clips are standardised, and changed at random in training.

    Parameters
    ----------
    normalize : {"channel", "clip"} or None, default="channel"
        How frames are standardised, within the network: each channel by its mean and deviation over the training set;
        or each clip by its own over all of its values, which takes the level of a recording away.
    channels : {"auto", "bands", "cepstra", "other"}, default="auto"
        What the channels are, which decides what may be changed at random in training: neighbours along frequency in
        decibels ("bands"), cepstral coefficients, or something else, such as an embedding, sensors, the columns of a
        table. "auto": what frames say, as those of front ends and embeddings do, and "other" for plain arrays, with a
        warning if these look like bands.
    augmentation : {"auto"} or None, default="auto"
        What the next six parameters are where they are None: in training, each time a clip is seen it is changed at
        random; never in prediction. "auto" is for bands: ``time_shift=0.1, time_stretch=0.15, frequency_warp=0.06,
        equalization=0.25, spec_augment=True, mixup=0.2``; for cepstra and others: ``time_shift=0.1, mixup=0.2``.
        None is nothing at all.
    time_shift : float or None, default=None
        Largest share of a clip that is cut off, in front and behind together.
    time_stretch : float or None, default=None
        Largest change of tempo, as a share of it.
    frequency_warp : float or None, default=None
        Largest stretch of the channel axis, as a share of it, besides a shift by up to half as much: another vocal
        tract, another size of animal. Of use only where channels lie along frequency.
    equalization : float or None, default=None
        Standard deviation of a gain that changes smoothly over the channels, in standard deviations of the channels:
        another microphone, another distance. Of use only where channels are bands in decibels.
    spec_augment : bool or None, default=None
        Whether to mask a stretch of time and one of the channels, up to 15 % of each [1]_.
    mixup : float or None, default=None
        Parameter of the beta distribution by which each clip and its target are mixed with another [2]_; 0: never.

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
    _channels_in: ClassVar[Channels | None] = None  # an instance has those of the frames that `fit` saw

    def _augmentation(self, frames: np.ndarray) -> Augmentation:
        unknown = self.channels == "auto" and (self._channels_in is None or self._channels_in.kind == "unknown")
        if unknown and self.augmentation is not None and look_like_bands(frames):
            warnings.warn(
                "X does not say what its channels are, and neighbours are correlated as bands of a spectrum are. If "
                "they are bands in decibels, channels='bands' augments them as such, which mostly helps; "
                "channels='other' goes on as now, without this warning. Frames of skaudio.features say it themselves.",
                stacklevel=2,
            )
        kind = kind_of(self._channels_in) if self.channels == "auto" else self.channels
        usual = Augmentation() if self.augmentation is None else BY_KIND[kind]
        masks = None if self.spec_augment is None else int(self.spec_augment)
        given = {
            "crop": self.time_shift,
            "stretch": self.time_stretch,
            "warp": self.frequency_warp,
            "equalization": self.equalization,
            "time_masks": masks,
            "channel_masks": masks,
            "mixup": self.mixup,
        }
        known = self._channels_in
        return replace(
            usual,
            deltas=known.deltas if known is not None and known.kind == kind else 0,
            **{name: value for name, value in given.items() if value is not None},
        )
