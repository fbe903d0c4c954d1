"""What networks take, and what they refuse and why."""

import keras
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from tests.estimators.conftest import SMALL, SMALL_CNN, SMALL_RNN, make_clips

from skaudio.estimators import CNNClassifier, CNNRegressor, GRUClassifier, LSTMClassifier
from skaudio.features import MelSpectrogram
from skaudio.pooling import FramePadder, FrameStacker

ARCHITECTURES = ["residual", "lenet", "keyword", "plain"]


def two_layers(input_shape, n_outputs):
    inputs = keras.layers.Input(input_shape)
    hidden = keras.layers.Dense(8, activation="relu", name="hidden")(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(hidden))


def own_recurrence(input_shape, n_outputs):
    inputs = keras.layers.Input(input_shape)
    steps = keras.layers.GRU(8, return_sequences=True, name="steps")(inputs)
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(keras.layers.GlobalAveragePooling1D()(steps)))


def in_softmax(input_shape, n_outputs):
    inputs = keras.layers.Input(input_shape)
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation="softmax")(keras.layers.Flatten()(inputs)))


def too_wide(input_shape, n_outputs):
    inputs = keras.layers.Input(input_shape)
    return keras.Model(inputs, keras.layers.Dense(n_outputs + 1)(keras.layers.Flatten()(inputs)))


@pytest.mark.slow
@pytest.mark.parametrize("architecture", [*ARCHITECTURES, two_layers])
@pytest.mark.parametrize("head", [CNNClassifier, CNNRegressor])
def test_every_architecture_learns(architecture, head):
    X, y = make_clips(ragged=False)
    y = y if head is CNNClassifier else (y == "owl") * 10.0
    model = head(architecture=architecture, **{**SMALL, "epochs": 12}).fit(X, y)
    assert model.score(X, y) > 0.6


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pooling", "bidirectional"),
    [
        ("last", True),
        ("last", False),
        ("mean", False),
        ("max", False),
        ("mean_max", True),
        ("attention", False),
        ("linear_softmax", True),
    ],
)
def test_every_pooling_of_a_recurrent_network_learns(pooling, bidirectional, clips):
    X, y = clips
    model = LSTMClassifier(pooling=pooling, bidirectional=bidirectional, **{**SMALL_RNN, "epochs": 15}).fit(X, y)
    assert model.score(X, y) > 0.8


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("ragged", [True, False])
def test_a_recurrent_network_of_ones_own_takes_clips_of_any_length(ragged):
    X, y = make_clips(ragged=ragged)
    model = GRUClassifier(architecture=own_recurrence, **{**SMALL, "epochs": 15}).fit(X, y)
    assert model.score(*make_clips(ragged=ragged, seed=1)) > 0.9
    together = model.predict_proba(X)
    assert_allclose(np.concatenate([model.predict_proba([clip]) for clip in X]), together, atol=1e-6)
    assert model.transform(X).shape == (48, 8)
    steps = model.set_params(feature_layer="steps").transform(X)
    assert steps.shape == (48, 8)

    clip = X[0][np.newaxis]
    by_hand = model.model_({"frames": clip, "mask": np.ones(clip.shape[:2], bool)})
    assert_allclose(model.decision_function(X[:1]), by_hand, atol=1e-5)
    with pytest.raises(ValueError, match=r"own_recurrence.* has no pooling over time"):
        model.predict_frames(X)
    with pytest.raises(ValueError, match=r"own_recurrence.* has no pooling over time"):
        model.fit_frames(X, [np.full(len(clip), label) for clip, label in zip(X, y, strict=True)])


@pytest.mark.slow
def test_width_and_depth_are_parameters(clips):
    X, y = clips
    small, wide, deep = (
        CNNClassifier(architecture="residual", **{**SMALL, "epochs": 1}, **size).fit(X, y).model_.count_params()
        for size in ({"filters": 4, "depth": 1}, {"filters": 8, "depth": 1}, {"filters": 4, "depth": 2})
    )
    assert wide > 2 * small
    assert deep > 2 * small


@pytest.mark.slow
@pytest.mark.parametrize("model", [CNNClassifier(**SMALL_CNN), GRUClassifier(**SMALL_RNN)])
def test_a_clip_alone_is_judged_as_in_a_batch(model, clips):
    X, y = clips
    model = clone(model).fit(X, y)
    together = model.predict_proba(X)
    alone = np.concatenate([model.predict_proba([clip]) for clip in X])
    assert_allclose(alone, together, atol=1e-6)


