"""What makes a network a classifier: labels of any kind in, probabilities out."""

import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import TunedThresholdClassifierCV, cross_val_score
from tests.estimators.conftest import SMALL_CNN, SMALL_RNN, make_clips

from skaudio.estimators import CNNClassifier, CRNNClassifier, GRUClassifier, LSTMClassifier

CLASSIFIERS = [
    CNNClassifier(**SMALL_CNN),
    CRNNClassifier(**{**SMALL_RNN, "filters": 4, "depth": 2, "pooling": "mean_max"}),
    GRUClassifier(**SMALL_RNN),
    LSTMClassifier(**SMALL_RNN),
]


def kind(estimator):
    return type(estimator).__name__


@pytest.fixture(scope="module")
def fitted():
    X, y = make_clips()
    return CNNClassifier(**{**SMALL_CNN, "epochs": 8}).fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=kind)
@pytest.mark.parametrize("ragged", [True, False])
def test_classes_are_learnt_from_clips_of_equal_and_of_different_length(classifier, ragged):
    X, y = make_clips(ragged=ragged)
    model = clone(classifier).set_params(epochs=12).fit(X, y)
    assert model.score(*make_clips(ragged=ragged, seed=1)) > 0.9
    assert_array_equal(model.classes_, ["cat", "dog", "owl"])


def test_probabilities_scores_and_predictions_agree(fitted, clips):
    X, _ = clips
    probabilities, scores = fitted.predict_proba(X), fitted.decision_function(X)
    assert probabilities.shape == scores.shape == (48, 3)
    assert_allclose(probabilities.sum(axis=1), 1)
    assert_allclose(np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True), probabilities)
    assert_array_equal(fitted.classes_[probabilities.argmax(axis=1)], fitted.predict(X))


def test_of_two_classes_one_score_tells(clips):
    X, y = clips
    y = np.where(y == "owl", 7, -3)
    model = CNNClassifier(**SMALL_CNN).fit(X, y)
    scores, probabilities = model.decision_function(X), model.predict_proba(X)
    assert scores.shape == (48,)
    assert probabilities.shape == (48, 2)
    assert_array_equal(model.predict(X), np.where(scores > 0, 7, -3))
    assert_allclose(probabilities[:, 1], 1 / (1 + np.exp(-scores)))
    assert_array_equal(model.classes_, [-3, 7])


def test_labels_that_do_not_exclude_one_another(clips):
    X, y = clips
    labels = np.column_stack([y == "cat", y != "owl"]).astype(int)
    model = CNNClassifier(**{**SMALL_CNN, "epochs": 15}).fit(X, labels)
    assert model.predict_proba(X).shape == (48, 2)
    assert_array_equal(model.predict(X), (model.predict_proba(X) > 0.5).astype(int))
    assert (model.predict(X) == labels).mean() > 0.9
    both = model.predict_proba(X)[y == "cat"]
    assert both.sum(axis=1).mean() > 1.5  # each for itself


def test_scikit_learn_knows_that_these_are_classifiers(clips):
    X, y = clips
    model = CNNClassifier(**SMALL_CNN)
    assert is_classifier(model)
    ordered = np.argsort(y)  # folds that are not stratified would lack a class each
    scores = cross_val_score(clone(model).set_params(epochs=8), X[ordered], y[ordered], cv=3, scoring="roc_auc_ovr")
    assert (scores > 0.8).all()


@pytest.mark.parametrize(
    "wrap",
    [
        lambda model: VotingClassifier([("a", model), ("b", clone(model))], voting="soft"),
        lambda model: StackingClassifier([("a", model)], cv=2),
        lambda model: CalibratedClassifierCV(model, cv=2),
        lambda model: TunedThresholdClassifierCV(model, cv=2),
    ],
)
def test_what_scikit_learn_builds_of_classifiers(wrap, clips):
    X, y = clips
    X = X.reshape(-1, 1)  # scikit-learn's own check of a table of objects lets one column pass
    model = wrap(CNNClassifier(**{**SMALL_CNN, "epochs": 8})).fit(X, y == "owl")
    assert roc_auc_score(y == "owl", model.predict_proba(X)[:, 1]) > 0.9


def test_a_clip_that_weighs_nothing_is_not_there(clips):
    X, y = clips
    there = np.arange(48) % 4 > 0
    wrong = np.where(there, y, "owl")
    with_nothing = CNNClassifier(**SMALL_CNN).fit(X, wrong, sample_weight=there.astype(float))
    without = CNNClassifier(**SMALL_CNN).fit(X[there], y[there])
    assert_array_equal(with_nothing.predict_proba(X), without.predict_proba(X))


def test_weights_of_classes_are_weights_of_their_clips_and_the_callers_stay_as_they_are(clips):
    X, y = clips
    weights = np.linspace(1, 2, 48)
    before = weights.copy()
    by_class = CNNClassifier(class_weight={"cat": 1, "dog": 3, "owl": 1}, **SMALL_CNN).fit(X, y, sample_weight=weights)
    assert_array_equal(weights, before)
    by_clip = CNNClassifier(**SMALL_CNN).fit(X, y, sample_weight=weights * np.where(y == "dog", 3, 1))
    assert_array_equal(by_class.predict_proba(X), by_clip.predict_proba(X))


