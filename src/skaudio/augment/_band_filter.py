"""Band-pass filtering of clips."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio.augment._augmenter import Augmenter, check_range, in_range, needed_rate


class BandFilter(Augmenter):
    """Remove low and high frequencies, as a telephone or a small loudspeaker does; the length is kept.

    Parameters
    ----------
    low_hz : float, (float, float) or None, default=(20.0, 300.0)
        Lower cutoff frequency, or the range to draw it from; None: 0.
    high_hz : float, (float, float) or None, default=(3000.0, 8000.0)
        Upper cutoff frequency, or the range to draw it from; None, or at least half the sampling rate: no cutoff.
    order : int, default=4
        Order of the Butterworth filters: 6 dB per octave each.
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import BandFilter
    >>> y = np.sin(2 * np.pi * 50 * np.arange(8000) / 8000)
    >>> bool(np.abs(BandFilter().apply(y, (300.0, 3000.0), sr=8000)[4000:]).max() < 0.01)
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "low_hz": [None, Real, tuple, list],
        "high_hz": [None, Real, tuple, list],
        "order": [Interval(Integral, 1, 20, closed="both")],
    }

    def __init__(
        self,
        low_hz: float | tuple[float, float] | None = (20.0, 300.0),
        high_hz: float | tuple[float, float] | None = (3000.0, 8000.0),
        *,
        order: int = 4,
        p: float = 1.0,
    ) -> None:
        self.low_hz = low_hz
        self.high_hz = high_hz
        self.order = order
        self.p = p

    def _check_ranges(self) -> None:
        for name, limits in zip(("low_hz", "high_hz"), self._limits(), strict=True):
            check_range(limits, name, least=0.0)

    def _draw(self, rng: np.random.Generator) -> tuple[float, float]:
        low, high = self._limits()
        return in_range(rng, low), in_range(rng, high)

    def _limits(self) -> tuple:
        high = np.finfo(float).max if self.high_hz is None else self.high_hz
        return 0.0 if self.low_hz is None else self.low_hz, high

    def _apply(self, y: np.ndarray, drawn: tuple[float, float], sr: float | None) -> np.ndarray:
        from scipy.signal import butter, sosfilt

        (low, high), nyquist = drawn, needed_rate(sr, self) / 2
        if low >= min(high, nyquist):
            raise ValueError(
                f"The band from {low:g} Hz to {min(high, nyquist):g} Hz is empty at a sampling rate of {2 * nyquist:g} "
                "Hz. Decrease low_hz."
            )
        if low > 0.0:
            y = sosfilt(butter(self.order, low / nyquist, "highpass", output="sos"), y)
        if high < nyquist:
            y = sosfilt(butter(self.order, high / nyquist, "lowpass", output="sos"), y)
        return y
