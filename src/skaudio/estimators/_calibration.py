"""From a distance to a probability and a decision."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from skaudio.metrics import equal_error_rate


@dataclass(frozen=True)
class Calibration:
    """What distances say.

    Attributes
    ----------
    threshold : float
        Up to which two things are taken to be the same.
    slope, intercept : float
        Of the logarithm of the odds that they are, if same and different ones are equally frequent [1]_.

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
        """Find it from distances of what is the same and of what is not.

        Parameters
        ----------
        genuine, impostors : ndarrays of shape (n,)
            Distances.
        false_accept_rate : float or None
            Share of the impostors that are below the threshold; None: as many as genuine ones are above it.

        Returns
        -------
        Calibration
            The threshold and the odds.
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
        """Tell how probable it is that what is so far apart is the same."""
        return expit(self.slope * distances + self.intercept)
