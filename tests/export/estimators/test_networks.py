import keras
import numpy as np
import pytest
from sklearn.pipeline import make_pipeline

from skaudio.estimators import (
    AutoencoderLatent,
    AutoencoderOutlierDetector,
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    MixtureClassifier,
    SiameseMatcher,
)
from skaudio.export import ExportError
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import FramePadder, StatPooling

FAST = {"epochs": 2, "random_state": 0}
CLASSIFIERS = [
    CNNClassifier(filters=4, **FAST),
    CNNClassifier("lenet", filters=4, normalize="clip", **FAST),
    CNNClassifier("keyword", filters=4, pooling="attention", **FAST),
    CNNClassifier(filters=4, depth=2, pooling="linear_softmax", normalize=None, **FAST),
    CRNNClassifier(filters=4, units=4, **FAST),
    CRNNClassifier(filters=4, units=4, depth=1, pooling="last", **FAST),
    LSTMClassifier(units=4, **FAST),
    LSTMClassifier(units=4, n_layers=2, pooling="attention", frames_per_step=1, **FAST),
    GRUClassifier(units=4, **FAST),
    GRUClassifier(units=4, bidirectional=False, pooling="mean", frames_per_step=1, **FAST),
    GRUClassifier(units=4, frames_per_step=3, pooling="last", **FAST),
]
FRONT_END = MelSpectrogram(sr=8000, n_mels=16)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def clips(digits):
    lengths = 300 * np.arange(1, 13)
    return [y[1000 : 1000 + n] for y, n in zip(digits.data, lengths, strict=False)]


def described(estimator):
    return " ".join(repr(estimator).split())[:70]


@pytest.mark.parametrize("classifier", CLASSIFIERS, ids=described)
def test_a_classifier(classifier, clips, export, assert_same):
    pipeline = make_pipeline(FRONT_END, classifier).fit(clips, ["a", "b", "c"] * 4)
    model = export(pipeline, sample=clips)
    assert_same(model.predict_proba(clips), pipeline.predict_proba(clips), 1e-5)
    assert model.predict(clips).tolist() == pipeline.predict(clips).tolist()
    frames = [frames[:] for frames in FRONT_END.transform(clips)]
    assert_same(
        export(pipeline, method="predict_frames").predict_frames(clips), classifier.predict_frames(frames), 1e-5
    )
    assert_same(export(pipeline, method="transform").transform(clips), pipeline.transform(clips), 1e-5)


@pytest.mark.parametrize("layer", ["stem", "image", 3])
def test_features_of_a_layer(layer, clips, export, assert_same):
    pipeline = make_pipeline(FRONT_END, CNNClassifier(filters=4, feature_layer=layer, **FAST))
    pipeline.fit(clips, [0, 1, 2] * 4)
    assert_same(export(pipeline, method="transform").transform(clips), pipeline.transform(clips), 1e-5)


@pytest.mark.parametrize("y", [[False, True] * 6, [3, 7] * 6, [1.0, 2.0] * 6, np.eye(12, 3, dtype=int)], ids=str)
@pytest.mark.parametrize("method", ["predict_proba", "decision_function", "predict"])
def test_two_classes_and_several_labels(y, method, clips, export, assert_same):
    pipeline = make_pipeline(FRONT_END, CNNClassifier(filters=4, depth=1, **FAST)).fit(clips, y)
    model = export(pipeline, method=method)
    np.testing.assert_array_equal(model.predict(clips), pipeline.predict(clips))
    assert_same(getattr(model, method)(clips), getattr(pipeline, method)(clips), 1e-5)
    assert model.classes_.dtype.kind == pipeline.classes_.dtype.kind


@pytest.mark.parametrize("n_outputs", [None, 1, 2])
@pytest.mark.parametrize(
    "regressor", [CNNRegressor(filters=4, **FAST), GRURegressor(units=4, **FAST), LSTMRegressor(units=4, **FAST)]
)
def test_a_regressor(regressor, n_outputs, clips, export, assert_same):
    y = np.arange(12.0)
    y = y if n_outputs is None else np.stack([y, -y][:n_outputs], axis=1)
    pipeline = make_pipeline(FRONT_END, regressor).fit(clips, y)
    expected = pipeline.predict(clips)
    found = export(pipeline).predict(clips)
    assert found.shape == expected.shape
    assert_same(found, expected, 1e-5)


def test_a_network_for_clips_of_equal_length(clips, export, assert_same):
    classifier = CNNClassifier("plain", **FAST)
    pipeline = make_pipeline(FRONT_END, FramePadder(20), classifier).fit(clips, ["a", "b", "c"] * 4)
    assert_same(export(pipeline).predict_proba(clips), pipeline.predict_proba(clips), 1e-5)
    assert_same(export(pipeline, method="transform").transform(clips), pipeline.transform(clips), 1e-5)


