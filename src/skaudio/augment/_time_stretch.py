"""Time stretching."""

from numbers import Real
from typing import ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, RangeAugmenter
from skaudio.augment._pitch_shift import MIN_SAMPLES, vocoder_n_fft


class TimeStretch(RangeAugmenter):
    """Change the tempo by librosa's phase vocoder, on frames of about 25 ms; the pitch is kept, the length changes.

    Parameters
    ----------
    rate : float or (float, float), default=(0.85, 1.15)
        Stretch factor, or the range to draw it from: 2 is twice as fast. A clip of n samples becomes one of ``round(n /
        rate)``.
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import TimeStretch
    >>> TimeStretch().apply(np.ones(8000, np.float32), 2.0).shape
    (4000,)
    """

    drawn_from = "rate"
    least = 0.05
    _parameter_constraints: ClassVar[dict] = {**Augmenter._parameter_constraints, "rate": [Real, tuple, list]}

    def __init__(self, rate: float | tuple[float, float] = (0.85, 1.15), *, p: float = 1.0) -> None:
        self.rate = rate
        self.p = p

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:
        from librosa.effects import time_stretch

        if len(y) < MIN_SAMPLES:
            positions = np.linspace(0, len(y) - 1, max(1, round(len(y) / drawn)))
            return np.interp(positions, np.arange(len(y)), y).astype(y.dtype)
        n_fft = vocoder_n_fft(len(y), sr)
        return time_stretch(y, rate=drawn, n_fft=n_fft, hop_length=n_fft // 4)
