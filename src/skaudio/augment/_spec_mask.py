"""Masking of frames: SpecAugment."""

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio.augment._augmenter import Augmenter


class SpecMask(Augmenter):
    """Mask segments of time and bands of channels by the mean over time: SpecAugment [1]_.

    Parameters
    ----------
    n_masks : int, default=1
        Number of masks along time, and equally many along the channels.
    mask_size : float, default=0.15
        Maximum size of a mask, as a fraction of the clip or of the channels.
    p : float, default=1.0
        Probability that a clip is changed.

    References
    ----------
    .. [1] D. Park et al., "SpecAugment: a simple data augmentation method for automatic speech recognition",
       Interspeech, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import SpecMask
    >>> frames = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    >>> SpecMask().apply(frames, [(0.0, 0.34, 0.0, 0.0)])  # the first third of time
    array([[2., 3.],
           [2., 3.],
           [4., 5.]])
    """

    of = "frames"
    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "n_masks": [Interval(Integral, 0, None, closed="left")],
        "mask_size": [Interval(Real, 0, 1, closed="both")],
    }

    def __init__(self, n_masks: int = 1, mask_size: float = 0.15, *, p: float = 1.0) -> None:
        self.n_masks = n_masks
        self.mask_size = mask_size
        self.p = p

    def _draw(self, rng: np.random.Generator) -> list[tuple[float, ...]]:
        masks = rng.random((self.n_masks, 4)) * [1.0, self.mask_size, 1.0, self.mask_size]
        return [tuple(row) for row in masks.tolist()]

    def _apply(self, y: np.ndarray, drawn: list[tuple[float, ...]], sr: Any) -> np.ndarray:  # noqa: ARG002
        masked, mean = y.copy(), y.mean(axis=0)
        for position, size, channel, width in drawn:
            rows = masked_part(position, size, y.shape[0])
            columns = masked_part(channel, width, y.shape[1])
            masked[rows] = mean
            masked[:, columns] = mean[columns]
        return masked


def masked_part(position: float, size: float, length: int) -> slice:
    """Return the slice of an axis that a mask covers; its size and relative position are fractions."""
    n = int(size * length)
    start = int(position * (length - n + 1))
    return slice(start, start + n)
