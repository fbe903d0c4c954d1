"""Means and standard deviations of clips, and of groups of them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Moments:
    """Moments of clips or groups, each array of shape (n, n_channels).

    Attributes
    ----------
    n : ndarray
        Numbers of valid values.
    mean : ndarray
        Means.
    squares : ndarray
        Sums of squared deviations from the mean.
    """

    n: np.ndarray
    mean: np.ndarray
    squares: np.ndarray

    @classmethod
    def of(cls, batch: np.ndarray) -> "Moments":
        """Compute the moments of each clip over its frames, without those that are NaN."""
        n, mean, squares = (np.zeros((len(batch), batch[0].shape[1])) for _ in range(3))
        for i, frames in enumerate(batch):
            valid = ~np.isnan(frames)
            n[i] = valid.sum(axis=0)
            values = np.where(valid, frames, 0.0).astype(np.float64)
            mean[i] = values.sum(axis=0) / np.maximum(n[i], 1)
            squares[i] = np.where(valid, np.square(values - mean[i]), 0.0).sum(axis=0)
        return cls(n, mean, squares)

    def grouped(self, codes: np.ndarray, n_groups: int) -> "Moments":
        """Compute the moments of groups of clips."""

        def summed(values: np.ndarray) -> np.ndarray:
            out = np.zeros((n_groups, values.shape[1]))
            np.add.at(out, codes, values)
            return out

        n = summed(self.n)
        mean = summed(self.n * self.mean) / np.maximum(n, 1)
        return Moments(n, mean, summed(self.squares + self.n * np.square(self.mean - mean[codes])))

    def mean_and_scale(self) -> tuple[np.ndarray, np.ndarray]:
        """Return means and standard deviations; those of constant channels are 1."""
        scale = np.sqrt(self.squares / np.maximum(self.n, 1))
        # Rounding errors of a constant channel are not scaled.
        return self.mean, np.where(scale > 8 * np.finfo(np.float32).eps * np.abs(self.mean), scale, 1.0)
