"""`TransferClassifier`: the head first, on embeddings computed once; then the last layers, and only these."""

import joblib
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.pretrained import ModelError, PretrainedEmbedding, TransferClassifier

SR, N_SAMPLES = 8000, 400


def energies(windows):
    return np.log(np.abs(np.fft.rfft(windows))[:, :100] + 1e-2)


@pytest.fixture(scope="module")
def labelled():
    """Tones that differ in frequency, of one to three windows."""
    rng = np.random.default_rng(0)
    X, y = np.empty(60, dtype=object), np.repeat(["high", "low", "middle"], 20)
    for i, frequency in enumerate(np.repeat([1500, 300, 700], 20)):
        t = np.arange(rng.integers(300, 1200)) / SR
        tone = np.sin(2 * np.pi * frequency * rng.uniform(0.9, 1.1) * t + rng.uniform(0, 6))
        X[i] = (0.3 * tone + 0.1 * rng.standard_normal(len(t))).astype(np.float32)
    return X, y


@pytest.fixture(scope="module")
def network():
    import keras

    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((N_SAMPLES, 1)),
            keras.layers.Conv1D(8, 32, strides=4, activation="relu", name="first"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Conv1D(8, 8, strides=2, activation="relu", name="second"),
            keras.layers.GlobalMaxPooling1D(),
            keras.layers.Dense(5),
        ]
    )


def base(model=energies, **params):
    return PretrainedEmbedding(model, sr=SR, **({"window_seconds": 0.05} if model is energies else {}), **params)


pytestmark = pytest.mark.filterwarnings("ignore:Clips shorter than the model's window")


def test_it_is_the_head_on_the_embeddings(labelled):
    X, y = labelled
    model = TransferClassifier(base()).fit(X[::2], y[::2])
    by_hand = LogisticRegression(max_iter=1000).fit(base().fit_transform(X[::2]), y[::2])
    assert_array_equal(model.predict_proba(X), by_hand.predict_proba(base().fit_transform(X)))
    assert list(model.classes_) == ["high", "low", "middle"]
    assert model.score(X[1::2], y[1::2]) > 0.9
    assert is_classifier(model)


def test_any_head_with_what_it_has(labelled):
    X, y = labelled
    trees = TransferClassifier(base(), ExtraTreesClassifier(10, random_state=0)).fit(X, y)
    assert not hasattr(trees, "decision_function")
    assert trees.predict_proba(X).shape == (60, 3)
    machine = TransferClassifier(base(), SVC()).fit(X, y)
    assert not hasattr(machine, "predict_proba")
    assert machine.decision_function(X).shape == (60, 3)


def test_weights_reach_the_head(labelled):
    X, y = labelled
    weights = np.where(y == "high", 0.0, 1.0)
    for head in (None, make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))):
        model = TransferClassifier(base(), head).fit(X, y, sample_weight=weights)
        assert "high" not in model.predict(X)


def test_a_weight_of_two_is_a_clip_twice(labelled):
    X, y = labelled
    weights = np.random.default_rng(0).integers(0, 3, len(y))
    head = make_pipeline(StandardScaler(), LogisticRegression(tol=1e-7, max_iter=10000))
    weighted = TransferClassifier(base(), head).fit(X, y, sample_weight=weights)
    repeated = TransferClassifier(base(), head).fit(np.repeat(X, weights), np.repeat(y, weights))
    assert_allclose(weighted.head_[0].mean_, repeated.head_[0].mean_, rtol=1e-5)
    assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=1e-3)


def test_a_search_reaches_inside(labelled, tmp_path):
    X, y = labelled
    model = TransferClassifier(base(memory=tmp_path), LogisticRegression(max_iter=1000))
    search = GridSearchCV(model, {"base__pooling": ["mean", "max"], "head__C": [0.1, 10]}, cv=3).fit(X, y)
    assert search.best_score_ > 0.9


@pytest.mark.parametrize("pooling", ["mean", "max", "meanmax"])
@pytest.mark.parametrize(
    ("classes", "head"), [(2, None), (3, None), (3, make_pipeline(StandardScaler(), LogisticRegression()))]
)
def test_fine_tuning_begins_where_the_head_ends(labelled, network, pooling, classes, head):
    """With next to no learning rate, the network with its head says what scikit-learn's said."""
    X, y = labelled[0][: 20 * classes], labelled[1][: 20 * classes]
    frozen = TransferClassifier(base(network, pooling=pooling), head).fit(X, y)
    hardly = {"unfreeze": 1, "epochs": 2, "learning_rate": 1e-12}
    tuned = TransferClassifier(base(network, pooling=pooling), head, **hardly).fit(X, y)
    assert_allclose(tuned.predict_proba(X), frozen.predict_proba(X), atol=1e-4)
    loss = -np.log(frozen.predict_proba(X)[np.arange(len(y)), np.searchsorted(frozen.classes_, y)]).mean()
    assert_allclose(tuned.history_["loss"], [loss, loss], rtol=1e-3)


