"""Probability that an item is true, by its score: bias-reduced logistic regression, for one class."""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

LOWEST = 1e-6  # scores of 0 and 1 have a finite logit
RIDGE = 1e-3  # on the slope, in standard deviations: a single score has no slope
MAX_ITER, MAX_STEP, TOLERANCE = 100, 2.0, 1e-8  # of Newton's method


def to_logit(scores: np.ndarray) -> np.ndarray:
    """Return the logits of scores in [0, 1]."""
    return logit(np.clip(scores, LOWEST, 1.0 - LOWEST))


class ScoreCalibration(NamedTuple):
    """Fitted curve, and its uncertainty.

    Attributes
    ----------
    coefficients : ndarray of float64, shape (2,)
        Intercept and slope, of standardised scores.
    covariance : ndarray of float64, shape (2, 2)
        Their covariance, in the normal approximation.
    centre, scale : float
        Mean and standard deviation of the scores (or logits) of reviewed items.
    as_logits : bool
        Whether the curve is one of the logits of scores.
    """

    coefficients: np.ndarray
    covariance: np.ndarray
    centre: float
    scale: float
    as_logits: bool

    def probabilities(self, scores: np.ndarray, coefficients: np.ndarray | None = None) -> np.ndarray:
        """Compute probabilities (n_scores,), or of each row of coefficients (n_draws, 2): (n_draws, n_scores)."""
        x = ((to_logit(scores) if self.as_logits else scores) - self.centre) / self.scale
        beta = self.coefficients if coefficients is None else coefficients
        return expit(beta[..., :1] + beta[..., 1:] * x)

    def draw(self, n_draws: int, rng: np.random.Generator) -> np.ndarray:
        """Draw coefficients (n_draws, 2)."""
        return rng.multivariate_normal(self.coefficients, self.covariance, n_draws)


def fit_calibration(scores: np.ndarray, true: np.ndarray, weights: np.ndarray, *, as_logits: bool) -> ScoreCalibration:
    """Fit the curve by Firth's penalised likelihood, which is finite where scores separate the reviewed items.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_reviewed,)
        Scores of reviewed items.
    true : ndarray of bool, shape (n_reviewed,)
        Reviews.
    weights : ndarray of float64, shape (n_reviewed,)
        Weights of the items; only their ratios matter.
    as_logits : bool
        Whether to take the logits of scores.

    Returns
    -------
    ScoreCalibration
        Fitted curve.
    """
    x = to_logit(scores) if as_logits else scores
    centre, scale = float(x.mean()), float(x.std()) or 1.0
    design = np.column_stack([np.ones(len(x)), (x - centre) / scale])
    weights = weights / weights.mean()
    penalty = np.array([0.0, RIDGE])
    coefficients = np.zeros(2)
    for _ in range(MAX_ITER):
        p = expit(design @ coefficients)
        w = weights * p * (1.0 - p)
        covariance = np.linalg.inv(design.T @ (design * w[:, np.newaxis]) + np.diag(penalty))
        leverages = w * np.einsum("ij,jk,ik->i", design, covariance, design)
        gradient = design.T @ (weights * (true - p) + leverages * (0.5 - p)) - penalty * coefficients
        step = covariance @ gradient
        coefficients = coefficients + step * min(1.0, MAX_STEP / max(np.abs(step).max(), MAX_STEP))
        if np.abs(step).max() < TOLERANCE:
            break
    return ScoreCalibration(coefficients, covariance, centre, scale, as_logits)


def lowest_with_precision(precisions: np.ndarray, wanted: float) -> np.ndarray:
    """Return the index of the first of the ascending thresholds with the wanted precision; -1 if there is none.

    Parameters
    ----------
    precisions : ndarray of float64, shape (..., n_thresholds)
        Precision of the items at each threshold or above.
    wanted : float
        Precision.

    Returns
    -------
    ndarray of int, shape (...)
        Indices.
    """
    met = precisions >= wanted
    return np.where(met.any(axis=-1), met.argmax(axis=-1), -1)


def precisions_above(probabilities: np.ndarray, n_items: np.ndarray) -> np.ndarray:
    """Return the mean probability of the items at each of ascending scores or above.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (..., n_scores)
        Probability at each score.
    n_items : ndarray of int, shape (n_scores,)
        Number of items with that score.

    Returns
    -------
    ndarray of float64, shape (..., n_scores)
        Precisions.
    """
    true = np.cumsum((probabilities * n_items)[..., ::-1], axis=-1)[..., ::-1]
    return true / np.cumsum(n_items[::-1])[::-1]


def distinct_scores(scores: np.ndarray, edges: np.ndarray, max_scores: int) -> tuple[np.ndarray, np.ndarray]:
    """Return ascending scores and the number of items of each; neighbours within a stratum are grouped if too many."""
    values, n_items = np.unique(scores, return_counts=True)
    spaced = np.linspace(0, len(values), min(max_scores, len(values)), endpoint=False).astype(int)
    starts = np.union1d(spaced, np.searchsorted(values, edges))
    return values[starts], np.add.reduceat(n_items, starts)
