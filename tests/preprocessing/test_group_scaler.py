"""GroupScaler: scikit-learn's StandardScaler for each group."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.features import MFCC
from skaudio.pooling import StatPooling
from skaudio.preprocessing import GroupScaler


@pytest.fixture
def table():
    rng = np.random.default_rng(0)
    groups = np.array(["a", "b", "c"])[rng.integers(0, 3, 40)]
    groups[5] = "alone"
    offsets = {"a": 5.0, "b": -3.0, "c": 100.0, "alone": 0.0}
    X = rng.standard_normal((40, 4)) * [1, 2, 3, 0] + np.array([[offsets[group]] for group in groups])
    return X.astype(np.float32), groups


def by_scikit_learn(X, groups, *, known=None, **params):
    """Scale each group by a StandardScaler, one clip alone by that of all training clips."""
    out, (known_X, known_groups) = np.empty(X.shape), known or (X, groups)
    for group in np.unique(groups):
        own = known_X[known_groups == group] if group in known_groups else X[groups == group]
        scaler = StandardScaler(**params).fit((own if len(own) > 1 else known_X).astype(np.float64))
        out[groups == group] = scaler.transform(X[groups == group])
    return out


@pytest.mark.parametrize("with_std", [True, False])
def test_each_group_is_standardised(table, with_std):
    X, groups = table
    ours = GroupScaler(with_std=with_std).fit_transform(X, groups=groups)
    assert ours.dtype == np.float32
    assert_allclose(ours, by_scikit_learn(X, groups, with_std=with_std), atol=2e-5)


def test_without_groups_it_is_a_standard_scaler(table):
    X, groups = table
    expected = StandardScaler().fit_transform(X.astype(np.float64))
    assert_allclose(GroupScaler().fit_transform(X), expected, atol=2e-5)
    assert_allclose(GroupScaler().fit(X, groups=groups).transform(X), expected, atol=2e-5)


def test_a_new_group_is_scaled_by_its_own_clips_and_a_known_one_by_those_of_training(table):
    X, groups = table
    train = groups != "c"
    scaler = GroupScaler().fit(X[train], groups=groups[train])
    new = X + np.float32(7.0)
    expected = by_scikit_learn(new, groups, known=(X[train], groups[train]))
    assert_allclose(scaler.transform(new, groups=groups), expected, atol=2e-5)
    one = np.flatnonzero(groups == "c")[:1]  # of a new group: by all of training
    alone = StandardScaler().fit(X[train].astype(np.float64)).transform(new[one])
    assert_allclose(scaler.transform(new[one], groups=["c"]), alone, atol=2e-5)
    two = np.flatnonzero(groups == "a")[:2]  # of a known group, in any batch
    assert_array_equal(scaler.transform(new[two], groups=groups[two]), scaler.transform(new, groups=groups)[two])


def test_shrinkage_adds_clips_with_the_statistics_of_all(table):
    X, groups = table
    scaler = GroupScaler(shrinkage=3.0).fit(X, groups=groups)
    own = X[groups == "b"].astype(np.float64)
    weight = len(own) / (len(own) + 3.0)
    row = scaler.groups_.index("b")
    assert_allclose(scaler.group_means_[row], weight * own.mean(axis=0) + (1 - weight) * X.mean(axis=0), atol=1e-4)
    huge = GroupScaler(shrinkage=1e9).fit_transform(X, groups=groups)
    assert_allclose(huge, StandardScaler().fit_transform(X.astype(np.float64)), atol=1e-4)


def test_frames_of_clips_of_any_length(table):
    X, groups = table
    rng = np.random.default_rng(1)
    clips = np.empty(40, dtype=object)
    clips[:] = [(row + rng.standard_normal((rng.integers(1, 9), 4))).astype(np.float32) for row in X]
    scaled = GroupScaler().fit_transform(clips, groups=groups)
    for group in "abc":
        frames = np.concatenate(list(scaled[groups == group]))
        assert_allclose(frames.mean(axis=0), 0.0, atol=1e-4)
        assert_allclose(frames.std(axis=0), 1.0, atol=1e-4)
    assert [len(frames) for frames in scaled] == [len(frames) for frames in clips]


def test_broken_clips_stay_and_do_not_count(table):
    X, groups = table
    broken = X.copy()
    broken[3] = np.nan
    rest = np.arange(40) != 3
    scaled = GroupScaler().fit_transform(broken, groups=groups)
    assert np.isnan(scaled[3]).all()
    assert_allclose(scaled[rest], GroupScaler().fit_transform(X[rest], groups=groups[rest]), atol=1e-5)


def test_groups_as_a_column(table):
    X, groups = table
    frame = pd.DataFrame(X, columns=list("wxyz"), index=np.arange(40)[::-1]).assign(site=groups)
    scaler = GroupScaler(group_column="site").set_output(transform="pandas")
    scaled = scaler.fit_transform(frame)
    assert scaled.columns.tolist() == list("wxyz")
    assert_array_equal(scaled.index, frame.index)
    assert_array_equal(scaled.to_numpy(), GroupScaler().fit_transform(X, groups=groups))
    with pytest.raises(ValueError, match=r"group_column='site' is not a column of X, which is a ndarray"):
        scaler.transform(X)
    with pytest.raises(ValueError, match=r"groups were passed, and group_column='site'; expected one of both"):
        scaler.transform(frame, groups=groups)


def test_wrong_groups(table):
    X, groups = table
    with pytest.raises(ValueError, match="There are 39 groups, but 40 clips"):
        GroupScaler().fit(X, groups=groups[1:])
    with pytest.raises(ValueError, match="There are 39 groups, but 40 clips"):
        GroupScaler().fit(X, groups=groups).transform(X, groups=groups[1:])


def test_a_missing_group_is_named(table):
    X, _ = table
    for groups in ([1.0, np.nan] * 20, ["a", None] * 20):
        with pytest.raises(ValueError, match=r"The group of clip 1 is missing: (nan|None)"):
            GroupScaler().fit(X, groups=groups)


def test_channels_keep_their_names_and_times_but_are_no_longer_decibels():
    y = np.random.default_rng(0).standard_normal((6, 4000)).astype(np.float32)
    from skaudio.features import MelSpectrogram

    frames = MelSpectrogram(sr=8000, n_mels=5).fit_transform(y)
    scaled = GroupScaler().fit_transform(frames, groups=list("aabbcc"))
    assert scaled.channels.names == frames.channels.names
    assert scaled.channels.hop_seconds == frames.channels.hop_seconds
    assert (scaled.channels.kind, scaled.channels.silence) == ("unknown", None)


def test_groups_are_routed_through_a_pipeline_and_a_search():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(6), 10)
    labels = np.tile([0, 1], 30)
    # Each speaker has a level of his own, by which the loud word of one is softer than the soft one of another.
    levels = 10.0 ** rng.uniform(-2, 0, 6)
    clips = [
        rng.standard_normal(2000) * levels[g] * (0.15 + 0.1 * label) for g, label in zip(groups, labels, strict=True)
    ]
    plain = make_pipeline(MFCC(sr=8000, top_db=None), StatPooling(("mean",)), GroupScaler(), LogisticRegression())
    with sklearn.config_context(enable_metadata_routing=True):
        routed = clone(plain)
        routed.steps[2][1].set_fit_request(groups=True).set_transform_request(groups=True)
        params = {"groups": groups}
        with_groups = cross_validate(routed, clips, labels, cv=GroupKFold(3), params=params)["test_score"]
        search = GridSearchCV(routed, {"groupscaler__shrinkage": [0.0, 1e6]}, cv=GroupKFold(3)).fit(
            clips, labels, **params
        )
    assert with_groups.min() == 1.0
    assert search.best_params_ == {"groupscaler__shrinkage": 0.0}
    scores = search.cv_results_["mean_test_score"]
    assert scores[1] < 0.8 < scores[0]
