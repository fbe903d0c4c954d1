"""Clipping of samples."""

from numbers import Real
from typing import ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, RangeAugmenter


class Clip(RangeAugmenter):
    """Clip the loudest samples, as an overdriven recorder does; the length is kept.

    Parameters
    ----------
    percent : float or (float, float), default=(0.0, 10.0)
        Percentage of samples that are clipped to the loudest of the others; or the range to draw it from.
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import Clip
    >>> Clip().apply(np.array([0.1, -0.9, 0.2, 0.4, -0.3]), 25.0)
    array([ 0.1, -0.4,  0.2,  0.4, -0.3])
    """

    drawn_from = "percent"
    least = 0.0
    _parameter_constraints: ClassVar[dict] = {**Augmenter._parameter_constraints, "percent": [Real, tuple, list]}

    def __init__(self, percent: float | tuple[float, float] = (0.0, 10.0), *, p: float = 1.0) -> None:
        self.percent = percent
        self.p = p

    def _check_ranges(self) -> None:
        super()._check_ranges()
        if np.max(self.percent) > 100.0:
            raise ValueError(f"percent={self.percent!r}; expected at most 100.")

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:  # noqa: ARG002
        loudest = np.percentile(np.abs(y), 100.0 - drawn, method="lower")
        return np.clip(y, -loudest, loudest)
