import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from skaudio.pooling import FrameStacker, StatPooling
from skaudio.pooling import _stat_pooling as module

EVERYTHING = ("mean", "std", "min", "max", "median", "p10", "p90", "iqr", "skew", "kurtosis", "slope")


def test_columns_by_hand():
    clip = np.array([[1, 10], [2, 20], [3, 30], [10, 100]], dtype=np.float32)
    pooling = StatPooling(stats=("mean", "max"), segments=2, segment_stats=("mean", "min"))
    expected = {
        "a_mean": 4, "b_mean": 40, "a_max": 10, "b_max": 100,
        "a_mean_seg0": 1.5, "b_mean_seg0": 15, "a_min_seg0": 1, "b_min_seg0": 10,
        "a_mean_seg1": 6.5, "b_mean_seg1": 65, "a_min_seg1": 3, "b_min_seg1": 30,
    }  # fmt: skip
    table = pooling.fit_transform([clip])
    assert table.dtype == np.float32
    assert dict(zip(pooling.get_feature_names_out(["a", "b"]), table[0], strict=True)) == expected


def test_default_is_nine_statistics_of_the_whole_clip(equal):
    table = StatPooling().fit_transform(equal)
    percentiles = np.percentile(equal, [10, 25, 50, 75, 90], axis=1)
    expected = np.stack([equal.mean(1), equal.std(1), equal.min(1), equal.max(1), *percentiles], axis=1)
    np.testing.assert_allclose(table, expected.reshape(5, 27), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("n_frames", "n_segments", "bounds"),
    [
        (6, 3, [(0, 2), (2, 4), (4, 6)]),
        (7, 3, [(0, 2), (2, 4), (4, 7)]),
        (3, 5, [(0, 1), (0, 1), (1, 2), (1, 2), (2, 3)]),
        (1, 3, [(0, 1), (0, 1), (0, 1)]),
    ],
)
def test_segments(n_frames, n_segments, bounds):
    clip = np.random.default_rng(0).normal(size=(1, n_frames, 2)).astype(np.float32)
    table = StatPooling(stats=(), segments=n_segments, segment_stats=("mean", "max")).fit_transform(clip)
    expected = [[part.mean(0), part.max(0)] for start, stop in bounds for part in [clip[0, start:stop]]]
    np.testing.assert_allclose(table[0], np.ravel(expected), rtol=1e-6)


def test_segment_stats_are_not_used_for_the_whole_clip(equal):
    assert StatPooling(stats=("mean",), segment_stats=("max", "min")).fit_transform(equal).shape == (5, 3)


@pytest.mark.parametrize("segments", [1, 4])
def test_a_clip_alone_gives_the_same_bits(ragged, equal, segments):
    pooling = StatPooling(stats=EVERYTHING, segments=segments, segment_stats=EVERYTHING).fit(ragged)
    for batch in (ragged, equal):
        alone = np.concatenate([pooling.transform([clip]) for clip in batch])
        np.testing.assert_array_equal(pooling.transform(batch), alone)


def test_blocks_of_bounded_size_change_nothing(ragged, equal, monkeypatch):
    pooling = StatPooling(stats=EVERYTHING, segments=3).fit(ragged)
    whole = [pooling.transform(batch) for batch in (ragged, equal)]
    monkeypatch.setattr(module, "MAX_BLOCK_VALUES", 60)
    for batch, expected in zip((ragged, equal), whole, strict=True):
        np.testing.assert_array_equal(pooling.transform(batch), expected)


def test_lists_object_arrays_and_3d_arrays_are_the_same(equal, ragged):
    objects = np.empty(len(ragged), dtype=object)
    objects[:] = ragged
    pooling = StatPooling().fit(equal)
    np.testing.assert_array_equal(pooling.transform(objects), pooling.transform(ragged))
    np.testing.assert_array_equal(pooling.transform(list(equal)), pooling.transform(equal))


def test_one_frame_clips_are_finite(ragged):
    table = StatPooling(stats=EVERYTHING, segments=3, segment_stats=EVERYTHING).fit_transform(ragged[1:2])
    rows = dict(zip(EVERYTHING, table.reshape(4, len(EVERYTHING), 3)[0], strict=True))
    for name in ("std", "iqr", "skew", "kurtosis", "slope"):
        np.testing.assert_array_equal(rows[name], 0)
    for name in ("mean", "min", "max", "median", "p10", "p90"):
        np.testing.assert_array_equal(rows[name], ragged[1][0])


