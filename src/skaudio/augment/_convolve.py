"""Convolution of clips with impulse responses of rooms and devices."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio.augment._augmenter import Augmenter, check_range, in_range, needed_rate, with_power_of
from skaudio.augment._sources import check_sources, source_waveform


class Convolve(Augmenter):
    """Convolve clips with impulse responses, recorded or of synthetic rooms; length and power are kept.

    Parameters
    ----------
    responses : sequence of clips or None, default=None
        Impulse responses: paths, arrays (at the sampling rate of the clips), ``(y, sr)`` pairs or dicts; one is drawn
        for each clip, and truncated to its length. None: synthetic rooms, exponentially decaying white noise [1]_ after
        the direct sound.
    reverberation_seconds : float or (float, float), default=(0.1, 0.8)
        Reverberation time (RT60) of synthetic rooms, or the range to draw it from.
    wet : float, default=0.1
        Share of reflections in the total power, for synthetic rooms.
    p : float, default=1.0
        Probability that a clip is changed.

    Notes
    -----
    Reverberation after the end of the clip is cut. The strongest sample of a response is assumed to be the direct
    sound, so that the clip is not delayed.

    References
    ----------
    .. [1] J. A. Moorer, "About this reverberation business", Computer Music Journal 3(2), 1979.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import Convolve
    >>> Convolve([np.array([1.0, 0.0, 1.0])]).augment([np.array([1.0, 0.0, 0.0, 0.0])])[0].round(2)
    array([0.71, 0.  , 0.71, 0.  ])
    """

    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "responses": [None, "array-like", list, tuple],
        "reverberation_seconds": [Real, tuple, list],
        "wet": [Interval(Real, 0, 1, closed="left")],
    }

    def __init__(
        self,
        responses: Sequence | None = None,
        *,
        reverberation_seconds: float | tuple[float, float] = (0.1, 0.8),
        wet: float = 0.1,
        p: float = 1.0,
    ) -> None:
        self.responses = responses
        self.reverberation_seconds = reverberation_seconds
        self.wet = wet
        self.p = p

    def _check_ranges(self) -> None:
        check_range(self.reverberation_seconds, "reverberation_seconds", least=0.0)
        if self.responses is not None:
            check_sources(self.responses, "responses")

    def _draw(self, rng: np.random.Generator) -> dict[str, Any]:
        if self.responses is not None:
            return {"response": int(rng.integers(len(self.responses)))}
        return {"seconds": in_range(rng, self.reverberation_seconds), "seed": int(rng.integers(2**31))}

    def _apply(self, y: np.ndarray, drawn: dict[str, Any], sr: float | None) -> np.ndarray:
        from scipy.signal import fftconvolve

        if "response" in drawn:
            response = source_waveform(self.responses, drawn["response"], sr, "responses")
            response = response[int(np.abs(response).argmax()) :]
        else:
            response = self._room(drawn, needed_rate(sr, self))
        wet = fftconvolve(y, response[: len(y)].astype(y.dtype))[: len(y)]
        return with_power_of(wet, y)

    def _room(self, drawn: dict[str, Any], sr: float) -> np.ndarray:
        n = max(2, round(drawn["seconds"] * sr))
        tail = np.random.default_rng(drawn["seed"]).standard_normal(n) * 10 ** (-3.0 * np.arange(n) / n)
        tail *= np.sqrt(self.wet / (1.0 - self.wet) / np.dot(tail, tail))
        tail[0] = 1.0
        return tail
