"""Parameters that several neural estimators have: of training, and of what becomes of clips before."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import HasMethods, Interval, StrOptions

from skaudio.estimators._augmentation import Augmentation

MASK_SIZE = 0.15


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
    epochs : int, default=30
        Number of passes over the clips; the largest, with ``early_stopping``.
    batch_size : int, default=16
        Number of clips from which a step is computed.
    early_stopping : bool, default=False
        Whether to put ``validation_fraction`` of the clips aside, stop after ``patience`` epochs without a lower loss
        on them, and keep the best weights. Classes are put aside in proportion; whole groups, if `fit` is given
        ``groups``.
    validation_fraction : float, default=0.1
        Share of the clips, or of the groups, that is put aside.
    patience : int, default=10
        Number of epochs to wait for a lower loss.
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
    epochs: int = 30
    batch_size: int = 16
    early_stopping: bool = False
    validation_fraction: float = 0.1
    patience: int = 10
    callbacks: Sequence[Any] | None = None
    warm_start: bool = False
    verbose: int = 0
    random_state: Any = None

    _parameter_constraints: ClassVar[dict] = {
        "optimizer": [str, HasMethods(["apply_gradients", "get_config"])],
        "learning_rate": [Interval(Real, 0, None, closed="neither")],
        "schedule": [StrOptions({"constant", "cosine"})],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "epochs": [Interval(Integral, 1, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 0, None, closed="left")],
        "callbacks": [None, list, tuple],
        "warm_start": ["boolean"],
        "verbose": ["verbose"],
        "random_state": ["random_state"],
    }


@dataclass(kw_only=True, eq=False, repr=False)
class InputParameters:
    """How clips are standardised, and changed at random in training.

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

    _parameter_constraints: ClassVar[dict] = {
        "normalize": [None, StrOptions({"channel", "clip"})],
        "time_shift": [Interval(Real, 0, 1, closed="left")],
        "time_stretch": [Interval(Real, 0, None, closed="left")],
        "frequency_warp": [Interval(Real, 0, 1, closed="left")],
        "equalization": [Interval(Real, 0, None, closed="left")],
        "spec_augment": ["boolean"],
        "mixup": [Interval(Real, 0, None, closed="left")],
    }

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
