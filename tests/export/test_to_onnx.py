from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.ensemble import ExtraTreesClassifier, IsolationForest, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC, OneClassSVM

import skaudio
from skaudio.augment import AddNoise, AugmentedEstimator
from skaudio.export import ExportError, Value, load_onnx, register_converter, to_onnx
from skaudio.features import MFCC, FunctionFrontEnd, MelSpectrogram, Waveform
from skaudio.pooling import FramePadder, StatPooling
from skaudio.preprocessing import GroupScaler

FEATURES = [MFCC(sr=8000, deltas=1), StatPooling(segments=3), StandardScaler()]


def pipeline_of(model):
    return make_pipeline(*map(clone, FEATURES), model)


@pytest.fixture(scope="module")
def fitted(digits):
    return pipeline_of(LogisticRegression()).fit(digits.data[:50], digits.target[:50])


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        SVC(probability=True, random_state=0),
        ExtraTreesClassifier(20, random_state=0),
        KNeighborsClassifier(),
        CalibratedClassifierCV(LinearSVC(), cv=2),
        VotingClassifier([("a", LogisticRegression()), ("b", KNeighborsClassifier())], voting="soft"),
        make_pipeline(PCA(5), LogisticRegression()),
    ],
    ids=lambda model: " ".join(repr(model).split())[:40],
)
def test_probabilities_and_labels(model, digits, export, assert_same):
    pipeline = pipeline_of(model).fit(digits.data[:50], digits.target[:50])
    exported = export(pipeline)
    assert_same(exported.predict_proba(digits.data), pipeline.predict_proba(digits.data))
    assert exported.predict(digits.data).tolist() == pipeline.predict(digits.data).tolist()


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("model", [SVC(), LinearSVC(), LogisticRegression()], ids=repr)
def test_decision_values(n_classes, model, digits, export, assert_same):
    y = np.array(["no", "yes", "maybe"])[digits.target % n_classes]
    pipeline = pipeline_of(model).fit(digits.data, y)
    exported = export(pipeline, method="decision_function")
    assert_same(exported.decision_function(digits.data), pipeline.decision_function(digits.data))
    assert exported.predict(digits.data).tolist() == pipeline.predict(digits.data).tolist()
    assert exported.methods == ("predict", "decision_function")


@pytest.mark.parametrize("model", [OneClassSVM(), IsolationForest(random_state=0)], ids=repr)
def test_outlier_detectors(model, digits, export, assert_same):
    pipeline = pipeline_of(model).fit(digits.data[:50])
    exported = export(pipeline)
    assert_same(exported.decision_function(digits.data), pipeline.decision_function(digits.data))
    assert exported.predict(digits.data).tolist() == pipeline.predict(digits.data).tolist()


@pytest.mark.parametrize("n_outputs", [None, 2])
def test_regressors(n_outputs, digits, export, assert_same):
    y = digits.target.astype(float)
    pipeline = pipeline_of(Ridge()).fit(digits.data, y if n_outputs is None else np.stack([y, -y], axis=1))
    expected = pipeline.predict(digits.data)
    found = export(pipeline).predict(digits.data)
    assert found.shape == expected.shape
    assert_same(found, expected)


def test_features_of_several_front_ends(digits, export, assert_same):
    union = FeatureUnion(
        [
            ("mfcc", make_pipeline(MFCC(sr=8000), StatPooling())),
            ("none", "drop"),
            ("mel", make_pipeline(MelSpectrogram(sr=8000), StatPooling(stats=("mean",)))),
        ],
        transformer_weights={"mel": 0.5},
    )
    pipeline = make_pipeline(union, StandardScaler()).fit(digits.data)
    assert_same(export(pipeline).transform(digits.data), pipeline.transform(digits.data))


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda model: GridSearchCV(model, {"logisticregression__C": [1.0]}, cv=2),
        lambda model: AugmentedEstimator(model, AddNoise(), n_copies=1, random_state=0),
    ],
    ids=["search", "augmented"],
)
def test_what_wraps_a_pipeline(wrapped, digits, export, assert_same):
    model = wrapped(pipeline_of(LogisticRegression())).fit(digits.data, digits.target)
    assert_same(export(model).predict_proba(digits.data), model.predict_proba(digits.data))
    frozen = FrozenEstimator(model)
    assert_same(export(frozen).predict_proba(digits.data), model.predict_proba(digits.data))


