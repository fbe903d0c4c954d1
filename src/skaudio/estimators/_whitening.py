"""Embeddings turned so that what differs within a class counts less."""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class Whitening:
    """Within-class covariance normalisation [1]_: where clips of one class differ most, differences count least.

    Attributes
    ----------
    mean : ndarray of float64, shape (n_features,)
        Taken away first.
    matrix : ndarray of float64, shape (n_features, n_features)
        Multiplied by then.

    References
    ----------
    .. [1] A. Hatch, S. Kajarekar and A. Stolcke, "Within-class covariance normalization for SVM-based speaker
       recognition", Interspeech, 2006.
    """

    mean: np.ndarray
    matrix: np.ndarray

    @classmethod
    def of(cls, embeddings: np.ndarray, classes: np.ndarray, shrinkage: float) -> Self:
        """Find it.

        Parameters
        ----------
        embeddings : ndarray of shape (n_clips, n_features)
            Embeddings.
        classes : ndarray of int, shape (n_clips,)
            Their classes, at least one of which has several clips.
        shrinkage : float
            How much of the mean variance is added to the variance in every direction.

        Returns
        -------
        Whitening
            Under which the pooled covariance within classes is, but for the shrinkage, the identity.
        """
        embeddings = np.asarray(embeddings, np.float64)
        _, classes, count = np.unique(classes, return_inverse=True, return_counts=True)
        means = np.zeros((len(count), embeddings.shape[1]))
        np.add.at(means, classes, embeddings)
        within = embeddings - (means / count[:, np.newaxis])[classes]
        covariance = within.T @ within / max(1, len(embeddings) - len(count))
        variance = np.trace(covariance) / len(covariance)
        if variance <= 0.0:  # copies of one clip a class
            return cls(embeddings.mean(axis=0), np.eye(len(covariance)))
        covariance[np.diag_indices_from(covariance)] += shrinkage * variance
        variances, directions = np.linalg.eigh(covariance)
        variances = np.maximum(variances, 1e-9 * variance)
        return cls(embeddings.mean(axis=0), directions / np.sqrt(variances))

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        """Turn embeddings ``(n_clips, n_features)``."""
        return (np.asarray(embeddings, np.float64) - self.mean) @ self.matrix
