"""Gaussian mixtures of classes, against scikit-learn's of each."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import softmax
from sklearn.mixture import GaussianMixture

from skaudio.estimators import MixtureClassifier


def test_one_gaussian_of_each_class_is_worked_out_by_hand():
    rng = np.random.default_rng(0)
    y = np.repeat(["a", "b", "c"], 10)
    X = [rng.normal("abc".index(label), 1 + (label == "c"), (rng.integers(5, 30), 4)) for label in y]
    model = MixtureClassifier(1, reg_covar=0.0, random_state=0).fit(X, y)
    frames = np.concatenate(X).astype(np.float32)
    mean, scale = frames.mean(axis=0), frames.std(axis=0)
    expected = []
    for clip in X:
        row = []
        for label in "abc":
            own = (np.concatenate([other for other, name in zip(X, y, strict=True) if name == label]) - mean) / scale
            gaussian = GaussianMixture(1, covariance_type="diag", reg_covar=0.0).fit(own)
            row.append(gaussian.score_samples((clip - mean) / scale).mean())
        expected.append(row)
    assert_allclose(model.decision_function(X), expected, rtol=1e-4, atol=1e-4)
    assert_allclose(model.predict_proba(X), softmax(expected, axis=1), atol=1e-4)
    assert_array_equal(model.predict(X), np.array(["a", "b", "c"])[np.argmax(expected, axis=1)])


def test_frames_are_drawn_and_few_frames_make_few_gaussians():
    rng = np.random.default_rng(0)
    X, y = [rng.normal(i % 2, 1, (300, 2)) for i in range(6)], [0, 1] * 3
    some = MixtureClassifier(4, max_frames=100, random_state=0)
    assert_array_equal(some.fit(X, y).decision_function(X), some.fit(X, y).decision_function(X))
    assert some.score(X, y) == 1.0
    few = MixtureClassifier(16, random_state=0).fit([clip[:3] for clip in X[:2]], [0, 1])
    assert [mixture.n_components for mixture in few.mixtures_] == [1, 1]
