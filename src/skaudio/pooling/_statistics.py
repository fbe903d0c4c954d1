"""Statistics over time of a block of equally long frame sequences.

Conventions: a block is float32 ``(n_clips, n_frames, n_channels)``; every statistic is ``(n_clips, n_channels)``.
Moments are computed in float64, so that the sum of a constant channel is exact and its standard deviation exactly 0. A
mean within rounding error of the values is set to 0, and a standard deviation is rounded to its significant digits:
values normalised to 0 or 1 are exact, and not noise that a scaler would amplify to unit variance. A channel with a NaN
has NaN statistics. All reductions run over time only and do not mix clips: results are bitwise equal alone and in a
batch.
"""

import re
from collections.abc import Sequence
from functools import cached_property

import numpy as np

ROUNDING = np.finfo(np.float32).eps  # relative: twice the maximum rounding error of float32
STD_BITS = 22  # two fewer than in float32: a deviation has the relative error of the values
NAMED = ("mean", "std", "min", "max", "median", "iqr", "skew", "kurtosis", "slope")


def check_statistics(names: Sequence[str], parameter: str) -> None:
    """Validate names of statistics.

    Parameters
    ----------
    names : sequence of str
        Entries of ``NAMED``, or percentiles ``"p0"`` to ``"p100"``.
    parameter : str
        Name of the parameter, for the message.

    Raises
    ------
    ValueError
        If one is unknown or repeated.
    """
    for position, name in enumerate(names):
        if not isinstance(name, str) or (name not in NAMED and not _is_percentile(name)):
            raise ValueError(
                f"{parameter}[{position}]={name!r}; expected one of {', '.join(NAMED)}, or a percentile 'p0' to 'p100'."
            )
    if len(set(names)) < len(names):
        raise ValueError(f"{parameter}={tuple(names)} contains a statistic twice; expected each only once.")


def frame_statistics(block: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Compute statistics over time.

    Parameters
    ----------
    block : ndarray of float32, shape (n_clips, n_frames, n_channels)
        Equally long sequences.
    names : sequence of str
        Names validated by `check_statistics`.

    Returns
    -------
    ndarray of float32, shape (n_clips, len(names), n_channels)
        The statistics.
    """
    statistics = _BlockStatistics(block)
    table = np.empty((len(block), len(names), block.shape[2]), dtype=np.float32)
    for position, name in enumerate(names):
        table[:, position] = statistics.percentile(int(name[1:])) if _is_percentile(name) else getattr(statistics, name)
    return table


def _is_percentile(name: str) -> bool:
    return re.fullmatch(r"p([0-9]|[1-9][0-9]|100)", name) is not None


class _BlockStatistics:
    """Statistics of one block; shared intermediate results (deviations, sorted values) are computed once."""

    def __init__(self, block: np.ndarray):
        self.block = block

    @cached_property
    def ordered(self) -> np.ndarray:
        """Values of every channel in ascending order, (n_clips, n_frames, n_channels)."""
        ordered = np.sort(self.block, axis=1)
        broken = np.isnan(ordered[:, -1:])  # NaN sorts last
        return np.where(broken, np.float32(np.nan), ordered) if broken.any() else ordered

    @cached_property
    def mean(self) -> np.ndarray:
        mean = self.block.mean(axis=1, dtype=np.float64)
        level = np.abs(self.block).mean(axis=1, dtype=np.float64)
        return np.where(np.abs(mean) <= ROUNDING * level, 0.0, mean)

    @cached_property
    def deviations(self) -> np.ndarray:
        return self.block - self.mean[:, np.newaxis]

    @cached_property
    def squares(self) -> np.ndarray:
        return np.square(self.deviations)

    @cached_property
    def variance(self) -> np.ndarray:
        return self.squares.mean(axis=1)

    @property
    def std(self) -> np.ndarray:
        mantissa, exponent = np.frexp(np.sqrt(self.variance))
        return np.ldexp(np.round(np.ldexp(mantissa, STD_BITS)), exponent - STD_BITS)

    @property
    def skew(self) -> np.ndarray:
        return self._standardized((self.squares * self.deviations).mean(axis=1), self.variance**1.5)

    @property
    def kurtosis(self) -> np.ndarray:
        # The 3 of a normal distribution is subtracted before the division, so that a constant channel has 0.
        fourth = np.square(self.squares).mean(axis=1)
        return self._standardized(fourth - 3.0 * self.variance**2, self.variance**2)

    @property
    def slope(self) -> np.ndarray:
        time = np.linspace(-0.5, 0.5, self.block.shape[1])[:, np.newaxis]
        return (time * self.deviations).sum(axis=1) / np.square(time).sum()

    @property
    def min(self) -> np.ndarray:
        return self.ordered[:, 0]

    @property
    def max(self) -> np.ndarray:
        return self.ordered[:, -1]

    @property
    def median(self) -> np.ndarray:
        return self.percentile(50)

    @property
    def iqr(self) -> np.ndarray:
        return self.percentile(75) - self.percentile(25)

    def percentile(self, q: int) -> np.ndarray:
        """Compute a percentile by linear interpolation, as `numpy.percentile` does."""
        below, remainder = divmod(q * (self.ordered.shape[1] - 1), 100)
        low = self.ordered[:, below].astype(np.float64)
        if remainder == 0:
            return low
        return low + (self.ordered[:, below + 1] - low) * (remainder / 100)

    @staticmethod
    def _standardized(moment: np.ndarray, scale: np.ndarray) -> np.ndarray:
        return np.divide(moment, scale, out=np.zeros_like(moment), where=scale != 0.0)
