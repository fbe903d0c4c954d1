"""Error rates of verification and of anomaly detection."""

import numpy as np
import pytest
from scipy.interpolate import interp1d
from scipy.optimize import brentq
from scipy.stats import norm
from sklearn.metrics import roc_curve

from skaudio.metrics import equal_error_rate, min_detection_cost, partial_auc


def trials(n_trials=2000, distance=1.0, seed=0):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n_trials)
    return y, rng.standard_normal(n_trials) + distance * y


@pytest.mark.parametrize("seed", range(5))
def test_the_rate_is_where_the_roc_meets_the_diagonal(seed):
    y, scores = trials(seed=seed)
    false_alarms, hits, _ = roc_curve(y, scores)
    expected = brentq(lambda rate: 1.0 - rate - interp1d(false_alarms, hits)(rate), 0.0, 1.0)
    assert equal_error_rate(y, scores) == pytest.approx(expected, abs=1e-9)


def test_the_rate_of_two_normal_distributions():
    y, scores = trials(n_trials=200_000, distance=2.0)
    rate, threshold = equal_error_rate(y, scores, return_threshold=True)
    assert rate == pytest.approx(norm.cdf(-1.0), abs=0.003)
    assert threshold == pytest.approx(1.0, abs=0.02)


def test_errors_are_equal_at_the_threshold():
    y, scores = trials()
    rate, threshold = equal_error_rate(y, scores, return_threshold=True)
    assert np.mean(scores[y == 0] >= threshold) == pytest.approx(rate, abs=2e-3)
    assert np.mean(scores[y == 1] < threshold) == pytest.approx(rate, abs=2e-3)


@pytest.mark.parametrize(("scores", "rate"), [([0, 0, 1, 1], 0.0), ([1, 1, 0, 0], 1.0), ([5, 5, 5, 5], 0.5)])
def test_the_rate_at_its_ends_and_of_a_constant(scores, rate):
    found, threshold = equal_error_rate([0, 0, 1, 1], scores, return_threshold=True)
    assert found == rate
    assert np.isfinite(threshold)


def test_labels_and_weights():
    assert equal_error_rate(["other", "same"], [0.1, 0.9], pos_label="same") == 0.0
    y, scores, weights = [0, 0, 0, 1, 1, 1], [1, 2, 5, 3, 4, 6], [1, 2, 1, 3, 1, 1]
    repeated = equal_error_rate(np.repeat(y, weights), np.repeat(scores, weights))
    assert equal_error_rate(y, scores, sample_weight=weights) == pytest.approx(repeated)


def test_one_class_has_no_rate():
    with pytest.warns(UserWarning, match="No negative samples"), pytest.raises(ValueError, match="one class only"):
        equal_error_rate([1, 1], [0.1, 0.2])


def test_the_partial_area_by_hand():
    # Of ten normal clips one scores above all anomalies but one: up to a tenth, the curve is at 1/4 and ends at 1.
    y = [0] * 10 + [1] * 4
    scores = [*range(9), 20, 10, 11, 12, 30]
    area, least, most = 0.1 * 0.25, 0.1 * 0.1 / 2, 0.1
    assert partial_auc(y, scores) == pytest.approx(0.5 * (1 + (area - least) / (most - least)))


def test_chance_and_the_whole_area():
    y, scores = trials(n_trials=100_000, distance=0.0)
    assert partial_auc(y, scores) == pytest.approx(0.5, abs=0.005)
    y, scores = trials()
    assert partial_auc(y, scores, max_fpr=1.0) == pytest.approx(
        np.mean(scores[y == 1][:, None] > scores[y == 0][None, :])
    )


@pytest.mark.parametrize(("p_target", "cost_miss"), [(0.01, 1.0), (0.5, 1.0), (0.05, 10.0), (0.9, 2.0)])
def test_the_least_cost_over_all_thresholds(p_target, cost_miss):
    y, scores = trials(n_trials=300)
    costs = [
        cost_miss * p_target * np.mean(scores[y == 1] < threshold)
        + (1 - p_target) * np.mean(scores[y == 0] >= threshold)
        for threshold in [*scores, np.inf]
    ]
    expected = min(costs) / min(cost_miss * p_target, 1 - p_target)
    assert min_detection_cost(y, scores, p_target=p_target, cost_miss=cost_miss) == pytest.approx(expected)


def test_the_least_cost_of_two_normal_distributions():
    y, scores = trials(n_trials=400_000, distance=3.0)
    threshold = np.linspace(-3, 6, 2001)
    expected = np.min(0.1 * norm.cdf(threshold - 3) + 0.9 * norm.sf(threshold)) / 0.1
    assert min_detection_cost(y, scores, p_target=0.1) == pytest.approx(expected, abs=0.01)
    assert min_detection_cost(y, -scores, p_target=0.1) == 1.0  # who knows nothing does not listen
    assert min_detection_cost([0, 1], [0.0, 1.0]) == 0.0


def test_costs_that_make_no_sense():
    with pytest.raises(ValueError, match="p_target=0"):
        min_detection_cost([0, 1], [0, 1], p_target=0)
    with pytest.raises(ValueError, match="expected costs above 0"):
        min_detection_cost([0, 1], [0, 1], cost_miss=0)
    with pytest.raises(ValueError, match="Only one class"):
        min_detection_cost([1, 1], [0, 1])
