"""Layers that know which frames are there: what fills a batch up changes nothing."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from skaudio.nets import ApplyMask, ClipStandardization, MaskedBatchNormalization, ShortenMask

MASK = np.array([[True, True, True, False], [True, False, False, False]])


@pytest.fixture
def images():
    return np.random.default_rng(0).standard_normal((2, 4, 3, 5)).astype(np.float32)


def test_masked_frames_are_zero(images):
    output = np.array(ApplyMask()(images, MASK))
    assert_array_equal(output[~MASK], 0)
    assert_array_equal(output[MASK], images[MASK])


@pytest.mark.parametrize(("stride", "expected"), [(2, [[True, True], [True, False]]), (3, [[True, False]] * 2)])
def test_a_shortened_mask_rules_out_steps_without_a_frame(stride, expected):
    assert_array_equal(np.array(ShortenMask(stride)(MASK)), expected)


def test_batch_normalization_is_kerass_where_all_frames_are_there(images):
    ours, theirs = MaskedBatchNormalization(momentum=0.9), keras.layers.BatchNormalization(momentum=0.9)
    full = np.ones((2, 4), bool)
    assert_allclose(ours(images, full, training=True), theirs(images, training=True), atol=1e-5)
    assert_allclose(ours.moving_mean, theirs.moving_mean, atol=1e-6)
    assert_allclose(ours.moving_variance, theirs.moving_variance, atol=1e-6)
    assert_allclose(ours(images, full), theirs(images), atol=1e-5)


def test_batch_normalization_counts_only_the_frames_that_are_there(images):
    images[~MASK] = 1e3
    output = np.array(MaskedBatchNormalization()(images, MASK, training=True))
    there = images[MASK].reshape(-1, 5)
    expected = (images[MASK] - there.mean(axis=0)) / np.sqrt(there.var(axis=0) + 1e-3)
    assert_allclose(output[MASK], expected, atol=1e-4)
    assert_array_equal(output[~MASK], 0)


def test_a_clip_is_standardised_by_its_own_frames():
    frames = np.random.default_rng(0).normal(5.0, 3.0, (2, 4, 3)).astype(np.float32)
    output = np.array(ClipStandardization()(frames, MASK))
    for clip, mask, result in zip(frames, MASK, output, strict=True):
        there = clip[mask]
        assert_allclose(result[mask], (there - there.mean()) / there.std(), atol=1e-4)
        assert_array_equal(result[~mask], 0)
