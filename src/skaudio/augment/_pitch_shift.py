"""Pitch shifting."""

from numbers import Real
from typing import ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, RangeAugmenter, needed_rate

VOCODER_SECONDS = 0.025
MIN_SAMPLES = 16  # shorter clips have no pitch, and librosa 1.0 returns NaN for them


class PitchShift(RangeAugmenter):
    """Shift the pitch by librosa's phase vocoder, on frames of about 25 ms; the length is kept.

    Parameters
    ----------
    n_steps : float or (float, float), default=(-2.0, 2.0)
        Shift in semitones, or the range to draw it from.
    p : float, default=1.0
        Probability that a clip is changed.

    See Also
    --------
    VTLP : Shifts formants, ten times faster.

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

    def __init__(self, n_steps: float | tuple[float, float] = (-2.0, 2.0), *, p: float = 1.0) -> None:
        self.n_steps = n_steps
        self.p = p

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:
        from librosa.effects import pitch_shift

        sr = needed_rate(sr, self)
        if len(y) < MIN_SAMPLES:
            return y.copy()
        n_fft = vocoder_n_fft(len(y), sr)
        return pitch_shift(y, sr=sr, n_steps=drawn, n_fft=n_fft, hop_length=n_fft // 4)


def vocoder_n_fft(n_samples: int, sr: float | None) -> int:
    """Return the frame length for librosa's phase vocoder: about 25 ms, at most the length of the clip.

    librosa's default of 2048 samples smears transients, which reduces accuracy where classes differ in them.
    """
    default = 512 if sr is None else 2 ** round(np.log2(VOCODER_SECONDS * sr))
    return int(min(default, max(16, 2 ** (n_samples.bit_length() - 1))))
