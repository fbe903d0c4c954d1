"""Vocal tract length perturbation of frames."""

from numbers import Real
from typing import Any, ClassVar

import numpy as np

from skaudio.augment._augmenter import Augmenter, RangeAugmenter
from skaudio.dsp import read_between


class FrameVTLP(RangeAugmenter):
    """Stretch the channel axis of frames whose channels are frequency bands, such as mel bands.

    Parameters
    ----------
    alpha : float or (float, float), default=(0.9, 1.1)
        Stretch factor, or the range to draw it from. The last channel is repeated beyond the end.
    p : float, default=1.0
        Probability that a clip is changed.

    See Also
    --------
    VTLP : The same for waveforms, with the warping function of the original publication.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import FrameVTLP
    >>> FrameVTLP().apply(np.array([[0.0, 1.0, 2.0, 3.0]]), 2.0)
    array([[0. , 0.5, 1. , 1.5]])
    """

    of = "frames"
    drawn_from = "alpha"
    least = 0.1
    _parameter_constraints: ClassVar[dict] = {**Augmenter._parameter_constraints, "alpha": [Real, tuple, list]}

    def __init__(self, alpha: float | tuple[float, float] = (0.9, 1.1), *, p: float = 1.0) -> None:
        self.alpha = alpha
        self.p = p

    def _apply(self, y: np.ndarray, drawn: float, sr: Any) -> np.ndarray:  # noqa: ARG002
        where = np.minimum(np.arange(y.shape[1]) / drawn, y.shape[1] - 1)
        return read_between(y[np.newaxis], where[np.newaxis], axis=2)[0]
