"""Whitening of embeddings, which reduces within-class variability."""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class Whitening:
    """Within-class covariance normalisation, which downweights directions of within-class variability [1]_.

    Attributes
    ----------
    mean : ndarray of float64, shape (n_features,)
        Mean to subtract.
    matrix : ndarray of float64, shape (n_features, n_features)
        Matrix to multiply the result by.

    References
    ----------
    .. [1] A. Hatch, S. Kajarekar and A. Stolcke, "Within-class covariance normalization for SVM-based speaker
       recognition", Interspeech, 2006.
    """

    mean: np.ndarray
    matrix: np.ndarray

    @classmethod
    def of(cls, embeddings: np.ndarray, classes: np.ndarray, shrinkage: float) -> Self:
        """Fit the whitening.

        Parameters
        ----------
        embeddings : ndarray of shape (n_clips, n_features)
            Embeddings.
        classes : ndarray of int, shape (n_clips,)
            Class indices, at least one of which has several clips.
        shrinkage : float
            Fraction of the mean variance that is added to the variance in every direction.

        Returns
        -------
        Whitening
            Transform under which the pooled within-class covariance is the identity, except for the shrinkage.
        """
        embeddings = np.asarray(embeddings, np.float64)
        _, classes, count = np.unique(classes, return_inverse=True, return_counts=True)
        means = np.zeros((len(count), embeddings.shape[1]))
        np.add.at(means, classes, embeddings)
        within = embeddings - (means / count[:, np.newaxis])[classes]
        covariance = within.T @ within / max(1, len(embeddings) - len(count))
        variance = np.trace(covariance) / len(covariance)
        if variance <= 0.0:  # equal clips within each class
            return cls(embeddings.mean(axis=0), np.eye(len(covariance)))
        covariance[np.diag_indices_from(covariance)] += shrinkage * variance
        variances, directions = np.linalg.eigh(covariance)
        variances = np.maximum(variances, 1e-9 * variance)
        return cls(embeddings.mean(axis=0), directions / np.sqrt(variances))

    def __call__(self, embeddings: np.ndarray) -> np.ndarray:
        """Whiten embeddings ``(n_clips, n_features)``."""
        return (np.asarray(embeddings, np.float64) - self.mean) @ self.matrix
