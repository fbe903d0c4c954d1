import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC, OneClassSVM

from skaudio.estimators import CNNClassifier, CRNNClassifier, GRUClassifier, LSTMClassifier
from skaudio.export import ExportError, Value, load_litert, register_converter, to_litert
from skaudio.features import MFCC, STFT, MelSpectrogram, Spectrogram, Waveform
from skaudio.io import AudioError
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling

SECONDS = 0.5
N_SAMPLES = 4000
FEATURES = [MFCC(sr=8000, deltas=1), StatPooling(segments=3), StandardScaler()]
FAST = {"epochs": 2, "random_state": 0}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:lbfgs failed"),
    pytest.mark.filterwarnings("ignore:Stochastic Optimizer"),
]


def pipeline_of(model):
    return make_pipeline(*map(clone, FEATURES), model)


@pytest.fixture(scope="module")
def clips(digits):
    """Clips of the length that the models take."""
    return np.stack([np.pad(y[:N_SAMPLES], (0, max(0, N_SAMPLES - len(y)))) for y in digits.data]).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(digits, clips):
    return pipeline_of(LogisticRegression()).fit(clips, digits.target)


@pytest.fixture(scope="module")
def network(digits, clips):
    return make_pipeline(MelSpectrogram(sr=8000), CNNClassifier(epochs=15, random_state=0)).fit(clips, digits.target)


@pytest.fixture
def export(tmp_path):
    def exported(model, **settings):
        return load_litert(to_litert(model, tmp_path / "model.tflite", **{"seconds": SECONDS, **settings}))

    return exported


# ---- equal to the original


@pytest.mark.parametrize(
    "model",
    [
        LogisticRegression(),
        LinearDiscriminantAnalysis(),
        GaussianNB(),
        MLPClassifier((8,), max_iter=20, random_state=0),
        CalibratedClassifierCV(LinearSVC(), cv=2),
        CalibratedClassifierCV(SVC(), cv=2, method="isotonic"),
        make_pipeline(PCA(5), LogisticRegression()),
    ],
    ids=lambda model: " ".join(repr(model).split())[:40],
)
def test_probabilities_and_labels(model, digits, clips, export, assert_same):
    pipeline = pipeline_of(model).fit(clips[:50], digits.target[:50])
    exported = export(pipeline, sample=clips[:10])
    assert_same(exported.predict_proba(clips), pipeline.predict_proba(clips), 1e-5)
    assert exported.predict(clips).tolist() == pipeline.predict(clips).tolist()


@pytest.mark.parametrize("classes", [["no", "yes"], ["no", "yes", "maybe"], [30, 10, 20], [True, False]], ids=str)
@pytest.mark.parametrize("model", [SVC(), LinearSVC()], ids=repr)
def test_labels_of_any_type(model, classes, digits, clips, export, assert_same):
    y = np.array(classes)[digits.target % len(classes)]
    pipeline = pipeline_of(model).fit(clips, y)
    exported = export(pipeline)
    assert_same(exported.decision_function(clips), pipeline.decision_function(clips), 1e-5)
    assert exported.predict(clips).tolist() == pipeline.predict(clips).tolist()
    np.testing.assert_array_equal(exported.classes_, pipeline.classes_)


@pytest.mark.parametrize("model", [Ridge(), SVR()], ids=repr)
def test_regressors(model, digits, clips, export, assert_same):
    pipeline = pipeline_of(model).fit(clips, digits.target.astype(float))
    assert_same(export(pipeline).predict(clips), pipeline.predict(clips), 1e-5)


def test_outlier_detectors(clips, export, assert_same):
    pipeline = pipeline_of(OneClassSVM(nu=0.2)).fit(clips)
    exported = export(pipeline, sample=clips[:10])
    assert_same(exported.decision_function(clips), pipeline.decision_function(clips), 1e-5)
    clear = np.abs(pipeline.decision_function(clips)) > 1e-4  # support vectors are on the boundary
    assert set(pipeline.predict(clips)[clear]) == {1, -1}
    assert exported.predict(clips)[clear].tolist() == pipeline.predict(clips)[clear].tolist()


