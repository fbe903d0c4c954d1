"""What everything public owes to sound: ragged batches, silence, short clips, no influence of a clip on another."""

import pickle
import random

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import BaggingClassifier
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.common.instances import FRONT_ENDS, NETWORKS, POOLING, PRETRAINED, SIAMESE, name

from skaudio.features import MFCC
from skaudio.pooling import StatPooling

SR = 8000


def tone(frequency, seconds, rng, noise=0.01):
    t = np.arange(int(SR * seconds)) / SR
    return (0.3 * np.sin(2 * np.pi * frequency * t) + noise * rng.standard_normal(len(t))).astype(np.float32)


def object_array(items):
    batch = np.empty(len(items), dtype=object)
    batch[:] = items
    return batch


@pytest.fixture
def clips():
    rng = np.random.default_rng(0)
    return [tone(frequency, seconds, rng) for frequency, seconds in [(300, 0.3), (900, 0.5), (2000, 0.21), (500, 0.5)]]


@pytest.fixture
def frames(clips):
    return MFCC(sr=SR, n_mfcc=5).fit_transform(clips)


def assert_same_batch(left, right):
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        assert_array_equal(a, b)


def fitted(estimator, X):
    return clone(estimator).fit(X, np.arange(len(X)) % 2)


def cases():
    yield from ((estimator, "clips") for estimator in [*FRONT_ENDS, *PRETRAINED])
    yield from ((estimator, "frames") for estimator in [*POOLING, *NETWORKS, *SIAMESE])


@pytest.fixture(params=list(cases()), ids=lambda case: name(case[0]))
def case(request, clips, frames):
    estimator, wants = request.param
    return estimator, (object_array(clips) if wants == "clips" else frames)


def test_ragged_batches_of_every_container(case):
    estimator, X = case
    model = fitted(estimator, X)
    expected = model.transform(X)
    for container in (list(X), tuple(X), X.reshape(-1, 1)):
        assert_same_batch(model.transform(container), expected)


def test_a_clip_does_not_depend_on_its_neighbours(case):
    estimator, X = case
    model = fitted(estimator, X)
    together = model.transform(X)
    # A network multiplies matrices of another size, whose sums are rounded otherwise.
    tolerance = 1e-5 if name(estimator) in map(name, [*NETWORKS, *SIAMESE]) else 0
    for i in range(len(X)):
        alone = model.transform(X[i : i + 1])
        assert len(alone) == 1
        assert_allclose(alone[0], together[i], rtol=tolerance, atol=tolerance)


def test_output_is_float32_and_has_a_name_for_each_channel(case):
    estimator, X = case
    model = fitted(estimator, X)
    output = model.transform(X)
    assert output[0].dtype == np.float32
    assert len(model.get_feature_names_out()) == output[0].shape[-1]
    assert len(set(model.get_feature_names_out())) == output[0].shape[-1]


def test_same_seed_same_result_and_the_callers_random_states_are_left_alone(case):
    estimator, X = case
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    before = random.getstate(), pickle.dumps(np.random.get_state())  # noqa: NPY002
    first = fitted(estimator, X).transform(X)
    second = fitted(estimator, X).transform(X)
    assert_same_batch(first, second)
    assert before == (random.getstate(), pickle.dumps(np.random.get_state()))  # noqa: NPY002


def test_without_a_seed_too_the_callers_random_state_is_left_alone(case):
    estimator, X = case
    if "random_state" not in estimator.get_params():
        pytest.skip("draws nothing")
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002
    fitted(clone(estimator).set_params(random_state=None), X).transform(X)
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


def test_a_pickled_estimator_gives_the_same_result(case):
    estimator, X = case
    model = fitted(estimator, X)
    assert_same_batch(pickle.loads(pickle.dumps(model)).transform(X), model.transform(X))


def test_input_is_left_alone(case):
    estimator, X = case
    before = [x.copy() for x in X]
    fitted(estimator, X).transform(X)
    assert_same_batch(X, before)


def test_set_output_is_accepted(case):
    estimator, X = case
    model = clone(estimator).set_output(transform="pandas").fit(X, np.arange(len(X)) % 2)
    assert len(model.transform(X)) == len(X)


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=name)
def test_silence_gives_finite_output(front_end):
    assert np.isfinite(clone(front_end).fit_transform([np.zeros(3000, np.float32)])).all()


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=name)
def test_a_clip_shorter_than_a_frame(front_end):
    short = clone(front_end).fit_transform([np.array([0.1, -0.2], np.float32)])
    assert np.isfinite(short).all()
    assert short.shape[1] >= 1


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=name)
def test_threads_change_nothing(front_end, clips):
    many = clips * 20
    assert_same_batch(clone(front_end).set_params(n_jobs=2).fit_transform(many), clone(front_end).fit_transform(many))


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=name)
def test_a_table_of_equally_long_clips_is_a_batch_of_clips(front_end):
    table = np.random.default_rng(0).standard_normal((3, 2000)).astype(np.float32)
    assert_same_batch(clone(front_end).fit_transform(table), clone(front_end).fit_transform(list(table)))


@pytest.mark.parametrize("front_end", FRONT_ENDS, ids=name)
def test_set_params_takes_effect(front_end, clips):
    model = clone(front_end).fit(clips)
    before = model.transform(clips)
    after = model.set_params(duration=0.1).transform(clips)
    assert all(len(a) < len(b) for a, b in zip(after, before, strict=True))
    assert_same_batch(after, clone(model).fit_transform(clips))


@pytest.mark.parametrize("pooling", POOLING, ids=name)
def test_padding_is_nothing_that_pooling_sees(pooling, frames):
    """A ragged batch and its equally long part give the same: no clip is ever filled up to its longest neighbour."""
    model = fitted(pooling, frames)
    long = [i for i in range(len(frames)) if len(frames[i]) == max(map(len, frames))]
    assert len(long) > 1
    stacked = np.stack([frames[i] for i in long])
    assert_same_batch(model.transform(stacked), [model.transform(frames)[i] for i in long])


@pytest.fixture
def labelled():
    rng = np.random.default_rng(0)
    X = [tone(frequency, rng.uniform(0.1, 0.2), rng) for frequency in [400, 1200] * 15]
    return object_array(X).reshape(-1, 1), np.array(["low", "high"] * 15)


def pipeline():
    return make_pipeline(MFCC(sr=SR, n_mfcc=5), StatPooling(), StandardScaler(), LogisticRegression())


def test_string_labels_survive_a_pipeline(labelled):
    X, y = labelled
    assert set(pipeline().fit(X, y).predict(X)) == {"low", "high"}


def test_bagging_takes_one_column_of_clips(labelled):
    X, y = labelled
    model = BaggingClassifier(pipeline(), n_estimators=3, random_state=0).fit(X, y)
    assert model.score(X, y) == 1.0


def test_permutation_importance_takes_one_column_of_clips(labelled):
    X, y = labelled
    result = permutation_importance(pipeline().fit(X, y), X, y, n_repeats=3, random_state=0)
    assert result.importances_mean[0] > 0.2


def test_names_run_through_a_pipeline_to_a_data_frame(labelled):
    pytest.importorskip("pandas")
    X, _ = labelled
    steps = make_pipeline(MFCC(sr=SR, n_mfcc=5), StatPooling(stats=("mean", "std")), StandardScaler()).fit(X)
    assert "mfcc_3_std" in steps.get_feature_names_out()
    table = steps.set_output(transform="pandas").fit_transform(X)
    assert table.shape == (30, 10)
