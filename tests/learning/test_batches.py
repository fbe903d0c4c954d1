"""Batches: filled up no more than needed, shuffled whole, read from a file row by row."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tests.estimators.conftest import make_clips

from skaudio._learning._batches import Batches, channel_statistics, in_batches, mask_of, pad_clips, rounded_length


def batches_of(frames, **changes):
    n_clips = len(frames)
    settings = {"batch_size": 4, "stride": 4, "fill": np.full(frames[0].shape[-1], -7.0, np.float32), **changes}
    targets = np.arange(n_clips, dtype=np.float32)[:, np.newaxis]
    return Batches(frames, targets, np.ones(n_clips, np.float32), np.arange(n_clips), **settings)


def test_an_epoch_holds_every_clip_once_and_beside_its_target():
    frames, _ = make_clips()
    seen = []
    batches = batches_of(frames, rng=np.random.default_rng(0))
    for inputs, targets, weights in batches:
        assert len(inputs["frames"]) == len(inputs["mask"]) == len(targets) == len(weights)
        for clip, mask, target in zip(inputs["frames"], inputs["mask"], targets[:, 0].astype(int), strict=True):
            assert_array_equal(clip[mask], frames[target])
            assert_array_equal(clip[~mask], -7.0)
            seen.append(target)
    assert sorted(seen) == list(range(len(frames)))
    assert len(batches) == len(frames) // 4


def test_epochs_differ_and_equal_seeds_give_equal_ones():
    frames, _ = make_clips()

    def order(batches):
        return [int(target) for _, targets, _ in batches for target in targets[:, 0]]

    batches = batches_of(frames, rng=np.random.default_rng(0))
    first, second = order(batches), order(batches)
    assert first != second
    assert first == order(batches_of(frames, rng=np.random.default_rng(0)))
    assert order(batches_of(frames)) == list(range(len(frames)))


def test_a_batch_is_as_long_as_its_own_clips_need():
    rng = np.random.default_rng(0)
    frames = np.empty(64, dtype=object)
    frames[:] = [np.zeros((n_frames, 2), np.float32) for n_frames in [*rng.integers(5, 20, 63), 1000]]
    lengths = [inputs["frames"].shape[1] for inputs, *_ in batches_of(frames, rng=rng)]
    assert sum(length > 24 for length in lengths) == 1


@pytest.mark.parametrize("stride", [1, 4, 8])
def test_lengths_are_few_multiples_of_the_stride_and_little_is_filled_up(stride):
    lengths = np.arange(1, 5000)
    rounded = np.array([rounded_length(length, stride) for length in lengths])
    assert (rounded >= lengths).all()
    assert (rounded % stride == 0).all()
    assert (rounded - lengths < np.maximum(stride, lengths / 8 + stride)).all()
    assert len(set(rounded)) < 9 * np.log2(5000)


def test_clips_of_one_length_that_fits_are_taken_as_they_are():
    frames, _ = make_clips(ragged=False)
    batch, lengths = pad_clips(frames, np.array([3, 1]), 4, 0.0)
    assert_array_equal(batch, frames[[3, 1]])
    assert_array_equal(lengths, [16, 16])


def test_prediction_does_not_fill_a_clip_up_for_its_neighbours_sake():
    frames, _ = make_clips()
    seen = {}
    for rows, batch, lengths in in_batches(frames, 4):
        for row, clip, length in zip(rows, batch, lengths, strict=True):
            assert len(clip) == rounded_length(len(frames[row]), 4)
            assert_array_equal(clip[:length], frames[row])
            seen[row] = True
    assert sorted(seen) == list(range(len(frames)))


def test_the_mask_ends_where_a_clip_does():
    assert_array_equal(mask_of([1, 3], 3), [[True, False, False], [True, True, True]])


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_statistics_of_channels_are_those_of_all_frames(offset):
    frames, _ = make_clips()
    frames[:] = [clip + np.float32(offset) for clip in frames]
    rows = np.arange(5, 30)
    mean, deviation = channel_statistics(frames, rows, np.ones(len(frames)))
    together = np.concatenate([frames[row] for row in rows]).astype(np.float64)
    assert_allclose(mean, together.mean(axis=0), rtol=1e-5)
    assert_allclose(deviation, together.std(axis=0), rtol=1e-4)


def test_statistics_count_a_clip_by_its_weight():
    frames, _ = make_clips()
    weights = np.arange(len(frames)) % 3
    rows = np.flatnonzero(weights)
    weighted = channel_statistics(frames, rows, weights)
    repeated = np.repeat(frames, weights)
    assert_allclose(weighted, channel_statistics(repeated, np.arange(len(repeated)), np.ones(len(repeated))), rtol=1e-5)


def test_a_constant_channel_is_not_divided_by_zero():
    frames = np.full((3, 4, 2), 5.0, np.float32)
    mean, deviation = channel_statistics(frames, np.arange(3), np.ones(3))
    assert_array_equal(mean, 5.0)
    assert_array_equal(deviation, 1.0)
