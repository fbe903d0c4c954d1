"""What a siamese matcher is made of, apart from networks: pairs, whitening, calibration."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.spatial.distance import mahalanobis

from skaudio.estimators.siamese._calibration import Calibration
from skaudio.estimators.siamese._pair_sampling import ClassPairs, GivenPairs, PairSampler, triplet_batches
from skaudio.estimators.siamese._whitening import Whitening
from skaudio.metrics import equal_error_rate


@pytest.fixture
def rng():
    return np.random.default_rng(0)


CLASSES = np.repeat([0, 1, 2, 3], [50, 5, 20, 1])


def test_pairs_of_classes_are_balanced_and_of_two_clips(rng):
    rows = np.flatnonzero(np.arange(len(CLASSES)) % 5 > 0)  # the others are put aside
    first, second = ClassPairs(CLASSES)(rows, 3000, rng)
    assert np.isin([first, second], rows).all()
    assert (first != second).all()
    same = CLASSES[first] == CLASSES[second]
    assert_array_equal(same, np.arange(3000) % 2 == 0)  # half and half, in any batch
    _, count = np.unique(CLASSES[first[same]], return_counts=True)
    assert_allclose(count / 1500, 1 / 3, atol=0.05)  # three classes have two clips; 40 clips or 4, all the same
    _, count = np.unique(CLASSES[[first[~same], second[~same]]], return_counts=True)
    assert_allclose(count / 3000, 1 / len(count), atol=0.05)


def test_pairs_are_drawn_anew_each_time(rng):
    sampler = PairSampler(ClassPairs(CLASSES))
    rows = np.arange(len(CLASSES))
    epochs = [sampler(rows, 16, rng) for _ in range(2)]
    assert [len(batch) for batch in epochs[0]] == [16] * 5
    pairs = [{(a, b) for batch in epoch for a, b in zip(batch[:8], batch[8:], strict=True)} for epoch in epochs]
    assert len(pairs[0] & pairs[1]) < 10


@pytest.mark.parametrize(("rows", "kinds"), [([0, 1, 2], {True}), ([0, 55, 75], {False})])
def test_where_only_one_kind_of_pair_is_to_be_had(rng, rows, kinds):
    first, second = ClassPairs(CLASSES)(np.array(rows), 7, rng)
    assert len(first) == 7
    assert set(CLASSES[first] == CLASSES[second]) == kinds


def test_of_given_pairs_no_others_are_made(rng):
    same = np.array([True, False, True, True, False])
    rows = np.array([0, 1, 2, 3, 5, 6, 7, 8])  # the last pair is put aside
    first, second = GivenPairs(same)(rows, 100, rng)
    assert_array_equal(second, first + 5)
    assert_array_equal(same[first], np.arange(100) % 2 == 0)
    assert set(first) == {0, 1, 2, 3}
    batch = PairSampler(GivenPairs(same))(rows, 1, rng)
    assert [len(pair) for pair in batch] == [2] * 8


def test_batches_for_triplets_have_several_clips_of_several_classes(rng):
    rows = np.arange(len(CLASSES))
    batches = triplet_batches(CLASSES, rows, 12, rng)
    assert len(batches) == 7
    for batch in batches:
        assert len(set(batch)) == len(batch)
        _, count = np.unique(CLASSES[batch], return_counts=True)
        assert len(count) == 3
        assert count.max() == 4


def test_after_whitening_distances_are_those_of_mahalanobis(rng):
    classes = np.repeat(np.arange(6), 40)
    X = rng.normal(size=(6, 5))[classes] + rng.normal(size=(240, 5)) @ rng.normal(size=(5, 5))
    within = sum(np.cov(X[classes == k], rowvar=False) * 39 for k in range(6)) / (240 - 6)
    Z = Whitening.of(X, classes, 0.0)(X)
    inverse = np.linalg.inv(within)
    for i, j in [(0, 1), (0, 100), (50, 239)]:
        assert np.linalg.norm(Z[i] - Z[j]) == pytest.approx(mahalanobis(X[i], X[j], inverse), rel=1e-6)
    assert_allclose(Z.mean(axis=0), 0, atol=1e-9)
    shrunk = Whitening.of(X, classes, 0.5)(X)
    inverse = np.linalg.inv(within + 0.5 * np.trace(within) / 5 * np.eye(5))
    assert np.linalg.norm(shrunk[0] - shrunk[100]) == pytest.approx(mahalanobis(X[0], X[100], inverse), rel=1e-6)


def test_whitening_of_copies_and_of_more_columns_than_clips(rng):
    copies = np.repeat(rng.normal(size=(3, 4)), 2, axis=0)
    assert_allclose(Whitening.of(copies, np.repeat([0, 1, 2], 2), 0.1)(copies), copies - copies.mean(axis=0))
    wide = rng.normal(size=(6, 30))
    assert np.isfinite(Whitening.of(wide, np.repeat([0, 1, 2], 2), 0.1)(wide)).all()


def test_calibration_by_both_rules(rng):
    genuine, impostors = rng.normal(1.0, 0.3, 2000), rng.normal(2.0, 0.3, 5000)
    by_rate = Calibration.of(genuine, impostors, 0.02)
    assert np.mean(impostors <= by_rate.threshold) == pytest.approx(0.02, abs=1e-3)
    equal = Calibration.of(genuine, impostors, None)
    rate = equal_error_rate(np.repeat([1, 0], [2000, 5000]), -np.concatenate([genuine, impostors]))
    assert np.mean(genuine > equal.threshold) == pytest.approx(rate, abs=2e-3)
    assert np.mean(impostors <= equal.threshold) == pytest.approx(rate, abs=2e-3)
    # Two normal distributions of one deviation: the log odds are (mean difference) / variance * (1.5 - distance).
    expected = 1 / (1 + np.exp(-(1.5 - np.array([1.2, 1.5, 1.8])) / 0.09))
    assert_allclose(equal.probability(np.array([1.2, 1.5, 1.8])), expected, atol=0.03)


def test_calibration_where_nothing_overlaps():
    calibration = Calibration.of(np.array([0.1, 0.2]), np.array([0.8, 0.9]), None)
    assert 0.2 <= calibration.threshold < 0.8
    assert calibration.probability(np.array([0.1]))[0] > 0.5 > calibration.probability(np.array([0.9]))[0]
