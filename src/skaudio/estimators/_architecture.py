"""What a network looks like, said without TensorFlow: small, hashable, and pickled with an estimator."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Architecture:
    """All that decides which weights a network has, and what it computes from them.

    Attributes
    ----------
    tower : str or callable
        Name of a tower in `skaudio.nets`, ``"plain"``, or what builds a model for clips of one length.
    settings : tuple of (str, value)
        Parameters of the tower.
    n_frames : int or None
        Length that clips must have; None: any.
    n_channels, n_outputs : int
        Size of a frame and number of scores.
    task : {"exclusive", "independent", "regression"}
        What the scores are.
    normalize : {"channel", "clip"} or None
        How frames are standardised.
    pooling : str
        How time is pooled; not used where clips are of one length.
    dropout : float
        Share of the pooled features that is left out in training.
    """

    tower: str | Callable
    settings: tuple[tuple[str, Any], ...]
    n_frames: int | None
    n_channels: int
    n_outputs: int
    task: str
    normalize: str | None
    pooling: str
    dropout: float