@pytest.mark.parametrize("settings", [{}, {"with_mean": False}, {"with_std": False}], ids=str)
def test_a_scaler_is_exact(settings, digits, export):
    # The waveforms themselves as a table, which are the same for both.
    clips = np.stack([y[:500] for y in digits.data])
    pipeline = make_pipeline(Waveform(sr=8000), FramePadder(500, flatten=True), StandardScaler(**settings)).fit(clips)
    np.testing.assert_array_equal(export(pipeline, sample=clips[:3]).transform(clips), pipeline.transform(clips))


def test_a_forest_votes_equally_on_silence_that_it_was_trained_on(digits, export):
    clips = [np.zeros(4000) if i % 3 == 0 else y for i, y in enumerate(digits.data)]
    model = ExtraTreesClassifier(200, random_state=0)
    pipeline = pipeline_of(model).fit(clips, digits.target)
    np.testing.assert_allclose(export(pipeline).predict_proba(clips[:1]), pipeline.predict_proba(clips[:1]), atol=1e-6)


def test_steps_that_do_nothing(digits, export, assert_same):
    pipeline = make_pipeline("passthrough", MFCC(sr=8000), StatPooling(), "passthrough").fit(digits.data)
    assert_same(export(pipeline).transform(digits.data), pipeline.transform(digits.data))


def test_clips_of_one_length_and_the_graph_itself(fitted, digits, tmp_path):
    path = to_onnx(fitted, tmp_path / "digits.onnx")
    onnx.checker.check_model(onnx.load(path), full_check=True)
    session = onnxruntime.InferenceSession(path)
    batch = np.stack([y[:2500] for y in digits.data if len(y) >= 2500])
    labels, probabilities = session.run(["label", "probabilities"], {"waveform": batch})
    np.testing.assert_allclose(probabilities, fitted.predict_proba(batch), atol=1e-4)
    assert labels.tolist() == fitted.predict(batch).tolist()


def test_metadata(fitted, digits, tmp_path):
    path = to_onnx(fitted, tmp_path / "digits.onnx", sample=digits.data[50:])
    metadata = load_onnx(path).metadata
    difference = metadata.pop("difference")
    assert 0 < difference < 1e-4
    assert metadata == {
        "sr": 8000.0,
        "inputs": ["waveform"],
        "channel": None,
        "offset_seconds": 0.0,
        "duration_seconds": None,
        "hop_seconds": 0.01,
        "start_seconds": 0.0,
        "version": skaudio.__version__,
        "method": "predict_proba",
        "outputs": {"predict": "label", "predict_proba": "probabilities"},
        "estimator_type": "classifier",
        "classes": list(range(10)),
    } | {"hop_seconds": metadata["hop_seconds"]}
    assert metadata["hop_seconds"] == MFCC(sr=8000).clock()["hop_seconds"]


def test_a_model_is_stored_once(digits, tmp_path):
    pipeline = pipeline_of(SVC()).fit(digits.data, digits.target)
    constants = onnx.load(to_onnx(pipeline, tmp_path / "model.onnx")).graph.initializer
    vectors = pipeline[-1].support_vectors_
    assert [list(constant.dims) for constant in constants].count(list(vectors.T.shape)) == 1


# ---- what cannot be exported


