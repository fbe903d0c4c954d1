"""Clips as they sound in rooms, and through devices."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio.augment._augmenter import Augmenter, check_range, in_range, needed_rate, with_power_of
from skaudio.augment._sources import check_sources, source_waveform


class Convolve(Augmenter):
    """Convolve clips with impulse responses, given or of synthetic rooms; the length and the power stay.

    Parameters
    ----------
    responses : sequence of clips or None, default=None
        Impulse responses: paths, arrays (at the sampling rate of the clips), ``(y, sr)`` pairs or dicts; one is drawn
        for each clip. One that is longer than the clip is cut by this. None: those of rooms, white noise that decays
        [1]_, behind the direct sound.
    reverberation_seconds : float or (float, float), default=(0.1, 0.8)
        Of synthetic rooms: time in which sound decays by 60 dB, or the range that it is drawn from.
    wet : float, default=0.1
        Of synthetic rooms: power of what is reflected, as a share of all.
    p : float, default=1.0
        Probability that a clip is changed.

    Notes
    -----
    What sounds on after the end of the clip is cut. The strongest sample of a response is taken for the direct sound,
    so that nothing moves in time.

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
            response = source_waveform(self.responses[drawn["response"]], drawn["response"], sr, "responses")
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