@pytest.mark.parametrize(
    "front_end",
    [
        Waveform(sr=8000, offset=0.1, duration=0.3, level=-20),
        STFT(sr=8000, n_fft=300, hop_length=70, win_length=200),
        Spectrogram(sr=8000, deltas=1, n_fft=127, hop_length=31),
        MelSpectrogram(sr=8000, n_fft=2048, hop_length=512, normalize="standard", top_db=60),
        MelSpectrogram(sr=8000, scale="pcen", center=False),
        MFCC(sr=8000, deltas=2, normalize="mean", lifter=22),
        MFCC(sr=8000, pad_to=1.0, pad_side="start", channel=1),
    ],
    ids=lambda front_end: " ".join(repr(front_end).split())[:50],
)
def test_front_ends(front_end, export, assert_same):
    rng = np.random.default_rng(0)
    quiet_start = np.concatenate([np.zeros(1000), 0.1 * rng.normal(size=3000)])
    clips = [0.1 * rng.normal(size=N_SAMPLES), np.zeros(N_SAMPLES), quiet_start]
    clips = [clip.astype(np.float32) for clip in clips]
    if front_end.channel is not None:
        clips = [np.stack([0 * clip, clip], axis=1) for clip in clips]
    assert_same(export(front_end).transform(clips), front_end.transform(clips))


@pytest.mark.parametrize(
    "pooling",
    [
        StatPooling(stats=("mean", "std", "p10", "median", "iqr", "skew", "kurtosis", "slope"), segments=2),
        FrameStacker(n_before=2, n_after=1, step=3),
        FramePadder(100, pad="both", flatten=True),
        MixturePooling(n_components=2, covariance_type="full", random_state=0),
    ],
    ids=repr,
)
def test_poolings(pooling, clips, export, assert_same):
    pipeline = make_pipeline(MFCC(sr=8000, n_mfcc=6), pooling).fit(clips)
    assert_same(export(pipeline).transform(clips[:10]), pipeline.transform(clips[:10]))


@pytest.mark.parametrize(
    "network",
    [
        CNNClassifier("keyword", filters=4, pooling="attention", **FAST),
        CNNClassifier(filters=4, depth=2, pooling="linear_softmax", normalize=None, **FAST),
        CRNNClassifier(filters=4, units=4, depth=1, pooling="last", **FAST),
        LSTMClassifier(units=4, n_layers=2, pooling="attention", frames_per_step=1, **FAST),
        GRUClassifier(units=4, frames_per_step=3, pooling="last", **FAST),
    ],
    ids=lambda network: type(network).__name__,
)
def test_networks(network, digits, clips, export, assert_same):
    pipeline = make_pipeline(MelSpectrogram(sr=8000, n_mels=16), network).fit(clips[:30], digits.target[:30] % 3)
    assert_same(export(pipeline).predict_proba(clips), pipeline.predict_proba(clips), 1e-5)
    frames = network.predict_frames(pipeline[:-1].transform(clips[:5]))
    assert_same(export(pipeline, method="predict_frames").predict_frames(clips[:5]), frames, 1e-5)


def test_clips_are_cut_and_padded(fitted, clips, export, assert_same):
    exported = export(fitted)
    ragged = [clips[0][:1000], np.concatenate([clips[1], np.ones(500, np.float32)])]
    padded = np.stack([np.pad(clips[0][:1000], (0, N_SAMPLES - 1000)), clips[1]])
    assert_same(exported.predict_proba(ragged), fitted.predict_proba(padded), 1e-5)


def test_a_converter_of_ones_own(clips, export):
    class Cubed(StandardScaler):
        def transform(self, X, copy=None):
            return np.asarray(X) ** 3

    def cubed(graph, step, value, method):
        return Value(graph.add("Pow", value.name, 3.0), value.kind, value.width)

    register_converter(Cubed, cubed)
    pipeline = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), StandardScaler(), Cubed()).fit(clips)
    expected = pipeline.transform(clips[:5])
    np.testing.assert_allclose(export(pipeline, sample=clips[:5]).transform(clips[:5]), expected, rtol=1e-3, atol=1e-3)


# ---- the file


def test_metadata(fitted, clips, tmp_path):
    path = to_litert(fitted, tmp_path / "digits.tflite", seconds=SECONDS, sample=clips)
    with zipfile.ZipFile(path) as archive:
        metadata = json.loads(archive.read("skaudio.json"))
        assert archive.read("labels.txt").decode().split() == [str(i) for i in range(10)]
    assert 0 < metadata["difference"] < 1e-4
    expected = {"sr": 8000.0, "n_samples": 4000, "seconds": 0.5, "quantize": None, "method": "predict_proba"}
    assert metadata | expected == metadata
    assert metadata["classes"] == list(range(10))