@pytest.mark.parametrize("normalize", ["channel", "clip", None])
def test_frames_are_standardised_within(normalize, clips):
    X, y = clips
    model = CNNClassifier(normalize=normalize, **SMALL_CNN)
    shifted = [1000.0 * clip - 30.0 for clip in X]
    as_they_are, as_shifted = model.fit(X, y).predict_proba(X), clone(model).fit(shifted, y).predict_proba(shifted)
    assert np.allclose(as_they_are, as_shifted, atol=5e-2) == (normalize is not None)


@pytest.mark.slow
def test_sensors_and_tables():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    walks = np.sin(np.arange(50) * (0.3 + 0.3 * y[:, np.newaxis]))[:, :, np.newaxis] + 0.1 * rng.standard_normal(
        (60, 50, 6)
    )
    assert CNNClassifier(**{**SMALL_CNN, "epochs": 10}).fit(walks, y).score(walks, y) > 0.9
    table = rng.standard_normal((60, 5)) + y[:, np.newaxis]
    assert GRUClassifier(**{**SMALL_RNN, "epochs": 20}).fit(table, y).score(table, y) > 0.8


@pytest.mark.slow
def test_a_pipeline_from_sound_with_stacked_frames():
    t = np.arange(4000) / 8000
    rng = np.random.default_rng(0)
    y = np.array(["low", "high"] * 15)
    X = [np.sin(2 * np.pi * (300 if low else 900) * t) + 0.1 * rng.standard_normal(4000) for low in y == "low"]
    model = make_pipeline(
        MelSpectrogram(sr=8000, n_mels=10), FrameStacker(), CNNClassifier(**{**SMALL_CNN, "epochs": 10})
    )
    assert model.fit(X, y).score(X, y) == 1.0


class TestEmbedding:
    """A fitted network as a step that makes features."""

    def test_it_stands_before_the_last_layer(self, clips):
        X, y = clips
        model = CNNClassifier(**SMALL_CNN).fit(X, y)
        embedding = model.transform(X)
        assert embedding.shape == (48, len(model.get_feature_names_out()))
        kernel, bias = model.model_.get_layer("output").get_weights()
        assert_allclose(embedding @ kernel + bias, model.decision_function(X), atol=1e-5)

    def test_rows_are_those_of_the_clips(self, clips):
        X, y = clips
        model = CNNClassifier(**SMALL_CNN).fit(X, y)
        order = np.random.default_rng(0).permutation(48)
        assert_allclose(model.transform(X[order]), model.transform(X)[order], atol=1e-5)

    def test_a_layer_by_name_and_by_place(self, clips):
        X, y = clips
        model = CNNClassifier(feature_layer="convolution_0", **SMALL_CNN).fit(X, y)
        assert model.transform(X).shape == (48, 8 * 4)  # channels x filters, averaged over time
        names = [layer.name for layer in model.model_.layers]
        by_place = model.set_params(feature_layer=names.index("hidden"))
        assert by_place.transform(X).shape == (48, 128)
        assert len(by_place.get_feature_names_out()) == 128
        with pytest.raises(ValueError, match="layer='nonesuch'; expected the name or index"):
            model.set_params(feature_layer="nonesuch").transform(X)

    def test_an_average_over_time_leaves_out_what_fills_a_clip_up(self, clips):
        X, y = clips
        model = CNNClassifier(feature_layer="standardization", **SMALL_CNN).fit(X, y)
        together = np.concatenate(list(X))
        expected = [((clip - together.mean(axis=0)) / together.std(axis=0)).mean(axis=0) for clip in X]
        assert_allclose(model.transform(X), expected, atol=1e-4)

    def test_a_table_to_keep(self, clips, tmp_path):
        pandas = pytest.importorskip("pandas")
        X, y = clips
        model = CNNClassifier(**SMALL_CNN).set_output(transform="pandas").fit(X, y)
        model.transform(X).to_csv(tmp_path / "features.csv")
        table = pandas.read_csv(tmp_path / "features.csv", index_col=0)
        assert list(table.columns) == list(model.get_feature_names_out())
        assert table.columns[3] == "cnnclassifier3"
        assert_allclose(table, model.transform(X), rtol=1e-5)

    def test_another_model_learns_from_it(self, clips):
        X, y = clips
        model = make_pipeline(CNNClassifier(**{**SMALL_CNN, "epochs": 10}), LogisticRegression(max_iter=1000)).fit(X, y)
        assert model.score(*make_clips(seed=1)) > 0.9

    def test_of_a_network_that_was_given(self):
        X, y = make_clips(ragged=False)
        model = CNNClassifier(architecture=two_layers, **SMALL).fit(X, y)
        assert model.transform(X).shape == (48, 8)
        assert_array_equal(model.transform(X), model.set_params(feature_layer="hidden").transform(X))


