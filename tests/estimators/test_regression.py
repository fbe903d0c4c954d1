"""What makes a network a regressor."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone, is_regressor
from tests.estimators.conftest import SMALL_CNN, SMALL_RNN

from skaudio.estimators import CNNRegressor, GRURegressor, LSTMRegressor

REGRESSORS = [CNNRegressor(**SMALL_CNN), GRURegressor(**SMALL_RNN), LSTMRegressor(**SMALL_RNN)]


@pytest.fixture(scope="module")
def walks():
    """Clips whose numbers are the size of what is in them, and its frequency."""
    rng = np.random.default_rng(0)
    weight, pace = rng.uniform(50, 100, 90), rng.uniform(0.5, 2.0, 90)
    X = np.empty(90, dtype=object)
    X[:] = [
        (w / 50 * np.sin(p * np.arange(rng.integers(40, 60)))[:, np.newaxis] * [1, 0.5, -1]).astype(np.float32)
        for w, p in zip(weight, pace, strict=True)
    ]
    return X, np.column_stack([weight, pace])


@pytest.mark.slow
@pytest.mark.parametrize("regressor", REGRESSORS, ids=lambda regressor: type(regressor).__name__)
def test_numbers_are_learnt(regressor, walks):
    X, y = walks
    model = clone(regressor).set_params(epochs=30).fit(X, y[:, 0])
    assert is_regressor(model)
    assert model.predict(X).shape == (90,)
    assert model.score(X, y[:, 0]) > 0.7


@pytest.mark.slow
def test_several_numbers_at_once(walks):
    X, y = walks
    model = CNNRegressor(**{**SMALL_CNN, "epochs": 30}).fit(X, y)
    assert model.predict(X).shape == (90, 2)
    assert model.score(X, y) > 0.6


def test_the_first_prediction_is_the_mean(walks):
    X, y = walks
    model = CNNRegressor(**{**SMALL_CNN, "epochs": 1, "learning_rate": 1e-9}).fit(X, y)
    assert_allclose(model.predict(X), np.tile(y.mean(axis=0), (90, 1)), rtol=1e-5)


def test_the_loss_is_1_for_who_predicts_the_mean_whatever_the_unit(walks):
    X, y = walks
    settings = {**SMALL_CNN, "epochs": 1, "learning_rate": 1e-9, "batch_size": 90}
    model = CNNRegressor(**settings).fit(X, y)
    assert_allclose(model.history_["loss"], [1.0], rtol=1e-3)
    assert_allclose(model.history_["mean_absolute_error"], [np.abs(y - y.mean(axis=0)).mean()], rtol=1e-3)


def test_targets_of_another_shape_cannot_go_on(walks):
    X, y = walks
    model = CNNRegressor(**SMALL_CNN).partial_fit(X, y)
    with pytest.raises(ValueError, match="unlike in the first fit"):
        model.partial_fit(X, y[:, 0])