def test_what_the_interpreter_of_litert_sees(fitted, clips, tmp_path):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(to_litert(fitted, tmp_path / "digits.tflite", seconds=SECONDS)))
    (entry,) = interpreter.get_input_details()
    assert (entry["shape"].tolist(), entry["dtype"]) == ([1, N_SAMPLES], np.float32)
    results = interpreter.get_signature_runner()(waveform=clips[:1])
    np.testing.assert_allclose(results["probabilities"], fitted.predict_proba(clips[:1]), atol=1e-5)
    assert results["label"] == fitted.predict(clips[:1])
    assert results["label"].dtype == np.int32


def test_equal_models_are_equal_files(fitted, tmp_path):
    paths = [to_litert(fitted, tmp_path / f"{i}.tflite", seconds=SECONDS) for i in range(2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


# ---- quantized


@pytest.mark.parametrize(("quantize", "share", "tolerance"), [("float16", 0.6, 0.01), ("int8", 0.4, 0.1)])
def test_quantized_networks(quantize, share, tolerance, network, clips, tmp_path, assert_same):
    plain = to_litert(network, tmp_path / "plain.tflite", seconds=SECONDS, sample=clips)
    path = to_litert(network, tmp_path / "small.tflite", seconds=SECONDS, quantize=quantize, sample=clips)
    assert path.stat().st_size < share * plain.stat().st_size
    model = load_litert(path)
    assert model.metadata["quantize"] == quantize
    assert_same(model.predict_proba(clips), network.predict_proba(clips), tolerance)
    assert np.mean(model.predict(clips) == network.predict(clips)) >= 0.98


@pytest.mark.parametrize("quantize", ["float16", "int8"])
def test_only_networks_are_quantized(quantize, fitted, clips, export, assert_same):
    model = export(fitted, quantize=quantize)
    assert_same(model.predict_proba(clips), fitted.predict_proba(clips), 1e-4)


@pytest.mark.parametrize("quantize", ["float16", "int8"])
def test_long_frames_are_not_quantized(quantize, clips, export, assert_same):
    front_end = MFCC(sr=8000, n_fft=2048, hop_length=256, n_mels=64, n_mfcc=20)
    clips = [*clips[:3], np.zeros(N_SAMPLES)]
    assert_same(export(front_end, quantize=quantize).transform(clips), front_end.transform(clips))


def test_recurrent_layers_are_quantized(digits, clips, tmp_path):
    pipeline = make_pipeline(MelSpectrogram(sr=8000), GRUClassifier(units=32, **FAST)).fit(clips, digits.target)
    sizes = [
        to_litert(pipeline, tmp_path / "gru.tflite", seconds=SECONDS, quantize=quantize).stat().st_size
        for quantize in (None, "float16", "int8")
    ]
    assert sizes[0] > 1.2 * sizes[1] > 1.2 * sizes[2]


@pytest.mark.parametrize("method", ["predict_proba", "decision_function"])
def test_several_labels_of_a_clip(method, digits, clips, tmp_path, assert_same):
    y = np.stack([digits.target % 2, digits.target > 4], axis=1).astype(int)
    pipeline = make_pipeline(MelSpectrogram(sr=8000, n_mels=16), CNNClassifier(filters=4, **FAST)).fit(clips, y)
    scores = getattr(pipeline, method)(clips)
    for quantize, tolerance in ((None, 1e-5), ("int8", 0.1)):
        settings = {"quantize": quantize, "method": method, "sample": clips}
        model = load_litert(to_litert(pipeline, tmp_path / "m.tflite", seconds=SECONDS, **settings))
        assert_same(getattr(model, method)(clips), scores, tolerance)
        clear = np.abs(scores - (0.5 if method == "predict_proba" else 0)).min(axis=1) > tolerance
        assert model.predict(clips)[clear].tolist() == pipeline.predict(clips)[clear].tolist()


def test_a_quantized_model_that_differs_too_much(digits, clips, tmp_path):
    # Weights of such size amplify the rounding of int8.
    pipeline = make_pipeline(MelSpectrogram(sr=8000), CNNClassifier(filters=8, **FAST)).fit(clips, digits.target)
    kernel, *others = pipeline[-1].model_.get_layer("output").get_weights()
    pipeline[-1].model_.get_layer("output").set_weights([1e4 * kernel, *others])
    with pytest.raises(ExportError, match=r"at most 0\.1 is allowed"):
        to_litert(pipeline, tmp_path / "m.tflite", seconds=SECONDS, quantize="int8", sample=clips)
    assert not list(tmp_path.iterdir())


# ---- what cannot go


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            [MFCC(sr=8000, trim_db=30)],
            r"MFCC cannot .* LiteRT: the length of its result depends on the samples",
        ),
        ([*FEATURES, ExtraTreesClassifier(3)], r"ExtraTreesClassifier .* it computes TreeEnsembleClassifier.*to_onnx"),
        ([*FEATURES, KNeighborsClassifier()], r"KNeighborsClassifier cannot be exported to LiteRT"),
    ],
    ids=["trim_db", "forest", "neighbours"],
)
def test_steps_that_cannot_go_are_named(steps, message, digits, tmp_path):
    pipeline = make_pipeline(*map(clone, steps)).fit(digits.data[:20], digits.target[:20])
    with pytest.raises(ExportError, match=message):
        to_litert(pipeline, tmp_path / "model.tflite", seconds=SECONDS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"seconds": 0}, r"seconds=0; expected a number above 0"),
        ({"seconds": float("nan")}, r"seconds=nan"),
        ({"quantize": "int4"}, r"quantize='int4'; expected one of \[None, 'float16', 'int8'\]"),
        ({"method": "guess"}, r"method='guess'; expected one of"),
    ],
)
def test_bad_arguments(settings, message, fitted, export):
    with pytest.raises(ValueError, match=message):
        export(fitted, **settings)


