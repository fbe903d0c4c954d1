"""`CountEstimator`: counts with intervals from scores and a modest number of reviews."""

from numbers import Integral, Real
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import check_is_fitted

from skaudio._atomic import atomic
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._warnings import warn_user
from skaudio.events.counts._calibration import (
    ScoreCalibration,
    distinct_scores,
    fit_calibration,
    lowest_with_precision,
    precisions_above,
)
from skaudio.events.counts._scored_items import ScoredItems, scored_items, weight_array
from skaudio.events.counts._strata import allocate, draw_counts, stratum_edges, stratum_of, tally

MAX_THRESHOLDS = 1000  # candidates of a class
N_CURVES = 1000  # draws of the calibration curve


class CountEstimator(VersionedPickleMixin, BaseEstimator):
    """Estimate how many windows or detections are true, with intervals, from scores and some reviewed ones.

    No threshold is needed, and none biases the counts [1]_: the scores of each class are divided into strata, the lower
    half, the next quarter, the next eighth and so on. Within a stratum, the share of true items has a Beta posterior by
    its reviews, and items that are not reviewed are true with that probability. The count is the median of that
    posterior predictive distribution, and the interval is between equal tails: where most items are reviewed it is
    narrow, and where all are, the count is exact. The prior also contains one review with the outcome that a
    calibration curve (logistic regression [2]_ on the reviews of all strata) predicts for the stratum.

    An item is what has a score:

    - **Windows**, each with a score of every class (`EventDetector.predict_proba`, with consecutive slices): the count
      is the number of windows that contain the class, whatever their scores, and the rate is the call density of [1]_.
      It is not the number of calls, since a window may contain several, and overlapping windows contain the same ones.
    - **Detections**, each with one score and one class (`EventDetector.predict`): the count is the number of true ones
      among them, and the rate is their precision. Events that the detector missed, such as those below its threshold,
      are in no table, and are not estimated: use a low threshold, or windows.

    Reviewed items must be chosen at random within each stratum, as `suggest` does, by Neyman's allocation [3]_. Items
    that were reviewed because of their high scores bias the count of their stratum.

    Parameters
    ----------
    n_strata : int, default=6
        Maximum number of strata of a class; fewer where it has few items or distinct scores.
    level : float, default=0.9
        Level of intervals, between 0 and 1.
    prior : float, default=0.05
        Both parameters of the Beta prior of the share of true items in a stratum; 0.1 in [1]_. Larger values assume
        that more items are true in a large stratum of low scores, none of whose reviewed items is.
    n_draws : int, default=10000
        Number of draws from the posterior.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws, and of the choice of items in `suggest`.

    Attributes
    ----------
    classes_ : list
        Names of the classes.
    calibrations_ : list of tuples
        Calibration curve of each class: intercept and slope, their covariance, and the standardisation of scores.

    See Also
    --------
    EventDetector : Detect events, and predict the scores of windows.

    Notes
    -----
    `predict` for other items than those of `fit` assumes that an item of some score is true as often there. At another
    site or in another season this may be wrong; review some items of each, and fit to these.

    The prior, the strata and the allocation were chosen on simulated scores of one class, 300 to 10,000 windows or 40
    to 3,000 detections: 90 % intervals contained the true count in 86 to 92 % of cases with 50 or 100 reviews, and in
    84 to 89 % with 20. ``benchmarks/counts.py`` repeats this on scenes and recordings that nothing was chosen on.

    References
    ----------
    .. [1] A. K. Navine, T. Denton, M. J. Weldy and P. J. Hart, "All thresholds barred: direct estimation of call
       density in bioacoustic data", Frontiers in Bird Science 3, 2024.
    .. [2] D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80(1), 1993.
    .. [3] J. Neyman, "On the two different aspects of the representative method", Journal of the Royal Statistical
       Society 97(4), 1934.

    Examples
    --------
    Of 2000 windows, 50 are reviewed, in two rounds; the second is chosen by the first.

    >>> import numpy as np
    >>> from skaudio.events import CountEstimator
    >>> rng = np.random.default_rng(1)
    >>> contains_call = rng.random(2000) < 0.1
    >>> scores = 1 / (1 + np.exp(-rng.normal(np.where(contains_call, 1.0, -3.0), 1.5)))
    >>> estimator = CountEstimator(random_state=0)
    >>> verified = np.full(2000, np.nan)
    >>> for _ in range(2):
    ...     rows = estimator.suggest(scores, verified, n_items=25)["row"]
    ...     verified[rows] = contains_call[rows]  # a person listens to these
    >>> table = estimator.fit(scores, verified).predict(scores, verified)
    >>> table[["n_items", "n_reviewed"]].values.tolist()
    [[2000, 50]]
    >>> bool(table.low.item() <= contains_call.sum() <= table.high.item())
    True

    The threshold from which on nine of ten windows contain a call.

    >>> threshold = estimator.threshold_for(precision=0.9).threshold.item()
    >>> bool(abs(contains_call[scores >= threshold].mean() - 0.9) < 0.1)
    True
    """

    _parameter_constraints: ClassVar[dict] = {
        "n_strata": [Interval(Integral, 1, None, closed="left")],
        "level": [Interval(Real, 0, 1, closed="neither")],
        "prior": [Interval(Real, 0, None, closed="neither")],
        "n_draws": [Interval(Integral, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        n_strata: int = 6,
        *,
        level: float = 0.9,
        prior: float = 0.05,
        n_draws: int = 10000,
        random_state: Any = None,
    ) -> None:
        self.n_strata = n_strata
        self.level = level
        self.prior = prior
        self.n_draws = n_draws
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, scores: Any, verified: Any = None, *, labels: Any = None, sample_weight: Any = None) -> Self:
        """Fit the share of true items in each stratum, and the calibration curve of each class.

        Parameters
        ----------
        scores : array-like or DataFrame
            All scores, also of items that are not reviewed: shape (n_items,); (n_windows, n_classes); or a table with
            the columns ``label`` and ``score``, as `EventDetector.predict` returns it. If all are in [0, 1],
            calibration is by their logits.
        verified : array-like of the shape of the scores, or None, default=None
            Reviews: True, False, or None or NaN for items that are not reviewed. If None, the column ``verified`` of
            the table.
        labels : array-like or None, default=None
            Class of each item, shape (n_items,), or of each column, shape (n_classes,).
        sample_weight : array-like of the shape of the scores, or None, default=None
            Inverse probabilities that items were chosen for review, if these differ within a stratum. Those of items
            that are not reviewed are ignored.

        Returns
        -------
        self : CountEstimator
            Fitted estimator.

        Raises
        ------
        ValueError
            If a score is NaN, a review is not boolean, lengths differ, or nothing was reviewed of a class.
        """
        items = scored_items(scores, verified, labels)
        weights = weight_array(sample_weight, items)
        self.classes_, self._edges, self._tallies, self._thresholds, self.calibrations_ = items.classes, [], [], [], []
        for label, rows in items.by_class():
            own, known = items.scores[rows], items.verified[rows]
            if np.isnan(known).all():
                raise ValueError(
                    f"None of the {len(rows)} items of the class {label!r} is reviewed. Review some (see suggest), or "
                    "leave out that class."
                )
            edges = stratum_edges(own, self.n_strata)
            reviews = tally(stratum_of(own, edges), len(edges) + 1, known, weights[rows])
            self._edges.append(edges)
            self._tallies.append(reviews)
            self._thresholds.append(distinct_scores(own, edges, MAX_THRESHOLDS))
            self.calibrations_.append(_calibration(own, known, weights[rows], items))
        self._warn_of_empty_strata()
        return self

    def predict(self, scores: Any, verified: Any = None, *, labels: Any = None, effort: float | None = None) -> Any:
        """Estimate the number of true items of each class, and its interval.

        Parameters
        ----------
        scores : array-like or DataFrame
            Scores of the items to count, as in `fit`: the same, a part of them such as a site, or others.
        verified : array-like of the shape of the scores, or None, default=None
            Reviews of these items, as in `fit`: they are counted as they are, and only the others are estimated. If
            None, the column ``verified`` of the table; without one, none of these items is known.
        labels : array-like or None, default=None
            Class of each item or column, as in `fit`.
        effort : float or None, default=None
            What rates refer to, such as the hours of recordings. If None, the number of items: the rate is the call
            density of windows, or the precision of detections.

        Returns
        -------
        pandas.DataFrame
            A row for each of ``classes_``, by ``label``: ``count``, ``low`` and ``high``; ``rate``, ``rate_low`` and
            ``rate_high``, the same divided by the effort; ``n_items`` and ``n_reviewed``.

        Raises
        ------
        ValueError
            If a class is unknown, a score is NaN, a review is not boolean, lengths differ, or ``effort`` is not
            positive.
        """
        import pandas as pd

        check_is_fitted(self)
        if effort is not None and not 0 < effort < np.inf:
            raise ValueError(f"effort={effort!r}; expected a positive number, such as hours, or None.")
        items = scored_items(scores, verified, labels, self.classes_)
        rng = self._rng()
        rows = []
        for code, (_, own) in enumerate(items.by_class()):
            edges, known = self._edges[code], items.verified[own]
            unknown = own[np.isnan(known)]
            n_unknown = np.bincount(stratum_of(items.scores[unknown], edges), minlength=len(edges) + 1)
            expected = self._expected_shares(code, rng)
            counts = draw_counts(n_unknown, self._tallies[code], expected, self.prior, self.n_draws, rng)
            counts += int(np.nansum(known))
            low, count, high = np.quantile(counts, self._tails(), method="inverted_cdf").astype(int).tolist()
            per = (effort or len(own)) or np.nan  # no items, no rate
            rows.append((count, low, high, count / per, low / per, high / per, len(own), len(own) - len(unknown)))
        columns = ["count", "low", "high", "rate", "rate_low", "rate_high", "n_items", "n_reviewed"]
        return pd.DataFrame(rows, pd.Index(self.classes_, name="label"), columns)

    @property
    def strata_(self) -> Any:
        """Table of strata: ``label``, ``stratum``, ``low`` (its lowest score), ``n_items``, ``n_reviewed``, ``n_true``.

        With ``sample_weight``, the last two are those of the equivalent simple random sample. The first stratum of a
        class has the lowest score -inf.
        """
        import pandas as pd

        check_is_fitted(self)
        tables = [
            pd.DataFrame(
                {"label": label, "stratum": np.arange(len(edges) + 1), "low": np.concatenate([[-np.inf], edges])}
                | reviews._asdict()
            )
            for label, edges, reviews in zip(self.classes_, self._edges, self._tallies, strict=True)
        ]
        return pd.concat(tables, ignore_index=True)

    @_fit_context(prefer_skip_nested_validation=True)
    def suggest(self, scores: Any, verified: Any = None, *, labels: Any = None, n_items: int = 25) -> Any:
        """Suggest items to review next, so that intervals of counts become narrowest.

        The first ones are drawn alike from all strata, later ones where they reduce the variance of the count most,
        with what is reviewed so far. Two rounds, the first with half of the reviews, are
        narrower than one. The estimator need not be fitted.

        Parameters
        ----------
        scores : array-like or DataFrame
            All scores, as in `fit`.
        verified : array-like of the shape of the scores, or None, default=None
            Reviews so far, as in `fit`.
        labels : array-like or None, default=None
            Class of each item or column, as in `fit`.
        n_items : int, default=25
            Number of items of each class.

        Returns
        -------
        pandas.DataFrame
            A row for each item to review, those of a class from the most useful to the least: ``row`` (of `scores`,
            from 0), ``label``, ``score`` and ``stratum``. Fewer than ``n_items`` where all others are reviewed.

        Raises
        ------
        ValueError
            If a score is NaN, a review is not boolean, lengths differ, or ``n_items`` is not positive.
        """
        import pandas as pd

        if not (isinstance(n_items, Integral) and n_items > 0):
            raise ValueError(f"n_items={n_items!r}; expected a positive integer.")
        items = scored_items(scores, verified, labels)
        rng, tables = self._rng(), []
        for label, rows in items.by_class():
            own, known = items.scores[rows], items.verified[rows]
            edges = stratum_edges(own, self.n_strata)
            strata, n_strata = stratum_of(own, edges), len(edges) + 1
            unknown = np.isnan(known)
            n_unknown = np.bincount(strata[unknown], minlength=n_strata)
            expected = np.full(n_strata, 0.5)
            if not unknown.all():
                probabilities = _calibration(own, known, np.ones(len(own)), items).probabilities(own)
                expected = np.bincount(strata, probabilities) / np.bincount(strata)
            chosen = allocate(tally(strata, n_strata, known), n_unknown, expected, n_items)
            candidates = [iter(rng.permutation(rows[unknown & (strata == stratum)])) for stratum in range(n_strata)]
            picked = np.array([next(candidates[stratum]) for stratum in chosen], int)
            n_columns = items.shape[1] if len(items.shape) == 2 else 1
            suggested = {"row": picked // n_columns, "label": label, "score": items.scores[picked], "stratum": chosen}
            tables.append(pd.DataFrame(suggested))
        return pd.concat(tables, ignore_index=True)

    def calibrate(self, scores: Any, *, labels: Any = None) -> np.ndarray:
        """Compute the probability that each item is true, by its score: logistic regression of each class.

        Parameters
        ----------
        scores : array-like or DataFrame
            Scores, as in `fit`.
        labels : array-like or None, default=None
            Class of each item or column, as in `fit`.

        Returns
        -------
        ndarray of float64, shape (n_items,) or (n_windows, n_classes)
            Probabilities, as many as scores.

        Raises
        ------
        ValueError
            If a class is unknown, a score is NaN, or lengths differ.
        """
        check_is_fitted(self)
        items = scored_items(scores, None, labels, self.classes_)
        probabilities = np.empty(len(items.scores))
        for code, (_, rows) in enumerate(items.by_class()):
            probabilities[rows] = self.calibrations_[code].probabilities(items.scores[rows])
        return probabilities.reshape(items.shape)

    def threshold_for(self, precision: float = 0.9) -> Any:
        """Find the lowest threshold of each class with a wanted precision, by the calibrated scores of `fit`.

        The precision is the mean over calibration curves that the reviews allow. A curve rises to 1: where the highest
        scores are not all true, as of another species with the same call, it promises too much.

        Parameters
        ----------
        precision : float, default=0.9
            Wanted share of true items among those at the threshold or above, between 0 and 1.

        Returns
        -------
        pandas.DataFrame
            A row for each of ``classes_``, by ``label``: ``threshold``, with the interval ``low`` to ``high``;
            ``precision`` at the threshold, with ``precision_low`` and ``precision_high``; and ``n_items``, the number
            of items at the threshold or above. NaN where no score has that precision, or may not have. To be sure of
            the precision, take ``high``.

        Raises
        ------
        ValueError
            If ``precision`` is not between 0 and 1.
        """
        import pandas as pd

        check_is_fitted(self)
        if not 0 < precision < 1:
            raise ValueError(f"precision={precision!r}; expected a number between 0 and 1.")
        rng, rows = self._rng(), []
        for calibration, (scores, n_items) in zip(self.calibrations_, self._thresholds, strict=True):
            curves = precisions_above(calibration.probabilities(scores, calibration.draw(N_CURVES, rng)), n_items)
            best = curves.mean(axis=0)
            candidates = np.append(scores, np.inf)  # the last: no score
            chosen = int(lowest_with_precision(best, precision))
            drawn = candidates[lowest_with_precision(curves, precision)]
            low, _, high = np.quantile(drawn, self._tails(), method="inverted_cdf")
            if chosen < 0:
                rows.append((np.nan, low, high, np.nan, np.nan, np.nan, 0))
                continue
            worst, _, top = np.quantile(curves[:, chosen], self._tails())
            rows.append((scores[chosen], low, high, best[chosen], worst, top, int(n_items[chosen:].sum())))
        columns = ["threshold", "low", "high", "precision", "precision_low", "precision_high", "n_items"]
        return pd.DataFrame(rows, pd.Index(self.classes_, name="label"), columns).replace(np.inf, np.nan)

    def _expected_shares(self, code: int, rng: np.random.Generator) -> np.ndarray:
        """Return the share of true items in each stratum by drawn calibration curves, (N_CURVES, n_strata)."""
        (scores, n_items), calibration = self._thresholds[code], self.calibrations_[code]
        true = calibration.probabilities(scores, calibration.draw(N_CURVES, rng)) * n_items
        starts = np.concatenate([[0], np.searchsorted(scores, self._edges[code])])
        return np.add.reduceat(true, starts, axis=1) / np.add.reduceat(n_items, starts)

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng(own_random_state(self.random_state).randint(2**31 - 1))

    def _tails(self) -> list[float]:
        """Return the quantiles of the lower end, the middle and the upper end of intervals."""
        return [(1.0 - self.level) / 2.0, 0.5, (1.0 + self.level) / 2.0]

    def _warn_of_empty_strata(self) -> None:
        strata = self.strata_
        empty = strata[strata.n_reviewed == 0]
        if len(empty):
            first = empty.iloc[0]
            warn_user(
                f"{len(empty)} of {len(strata)} strata have no reviewed item, such as the {first.n_items} items "
                f"of {first.label!r} with scores from {first.low:.3g} on: their share of true items is unknown, and "
                "intervals are wide. Review some; suggest names them.",
            )


def _calibration(scores: np.ndarray, verified: np.ndarray, weights: np.ndarray, items: ScoredItems) -> ScoreCalibration:
    """Fit the curve of one class to its reviews; logits are of scores that are all in [0, 1]."""
    reviewed = ~np.isnan(verified)
    as_logits = bool(items.scores.min() >= 0.0 and items.scores.max() <= 1.0)
    return fit_calibration(scores[reviewed], verified[reviewed] == 1, weights[reviewed], as_logits=as_logits)
