"""Frames that carry the names of their channels: through what leaves the channels alone, and through nothing else."""

import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import train_test_split
from sklearn.utils import _safe_indexing, shuffle

from skaudio._frames import Channels, Frames, channels_of, with_channels

THREE = Channels(("low", "middle", "high"))


@pytest.fixture
def block():
    return with_channels(np.arange(4 * 3 * 3, dtype=np.float32).reshape(4, 3, 3), THREE)


@pytest.fixture
def ragged():
    batch = np.empty(3, dtype=object)
    batch[:] = [np.full((n, 3), n, np.float32) for n in (2, 5, 1)]
    return with_channels(batch, THREE)


ROWS = {
    "a clip": lambda X: X[2],
    "a NumPy integer": lambda X: X[np.int64(2)],
    "a slice": lambda X: X[1:],
    "a list": lambda X: X[[3, 0, 0]],
    "an array": lambda X: X[np.array([2, 1])],
    "a mask": lambda X: X[np.array([True, False, True, False])],
    "rows, as scikit-learn takes them": lambda X: X[[1, 3], ...],
    "some frames": lambda X: X[:, 1:],
    "some frames of a clip": lambda X: X[1, ::-1],
    "a batch of one clip": lambda X: X[0][np.newaxis],
    "frames by a mask": lambda X: X[np.ones((4, 3), bool)],
}
OTHERS = {
    "a channel": lambda X: X[..., 0],
    "channels turned": lambda X: X[:, :, ::-1],
    "channels chosen": lambda X: X[..., [2, 0, 1]],
    "channels of a clip": lambda X: X[0, :, [0, 1, 2]],
    "channels by a mask": lambda X: X[..., np.array([True, True, True])],
    "a new last axis": lambda X: X[..., np.newaxis],
    "transposed": lambda X: X.transpose(0, 2, 1),
    "reshaped": lambda X: X.reshape(4, 3, 3),
    "added to": lambda X: X + 1,
    "a mean": lambda X: X.mean(axis=0),
    "concatenated": lambda X: np.concatenate([X, X], axis=2)[..., :3],
    "sorted": lambda X: np.sort(X, axis=2),
}


@pytest.mark.parametrize("select", ROWS.values(), ids=list(ROWS))
def test_rows_keep_their_channels(block, select):
    selected = select(block)
    assert selected.channels == THREE
    assert_array_equal(selected, select(np.asarray(block)))


@pytest.mark.parametrize("change", OTHERS.values(), ids=list(OTHERS))
def test_nothing_is_known_of_other_channels(block, change):
    changed = change(block)
    assert getattr(changed, "channels", None) is None
    assert_array_equal(changed, change(np.asarray(block)))


def test_arithmetic_gives_plain_arrays_and_numbers(block):
    assert type(block * 2) is np.ndarray
    assert type(block.sum()) is np.float32
    block *= 2
    assert block.channels == THREE


def test_what_scikit_learn_makes_of_a_batch(block, ragged):
    for batch in (block, ragged):
        some, others = train_test_split(batch, random_state=0)
        for part in (some, others, shuffle(batch, random_state=0), _safe_indexing(batch, [0, 2]), list(batch)):
            assert channels_of(part) == THREE
        column = pd.Series(list(batch), index=list("dcba")[: len(batch)]).sample(frac=1, random_state=0)
        assert channels_of(column.to_numpy()) == THREE


def test_what_goes_to_another_process(block, ragged, tmp_path):
    for batch in (block, ragged, block[1]):
        joblib.dump(batch, tmp_path / "batch")
        for copy in (pickle.loads(pickle.dumps(batch)), joblib.load(tmp_path / "batch")):
            assert channels_of(copy) == THREE
            for own, other in zip(copy, batch, strict=True):
                assert_array_equal(own, other)
    large = with_channels(np.ones((200, 500, 3), np.float32), THREE)  # joblib gives it to a process as a memory map
    copy = joblib.Parallel(2, max_nbytes=1000)(joblib.delayed(np.ndarray.__getitem__)(large, 1) for _ in range(1))[0]
    assert_array_equal(copy, large[1])
    found = joblib.Parallel(2, max_nbytes=1000)(joblib.delayed(channels_of)(large) for _ in range(1))
    assert found == [THREE]


def test_clips_that_do_not_agree_are_of_unknown_channels(ragged):
    other = with_channels(np.zeros((2, 3), np.float32), Channels(("a", "b", "c")))
    same = with_channels(np.zeros((2, 3), np.float32), Channels(("low", "middle", "high")))
    assert channels_of([*ragged, same]) == THREE
    assert channels_of([*ragged, other]) is None
    assert channels_of([*ragged, np.zeros((2, 3))]) is None
    assert channels_of([np.zeros((2, 3)), *ragged]) is None


def test_frames_share_the_memory_of_the_array():
    array = np.zeros((2, 3, 3), np.float32)
    frames = with_channels(array, THREE)
    assert isinstance(frames, Frames)
    assert np.shares_memory(frames, array)
    assert not hasattr(array, "channels")