def test_a_table_is_one_frame_a_row():
    table = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    np.testing.assert_array_equal(StatPooling(stats=("mean",)).fit_transform(table), table)


def test_broken_clips_stay_nan_and_aligned(ragged, broken):
    pooling = StatPooling(stats=EVERYTHING, segments=2).fit(broken)
    table = pooling.transform(broken)
    np.testing.assert_array_equal(np.isnan(table).all(axis=1), np.arange(len(broken)) == 2)
    sound = np.arange(len(broken)) != 2
    np.testing.assert_array_equal(table[sound], pooling.transform(ragged)[sound])


def test_infinity_is_refused(equal):
    equal[1, 2, 0] = np.inf
    with pytest.raises(ValueError, match="infinity"):
        StatPooling().fit(equal)


def test_names_default_and_wrong_number(equal):
    pooling = StatPooling(stats=("std",)).fit(equal)
    assert pooling.get_feature_names_out().tolist() == ["x0_std", "x1_std", "x2_std"]
    with pytest.raises(ValueError, match="input_features should have length equal to number of features"):
        pooling.get_feature_names_out(["a"])


def test_names_run_through_a_pipeline(equal):
    pipeline = make_pipeline(FrameStacker(n_before=1, n_after=0), StatPooling(stats=("std",))).fit(equal)
    names = pipeline.get_feature_names_out(["mfcc_00", "mfcc_01", "mfcc_02"])
    assert names[:3].tolist() == ["mfcc_00_t-1_std", "mfcc_01_t-1_std", "mfcc_02_t-1_std"]
    assert len(names) == pipeline.transform(equal).shape[1]


def test_pandas(ragged):
    pipeline = make_pipeline(FrameStacker(n_before=1, n_after=0), StatPooling(stats=("mean", "max")))
    expected = pipeline.fit_transform(ragged)
    pipeline.set_output(transform="pandas")
    frame = pipeline.fit_transform(ragged)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == pipeline.get_feature_names_out().tolist()
    np.testing.assert_array_equal(frame.to_numpy(), expected)
    with config_context(transform_output="pandas"):
        assert isinstance(clone(pipeline).fit_transform(ragged), pd.DataFrame)


def test_data_frame_in_keeps_names_and_index():
    table = pd.DataFrame({"pitch": [1.0, 2.0], "level": [3.0, 4.0]}, index=["one", "two"])
    frame = StatPooling(stats=("max",)).set_output(transform="pandas").fit_transform(table)
    assert frame.columns.tolist() == ["pitch_max", "level_max"]
    assert frame.index.tolist() == ["one", "two"]


def test_clone_and_pickle(ragged):
    pooling = StatPooling(stats=("mean", "p10"), segments=2)
    assert clone(pooling).get_params() == pooling.get_params()
    copy = pickle.loads(pickle.dumps(pooling.fit(ragged)))
    np.testing.assert_array_equal(copy.transform(ragged), pooling.transform(ragged))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"stats": ("mean", "mode")}, r"stats\[1\]='mode'; expected one of"),
        ({"segment_stats": ("p200",)}, r"segment_stats\[0\]='p200'; expected one of"),
        ({"stats": ("max", "max")}, "contains a statistic twice"),
        ({"stats": "mean"}, "'stats' parameter of StatPooling must be an array-like"),
        ({"segments": 0}, "'segments' parameter of StatPooling must be an int in the range"),
        ({"stats": ()}, "leave no statistic to compute"),
        ({"stats": (), "segments": 2, "segment_stats": ()}, "leave no statistic to compute"),
    ],
)
def test_wrong_parameters(equal, parameters, message):
    with pytest.raises(ValueError, match=message):
        StatPooling(**parameters).fit(equal)


def test_wrong_number_of_channels(equal):
    with pytest.raises(ValueError, match="X has 2 channels, but StatPooling is expecting 3"):
        StatPooling().fit(equal).transform(equal[:, :, :2])
