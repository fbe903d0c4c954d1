"""Counts with intervals from scores and reviews."""

import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import betabinom, norm
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skaudio.events import CountEstimator
from skaudio.events.counts._calibration import distinct_scores, fit_calibration, precisions_above
from skaudio.events.counts._strata import Tally, allocate, draw_counts, stratum_edges, stratum_of, tally

NAN = np.nan
HALF = np.full(3, 0.5)


def make_windows(n=1000, share=0.2, seed=0):
    """Return scores in [0, 1] and whether windows contain a call."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < share
    return expit(rng.normal(np.where(truth, 1.0, -2.0), 1.0)), truth


def reviewed(scores, truth, n_items=25, seed=0):
    """Review in two rounds."""
    verified = np.full(scores.shape, NAN)
    for _ in range(2):
        rows = CountEstimator(random_state=seed).suggest(scores, verified, n_items=n_items)["row"]
        verified[rows] = truth[rows]
    return verified


# ---- strata


def test_strata_halve_what_remains():
    scores = np.random.default_rng(0).permutation(64) / 64.0
    edges = stratum_edges(scores, 4)
    assert_array_equal(edges * 64, [32, 48, 56])
    assert_array_equal(np.bincount(stratum_of(scores, edges)), [32, 16, 8, 8])


def test_few_or_equal_scores_have_fewer_strata():
    assert len(stratum_edges(np.arange(7.0), 6)) == 0
    assert_array_equal(stratum_edges(np.arange(8.0), 6), [4.0])
    assert len(stratum_edges(np.ones(100), 6)) == 0
    scores = np.repeat([0.0, 1.0], [60, 40])  # the scores of all strata but the first are 1
    edges = stratum_edges(scores, 6)
    assert_array_equal(edges, [1.0])
    assert_array_equal(np.bincount(stratum_of(scores, edges)), [60, 40])


def test_no_stratum_is_empty():
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = np.round(rng.random(rng.integers(1, 200)) ** 3, rng.integers(1, 4))
        edges = stratum_edges(scores, 8)
        assert np.bincount(stratum_of(scores, edges), minlength=len(edges) + 1).min() > 0


def test_tally_counts_and_weights():
    strata, verified = np.array([0, 0, 0, 1, 1]), np.array([1.0, 0.0, NAN, 1.0, NAN])
    n_items, n_reviewed, n_true = tally(strata, 2, verified)
    assert_array_equal(n_items, [3, 2])
    assert_allclose([n_reviewed, n_true], [[2, 1], [1, 1]])
    # Weights 3 and 1: Kish's effective size is 16 / 10, and three quarters of it are true.
    n_items, n_reviewed, n_true = tally(strata, 2, verified, np.array([3.0, 1.0, NAN, 5.0, NAN]))
    assert_allclose([n_reviewed, n_true], [[1.6, 1.0], [1.2, 1.0]])


def test_the_count_of_a_stratum_is_beta_binomial():
    draws = draw_counts(
        np.array([200]),
        Tally(np.array([220]), np.array([20.0]), np.array([5.0])),
        np.array([[0.25]]),
        0.05,
        200_000,
        np.random.default_rng(0),
    )
    expected = betabinom(200, 5 + 0.05 + 0.25, 15 + 0.05 + 0.75)
    assert_allclose(draws.mean(), expected.mean(), rtol=5e-3)
    assert_allclose(draws.std(), expected.std(), rtol=1e-2)
    assert_allclose(np.quantile(draws, [0.05, 0.5, 0.95]), expected.ppf([0.05, 0.5, 0.95]), atol=1)


def test_allocation_starts_alike_and_follows_the_variance():
    n_items = np.array([500, 250, 250])
    none = Tally(n_items, np.zeros(3), np.zeros(3))
    assert_array_equal(np.bincount(allocate(none, n_items, HALF, 30)), [10, 10, 10])
    assert sorted(allocate(none, n_items, HALF, 3)) == [0, 1, 2]
    # With many reviews, in the end in proportion to N * sqrt(p * (1 - p)), here 150 to 125 to 75.
    many = Tally(n_items * 1000, np.full(3, 1000.0), np.array([100.0, 500.0, 900.0]))
    n_reviewed = np.bincount(allocate(many, n_items * 1000, HALF, 200_000)) + 1000
    assert_allclose(n_reviewed / n_reviewed.sum(), np.array([150, 125, 75]) / 350, rtol=0.01)


def test_allocation_stops_where_nothing_is_left():
    reviews = Tally(np.array([5, 3]), np.array([4.0, 3.0]), np.array([1.0, 3.0]))
    assert_array_equal(allocate(reviews, np.array([1, 0]), HALF[:2], 10), [0])
    assert len(allocate(reviews, np.array([0, 0]), HALF[:2], 10)) == 0


# ---- calibration


def test_calibration_maximises_firths_likelihood():
    scores, truth = make_windows(60)
    fitted = fit_calibration(scores, truth, np.ones(60), as_logits=True)
    x = (logit(scores) - logit(scores).mean()) / logit(scores).std()
    design = np.column_stack([np.ones(60), x])

    def penalised(beta):
        p = expit(design @ beta)
        information = design.T @ (design * (p * (1 - p))[:, np.newaxis]) + np.diag([0.0, 1e-3])
        likelihood = np.sum(np.log(np.where(truth, p, 1 - p)))
        return -likelihood - 0.5 * np.linalg.slogdet(information)[1] + 0.5e-3 * beta[1] ** 2

    best = minimize(penalised, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}).x
    assert_allclose(fitted.coefficients, best, rtol=1e-3)
    assert_allclose(fitted.probabilities(scores), expit(design @ best), atol=1e-3)


@pytest.mark.parametrize(("n_true", "n"), [(0, 8), (8, 8), (3, 8)])
def test_equal_scores_have_the_share_of_jeffreys_prior(n_true, n):
    # Firth's penalty is Jeffreys' prior: (n_true + 1 / 2) / (n + 1) where there is nothing but an intercept.
    fitted = fit_calibration(np.full(n, 0.3), np.arange(n) < n_true, np.ones(n), as_logits=True)
    assert_allclose(fitted.probabilities(np.array([0.3])), (n_true + 0.5) / (n + 1), rtol=1e-3)


def test_calibration_is_finite_where_scores_separate():
    fitted = fit_calibration(
        np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 0, 1, 1], bool), np.ones(4), as_logits=False
    )
    p = fitted.probabilities(np.array([-2.0, 0.0, 2.0]))
    assert np.isfinite(fitted.covariance).all()
    assert p[0] < 0.2 < p[1] < 0.8 < p[2] < 1.0


def test_precision_of_all_above():
    assert_allclose(precisions_above(np.array([0.1, 0.5, 0.9]), np.array([2, 1, 1])), [1.6 / 4, 0.7, 0.9])
    values, n_items = distinct_scores(np.array([0.3, 0.1, 0.3, 0.2, 0.9]), np.array([0.9]), 2)
    assert_array_equal(values, [0.1, 0.3, 0.9])
    assert_array_equal(n_items, [2, 2, 1])


# ---- counts


def test_the_count_of_one_stratum_by_hand():
    scores, verified = np.full(100, 0.4), np.r_[np.ones(6), np.zeros(14), np.full(80, NAN)]
    table = CountEstimator(n_draws=100_000, random_state=0).fit(scores, verified).predict(scores, verified)
    # One stratum: 6 of 20 are true, and the curve's 6.5 / 21 is a review of its own.
    rest = betabinom(80, 6 + 0.05 + 6.5 / 21, 14 + 0.05 + 14.5 / 21)
    row = table.loc["event"]
    assert_allclose(row[["low", "count", "high"]].astype(float), 6 + rest.ppf([0.05, 0.5, 0.95]), atol=1)
    assert_allclose(
        row[["rate", "rate_low", "rate_high"]].astype(float), row[["count", "low", "high"]].astype(float) / 100
    )
    assert (row.n_items, row.n_reviewed) == (100, 20)


def test_what_is_reviewed_is_counted_as_it_is():
    scores, truth = make_windows(200)
    row = CountEstimator(random_state=0).fit(scores, truth).predict(scores, truth).iloc[0]
    assert row["count"] == row.low == row.high == truth.sum()
    most = truth.astype(float)
    most[::20] = NAN  # ten are not reviewed
    row = CountEstimator(random_state=0).fit(scores, most).predict(scores, most).iloc[0]
    assert np.nansum(most) <= row.low <= row["count"] <= row.high <= np.nansum(most) + 10


@pytest.mark.parametrize("answer", [False, True])
def test_strata_that_agree(answer):
    scores, _ = make_windows(400)
    verified = reviewed(scores, np.full(400, answer))
    row = CountEstimator(random_state=0).fit(scores, verified).predict(scores, verified).iloc[0]
    right, bound = (row["high"], row["low"]) if answer else (row["low"], row["high"])
    assert right == 400 * answer
    assert 0 < abs(bound - right) < 100  # what none of 50 reviews found may still be there


def test_intervals_hold_their_level():
    inside = []
    for seed in range(100):
        scores, truth = make_windows(600, 0.15, seed)
        verified = reviewed(scores, truth, seed=seed)
        row = CountEstimator(n_draws=2000, random_state=seed).fit(scores, verified).predict(scores, verified).iloc[0]
        inside.append(row.low <= truth.sum() <= row.high)
    # Within three standard errors of 100 cases.
    assert abs(np.mean(inside) - 0.9) <= 3 * np.sqrt(0.9 * 0.1 / 100)


def test_higher_levels_are_wider():
    scores, truth = make_windows()
    verified = reviewed(scores, truth)
    widths = []
    for level in (0.5, 0.9, 0.99):
        row = CountEstimator(level=level, random_state=0).fit(scores, verified).predict(scores, verified).iloc[0]
        widths.append(row.high - row.low)
    assert widths[0] < widths[1] < widths[2]
    # As wide as a normal distribution, roughly: the posterior of several strata is nearly one.
    assert_allclose(widths[1] / widths[0], norm.ppf(0.95) / norm.ppf(0.75), rtol=0.15)


def test_windows_of_several_classes_equal_each_class_alone_apart_from_draws():
    parts = [make_windows(500, share, seed) for seed, share in enumerate((0.1, 0.4))]
    scores = np.column_stack([own_scores for own_scores, _ in parts])
    verified = np.column_stack([reviewed(s, t) for s, t in parts])
    table = pd.DataFrame(scores, columns=["owl", "howl"])
    both = CountEstimator(random_state=0).fit(table, verified)
    assert both.classes_ == ["owl", "howl"]  # in the order of columns
    counts = both.predict(table, verified)
    assert counts.index.tolist() == ["owl", "howl"]
    for k, (own, label) in enumerate(zip(parts, counts.index, strict=True)):
        alone = CountEstimator(random_state=0).fit(own[0], verified[:, k])
        expected = alone.predict(own[0], verified[:, k]).iloc[0]
        assert_allclose(counts.loc[label].astype(float), expected.astype(float), rtol=0.05)
        assert_allclose(both.calibrate(table)[:, k], alone.calibrate(own[0]))


def test_a_table_of_detections():
    rng = np.random.default_rng(0)
    scores, truth = make_windows(300, 0.6)
    table = pd.DataFrame({"label": rng.choice(["owl", "howl"], 300), "score": scores, "verified": truth})
    table["verified"] = table["verified"].astype("boolean")
    table.loc[rng.random(300) < 0.6, "verified"] = pd.NA
    estimator = CountEstimator(random_state=0).fit(table)
    counts = estimator.predict(table)
    by_arrays = CountEstimator(random_state=0).fit(
        table["score"].to_numpy(), table["verified"].to_numpy(object), labels=table["label"].tolist()
    )
    pd.testing.assert_frame_equal(counts, by_arrays.predict(table))
    assert counts.index.tolist() == ["howl", "owl"]
    assert counts.n_items.to_dict() == table["label"].value_counts().sort_index().to_dict()
    owls = estimator.predict(table[table.label == "owl"])
    assert owls.loc["howl", ["count", "low", "high", "n_items"]].tolist() == [0, 0, 0, 0]
    assert np.isnan(owls.loc["howl", "rate"])
    assert estimator.predict(table, effort=2.0).rate.tolist() == (counts["count"] / 2).tolist()


def test_weights_undo_an_unequal_choice():
    rng = np.random.default_rng(0)
    truth = np.arange(4000) % 4 == 0
    scores = np.full(4000, 0.5)
    chances = np.where(truth, 0.09, 0.03)  # a true one is reviewed three times as often
    verified = np.where(rng.random(4000) < chances, truth, NAN)
    plain = CountEstimator(random_state=0).fit(scores, verified).predict(scores).iloc[0]
    weighted = CountEstimator(random_state=0).fit(scores, verified, sample_weight=1 / chances).predict(scores).iloc[0]
    assert plain.low > 1000
    assert weighted.low < 1000 < weighted.high
    equal = (
        CountEstimator(random_state=0).fit(scores, verified, sample_weight=np.full(4000, 7.0)).predict(scores).iloc[0]
    )
    assert equal["count"] == plain["count"]


def test_a_stratum_without_reviews_is_unknown():
    scores, truth = make_windows(400)
    verified = np.where((scores > np.quantile(scores, 0.5)) & (np.arange(400) % 4 == 0), truth, NAN)
    with pytest.warns(UserWarning, match=r"1 of 6 strata have no reviewed item, such as the 200 items of 'event'"):
        estimator = CountEstimator(random_state=0).fit(scores, verified)
    row = estimator.predict(scores, verified).iloc[0]
    assert row.low <= truth.sum()
    assert row.high >= (truth & (scores > np.quantile(scores, 0.5))).sum()


def test_strata_are_listed():
    scores = np.arange(16.0)
    verified = np.where(np.arange(16) % 2 == 0, scores >= 8, NAN)  # every other one
    strata = CountEstimator(n_strata=2, random_state=0).fit(scores, verified).strata_
    assert strata.to_dict("list") == {
        "label": ["event", "event"],
        "stratum": [0, 1],
        "low": [-np.inf, 8.0],
        "n_items": [8, 8],
        "n_reviewed": [4.0, 4.0],
        "n_true": [0.0, 4.0],
    }
    with pytest.raises(NotFittedError):
        CountEstimator().strata_  # noqa: B018


# ---- suggestions


def test_suggestions_are_new_seeded_and_of_every_class():
    parts = [make_windows(300, share, seed) for seed, share in enumerate((0.1, 0.4))]
    scores = np.column_stack([s for s, _ in parts])
    estimator = CountEstimator(random_state=3)
    first = estimator.suggest(scores, n_items=12)
    assert first.columns.tolist() == ["row", "label", "score", "stratum"]
    assert first.label.value_counts().to_dict() == {0: 12, 1: 12}
    assert_array_equal(first.groupby(["label", "stratum"]).size(), np.full(12, 2))  # two of each of six strata
    assert_array_equal(first.score, scores[first.row, first.label])
    assert not first.duplicated(["row", "label"]).any()
    pd.testing.assert_frame_equal(first, estimator.suggest(scores, n_items=12))
    assert not first.equals(CountEstimator(random_state=4).suggest(scores, n_items=12))
    verified = np.full(scores.shape, NAN)
    verified[first.row, first.label] = 1
    second = estimator.suggest(scores, verified, n_items=12)
    assert np.isnan(verified[second.row, second.label]).all()


def test_suggestions_end_with_the_items():
    scores, truth = make_windows(20)
    verified = truth.astype(float)
    verified[[3, 7]] = NAN
    assert sorted(CountEstimator(random_state=0).suggest(scores, verified, n_items=10).row) == [3, 7]


def test_two_rounds_are_narrower_than_a_random_choice():
    ratios = []
    for seed in range(20):
        scores, truth = make_windows(2000, 0.1, seed)
        verified = reviewed(scores, truth, seed=seed)
        at_random = np.full(2000, NAN)
        rows = np.random.default_rng(seed).choice(2000, 50, replace=False)
        at_random[rows] = truth[rows]
        widths = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # strata without reviews
            for reviews in (verified, at_random):
                row = CountEstimator(random_state=0).fit(scores, reviews).predict(scores, reviews).iloc[0]
                widths.append(row.high - row.low)
        ratios.append(widths[0] / widths[1])
    assert np.mean(ratios) < 0.9


# ---- thresholds


def test_the_threshold_has_its_precision():
    precisions, held = [], []
    for seed in range(20):
        scores, truth = make_windows(3000, 0.3, seed)
        verified = reviewed(scores, truth, n_items=50, seed=seed)
        row = CountEstimator(random_state=seed).fit(scores, verified).threshold_for(0.9).iloc[0]
        assert row.low <= row.threshold <= row.high
        assert row.precision_low <= row.precision <= row.precision_high
        assert 0.9 <= row.precision < 0.95
        assert row.n_items == (scores >= row.threshold).sum()
        precisions.append(truth[scores >= row.threshold].mean())
        held.append(truth[scores >= row.high].mean() >= 0.9)
    assert abs(np.mean(precisions) - 0.9) < 0.03
    assert np.mean(held) >= 0.8


def test_no_threshold_or_any():
    scores, _ = make_windows(500)
    never = CountEstimator(random_state=0).fit(scores, reviewed(scores, np.zeros(500))).threshold_for(0.9).iloc[0]
    assert np.isnan(never.threshold)
    assert never.n_items == 0
    always = CountEstimator(random_state=0).fit(scores, reviewed(scores, np.ones(500))).threshold_for(0.5).iloc[0]
    assert always.threshold == scores.min()
    assert always.n_items == 500


# ---- the estimator


def test_scores_that_are_no_probabilities():
    scores, truth = make_windows()
    margins = logit(scores)  # at 1000 different places of the line: the same strata, and the same curve
    verified = reviewed(scores, truth)
    by_scores, by_margins = (CountEstimator(random_state=0).fit(x, verified) for x in (scores, margins))
    assert_allclose(by_scores.calibrate(scores), by_margins.calibrate(margins), atol=1e-9)
    pd.testing.assert_frame_equal(by_scores.predict(scores, verified), by_margins.predict(margins, verified))


def test_seeds_clones_pickles_and_the_global_state(tmp_path):
    scores, truth = make_windows()
    verified = reviewed(scores, truth)
    np.random.seed(0)  # noqa: NPY002
    expected = np.random.rand()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    estimator = CountEstimator(random_state=5).fit(scores, verified)
    counts = estimator.predict(scores, verified)
    pd.testing.assert_frame_equal(counts, estimator.predict(scores, verified))
    joblib.dump(estimator, tmp_path / "counts.joblib")
    pd.testing.assert_frame_equal(counts, joblib.load(tmp_path / "counts.joblib").predict(scores, verified))
    assert np.random.rand() == expected  # noqa: NPY002
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    with pytest.raises(NotFittedError):
        copy.predict(scores)


def test_a_failed_fit_changes_nothing():
    scores, truth = make_windows()
    verified = reviewed(scores, truth)
    estimator = CountEstimator(random_state=0).fit(scores, verified)
    before = estimator.predict(scores)
    with pytest.raises(ValueError, match="'b' is reviewed"):
        estimator.fit(scores, verified, labels=["a"] * 999 + ["b"])
    pd.testing.assert_frame_equal(estimator.predict(scores), before)


@pytest.mark.parametrize(
    ("scores", "verified", "settings", "match"),
    [
        ([0.1, NAN], [1, 0], {}, r"score at 1 is nan; expected finite"),
        ([[0.1, 0.2], [np.inf, 0.1]], [[1, 0], [0, 1]], {}, r"score at \(1, 0\) is inf"),
        (["loud", "quiet"], [1, 0], {}, r"scores are not numbers.*'label' and 'score'"),
        ([], [], {}, r"scores have shape \(0,\)"),
        (0.5, True, {}, r"scores have shape \(\)"),
        ([0.1, 0.2], [1, 0, 1], {}, r"verified has shape \(3,\), but scores \(2,\)"),
        ([0.1, 0.2], ["yes", None], {}, r"verified is 'yes' at 0; expected True, False, or None or NaN"),
        ([0.1, 0.2], [0.5, 1], {}, r"verified is 0\.5 at 0"),
        ([[0.1, 0.2]], [[1, 2]], {}, r"verified is 2 at \(0, 1\)"),
        ([0.1, 0.2], [None, None], {}, r"None of the 2 items of the class 'event' is reviewed.*suggest"),
        ([0.1, 0.2], None, {}, r"None of the 2 items of the class 'event' is reviewed"),
        ([0.1, 0.2], [1, 0], {"labels": ["a"]}, r"labels have 1 items, but scores 2"),
        ([0.1, 0.2], [1, 0], {"labels": ["a", None]}, r"label at 1 is missing"),
        ([[0.1, 0.2]], [[1, 0]], {"labels": ["a"]}, r"scores have 2 columns, but 1 labels are given"),
        ([0.1, 0.2], [1, 0], {"sample_weight": [1.0]}, r"sample_weight has shape \(1,\), but scores \(2,\)"),
        ([0.1, 0.2], [1, 0], {"sample_weight": [1.0, -1.0]}, r"must be positive"),
    ],
)
def test_bad_input_is_explained(scores, verified, settings, match):
    with pytest.raises(ValueError, match=match):
        CountEstimator().fit(scores, verified, **settings)


def test_bad_input_once_fitted_is_explained():
    scores, truth = make_windows(100)
    estimator = CountEstimator(random_state=0).fit(scores, truth, labels=["tawny owl"] * 50 + ["wolf"] * 50)
    with pytest.raises(ValueError, match=r"class 'tawny ow'; 2 others are known\. Did you mean 'tawny owl'\?"):
        estimator.predict([0.5], labels=["tawny ow"])
    with pytest.raises(ValueError, match=r"class 'zzz'; 2 others are known\. Fit with reviewed items of it"):
        estimator.calibrate([0.5], labels=["zzz"])
    with pytest.raises(ValueError, match=r"scores have 3 columns, but 2 classes are known"):
        estimator.predict([[0.1, 0.2, 0.3]])
    for effort in (0, -1.0, np.inf):
        with pytest.raises(ValueError, match=r"effort=.*expected a positive number"):
            estimator.predict(scores, labels=["wolf"] * 100, effort=effort)
    for precision in (0, 1, 90):
        with pytest.raises(ValueError, match=r"precision=.*between 0 and 1"):
            estimator.threshold_for(precision)
    for n_items in (0, 2.5):
        with pytest.raises(ValueError, match=r"n_items=.*positive integer"):
            estimator.suggest(scores, n_items=n_items)


@pytest.mark.parametrize(
    "settings", [{"level": 90}, {"n_strata": 0}, {"prior": 0.0}, {"n_draws": 0}, {"random_state": "a"}]
)
def test_bad_parameters_are_refused(settings):
    with pytest.raises(ValueError, match=f"The '{next(iter(settings))}' parameter of CountEstimator"):
        CountEstimator(**settings).fit([0.1, 0.9], [0, 1])