def test_a_network_of_ones_own(clips, export, assert_same):
    classifier = CNNClassifier(own_network, **FAST)
    pipeline = make_pipeline(FRONT_END, FramePadder(20), classifier).fit(clips, ["a", "b", "c"] * 4)
    assert_same(export(pipeline).predict_proba(clips), pipeline.predict_proba(clips), 1e-5)


def own_network(input_shape, n_outputs):
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input(input_shape),
            layers.Conv1D(4, 3, strides=2, padding="same", activation="elu"),
            layers.BatchNormalization(),
            layers.Bidirectional(layers.LSTM(3)),
            layers.Dense(n_outputs),
        ]
    )


def network_with_a_rare_layer(input_shape, n_outputs):
    layers = keras.layers
    return keras.Sequential(
        [layers.Input(input_shape), layers.UpSampling1D(2, name="up"), layers.Flatten(), layers.Dense(n_outputs)]
    )


def test_a_layer_that_cannot_be_exported_is_named(clips, export):
    classifier = CNNClassifier(network_with_a_rare_layer, **FAST)
    pipeline = make_pipeline(FRONT_END, FramePadder(20), classifier).fit(clips, [0, 1, 2] * 4)
    with pytest.raises(ExportError, match="Layer 'up' is of type UpSampling1D"):
        export(pipeline)


@pytest.mark.parametrize(
    "settings",
    [
        {"hidden": (8,)},
        {"kind": "conv", "hidden": (4, 8), "activation": "gelu"},
        {"kind": "conv", "variational": True, "denoising": 0.1, "hidden": (4,), "activation": "silu"},
        {"kind": "recurrent", "hidden": (4,), "latent_activation": "tanh"},
    ],
    ids=str,
)
def test_autoencoders(settings, clips, export, assert_same):
    padder = FramePadder(20) if "kind" not in settings else "passthrough"
    latent = make_pipeline(FRONT_END, padder, AutoencoderLatent(3, **settings, **FAST)).fit(clips)
    assert_same(export(latent).transform(clips), latent.transform(clips), 1e-5)
    assert_same(export(latent, method="score_samples").score_samples(clips), latent.score_samples(clips), 1e-5)
    detector = make_pipeline(FRONT_END, padder, AutoencoderOutlierDetector(3, contamination=0.2, **settings, **FAST))
    detector.fit(clips)
    model = export(detector)
    assert_same(model.decision_function(clips), detector.decision_function(clips), 1e-5)
    assert model.predict(clips).tolist() == detector.predict(clips).tolist()
    assert model.metadata["offset"] == detector[-1].offset_


def test_an_autoencoder_of_a_table(clips, export, assert_same):
    pipeline = make_pipeline(FRONT_END, StatPooling(), AutoencoderLatent(3, **FAST)).fit(clips)
    assert_same(export(pipeline).transform(clips), pipeline.transform(clips), 1e-5)


@pytest.mark.parametrize(
    "settings",
    [{"tower_params": {"filters": 4}}, {"tower": "gru", "distance": "euclidean"}, {"tower": None, "whitening": None}],
    ids=str,
)
def test_the_embedding_of_a_matcher(settings, digits, export, assert_same):
    clips, y = digits.data[:30], digits.target[:30] % 3
    pipeline = make_pipeline(FRONT_END, SiameseMatcher(**settings, embedding_dim=8, **FAST)).fit(clips, y)
    model = export(pipeline, method="transform")
    assert_same(model.transform(clips), pipeline.transform(clips), 1e-5)
    assert model.metadata["threshold"] == pipeline[-1].threshold_
    assert model.metadata["distance"] == pipeline[-1].distance


def test_a_matcher_with_a_front_end_of_its_own(digits, export, assert_same):
    matcher = SiameseMatcher(tower=None, front_end=make_pipeline(MFCC(sr=8000), StatPooling()), random_state=0)
    matcher.fit(digits.data[:30], digits.target[:30] % 3)
    model = export(matcher, method="transform")
    assert_same(model.transform(digits.data[:5]), matcher.transform(digits.data[:5]), 1e-5)


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("method", ["predict_proba", "decision_function", "predict"])
def test_a_mixture_classifier(n_classes, method, digits, export, assert_same):
    y = np.array(["ann", "bob", "cid"])[digits.target % n_classes]
    pipeline = make_pipeline(MFCC(sr=8000), MixtureClassifier(2, random_state=0)).fit(digits.data, y)
    model = export(pipeline, method=method)
    assert model.predict(digits.data).tolist() == pipeline.predict(digits.data).tolist()
    if method != "predict":
        assert_same(getattr(model, method)(digits.data), getattr(pipeline, method)(digits.data), 1e-5)
