"""Intervals of precision, recall, F1 and accuracy, for clips or events that may come in groups.

All of them are ratios of sums over items, such as the correct ones among those predicted as a class. Their variance is
that of a ratio of sums over groups (linearised) or, without groups, over items. Divided by that of a proportion, it
makes an effective number of items, for which the interval is Wilson's [1]_ [2]_. So the interval of a precision, a
recall or an accuracy without groups is Wilson's; it never reaches beyond 0 and 1, and is not empty where all items are
right. With groups, it has the quantile of Student's t with a degree of freedom less than there are groups; where all
items agree, so that nothing is known of the variance between groups, each group counts as one item.

References
----------
.. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
   Statistical Association 22, 209-212, 1927.
.. [2] J. N. K. Rao and A. J. Scott, "A simple method for the analysis of clustered binary data", Biometrics 48,
   577-585, 1992.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A score, and the interval that holds it; NaN if there is no item that it depends on."""

    value: float
    low: float
    high: float


def ratio_interval(parts: np.ndarray, wholes: np.ndarray, groups: np.ndarray | None = None) -> Interval:
    """Compute the 95 % interval of a ratio of sums, in [0, 1], or of a mean of ratios.

    Parameters
    ----------
    parts, wholes : ndarray of shape (n_items,) or (n_items, n_ratios)
        Contributions of each item to numerators and denominators. Ratios without any denominator are left out.
    groups : ndarray of int, shape (n_items,), or None, default=None
        Group of each item.

    Returns
    -------
    Interval
    """
    parts, wholes = (np.asarray(x, float).reshape(len(x), -1) for x in (parts, wholes))
    sums = wholes.sum(axis=0)
    parts, wholes, sums = parts[:, sums > 0], wholes[:, sums > 0], sums[sums > 0]
    if not len(sums):
        return Interval(np.nan, np.nan, np.nan)
    ratios = parts.sum(axis=0) / sums
    value = float(ratios.mean())
    influence = ((parts - ratios * wholes) / sums).mean(axis=1)
    variance, sizes, size, quantile = float(influence @ influence), sums, sums.sum(), _normal_quantile()
    if groups is not None:
        codes = np.unique(groups, return_inverse=True)[1]
        codes, influence, wholes = (x[(wholes > 0).any(axis=1)] for x in (codes, influence, wholes))
        n_groups = len(np.unique(codes))
        if n_groups == 1:
            return Interval(value, 0.0, 1.0)
        sums_of_groups = np.bincount(codes, influence)
        variance = max(variance, float(sums_of_groups @ sums_of_groups) * n_groups / (n_groups - 1))
        # Each group counts as an item; one of an F1 is counted twice, as true and as predicted.
        sizes = np.array([len(np.unique(codes[own > 0])) * own.sum() / (own > 0).sum() for own in wholes.T])
        size, quantile = sizes.max(), _student_quantile(n_groups - 1)
    if value <= 0.0 or value >= 1.0:
        return Interval(value, *_wilson(value, size, _normal_quantile()))
    # The variance of a ratio whose items all agree is not 0, but that of its own interval.
    agreed = [_wilson(r, n, _normal_quantile()) for r, n in zip(ratios, sizes, strict=True) if r <= 0.0 or r >= 1.0]
    variance += sum(((high - low) / (2 * _normal_quantile())) ** 2 for low, high in agreed) / len(sums) ** 2
    return Interval(value, *_wilson(value, value * (1.0 - value) / variance, quantile))


def class_intervals(
    true: Sequence[Any], predicted: Sequence[Any], names: Sequence[Any], groups: Sequence[Any] | None = None
) -> tuple[Interval, Interval, Interval]:
    """Compute precision, recall and F1 of a class, or their means over several.

    Parameters
    ----------
    true, predicted : sequences of length n_items
        Classes of clips; of events, another value where a true or a predicted one is missing.
    names : sequence
        The classes.
    groups : sequence of length n_items or None, default=None
        Group of each item.

    Returns
    -------
    precision, recall, f1 : Interval
    """
    is_true, is_predicted = (
        np.array([[value == name for name in names] for value in values]) for values in (true, predicted)
    )
    hits = is_true & is_predicted
    codes = None if groups is None else np.unique(np.asarray(list(map(str, groups))), return_inverse=True)[1]
    both = is_true.astype(int) + is_predicted
    return (
        ratio_interval(hits, is_predicted, codes),
        ratio_interval(hits, is_true, codes),
        ratio_interval(2 * hits, both, codes),
    )


def _wilson(share: float, n: float, quantile: float) -> tuple[float, float]:
    shrink = 1.0 + quantile**2 / n
    middle = (share + quantile**2 / (2 * n)) / shrink
    half = quantile * np.sqrt(share * (1.0 - share) / n + quantile**2 / (4 * n**2)) / shrink
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _normal_quantile() -> float:
    from scipy.stats import norm

    return float(norm.ppf(0.5 + CONFIDENCE / 2))


def _student_quantile(n_degrees: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.5 + CONFIDENCE / 2, n_degrees))