class Doubled(TransformerMixin, BaseEstimator):
    """A transformer of frames that skaudio does not know."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return 2 * X

    def __sklearn_is_fitted__(self):
        return True


class WithOtherFrames(MFCC):
    def extractor(self):
        return replace(super().extractor(), top_db=10.0)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            [FunctionFrontEnd(np.abs, sr=8000, hop_length=1)],
            "FunctionFrontEnd cannot be exported: it runs a Python fun",
        ),
        ([MFCC(sr=8000), GroupScaler()], "GroupScaler cannot be exported: it standardises by groups"),
        ([MFCC(sr=8000), Doubled()], "Doubled cannot be exported: its input is frames.*register_converter"),
        ([*FEATURES, FunctionTransformer(np.abs)], "FunctionTransformer cannot be exported: skl2onnx raised"),
        ([WithOtherFrames(sr=8000)], "differs from the original by"),
    ],
)
def test_steps_that_cannot_go_are_named(steps, message, digits, tmp_path):
    pipeline = make_pipeline(*map(clone, steps)).fit(digits.data[:5])
    with pytest.raises(ExportError, match=message):
        to_onnx(pipeline, tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())


def test_random_copies_in_prediction_are_refused(digits, export):
    model = AugmentedEstimator(pipeline_of(LogisticRegression()), AddNoise(), n_test_copies=2, random_state=0)
    model.fit(digits.data, digits.target)
    with pytest.raises(ExportError, match="n_test_copies=0"):
        export(model)
    assert export(model.set_params(n_test_copies=0)).method == "predict_proba"


def test_a_search_without_a_best_estimator(digits, export):
    search = GridSearchCV(pipeline_of(LogisticRegression()), {"logisticregression__C": [1.0]}, cv=2, refit=False)
    with pytest.raises(ExportError, match="refit=True"):
        export(search.fit(digits.data, digits.target))


def test_front_ends_of_different_rates(digits, export):
    parts = [make_pipeline(MFCC(sr=sr), StatPooling()) for sr in (8000, 4000)]
    union = FeatureUnion([(str(i), part) for i, part in enumerate(parts)]).fit(digits.data)
    with pytest.raises(ExportError, match=r"sr=8000\.0 and sr=4000\.0; expected one"):
        export(union)


def test_a_pipeline_that_is_not_fitted(tmp_path):
    with pytest.raises(NotFittedError):
        to_onnx(pipeline_of(LogisticRegression()), tmp_path / "model.onnx")


@pytest.mark.parametrize(
    ("method", "error", "message"),
    [
        ("guess", ValueError, "expected one of"),
        ("score_samples", ExportError, "LogisticRegression has no score_samples"),
    ],
)
def test_a_method_that_does_not_exist(method, error, message, fitted, export):
    with pytest.raises(error, match=message):
        export(fitted, method=method)


def test_a_path_that_cannot_be_written(fitted, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        to_onnx(fitted, tmp_path / "nowhere" / "model.onnx")


def test_an_existing_file_stays_if_the_export_fails(fitted, digits, tmp_path):
    path = to_onnx(fitted, tmp_path / "model.onnx")
    before = path.read_bytes()
    with pytest.raises(ExportError):
        to_onnx(make_pipeline(MFCC(sr=8000), Doubled()).fit(digits.data[:5]), path)
    assert path.read_bytes() == before


def test_nan_in_a_graph_is_an_error(digits, export):
    def broken(graph, step, value, method):
        zeros = graph.add("Sub", value.name, value.name)
        return Value(graph.add("Div", zeros, zeros), value.kind, value.width)

    class Broken(Doubled):
        pass

    register_converter(Broken, broken)
    with pytest.raises(ExportError, match="differs from the original by inf"):
        export(make_pipeline(MFCC(sr=8000), Broken()).fit(digits.data[:5]))


def test_a_converter_of_ones_own(digits, export, assert_same):
    def doubled(graph, step, value, method):
        return Value(graph.add("Mul", value.name, 2.0), value.kind, value.width)

    class Twice(Doubled):
        pass

    register_converter(Twice, doubled)
    pipeline = make_pipeline(MFCC(sr=8000), Twice()).fit(digits.data[:5])
    assert_same(export(pipeline).transform(digits.data), pipeline.transform(digits.data))
    with pytest.raises(TypeError, match="expected a class and a function"):
        register_converter(Twice(), doubled)
