"""Training settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """Training settings.

    Attributes
    ----------
    optimizer : str or keras.optimizers.Optimizer
        Name of the optimizer, or an instance to copy.
    learning_rate, weight_decay : float
        Learning rate and weight decay of an optimizer given by name.
    schedule : {"constant", "cosine"}
        Learning rate schedule.
    epochs : int
        Number of epochs.
    batch_size : int
        Number of clips per gradient step.
    patience : int
        Number of epochs without a lower validation loss after which to stop, if clips are held out.
    callbacks : list of keras.callbacks.Callback or None
        Callbacks, which are copied so that the originals hold no reference to the network.
    verbose : int
        Verbosity of Keras.
    """

    optimizer: Any
    learning_rate: float
    weight_decay: float
    schedule: str
    epochs: int
    batch_size: int
    patience: int
    callbacks: Iterable[Any] | None = None
    verbose: int = 0
