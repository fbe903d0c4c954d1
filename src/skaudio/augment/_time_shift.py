"""Shifting in time."""

from numbers import Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio.augment._augmenter import Augmenter, WritingAugmenter, needed_rate


class TimeShift(WritingAugmenter):
    """Shift a clip in time; the length is kept.

    Parameters
    ----------
    max_shift : float, default=0.2
        Maximum shift in either direction.
    unit : {"fraction", "seconds"}, default="fraction"
        Unit of `max_shift`: fractions of the clip, or seconds.
    mode : {"wrap", "pad"}, default="wrap"
        How the gap is filled: with the other end of the clip, or with silence.
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import TimeShift
    >>> y = np.arange(6.0)
    >>> TimeShift().apply(y, 0.5), TimeShift(mode="pad").apply(y, -0.5)
    (array([3., 4., 5., 0., 1., 2.]), array([3., 4., 5., 0., 0., 0.]))
    """

    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "max_shift": [Interval(Real, 0, None, closed="left")],
        "unit": [StrOptions({"fraction", "seconds"})],
        "mode": [StrOptions({"wrap", "pad"})],
    }

    def __init__(self, max_shift: float = 0.2, *, unit: str = "fraction", mode: str = "wrap", p: float = 1.0) -> None:
        self.max_shift = max_shift
        self.unit = unit
        self.mode = mode
        self.p = p

    def _draw(self, rng: np.random.Generator) -> float:
        return float(rng.uniform(-self.max_shift, self.max_shift))

    def _write(self, y: np.ndarray, drawn: float, sr: float | None, out: np.ndarray) -> None:
        n = round(drawn * (len(y) if self.unit == "fraction" else needed_rate(sr, self)))
        n = n % len(y) if self.mode == "wrap" else max(-len(y), min(n, len(y)))
        if self.mode == "wrap":
            out[n:], out[:n] = y[: len(y) - n], y[len(y) - n :]
        elif n >= 0:
            out[:n], out[n:] = 0.0, y[: len(y) - n]
        else:
            out[:n], out[n:] = y[-n:], 0.0