@pytest.mark.slow
def test_fine_tuning_changes_the_last_layers_and_learns(labelled, network):
    X, y = labelled
    before = [weights.copy() for weights in network.get_weights()]
    start = TransferClassifier(base(network), LogisticRegression(C=1e-5)).fit(X, y)
    model = TransferClassifier(
        base(network), LogisticRegression(C=1e-5), unfreeze=1, epochs=30, learning_rate=0.01, random_state=0
    ).fit(X, y)
    assert model.history_["loss"][-1] < 0.5 * model.history_["loss"][0]
    assert model.score(X, y) > start.score(X, y)
    after = {layer.name: layer.get_weights() for layer in model.base_.model.layers}
    assert_array_equal(after["first"][0], before[0])  # was frozen
    assert_array_equal(after["norm"][2], before[4])  # statistics stay
    assert np.abs(after["second"][0] - before[6]).max() > 1e-3
    for old, new in zip(before, network.get_weights(), strict=True):
        assert_array_equal(old, new)  # the caller's model is left alone


@pytest.mark.slow
def test_fine_tuning_is_the_same_with_a_seed_and_in_a_pickle(labelled, network, tmp_path):
    X, y = labelled
    model = TransferClassifier(base(network), unfreeze=2, epochs=2, learning_rate=0.01, random_state=3).fit(X, y)
    again = clone(model).fit(X, y)
    assert_allclose(again.predict_proba(X), model.predict_proba(X), atol=1e-5)
    joblib.dump(model, tmp_path / "model.joblib")
    assert_array_equal(joblib.load(tmp_path / "model.joblib").predict_proba(X), model.predict_proba(X))


@pytest.mark.slow
def test_fine_tuning_from_a_file(labelled, network, tmp_path):
    X, y = labelled
    network.save(tmp_path / "model.keras")
    how = {"unfreeze": 1, "epochs": 1, "random_state": 0}
    from_file = TransferClassifier(base(tmp_path / "model.keras"), **how).fit(X, y)
    assert_allclose(
        from_file.predict_proba(X), TransferClassifier(base(network), **how).fit(X, y).predict_proba(X), atol=1e-4
    )


@pytest.mark.slow
def test_class_weights_and_sample_weights_count_in_fine_tuning(labelled, network):
    X, y = labelled
    how = {"unfreeze": 1, "epochs": 20, "learning_rate": 0.02, "random_state": 0}
    head = LogisticRegression(C=1e-4, class_weight={"high": 1, "low": 0, "middle": 1})
    assert "low" not in TransferClassifier(base(network), head, **how).fit(X, y).predict(X)
    model = TransferClassifier(base(network), LogisticRegression(C=1e-4), **how)
    assert "low" not in model.fit(X, y, sample_weight=np.where(y == "low", 0.0, 1.0)).predict(X)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"base": base(), "unfreeze": 1}, ModelError, "Only Keras models can be fine-tuned"),
        ({"base": base(pooling=None), "unfreeze": 1}, ValueError, "requires a PretrainedEmbedding with pooling"),
        ({"base": StandardScaler(), "unfreeze": 1}, ValueError, "requires a PretrainedEmbedding with pooling"),
        ({"base": base(), "unfreeze": -1}, ValueError, "The 'unfreeze' parameter"),
        ({"base": 3}, ValueError, "The 'base' parameter"),
        ({"base": "no/such/file.keras"}, ModelError, "does not exist"),
    ],
)
def test_what_cannot_be_says_why(params, error, message):
    X = np.random.default_rng(0).standard_normal((6, N_SAMPLES))
    with pytest.raises(error, match=message):
        TransferClassifier(**params).fit(X, [0, 1] * 3)


def test_another_head_cannot_be_tuned(network):
    X = np.random.default_rng(0).standard_normal((6, N_SAMPLES))
    with pytest.raises(ValueError, match="unfreeze requires LogisticRegression as head"):
        TransferClassifier(base(network), SVC(), unfreeze=1).fit(X, [0, 1] * 3)
