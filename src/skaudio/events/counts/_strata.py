"""Strata of scores: their bounds, tallies of reviews, posterior distributions of counts, and allocation of reviews.

Strata halve the items that remain, from the lowest scores up: the lower half, the next quarter, the next eighth, and so
on, as most windows have low scores and few of these are true. Pure functions, for the items of one class.
"""

from typing import NamedTuple

import numpy as np

MIN_ITEMS = 4  # in the smallest stratum
MIN_REVIEWS = 4  # of each stratum, before variances are compared
CAUTION = 0.25  # prior of variances: a stratum whose few reviews agree may still vary


class Tally(NamedTuple):
    """Numbers of each stratum, arrays of shape (n_strata,).

    Attributes
    ----------
    n_items : ndarray of int
        Items.
    n_reviewed, n_true : ndarray of float64
        Reviewed items, and those of them that are true; with unequal weights, of the equivalent simple random sample.
    """

    n_items: np.ndarray
    n_reviewed: np.ndarray
    n_true: np.ndarray


def stratum_edges(scores: np.ndarray, n_strata: int) -> np.ndarray:
    """Return the inner bounds of strata, each the lowest score of the upper one, for at most `n_strata`."""
    n_strata = min(n_strata, max(1, int(np.log2(max(len(scores) / MIN_ITEMS, 1.0))) + 1))
    edges = np.unique(np.quantile(scores, 1.0 - 0.5 ** np.arange(1, n_strata), method="higher"))
    return edges[edges > scores.min()]  # equal scores are in one stratum


def stratum_of(scores: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the stratum of each score."""
    return np.searchsorted(edges, scores, side="right")


def tally(strata: np.ndarray, n_strata: int, verified: np.ndarray, weights: np.ndarray | None = None) -> Tally:
    """Count items, reviewed and true ones.

    Parameters
    ----------
    strata : ndarray of int, shape (n_items,)
        Stratum of each item.
    n_strata : int
        Number of strata.
    verified : ndarray of float64, shape (n_items,)
        1, 0, or NaN for an item that is not reviewed.
    weights : ndarray of float64, shape (n_items,), or None, default=None
        Inverse probabilities that items were chosen for review. Unequal ones within a stratum count as a smaller
        sample, of Kish's effective size ``sum(w)**2 / sum(w**2)``.

    Returns
    -------
    Tally
        Numbers of each stratum.
    """
    reviewed = ~np.isnan(verified)
    w = np.ones(len(verified)) if weights is None else weights
    n_items = np.bincount(strata, minlength=n_strata)
    total, squares, true = (
        np.bincount(strata[reviewed], values[reviewed], minlength=n_strata) for values in (w, w**2, w * verified)
    )
    n_effective = np.divide(total**2, squares, out=np.zeros(n_strata), where=squares > 0)
    return Tally(n_items, n_effective, n_effective * np.divide(true, total, out=np.zeros(n_strata), where=total > 0))


def draw_counts(
    n_unknown: np.ndarray, reviews: Tally, expected: np.ndarray, prior: float, n_draws: int, rng: np.random.Generator
) -> np.ndarray:
    """Draw the number of true ones among unreviewed items from its posterior predictive distribution.

    The prior of the share of true items in a stratum is a Beta distribution with `prior` as both parameters, and the
    expected share as one more review.

    Parameters
    ----------
    n_unknown : ndarray of int, shape (n_strata,)
        Number of items of each stratum that are not reviewed.
    reviews : Tally
        Reviews that the proportions are estimated from.
    expected : ndarray of float64, shape (n_curves, n_strata)
        Share of true items in each stratum by each of several calibration curves, which are used in turn.
    prior : float
        Parameter of the prior.
    n_draws : int
        Number of draws.
    rng : Generator
        Random numbers.

    Returns
    -------
    ndarray of int, shape (n_draws,)
        Sums over the strata.
    """
    one_more = expected[np.arange(n_draws) % len(expected)]
    alpha = reviews.n_true + prior + one_more
    beta = reviews.n_reviewed - reviews.n_true + prior + 1.0 - one_more
    return rng.binomial(n_unknown, rng.beta(alpha, beta)).sum(axis=1)


def allocate(reviews: Tally, n_unknown: np.ndarray, expected: np.ndarray, n_reviews: int) -> np.ndarray:
    """Allocate further reviews to strata, so that the variance of the count falls most.

    Every stratum gets `MIN_REVIEWS` first. Then each review goes where it reduces ``n_items**2 * p * (1 - p) /
    n_reviewed`` most, with the posterior mean of ``p * (1 - p)``, which is Neyman's allocation one by one; before any
    review, to all strata alike.

    Parameters
    ----------
    reviews : Tally
        Reviews so far.
    n_unknown : ndarray of int, shape (n_strata,)
        Number of items of each stratum that are not reviewed.
    expected : ndarray of float64, shape (n_strata,)
        Share of true items in each stratum by the calibration curve, which counts as one more review.
    n_reviews : int
        Number of reviews to allocate.

    Returns
    -------
    ndarray of int, shape (n_allocated,)
        Stratum of each review, the most useful first; fewer than `n_reviews` where no items are left.
    """
    alpha = reviews.n_true + CAUTION + expected
    beta = reviews.n_reviewed - reviews.n_true + CAUTION + 1.0 - expected
    variances = alpha * beta / ((alpha + beta) * (alpha + beta + 1.0))  # mean of p * (1 - p)
    scale = reviews.n_items**2 * variances if reviews.n_reviewed.any() else np.ones(len(alpha))
    n_after = reviews.n_reviewed[:, np.newaxis] + np.arange(min(n_reviews, n_unknown.max(initial=0)))
    gains = scale[:, np.newaxis] * (1.0 / (n_after + 0.5) - 1.0 / (n_after + 1.5))
    first = n_after < MIN_REVIEWS
    gains[first] = 1.0 + gains.max(initial=0.0) + MIN_REVIEWS - n_after[first]  # ahead of all others, the fewest first
    gains[np.arange(n_after.shape[1]) >= n_unknown[:, np.newaxis]] = -1.0
    best = np.argsort(-gains, axis=None, kind="stable")[:n_reviews]
    return np.unravel_index(best[gains.ravel()[best] > 0.0], gains.shape)[0]
