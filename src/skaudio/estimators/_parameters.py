"""Parameters of training, which all neural estimators have."""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

from sklearn.utils._param_validation import HasMethods, Interval, StrOptions


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
