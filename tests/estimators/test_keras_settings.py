"""What Keras is set to is part of a network: it neither sticks to others, nor changes one that is fitted."""

import pickle

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from tests.estimators.conftest import SMALL, SMALL_CNN, make_clips

import skaudio._learning._graphs as graphs
from skaudio._learning._keras_settings import POLICIES
from skaudio.estimators import AutoencoderLatent, CNNClassifier, CNNRegressor, GRUClassifier, SiameseMatcher

MIXED = sorted(set(POLICIES) - {"float32"})
AUTOENCODER = {"n_components": 2, "hidden": (8,), "epochs": 4, "random_state": 0}


@pytest.fixture(autouse=True)
def user_settings():
    """Put back what a test sets."""
    config = keras.config
    before = config.dtype_policy(), config.floatx(), config.image_data_format()
    yield
    config.set_dtype_policy(before[0])
    config.set_floatx(before[1])
    config.set_image_data_format(before[2])


@pytest.mark.slow
@pytest.mark.parametrize("policy", MIXED)
def test_a_classifier_learns_in_every_precision(policy, clips):
    X, y = clips
    expected = CNNClassifier(**SMALL_CNN).fit(X, y).predict_proba(X)
    keras.config.set_dtype_policy(policy)
    model = CNNClassifier(**SMALL_CNN).fit(X, y)
    if policy == "float64":  # the first weights are drawn in this precision, and are others
        assert model.score(X, y) > 0.5
    else:
        assert_allclose(model.predict_proba(X), expected, atol=0.1)  # 16 bits are three digits
    assert model.transform(X).dtype == np.float32
    graph = graphs.graph_of(model.learner_.architecture)
    assert isinstance(graph.trained.optimizer, keras.optimizers.LossScaleOptimizer) == (policy == "mixed_float16")
    assert graph.network.get_layer("convolution_1").compute_dtype == keras.DTypePolicy(policy).compute_dtype
    assert_array_equal(model.partial_fit(X, y).classes_, np.unique(y))


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        GRUClassifier(units=4, n_layers=1, **SMALL, optimizer="sgd"),
        CNNClassifier(**SMALL_CNN, optimizer=keras.optimizers.Adam(0.01)),
        CNNClassifier(**{**SMALL_CNN, "pooling": "linear_softmax"}),
        CNNRegressor(**SMALL_CNN),
        SiameseMatcher(tower_params={"filters": 4, "depth": 1}, embedding_dim=4, loss="triplet", **SMALL),
        AutoencoderLatent(kind="conv", variational=True, **AUTOENCODER),
        AutoencoderLatent(denoising=0.5, **AUTOENCODER),
    ],
    ids=lambda model: type(model).__name__,
)
def test_every_kind_of_network_trains_in_16_bits(model):
    keras.config.set_dtype_policy("mixed_float16")
    X, y = make_clips(ragged=False)
    y = np.arange(48.0) * 1e6 if isinstance(model, CNNRegressor) else y
    X = 1e6 * X  # beyond what float16 can hold: frames are standardised before
    output = model.fit(X, y).transform(X)
    assert output.dtype == np.float32
    assert np.isfinite(output).all()
    assert np.isfinite(model.history_["loss"]).all()
    assert model.history_["loss"][-1] < 1.2 * model.history_["loss"][0]


def test_a_policy_that_cannot_be_trained_by_is_refused_by_name(clips):
    keras.config.set_dtype_policy("float16")
    with pytest.raises(ValueError, match=r"'float16'.*mixed_float16.*set_dtype_policy"):
        CNNClassifier(**SMALL_CNN).fit(*clips)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["policy", "floatx"])
def test_the_precision_of_one_fit_does_not_stick_to_the_next(setting, clips):
    X, y = clips
    expected = CNNClassifier(**SMALL_CNN).fit(X, y).predict_proba(X)
    graphs._graphs.clear()
    if setting == "policy":
        keras.config.set_dtype_policy("mixed_bfloat16")
    else:
        keras.config.set_dtype_policy("float64")
        keras.config.set_floatx("float64")
    other = CNNClassifier(**SMALL_CNN).fit(X, y)
    in_other = other.predict_proba(X)
    assert not np.array_equal(in_other, expected)
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    assert_array_equal(CNNClassifier(**SMALL_CNN).fit(X, y).predict_proba(X), expected)
    # What was fitted goes on in its own precision.
    assert_array_equal(other.predict_proba(X), in_other)
    graphs._graphs.clear()
    assert_array_equal(pickle.loads(pickle.dumps(other)).predict_proba(X), in_other)


def test_the_users_settings_are_left_alone(clips):
    keras.config.set_dtype_policy("mixed_bfloat16")
    keras.config.set_image_data_format("channels_first")
    policy = keras.config.dtype_policy()
    CNNClassifier(**SMALL_CNN).fit(*clips).predict(clips[0])
    assert keras.config.dtype_policy() is policy
    assert (keras.config.floatx(), keras.config.image_data_format()) == ("float32", "channels_first")


@pytest.mark.slow
@pytest.mark.parametrize(
    "model",
    [
        CNNClassifier(**SMALL_CNN),
        CNNClassifier(**{**SMALL_CNN, "architecture": "residual", "depth": 1}),
        CNNClassifier(**{**SMALL_CNN, "architecture": "plain"}),
        AutoencoderLatent(kind="conv", **AUTOENCODER),
    ],
)
def test_channels_first_changes_nothing(model):
    X, y = make_clips(ragged=False)
    expected = model.fit(X, y).transform(X)
    graphs._graphs.clear()
    keras.config.set_image_data_format("channels_first")
    assert_array_equal(model.fit(X, y).transform(X), expected)