def test_a_pipeline_that_is_not_fitted(export):
    with pytest.raises(NotFittedError):
        export(pipeline_of(LogisticRegression()))


def test_a_path_that_cannot_be_written(fitted, tmp_path):
    with pytest.raises(OSError, match="nowhere"):
        to_litert(fitted, tmp_path / "nowhere" / "model.tflite", seconds=SECONDS)


def test_an_existing_file_stays_if_the_export_fails(fitted, clips, digits, tmp_path):
    path = to_litert(fitted, tmp_path / "model.tflite", seconds=SECONDS)
    before = path.read_bytes()
    with pytest.raises(ExportError):
        to_litert(make_pipeline(MFCC(sr=8000, trim_db=30)), path, seconds=SECONDS)
    assert path.read_bytes() == before


def test_nan_is_an_error(clips, tmp_path):
    class Broken(StandardScaler):
        pass

    def broken(graph, step, value, method):
        return Value(graph.add("Log", graph.add("Neg", graph.add("Abs", value.name))), value.kind, value.width)

    register_converter(Broken, broken)
    pipeline = make_pipeline(MFCC(sr=8000), StatPooling(), Broken()).fit(clips)
    with pytest.raises(ExportError, match="differs from the original by inf"):
        to_litert(pipeline, tmp_path / "m.tflite", seconds=SECONDS)


# ---- loading


def test_files_that_are_not_exported(fitted, tmp_path):
    with pytest.raises(FileNotFoundError, match="to_litert has written"):
        load_litert(tmp_path / "none.tflite")
    path = to_litert(fitted, tmp_path / "model.tflite", seconds=SECONDS)
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"PK\3\4")])
    with pytest.raises(ExportError, match=r"no metadata of skaudio\.export\.to_litert.*PretrainedEmbedding"):
        load_litert(path)
    path.write_bytes(b"\0" * content.index(b"PK\3\4") + content[content.index(b"PK\3\4") :])
    with pytest.raises(ExportError, match="is not a LiteRT file, or is damaged"):
        load_litert(path)


def test_nothing_heavy_is_imported(fitted, tmp_path):
    path = to_litert(fitted, tmp_path / "model.tflite", seconds=SECONDS)
    code = (
        "import sys, numpy as np\n"
        "from skaudio.export import load_litert\n"
        f"load_litert({str(path)!r}).predict(np.ones((1, 2000)))\n"
        "print(*{'tensorflow', 'keras', 'sklearn', 'librosa', 'numba', 'scipy', 'onnx', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_it_is_a_step_of_a_pipeline(clips, digits, export):
    features = export(make_pipeline(MFCC(sr=8000), StatPooling()).fit(clips))
    pipeline = make_pipeline(features, StandardScaler(), LogisticRegression()).fit(clips, digits.target)
    assert clone(pipeline)[0] is features
    assert pipeline.score(clips, digits.target) > 0.9
    assert repr(features).startswith("LiteRTModel(")
    with pytest.raises(AttributeError, match="has no predict_proba"):
        _ = features.predict_proba
    with pytest.raises(TypeError, match=r"Pass a list"):
        features.transform("clip.wav")
    with pytest.raises(AudioError, match=r"Clip 0: array of 0 samples"):
        features.transform([np.zeros(0)])