@pytest.mark.parametrize("model", [CNNClassifier(**SMALL_CNN), GRUClassifier(**SMALL_RNN)])
class TestWrongFrames:
    """Frames that cannot be learnt from, or judged."""

    def test_a_value_that_is_no_number(self, model, clips):
        X, y = clips
        X[7] = X[7].copy()
        X[7][2, 3] = np.nan
        with pytest.raises(ValueError, match=r"NaN or infinity: Sequence 7, at \(2, 3\)"):
            clone(model).fit(X, y)

    def test_a_clip_without_frames(self, model, clips):
        X, y = clips
        X[7] = np.empty((0, 8), np.float32)
        with pytest.raises(ValueError, match=r"Sequence 7 has shape \(0, 8\)"):
            clone(model).fit(X, y)

    def test_another_number_of_channels(self, model, clips):
        X, y = clips
        fitted = clone(model).fit(X, y)
        with pytest.raises(ValueError, match=r"X has 5 channels, but .*Classifier is expecting 8"):
            fitted.predict([np.zeros((9, 5))])

    def test_one_clip_that_was_not_wrapped(self, model, clips):
        X, y = clips
        fitted = clone(model).fit(X, y)
        with pytest.raises(ValueError, match=r"X is a table of shape .*pass X\[np.newaxis\]"):
            fitted.predict(X[0])

    def test_weights_that_leave_nothing(self, model, clips):
        X, y = clips
        with pytest.raises(ValueError, match="zero"):
            clone(model).fit(X, y, sample_weight=np.zeros(48))


class TestOneLength:
    """Networks for clips of one length."""

    @pytest.mark.parametrize("architecture", ["plain", two_layers])
    def test_clips_of_several_lengths_need_padding(self, architecture, clips):
        X, y = clips
        model = CNNClassifier(architecture=architecture, **SMALL)
        with pytest.raises(
            ValueError, match=r"requires clips of equal length, got clips of \d+ to \d+ frames.*FramePadder"
        ):
            model.fit(X, y)
        assert make_pipeline(FramePadder(n_frames=20), model).fit(X, y).predict(X).shape == (48,)

    def test_a_clip_of_another_length(self):
        X, y = make_clips(ragged=False)
        model = CNNClassifier(architecture="plain", **SMALL).fit(X, y)
        with pytest.raises(ValueError, match=r"Clip 0 has 10 frames; .* expects 16.*FramePadder"):
            model.predict(X[:, :10])

    def test_clips_too_small_for_two_convolutions(self):
        with pytest.raises(ValueError, match="architecture='plain' requires at least 5 frames and 5 channels"):
            CNNClassifier(architecture="plain", **SMALL).fit(np.zeros((4, 4, 9)), [0, 1, 0, 1])


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"architecture": "nonesuch"}, ValueError, "The 'architecture' parameter of CNNClassifier must be"),
        ({"pooling": "nonesuch"}, ValueError, "The 'pooling' parameter of CNNClassifier must be"),
        ({"architecture": too_wide}, ValueError, r"output shape \(None, 4\); expected \(None, 3\)"),
        ({"architecture": in_softmax}, ValueError, "ends with softmax"),
        ({"architecture": lambda shape, n: "no model"}, TypeError, "architecture returned str; expected a keras.Model"),
        ({"epochs": 0}, ValueError, "The 'epochs' parameter"),
        ({"learning_rate": -1.0}, ValueError, "The 'learning_rate' parameter"),
    ],
)
def test_settings_that_make_no_network(settings, error, message):
    X, y = make_clips(ragged=False)
    with pytest.raises(error, match=message):
        CNNClassifier(**{**SMALL, **settings}).fit(X, y)


def test_an_estimator_that_is_not_fitted(clips):
    from sklearn.exceptions import NotFittedError

    model = CNNClassifier()
    for method in (model.predict, model.predict_proba, model.transform, model.predict_frames):
        with pytest.raises(NotFittedError):
            method(clips[0])
    with pytest.raises(AttributeError, match="not fitted"):
        _ = model.model_
