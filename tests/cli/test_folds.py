import numpy as np
import pytest

from skaudio.cli._folds import classes_of_one_group, count_straddling, make_folds

TARGET = np.array(["dog", "rain"] * 6)
GROUPS = np.repeat(["a", "b", "c"], 4)


def test_folds_are_stratified_and_seeded():
    folds = make_folds(TARGET, None, 3, seed=0)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(12))
    for train, test in folds:
        assert not set(train) & set(test)
        assert sorted(TARGET[test]) == ["dog", "dog", "rain", "rain"]
    again = make_folds(TARGET, None, 3, seed=0)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(folds, again, strict=True))


def test_no_group_is_in_two_folds():
    folds = make_folds(TARGET, GROUPS, 3, seed=0)
    assert sorted(set(GROUPS[test]).pop() for _, test in folds) == ["a", "b", "c"]
    assert all(len(set(GROUPS[test])) == 1 for _, test in folds)
    assert count_straddling(GROUPS, folds) == (0, 3)


def test_fewer_groups_than_folds_give_fewer_folds():
    assert len(make_folds(TARGET, GROUPS, 5, seed=0)) == 3


def test_count_straddling():
    folds = [(np.array([2, 3]), np.array([0, 1])), (np.array([0, 1]), np.array([2, 3]))]
    assert count_straddling(np.array(["a", "a", "b", "b"]), folds) == (0, 2)
    assert count_straddling(np.array(["a", "b", "b", "c"]), folds) == (1, 3)


def test_classes_of_one_group():
    assert classes_of_one_group(TARGET, GROUPS) == []
    assert classes_of_one_group(np.array(["x", "x", "y", "y"]), np.array(["a", "a", "a", "b"])) == ["x"]


@pytest.mark.parametrize(
    ("target", "groups", "message"),
    [
        (["dog"] * 6, None, "one class only, 'dog'"),
        (["dog"] * 6 + ["cat"] * 2, None, r"Fewer clips than the 3 folds in: cat \(2\).*--folds 2"),
        (["dog"] * 6 + ["cat"], None, r"cat \(1\).*remove the class"),
        (["dog", "cat"] * 3, ["a"] * 6, "all clips are of one group, 'a'"),
        (["dog"] * 3 + ["cat"] * 3, ["a"] * 3 + ["b"] * 3, "one class only to train on"),
    ],
)
def test_data_that_cannot_be_split(target, groups, message):
    with pytest.raises(ValueError, match=message):
        make_folds(np.array(target), None if groups is None else np.array(groups), 3, seed=0)
