import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import clone

from skaudio.pooling import FramePadder

THREE = np.array([[1.0], [2.0], [3.0]], dtype=np.float32)


def pad_three(n_frames, **parameters):
    padded = FramePadder(n_frames=n_frames, **parameters).fit_transform([THREE])
    assert padded.dtype == np.float32
    assert padded.shape == (1, n_frames, 1)
    return padded[0, :, 0].tolist()


@pytest.mark.parametrize(
    ("pad", "mode", "expected"),
    [
        ("end", "constant", [1, 2, 3, 0, 0, 0]),
        ("start", "constant", [0, 0, 0, 1, 2, 3]),
        ("both", "constant", [0, 1, 2, 3, 0, 0]),
        ("end", "edge", [1, 2, 3, 3, 3, 3]),
        ("start", "edge", [1, 1, 1, 1, 2, 3]),
        ("both", "edge", [1, 1, 2, 3, 3, 3]),
        ("end", "wrap", [1, 2, 3, 1, 2, 3]),
        ("start", "wrap", [1, 2, 3, 1, 2, 3]),
        ("both", "wrap", [3, 1, 2, 3, 1, 2]),
    ],
)
def test_padding_by_hand(pad, mode, expected):
    assert pad_three(6, pad=pad, mode=mode) == expected


@pytest.mark.parametrize(("crop", "expected"), [("end", [1, 2]), ("start", [2, 3]), ("both", [1, 2])])
def test_cropping_by_hand(crop, expected):
    assert pad_three(2, crop=crop, pad="start") == expected
    assert pad_three(1, crop="both") == [2]


@pytest.mark.parametrize("mode", ["constant", "edge", "wrap"])
def test_equals_numpy_pad(equal, mode):
    expected = np.pad(equal, [(0, 0), (0, 25), (0, 0)], mode=mode)
    np.testing.assert_array_equal(FramePadder(n_frames=34, mode=mode).fit_transform(equal), expected)
    expected = np.pad(equal, [(0, 0), (25, 0), (0, 0)], mode=mode)
    np.testing.assert_array_equal(FramePadder(n_frames=34, mode=mode, pad="start").fit_transform(equal), expected)


def test_values(ragged):
    padded = FramePadder(n_frames=41, value=-7.5).fit_transform(ragged)
    silent = FramePadder(n_frames=41, value="min").fit_transform(ragged)
    for i, clip in enumerate(ragged):
        np.testing.assert_array_equal(padded[i, : len(clip)], clip)
        np.testing.assert_array_equal(padded[i, len(clip) :], -7.5)
        np.testing.assert_array_equal(silent[i, len(clip) :], clip.min())


def test_default_is_the_longest_of_fit(ragged):
    padder = FramePadder().fit(ragged[:2])
    assert padder.n_frames_ == 7
    padded = padder.transform(ragged)  # some are longer than any in fit
    assert padded.shape == (9, 7, 3)
    np.testing.assert_array_equal(padded[2], ragged[2][:7])


def test_a_clip_alone_gives_the_same(ragged):
    padder = FramePadder(n_frames=10, value="min").fit(ragged)
    np.testing.assert_array_equal(
        padder.transform(ragged), np.concatenate([padder.transform([clip]) for clip in ragged])
    )


def test_flatten(ragged):
    padder = FramePadder(n_frames=12).fit(ragged)
    flat = clone(padder).set_params(flatten=True).fit(ragged)
    np.testing.assert_array_equal(flat.transform(ragged), padder.transform(ragged).reshape(9, 36))
    assert padder.get_feature_names_out(["a", "b", "c"]).tolist() == ["a", "b", "c"]
    names = flat.get_feature_names_out(["a", "b", "c"])
    assert names[:4].tolist() == ["a_f00", "b_f00", "c_f00", "a_f01"]
    assert names[-1] == "c_f11"
    assert len(names) == 36


def test_a_broken_clip_is_all_nan(broken):
    for value in (0.0, "min"):
        table = FramePadder(n_frames=5, value=value, flatten=True).fit_transform(broken)
        np.testing.assert_array_equal(np.isnan(table).all(axis=1), np.arange(9) == 2)
        assert np.isnan(table).any(axis=1).sum() == 1


def test_a_table_becomes_a_data_frame_and_frames_a_column_of_one(ragged):
    padder = FramePadder(n_frames=2).set_output(transform="pandas")
    column = padder.fit_transform(ragged)
    assert column.columns.tolist() == ["frames"]
    assert [frames.shape for frames in column["frames"]] == [(2, 3)] * 9
    flat = clone(padder).set_params(flatten=True)
    frame = flat.fit_transform(ragged)
    assert isinstance(frame, pd.DataFrame)
    assert frame.columns.tolist() == flat.get_feature_names_out().tolist()
    assert type(flat.set_output(transform="default").transform(ragged)) is np.ndarray
    with config_context(transform_output="pandas"):
        assert isinstance(FramePadder(flatten=True).fit_transform(ragged), pd.DataFrame)
        assert FramePadder().fit_transform(ragged).columns.tolist() == ["frames"]
    assert isinstance(FramePadder().fit_transform(ragged), np.ndarray)


def test_data_frame_in_keeps_names_and_index():
    table = pd.DataFrame({"pitch": [1.0, 2.0], "level": [3.0, 4.0]}, index=["one", "two"])
    frame = FramePadder(flatten=True).set_output(transform="pandas").fit_transform(table)
    assert frame.columns.tolist() == ["pitch_f0", "level_f0"]
    assert frame.index.tolist() == ["one", "two"]


def test_the_output_is_a_copy(equal):
    before = equal.copy()
    FramePadder().fit_transform(equal)[:] = 0
    np.testing.assert_array_equal(equal, before)


def test_pickle(ragged):
    padder = FramePadder(pad="both").fit(ragged)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(padder)).transform(ragged), padder.transform(ragged))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_frames": 0}, "'n_frames' parameter of FramePadder must be an int"),
        ({"pad": "middle"}, "'pad' parameter of FramePadder must be a str among"),
        ({"crop": "random"}, "'crop' parameter of FramePadder must be a str among"),
        ({"mode": "reflect"}, "'mode' parameter of FramePadder must be a str among"),
        ({"value": "max"}, "'value' parameter of FramePadder must be a float"),
        ({"value": np.inf}, "'value' parameter of FramePadder must be a float"),
        ({"flatten": "yes"}, "'flatten' parameter of FramePadder must be an instance of 'bool'"),
    ],
)
def test_wrong_parameters(equal, parameters, message):
    with pytest.raises(ValueError, match=message):
        FramePadder(**parameters).fit(equal)
