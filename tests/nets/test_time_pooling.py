"""Pooling over time, against values worked out by hand."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.special import expit, logit, softmax

from skaudio.nets import LinearSoftmaxPooling, TimePooling

FEATURES = np.array([[[1.0, 8.0], [3.0, 6.0], [99.0, 99.0]], [[5.0, -2.0], [99.0, 99.0], [99.0, 99.0]]], np.float32)
MASK = np.array([[True, True, False], [True, False, False]])


@pytest.mark.parametrize(
    ("kind", "bidirectional", "expected"),
    [
        ("mean", False, [[2, 7], [5, -2]]),
        ("max", False, [[3, 8], [5, -2]]),
        ("mean_max", False, [[2, 7, 3, 8], [5, -2, 5, -2]]),
        ("last", False, [[3, 6], [5, -2]]),
        ("last", True, [[3, 8], [5, -2]]),
    ],
)
def test_pooling(kind, bidirectional, expected):
    assert_allclose(TimePooling(kind, bidirectional=bidirectional)(FEATURES, MASK), expected)


def test_attention_is_a_mean_weighted_by_what_it_has_learnt():
    pooling = TimePooling("attention")
    output = pooling(FEATURES, MASK)
    projection, query = np.array(pooling.projection), np.array(pooling.query)
    for clip, mask, result in zip(FEATURES, MASK, np.array(output), strict=True):
        there = clip[mask]
        weights = softmax(np.tanh(there @ projection) @ query, axis=0)
        assert_allclose(result, (weights * there).sum(axis=0), rtol=1e-5)


def test_linear_softmax_weights_probabilities_by_themselves():
    scores = np.array([[[0.0, 2.0], [1.0, -1.0], [9.0, 9.0]]], np.float32)
    independent = np.array(LinearSoftmaxPooling(exclusive=False)(scores, MASK[:1]))[0]
    frames = expit(scores[0, :2])
    assert_allclose(independent, logit((frames**2).sum(axis=0) / frames.sum(axis=0)), rtol=1e-4)
    exclusive = np.array(LinearSoftmaxPooling(exclusive=True)(scores, MASK[:1]))[0]
    frames = softmax(scores[0, :2], axis=1)
    assert_allclose(exclusive, np.log((frames**2).sum(axis=0) / frames.sum(axis=0)), rtol=1e-4)


@pytest.mark.parametrize("kind", ["mean", "max", "mean_max", "attention", "last"])
def test_frame_by_frame_is_the_pooling_of_clips_of_one_frame(kind):
    pooling = TimePooling(kind)
    pooling(FEATURES, MASK)
    frames = FEATURES.reshape(6, 1, 2)
    alone = np.array(pooling(frames, np.ones((6, 1), bool)))
    assert_allclose(np.array(pooling.frame_by_frame(FEATURES)).reshape(6, -1), alone, rtol=1e-5)