def test_a_weight_counts_as_often_as_the_clip_would():
    """In one full batch without dropout, up to rounding: what scikit-learn's check asks for, with mini-batches."""
    X, y = make_clips(ragged=False)
    weights = np.arange(48) // 3 % 3
    settings = {**SMALL_CNN, "batch_size": 200, "dropout": 0.0, "epochs": 5}
    weighted = CNNClassifier(**settings).fit(X, y, sample_weight=weights)
    repeated = CNNClassifier(**settings).fit(np.repeat(X, weights, axis=0), np.repeat(y, weights))
    assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), atol=2e-3)


def test_smoothed_labels_are_what_the_loss_is_taken_of(clips):
    X, y = clips
    settings = {**SMALL_CNN, "epochs": 1, "learning_rate": 1e-9, "dropout": 0.0, "batch_size": 48}
    model = CNNClassifier(label_smoothing=0.3, **settings).fit(X, y)
    targets = (y[:, np.newaxis] == model.classes_) * 0.7 + 0.1
    loss = -(targets * np.log(model.predict_proba(X))).sum(axis=1).mean()
    assert_allclose(model.history_["loss"], [loss], rtol=1e-3)


class TestGoingOn:
    """Training in several calls."""

    def test_partial_fit_trains_for_one_more_epoch(self, clips):
        X, y = clips
        model = CNNClassifier(**SMALL_CNN)
        losses = []
        for _ in range(12):
            model.partial_fit(X, y)
            losses.append(log_loss(y, model.predict_proba(X)))
        assert losses[-1] < 0.5 * losses[0]
        assert len(model.history_["loss"]) == 12

    def test_classes_that_come_later_are_said_before(self, clips):
        X, y = clips
        early, late = y != "owl", y == "owl"
        model = CNNClassifier(**SMALL_CNN).partial_fit(X[early], y[early], classes=["cat", "dog", "owl"])
        model.partial_fit(X[late], y[late])
        assert model.predict_proba(X).shape == (48, 3)
        with pytest.raises(ValueError, match=r"unknown labels .*cow"):
            model.partial_fit(X, np.where(y == "owl", "cow", y))

    def test_a_warm_start_goes_on_and_a_cold_one_does_not(self, clips):
        X, y = clips
        model = CNNClassifier(warm_start=True, **SMALL_CNN).fit(X, y)
        first = log_loss(y, model.predict_proba(X))
        model.fit(X, y)
        assert log_loss(y, model.predict_proba(X)) < first
        assert len(model.history_["loss"]) == 2 * SMALL_CNN["epochs"]
        model.set_params(warm_start=False).fit(X, y)
        assert len(model.history_["loss"]) == SMALL_CNN["epochs"]
        assert_allclose(log_loss(y, model.predict_proba(X)), first)

    def test_a_warm_start_takes_another_optimizer(self, clips):
        X, y = clips
        model = CNNClassifier(warm_start=True, **SMALL_CNN).fit(X, y)
        first = log_loss(y, model.predict_proba(X))
        model.set_params(optimizer="sgd", learning_rate=1e-3).fit(X, y)
        assert log_loss(y, model.predict_proba(X)) < first
        assert len(model.history_["loss"]) == 2 * SMALL_CNN["epochs"]


@pytest.mark.parametrize(
    ("change_y", "message"),
    [
        (lambda y: np.full(len(y), "cat"), "one class only"),
        (lambda y: y[:-1], "inconsistent numbers of samples"),
        (lambda y: np.linspace(0, 1, len(y)), "Unknown label type: continuous"),
        (lambda y: None, "requires y to be passed"),
        (lambda y: np.where(y == "cat", np.nan, 1.0), "NaN"),
    ],
)
def test_labels_that_cannot_be_learnt(change_y, message, clips):
    X, y = clips
    with pytest.raises(ValueError, match=message):
        CNNClassifier(**SMALL_CNN).fit(X, change_y(y))


def test_a_network_that_learned_nothing_says_so(clips):
    X, y = clips
    settings = {**SMALL_CNN, "epochs": 10, "learning_rate": 1e-12}
    with pytest.warns(ConvergenceWarning, match="at chance level.*augmentation=None"):
        CNNClassifier(**settings).fit(X, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        CNNClassifier(**SMALL_CNN).fit(X, y)
        CNNClassifier(**{**settings, "epochs": 2}).fit(X, y)  # not meant to learn


@pytest.mark.slow
def test_values_of_frames_are_left_out_before_the_first_layer(clips):
    X, y = clips
    model = GRUClassifier(input_dropout=0.5, **{**SMALL_RNN, "epochs": 1}).fit(X, y)
    assert model.model_.get_layer("input_dropout").rate == 0.5
    assert_array_equal(model.predict_proba(X), model.predict_proba(X))
