"""Clips that are higher or lower, and of the same length."""

from numbers import Real
from typing import ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, RangeAugmenter, needed_rate


class PitchShift(RangeAugmenter):
    """Shift the pitch by librosa's phase vocoder; the length stays.

    Parameters
    ----------
    n_steps : float or (float, float), default=(-2.0, 2.0)
        Semitones, or the range that they are drawn from.
    p : float, default=1.0
        Probability that a clip is changed.

    See Also
    --------
    VTLP : Moves formants, and takes a tenth of the time.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import PitchShift
    >>> y = np.sin(2 * np.pi * 500 * np.arange(16000) / 16000)
    >>> spectrum = np.abs(np.fft.rfft(PitchShift().apply(y, 12.0, sr=16000)))
    >>> bool(abs(spectrum.argmax() - 1000) < 5)  # in Hz
    True
    """

    drawn_from = "n_steps"
    _parameter_constraints: ClassVar[dict] = {**Augmenter._parameter_constraints, "n_steps": [Real, tuple, list]}

    def __init__(self, *, n_steps: float | tuple[float, float] = (-2.0, 2.0), p: float = 1.0) -> None:
        self.n_steps = n_steps
        self.p = p

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:
        from librosa.effects import pitch_shift

        n_fft = fitting_n_fft(len(y))
        return pitch_shift(y, sr=needed_rate(sr, self), n_steps=drawn, n_fft=n_fft, hop_length=n_fft // 4)


def fitting_n_fft(n_samples: int) -> int:
    """Give the length of a frame for librosa's effects: its default, or less for a short clip."""
    return int(min(2048, max(16, 2 ** (n_samples.bit_length() - 1))))
