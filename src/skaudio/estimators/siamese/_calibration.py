"""Calibration of distances to probabilities and decisions."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from skaudio.metrics import equal_error_rate


@dataclass(frozen=True)
class Calibration:
    """Calibration of distances by a threshold and Platt scaling.

    Attributes
    ----------
    threshold : float
        Maximum distance of two items that are accepted as the same.
    slope, intercept : float
        Coefficients of the log-odds that they are, for equally frequent same and different pairs [1]_.

    References
    ----------
    .. [1] J. Platt, "Probabilistic outputs for support vector machines and comparisons to regularized likelihood
       methods", in Advances in Large Margin Classifiers, MIT Press, 1999.
    """

    threshold: float
    slope: float
    intercept: float

    @classmethod
    def of(cls, genuine: np.ndarray, impostors: np.ndarray, false_accept_rate: float | None) -> Self:
        """Fit the calibration to genuine and impostor distances.

        Parameters
        ----------
        genuine, impostors : ndarrays of shape (n,)
            Distances.
        false_accept_rate : float or None
            Fraction of impostors below the threshold; None: equal to that of genuine ones above it.

        Returns
        -------
        Calibration
            Fitted threshold and log-odds.
        """
        distances = np.concatenate([genuine, impostors])
        same = np.repeat([1, 0], [len(genuine), len(impostors)])
        if false_accept_rate is None:
            threshold = -equal_error_rate(same, -distances, return_threshold=True)[1]
        else:
            threshold = float(np.quantile(impostors, false_accept_rate, method="lower"))
        scale = max(float(np.std(distances)), 1e-12)
        odds = LogisticRegression(class_weight="balanced").fit(distances[:, np.newaxis] / scale, same)
        return cls(threshold, float(odds.coef_[0, 0]) / scale, float(odds.intercept_[0]))

    def probability(self, distances: np.ndarray) -> np.ndarray:
        """Predict the probability of being the same from distances."""
        return expit(self.slope * distances + self.intercept)
