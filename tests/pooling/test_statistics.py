import numpy as np
import pytest
import scipy.stats

from skaudio.pooling._statistics import NAMED, check_statistics, frame_statistics

REFERENCE = {
    "mean": lambda x: x.mean(axis=1),
    "std": lambda x: x.std(axis=1),
    "min": lambda x: x.min(axis=1),
    "max": lambda x: x.max(axis=1),
    "median": lambda x: np.median(x, axis=1),
    "iqr": lambda x: scipy.stats.iqr(x, axis=1),
    "skew": lambda x: scipy.stats.skew(x, axis=1),
    "kurtosis": lambda x: scipy.stats.kurtosis(x, axis=1),
    "slope": lambda x: np.stack([np.polyfit(np.linspace(0, 1, x.shape[1]), clip, deg=1)[0] for clip in x]),
    **{f"p{q}": lambda x, q=q: np.percentile(x, q, axis=1) for q in (0, 1, 10, 25, 50, 75, 90, 99, 100)},
}


def skewed(n_clips, n_frames, n_channels):
    return np.random.default_rng(n_frames).gamma(2.0, size=(n_clips, n_frames, n_channels)).astype(np.float32)


@pytest.mark.parametrize("n_frames", [2, 3, 4, 11, 50, 501])
@pytest.mark.parametrize("name", REFERENCE)
def test_equals_numpy_and_scipy(name, n_frames):
    block = skewed(4, n_frames, 3)
    expected = REFERENCE[name](block.astype(np.float64))
    result = frame_statistics(block, [name])
    assert result.dtype == np.float32
    assert result.shape == (4, 1, 3)
    np.testing.assert_allclose(result[:, 0], expected, rtol=2e-6, atol=2e-6)


def test_order_is_that_of_the_names():
    block = skewed(2, 6, 3)
    both = frame_statistics(block, ["max", "mean"])
    np.testing.assert_array_equal(both[:, 0], block.max(axis=1))
    np.testing.assert_allclose(both[:, 1], block.mean(axis=1), rtol=1e-6)


def test_slope_is_the_rise_from_first_to_last_frame():
    ramp = np.linspace(-40, -10, 13, dtype=np.float32)[np.newaxis, :, np.newaxis]
    np.testing.assert_allclose(frame_statistics(ramp, ["slope"]), [[[30.0]]], rtol=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, -123.456, 1e30, 1e-40])
@pytest.mark.parametrize("n_frames", [1, 2, 7, 1000])
def test_constant_channels_have_no_spread(value, n_frames):
    block = np.full((2, n_frames, 2), value, dtype=np.float32)
    np.testing.assert_array_equal(frame_statistics(block, ["std", "iqr", "skew", "kurtosis", "slope"]), 0)
    level = frame_statistics(block, ["mean", "min", "max", "median", "p37"])
    np.testing.assert_array_equal(level, np.full((2, 5, 2), value, dtype=np.float32))


@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_shape_statistics_do_not_depend_on_scale(scale):
    block = skewed(2, 30, 2)
    names = ["skew", "kurtosis"]
    np.testing.assert_allclose(
        frame_statistics(block * np.float32(scale), names), frame_statistics(block, names), rtol=1e-4
    )


def test_spread_next_to_a_large_offset_is_kept():
    # In float32 the sum of a thousand values near a million is off by more than their spread.
    values = (1e6 + np.random.default_rng(0).integers(0, 4, size=(1, 1000, 1))).astype(np.float32)
    np.testing.assert_allclose(frame_statistics(values, ["std"])[0, 0], values.astype(float).std(), rtol=1e-6)


@pytest.mark.parametrize("name", [*NAMED, "p10"])
def test_a_channel_with_nan_is_nan_and_no_other(name):
    block = skewed(3, 8, 2)
    block[1, 4, 0] = np.nan
    result = np.isnan(frame_statistics(block, [name])[:, 0])
    np.testing.assert_array_equal(result, [[False, False], [True, False], [False, False]])


@pytest.mark.parametrize("shape", [(40, 33, 1), (40, 33, 2), (40, 200, 5), (300, 1, 4), (3, 9000, 1)])
def test_a_clip_alone_gives_the_same_bits(shape):
    block = skewed(*shape)
    names = [*NAMED, "p10", "p33"]
    together = frame_statistics(block, names)
    alone = np.concatenate([frame_statistics(block[i : i + 1], names) for i in range(len(block))])
    np.testing.assert_array_equal(together, alone)
    by_three = np.concatenate([frame_statistics(block[i : i + 3], names) for i in range(0, len(block), 3)])
    np.testing.assert_array_equal(together, by_three)


def test_the_block_is_left_alone():
    block = skewed(2, 5, 2)
    before = block.copy()
    frame_statistics(block, NAMED)
    np.testing.assert_array_equal(block, before)


@pytest.mark.parametrize("name", ["avg", "p101", "p-1", "p", "p2.5", "p05", "p 10", "P10", "", 10, None])
def test_unknown_statistics_are_refused(name):
    with pytest.raises(ValueError, match=r"stats\[1\]=.*; expected one of mean, std"):
        check_statistics(["mean", name], "stats")


def test_a_statistic_comes_once():
    with pytest.raises(ValueError, match=r"segment_stats=\('mean', 'mean'\) contains a statistic twice"):
        check_statistics(("mean", "mean"), "segment_stats")


@pytest.mark.parametrize("n_frames", [2, 3, 13, 200, 5000])
@pytest.mark.parametrize("level", [0.0, 1.0, -80.0, 3e4])
def test_what_normalisation_makes_zero_or_one_is_exactly_that(n_frames, level):
    frames = level + np.random.default_rng(n_frames).normal(size=(3, n_frames, 40))
    centred = frames - frames.mean(axis=1, keepdims=True)
    for scaled in (centred, centred / centred.std(axis=1, keepdims=True)):
        np.testing.assert_array_equal(frame_statistics(scaled.astype(np.float32), ["mean"]), 0)
    np.testing.assert_array_equal(frame_statistics(scaled.astype(np.float32), ["std"]), 1)


def test_a_small_mean_that_is_one_is_kept():
    # A ten-thousandth of the level is far above float32's rounding.
    frames = (1e-4 + np.random.default_rng(0).choice([-1.0, 1.0], size=(1, 500, 1))).astype(np.float32)
    expected = frames.astype(np.float64).mean(axis=1)
    np.testing.assert_allclose(frame_statistics(frames, ["mean"])[:, 0], expected, rtol=1e-6)


def test_deviations_are_known_to_six_digits():
    frames = skewed(200, 30, 2) * np.logspace(-20, 20, 200, dtype=np.float32)[:, np.newaxis, np.newaxis]
    expected = frames.astype(np.float64).std(axis=1)
    np.testing.assert_allclose(frame_statistics(frames, ["std"])[:, 0], expected, rtol=3e-7)
