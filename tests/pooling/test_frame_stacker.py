import pickle

import librosa
import numpy as np
import pytest
from sklearn import config_context

from skaudio.pooling import FrameStacker


def test_by_hand():
    clip = np.arange(1, 6, dtype=np.float32)[:, np.newaxis] * [1, 10]
    stacked = FrameStacker(n_before=2, n_after=1).fit_transform([clip])
    assert stacked.dtype == np.float32
    one = [[1, 1, 1, 2], [1, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 5]]
    np.testing.assert_array_equal(stacked[0, :, 0::2], one)
    np.testing.assert_array_equal(stacked[0, :, 1::2], np.multiply(one, 10))


@pytest.mark.parametrize("mode", ["edge", "constant"])
@pytest.mark.parametrize("delay", [1, 2, 5])
def test_equals_librosa_stack_memory(equal, delay, mode):
    # librosa has time last, looks back only, and puts the newest first; a negative delay looks ahead.
    back = FrameStacker(n_before=2, n_after=0, delay=delay, mode=mode).fit_transform(equal)
    ahead = FrameStacker(n_before=0, n_after=2, delay=delay, mode=mode).fit_transform(equal)
    for i, clip in enumerate(equal):
        history = librosa.feature.stack_memory(clip.T, n_steps=3, delay=delay, mode=mode).T
        np.testing.assert_array_equal(back[i], history.reshape(9, 3, 3)[:, ::-1].reshape(9, 9))
        future = librosa.feature.stack_memory(clip.T, n_steps=3, delay=-delay, mode=mode).T
        np.testing.assert_array_equal(ahead[i], future)


@pytest.mark.parametrize("mode", ["edge", "constant", "wrap"])
def test_equals_sliding_windows_of_the_padded_clip(equal, mode):
    padded = np.pad(equal, [(0, 0), (3, 2), (0, 0)], mode=mode)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 6, axis=1)  # (n_clips, n_frames, n_channels, 6)
    expected = windows.swapaxes(2, 3).reshape(5, 9, 18)
    np.testing.assert_array_equal(FrameStacker(n_before=3, n_after=2, mode=mode).fit_transform(equal), expected)
    np.testing.assert_array_equal(
        FrameStacker(n_before=3, n_after=2, mode=mode, step=4).fit_transform(equal), expected[:, ::4]
    )


def test_no_context_is_no_change(equal):
    np.testing.assert_array_equal(FrameStacker(n_before=0, n_after=0).fit_transform(equal), equal)


def test_ragged_in_ragged_out(ragged):
    stacker = FrameStacker(step=3).fit(ragged)
    stacked = stacker.transform(ragged)
    assert stacked.dtype == object
    assert [len(frames) for frames in stacked] == [-(-len(frames) // 3) for frames in ragged]
    for frames, clip in zip(stacked, ragged, strict=True):
        assert frames.dtype == np.float32
        np.testing.assert_array_equal(frames, stacker.transform([clip])[0])


def test_a_broken_clip_stays_broken(broken):
    for mode in ("edge", "constant", "wrap"):
        stacked = FrameStacker(mode=mode).fit_transform(broken)
        assert np.isnan(stacked[2]).all()
        assert not any(np.isnan(frames).any() for i, frames in enumerate(stacked) if i != 2)


def test_the_output_is_a_copy(equal):
    before = equal.copy()
    FrameStacker(n_before=0, n_after=0).fit_transform(equal)[:] = 0
    np.testing.assert_array_equal(equal, before)


def test_names(equal):
    stacker = FrameStacker(n_before=1, n_after=1, delay=3).fit(equal)
    assert stacker.get_feature_names_out(["a", "b", "c"]).tolist() == [
        "a_t-3", "b_t-3", "c_t-3", "a_t+0", "b_t+0", "c_t+0", "a_t+3", "b_t+3", "c_t+3",
    ]  # fmt: skip
    assert len(stacker.get_feature_names_out()) == stacker.transform(equal).shape[2]


def test_pandas_output_is_one_column_of_frames(equal, ragged):
    for batch in (equal, ragged):
        stacker = FrameStacker().fit(batch)
        expected = stacker.transform(batch)
        assert stacker.set_output(transform="pandas") is stacker
        with config_context(transform_output="pandas"):
            columns = [stacker.transform(batch), FrameStacker().fit_transform(batch)]
        for column in columns:
            assert column.shape == (len(batch), 1)
            for frames, own in zip(column["frames"], expected, strict=True):
                np.testing.assert_array_equal(frames, own)
        assert isinstance(stacker.set_output(transform="default").transform(batch), np.ndarray)


def test_pandas_output_of_a_subclass(equal):
    class Spliced(FrameStacker):
        def transform(self, X):
            return super().transform(X)

    with config_context(transform_output="pandas"):
        assert Spliced().fit_transform(equal).shape == (5, 1)


def test_pickle(ragged):
    stacker = FrameStacker(mode="wrap").fit(ragged)
    copy = pickle.loads(pickle.dumps(stacker))
    for one, other in zip(copy.transform(ragged), stacker.transform(ragged), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_before": -1}, "'n_before' parameter of FrameStacker must be an int"),
        ({"n_after": 1.5}, "'n_after' parameter of FrameStacker must be an int"),
        ({"delay": 0}, "'delay' parameter of FrameStacker must be an int"),
        ({"step": 0}, "'step' parameter of FrameStacker must be an int"),
        ({"mode": "reflect"}, "'mode' parameter of FrameStacker must be a str among"),
    ],
)
def test_wrong_parameters(equal, parameters, message):
    with pytest.raises(ValueError, match=message):
        FrameStacker(**parameters).fit(equal)
