"""Random cropping."""

from numbers import Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio.augment._augmenter import Augmenter, needed_rate


class RandomCrop(Augmenter):
    """Crop a random segment; shorter clips are unchanged.

    Parameters
    ----------
    seconds : float, default=1.0
        Length of the segment.
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import RandomCrop
    >>> RandomCrop(seconds=0.5).apply(np.arange(8.0), 1.0, sr=8)  # the last half of a second
    array([4., 5., 6., 7.])
    """

    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "seconds": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, seconds: float = 1.0, *, p: float = 1.0) -> None:
        self.seconds = seconds
        self.p = p

    def _draw(self, rng: np.random.Generator) -> float:
        return float(rng.random())

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:
        length = max(1, round(self.seconds * needed_rate(sr, self)))
        start = round(drawn * max(0, len(y) - length))
        return y[start : start + length].copy()
