"""Additive noise: coloured or recorded; mixing with other clips."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, WritingAugmenter, check_range, in_range
from skaudio.augment._sources import COLORS, check_sources, noise_bank, piece_from, source_waveform


class AddNoise(WritingAugmenter):
    """Add noise at a given signal-to-noise ratio.

    Parameters
    ----------
    color : {"white", "pink", "brown"} or sequence of them, default=("white", "pink", "brown")
        Colour of the noise; if several, one is drawn for each clip. Power falls by 0, 3 or 6 dB per octave.
    clips : sequence of clips or None, default=None
        Recorded noise, instead of coloured noise: paths, arrays (at the sampling rate of the clips), ``(y, sr)`` pairs
        or dicts. For each clip, a recording and an offset in it are drawn; short recordings are repeated.
    snr_db : float or (float, float), default=(20.0, 50.0)
        Signal-to-noise ratio in dB, over the whole clip; or the range to draw it from. Below 0, the noise is louder.
    p : float, default=1.0
        Probability that a clip is changed.

    Notes
    -----
    A silent clip stays silent. Noise is cut at random from a fixed sequence of a million samples.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import AddNoise
    >>> y = np.ones(8000)
    >>> noise = AddNoise(snr_db=20.0).augment([y], random_state=0)[0] - y
    >>> round(float(np.mean(noise**2)), 4)
    0.01
    """

    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "color": [str, tuple, list],
        "clips": [None, "array-like", list, tuple],
        "snr_db": [Real, tuple, list],
    }

    def __init__(
        self,
        color: str | Sequence[str] = ("white", "pink", "brown"),
        *,
        clips: Sequence | None = None,
        snr_db: float | tuple[float, float] = (20.0, 50.0),
        p: float = 1.0,
    ) -> None:
        self.color = color
        self.clips = clips
        self.snr_db = snr_db
        self.p = p

    def _check_ranges(self) -> None:
        check_range(self.snr_db, "snr_db")
        if self.clips is not None:
            check_sources(self.clips, "clips")
            return
        colors = {self.color} if isinstance(self.color, str) else set(self.color)
        if not colors or not colors <= set(COLORS):
            raise ValueError(f"color={self.color!r}; expected one or more of {', '.join(map(repr, COLORS))}.")

    def _draw(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.clips is not None:
            clip = int(rng.integers(len(self.clips)))
            return {"clip": clip, "start": float(rng.random()), "snr_db": in_range(rng, self.snr_db)}
        color = self.color if isinstance(self.color, str) else self.color[int(rng.integers(len(self.color)))]
        return {"color": color, "start": float(rng.random()), "snr_db": in_range(rng, self.snr_db)}

    def _write(self, y: np.ndarray, drawn: dict[str, Any], sr: float | None, out: np.ndarray) -> None:
        add_at_snr(y, self._noise(drawn, len(y), sr), drawn["snr_db"], out)

    def _noise(self, drawn: dict[str, Any], n_samples: int, sr: float | None) -> np.ndarray:
        if "color" in drawn:
            return piece_from(noise_bank(drawn["color"]), drawn["start"], n_samples)
        source = source_waveform(self.clips, drawn["clip"], sr, "clips")
        return piece_from(source, drawn["start"], n_samples)


class Mix(AddNoise):
    """Add other clips, such as backgrounds or speech, at a given ratio: `AddNoise` with ``clips``.

    Parameters
    ----------
    clips : sequence of clips
        Paths, arrays (at the sampling rate of the augmented clips), ``(y, sr)`` pairs or dicts. For each clip, one of
        them and an offset in it are drawn; short ones are repeated.
    snr_db : float or (float, float), default=(5.0, 30.0)
        Ratio of the power of the clip to that of the added clip in dB, over the whole clip; or the range to draw it
        from.
    p : float, default=1.0
        Probability that a clip is changed.

    Notes
    -----
    A silent clip stays silent.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import Mix
    >>> hum = np.sin(np.arange(2000) / 20)
    >>> Mix([hum], snr_db=0.0).augment([np.ones(8000)], random_state=0)[0].shape
    (8000,)
    """

    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "clips": ["array-like", list, tuple],
        "snr_db": [Real, tuple, list],
    }

    def __init__(self, clips: Sequence, *, snr_db: float | tuple[float, float] = (5.0, 30.0), p: float = 1.0) -> None:
        self.clips = clips
        self.snr_db = snr_db
        self.p = p


def add_at_snr(y: np.ndarray, noise: np.ndarray, snr_db: float, out: np.ndarray) -> None:
    """Write the sum of a waveform and noise at ``snr_db`` to ``out``; if either is silent, the waveform."""
    noise_power = float(np.dot(noise, noise))
    share = np.sqrt(float(np.dot(y, y)) / noise_power) if noise_power > 0.0 else 0.0
    np.multiply(noise, y.dtype.type(share * 10 ** (-snr_db / 20)), out=out)
    out += y
