"""Change of volume."""

from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, Clips, Draw, RangeAugmenter


class Gain(RangeAugmenter):
    """Change the volume.

    Parameters
    ----------
    gain_db : float or (float, float), default=(-12.0, 6.0)
        Gain in dB, or the range to draw it from. Nothing is clipped: floating-point waveforms may exceed [-1, 1].
    p : float, default=1.0
        Probability that a clip is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import Gain
    >>> Gain().apply(np.array([0.1, -0.2]), 20.0)
    array([ 1., -2.])
    """

    drawn_from = "gain_db"
    _parameter_constraints: ClassVar[dict] = {**Augmenter._parameter_constraints, "gain_db": [Real, tuple, list]}

    def __init__(self, gain_db: float | tuple[float, float] = (-12.0, 6.0), *, p: float = 1.0) -> None:
        self.gain_db = gain_db
        self.p = p

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:  # noqa: ARG002
        return y * y.dtype.type(10 ** (drawn / 20))

    def _apply_all(self, clips: Clips, draws: Sequence[Draw | None], sr: float | None) -> Any:
        if not isinstance(clips, np.ndarray):
            return super()._apply_all(clips, draws, sr)
        gains = 10 ** (np.array([0.0 if drawn is None else drawn for drawn in draws]) / 20)
        return clips * gains.astype(clips.dtype)[:, np.newaxis]
