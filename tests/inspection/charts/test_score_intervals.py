import numpy as np
import pytest
from scipy.stats import binomtest, norm, t
from sklearn.metrics import precision_recall_fscore_support

from skaudio.inspection.charts._score_intervals import class_intervals, ratio_interval
from skaudio.inspection.charts._score_tables import class_table, group_table, interval_note


@pytest.mark.parametrize(("n_right", "n"), [(17, 20), (9, 9), (0, 5), (1, 1)])
def test_without_groups_a_share_has_wilsons_interval(n_right, n):
    found = ratio_interval(np.arange(n) < n_right, np.ones(n))
    expected = binomtest(n_right, n).proportion_ci(method="wilson")
    assert found == pytest.approx((n_right / n, expected.low, expected.high))


def test_precision_and_recall_of_each_class_are_those_of_scikit_learn_with_wilsons_intervals():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 3, 60), rng.integers(0, 3, 60)
    predicted[:40] = true[:40]
    scores = precision_recall_fscore_support(true, predicted)
    for k in range(3):
        found = class_intervals(true, predicted, [k])
        assert [score.value for score in found] == pytest.approx([scores[0][k], scores[1][k], scores[2][k]])
        hits = int(((true == k) & (predicted == k)).sum())
        for score, n in zip(found, ((predicted == k).sum(), (true == k).sum()), strict=False):
            expected = binomtest(hits, int(n)).proportion_ci(method="wilson")
            assert (score.low, score.high) == pytest.approx((expected.low, expected.high))
    means = class_intervals(true, predicted, [0, 1, 2])
    macro = precision_recall_fscore_support(true, predicted, average="macro")
    assert [score.value for score in means] == pytest.approx(macro[:3])


def test_the_interval_of_an_f1_is_as_wide_as_the_bootstrap_says():
    rng = np.random.default_rng(0)
    true = rng.integers(0, 2, 300)
    predicted = np.where(rng.random(300) < 0.8, true, 1 - true)
    draws = rng.integers(0, 300, (4000, 300))
    hits, both = 2 * (true * predicted)[draws].sum(axis=1), (true + predicted)[draws].sum(axis=1)
    low, high = np.quantile(hits / both, [0.025, 0.975])
    f1 = class_intervals(true, predicted, [1])[2]
    assert f1.high - f1.low == pytest.approx(high - low, rel=0.05)
    means = class_intervals(true, predicted, [0, 1])[2]
    others = 2 * ((1 - true) * (1 - predicted))[draws].sum(axis=1), (2 - true - predicted)[draws].sum(axis=1)
    low, high = np.quantile((hits / both + others[0] / others[1]) / 2, [0.025, 0.975])
    assert means.high - means.low == pytest.approx(high - low, rel=0.05)


def test_groups_of_clips_that_agree_count_as_one_clip_each():
    # Four groups of ten, all right in three of them and all wrong in one: the variance between groups is that of four
    # independent clips, 0.75 * 0.25 / 4 * 4 / 3.
    right, groups = np.repeat([1, 1, 1, 0], 10), np.repeat(np.arange(4), 10)
    found = ratio_interval(right, np.ones(40), groups)
    n, quantile = 0.75 * 0.25 / (0.75 * 0.25 / 3), t.ppf(0.975, 3)
    middle = (0.75 + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile * np.sqrt(0.75 * 0.25 / n + quantile**2 / (4 * n**2)) / (1 + quantile**2 / n)
    assert found == pytest.approx((0.75, middle - half, min(1.0, middle + half)))
    everything = ratio_interval(np.ones(40), np.ones(40), groups)
    assert everything == pytest.approx((1.0, binomtest(4, 4).proportion_ci(method="wilson").low, 1.0))
    assert ratio_interval(right, np.ones(40), np.zeros(40)) == (0.75, 0.0, 1.0)  # a single group says nothing of others


def test_groups_never_make_an_interval_narrower():
    right, groups = np.tile([1, 1, 1, 0], 10), np.repeat(np.arange(10), 4)  # all groups are alike
    found, single = ratio_interval(right, np.ones(40), groups), ratio_interval(right, np.ones(40))
    assert found.low < single.low < single.high < found.high


@pytest.mark.parametrize("n_groups", [6, 20])
def test_intervals_hold_the_true_value(n_groups):
    # Each group has an accuracy of its own, from a beta distribution whose mean is 0.8.
    rng, n_trials, held, held_without = np.random.default_rng(0), 400, 0, 0
    groups = np.repeat(np.arange(n_groups), 10)
    for _ in range(n_trials):
        right = rng.random(len(groups)) < rng.beta(0.8 * 4, 0.2 * 4, n_groups)[groups]
        found, without = (
            ratio_interval(right, np.ones(len(groups)), groups),
            ratio_interval(right, np.ones(len(groups))),
        )
        held += found.low <= 0.8 <= found.high
        held_without += without.low <= 0.8 <= without.high
    assert 0.93 <= held / n_trials <= 0.995
    assert held_without / n_trials < 0.85  # what groups are for


def test_a_class_that_is_never_predicted_has_no_precision():
    precision, recall, f1 = class_intervals(["a", "a", "b"], ["a", "a", "a"], ["b"])
    assert np.isnan(precision.value)
    assert (recall.value, f1.value) == (0.0, 0.0)
    html = class_table(["a", "a", "b"], ["a", "a", "a"], ["a", "b"], None, "Clips")
    assert "<td>b</td><td>1</td><td>\N{EN DASH}</td><td><span>0.000 (0.00 to 0.79)" in html


def test_groups_are_in_order_of_their_accuracy():
    right, groups = np.array([1, 0, 1, 1]), ["x", "x", "<y>", "<y>"]
    html = group_table(right, groups, "Clips")
    assert html.index("<td>x</td><td>2</td><td>1</td>") < html.index("<td>&lt;y&gt;</td><td>2</td><td>2</td>")
    assert "0.500 (0.09 to 0.91)" in html  # Wilson's of 1 of 2
    assert "independent" in interval_note(None, "clips")
    assert "other sites like these" in interval_note("sites", "clips")


def test_means_over_classes_without_mistakes_are_not_certain():
    wilson = binomtest(10, 10).proportion_ci(method="wilson")
    recall = class_intervals(["a"] * 5 + ["b"] * 5, ["a"] * 5 + ["b"] * 5, ["a", "b"])[1]
    assert recall == pytest.approx((1.0, wilson.low, 1.0))
    # Ten of ten, and ten of twenty: the variance of the mean is that of both, the first from its own interval.
    true, predicted = ["a"] * 10 + ["b"] * 20, ["a"] * 10 + ["b"] * 10 + ["c"] * 10
    recall = class_intervals(true, predicted, ["a", "b"])[1]
    variance = ((0.5 * (1.0 - wilson.low) / norm.ppf(0.975)) ** 2 + 0.25 / 20) / 4
    n, quantile = 0.75 * 0.25 / variance, norm.ppf(0.975)
    half = quantile * np.sqrt(0.75 * 0.25 / n + quantile**2 / (4 * n**2)) / (1 + quantile**2 / n)
    assert recall.value == 0.75
    assert recall.high - recall.low == pytest.approx(2 * half)
