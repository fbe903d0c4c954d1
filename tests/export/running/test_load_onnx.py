import io
import pickle
import subprocess
import sys

import joblib
import numpy as np
import onnx
import pandas as pd
import pytest
import soundfile
from sklearn.base import clone, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.export import ExportError, load_onnx, to_onnx
from skaudio.features import MFCC, MelSpectrogram
from skaudio.io import AudioError
from skaudio.pooling import StatPooling


@pytest.fixture(scope="module")
def pipeline(digits):
    labels = np.array([f"digit {label}" for label in digits.target])
    return make_pipeline(MFCC(sr=8000), StatPooling(), StandardScaler(), LogisticRegression()).fit(digits.data, labels)


@pytest.fixture(scope="module")
def path(pipeline, tmp_path_factory):
    return to_onnx(pipeline, tmp_path_factory.mktemp("export") / "digits.onnx")


def test_every_kind_of_clip(pipeline, path, digits, tmp_path):
    y = digits.data[0]
    file = tmp_path / "digit.wav"
    soundfile.write(file, y, 8000, subtype="FLOAT")
    kinds = [
        file,
        str(file),
        io.BytesIO(file.read_bytes()),
        y,
        (y, 8000),
        {"array": y, "sampling_rate": 8000},
        {"path": str(file)},
        (np.repeat(y, 2), 16000),
    ]
    model = load_onnx(path)
    assert model.classes_.tolist() == pipeline.classes_.tolist()
    for clip in kinds:
        np.testing.assert_allclose(model.predict_proba([clip]), pipeline.predict_proba([clip]), atol=1e-5)
        assert model.predict([clip]) == pipeline.predict([clip])


@pytest.mark.parametrize(
    "batch",
    [list, tuple, pd.Series, lambda clips: pd.DataFrame({"clip": clips}), lambda c: np.stack([y[:2000] for y in c])],
)
def test_every_kind_of_batch(batch, pipeline, path, digits):
    clips = [y for y in digits.data if len(y) >= 2000][:4]
    np.testing.assert_allclose(
        load_onnx(path).predict_proba(batch(clips)), pipeline.predict_proba(batch(clips)), atol=1e-5
    )


def test_batches_of_clips_of_many_lengths_keep_their_order(path, digits):
    model = load_onnx(path)
    clips = [digits.data[i % 60][: 1500 + 100 * (i % 3)] for i in range(200)]
    alone = np.concatenate([model.predict_proba([clip]) for clip in clips])
    np.testing.assert_allclose(model.predict_proba(clips), alone, atol=1e-6)


def test_all_outputs_at_once(pipeline, path, digits):
    outputs = load_onnx(path).outputs(digits.data[:3])
    assert list(outputs) == ["predict", "predict_proba"]
    assert outputs["predict"] == pipeline.predict(digits.data[:3]).tolist()


def test_it_is_a_step_like_a_frozen_estimator(digits, tmp_path):
    features = make_pipeline(MFCC(sr=8000), StatPooling()).fit(digits.data)
    model = load_onnx(to_onnx(features, tmp_path / "features.onnx"))
    assert clone(model) is model
    assert model.fit(digits.data) is model
    pipeline = make_pipeline(model, StandardScaler(), LogisticRegression()).fit(digits.data[:40], digits.target[:40])
    expected = make_pipeline(features, StandardScaler(), LogisticRegression()).fit(digits.data[:40], digits.target[:40])
    assert pipeline.predict(digits.data).tolist() == expected.predict(digits.data).tolist()
    assert np.isfinite(cross_val_score(pipeline, digits.data, digits.target, cv=2)).all()
    assert not hasattr(model, "predict")
    with pytest.raises(AttributeError, match="The file has no predict, but transform"):
        _ = model.predict


def test_it_is_a_classifier_at_the_end_of_a_pipeline(pipeline, path, digits):
    model = load_onnx(path)
    whole = make_pipeline(model)
    assert is_classifier(whole)
    np.testing.assert_array_equal(whole.predict_proba(digits.data[:3]), model.predict_proba(digits.data[:3]))
    assert "method='predict_proba', sr=8000" in repr(model)


@pytest.mark.parametrize("again", [lambda model, _: pickle.loads(pickle.dumps(model)), None])
def test_pickles(again, path, digits, tmp_path):
    model = load_onnx(path)
    if again is None:
        joblib.dump(model, tmp_path / "model.joblib")
        loaded = joblib.load(tmp_path / "model.joblib")
    else:
        loaded = again(model, None)
    np.testing.assert_array_equal(loaded.predict_proba(digits.data[:3]), model.predict_proba(digits.data[:3]))


# ---- bad input


def test_there_is_no_such_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file .*model\.onnx"):
        load_onnx(tmp_path / "model.onnx")


@pytest.mark.parametrize("damage", [lambda content: b"no model", lambda content: content[: len(content) // 2]])
def test_a_damaged_file(damage, path, tmp_path):
    file = tmp_path / "damaged.onnx"
    file.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ExportError, match=r"damaged\.onnx' is not an ONNX file, or is damaged"):
        load_onnx(file)


def test_a_file_from_elsewhere(tmp_path):
    helper, file = onnx.helper, tmp_path / "other.onnx"
    values = [helper.make_tensor_value_info(name, 1, ["n"]) for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Abs", ["x"], ["y"])], "other", values[:1], values[1:])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), file)
    with pytest.raises(ExportError, match=r"to_onnx did not write.*PretrainedEmbedding"):
        load_onnx(file)


def test_damaged_metadata(path, tmp_path):
    model = onnx.load(path)
    model.metadata_props[0].value = "{"
    onnx.save(model, tmp_path / "model.onnx")
    with pytest.raises(ExportError, match="damaged metadata"):
        load_onnx(tmp_path / "model.onnx")


@pytest.mark.parametrize(
    ("clips", "error", "message"),
    [
        ([np.ones(500), np.ones(0)], AudioError, "Clip 1: .*no samples"),
        ([np.ones(500), "no such file.wav"], AudioError, "Clip 1: .*no such file"),
        ([np.array([0.0, np.nan])], AudioError, "Clip 0: .*NaN"),
        ("clip.wav", TypeError, "Pass a list"),
        (None, TypeError, "Expected a batch of clips, got NoneType"),
        ([{}], AudioError, "Clip 0: Expected a path"),
    ],
)
def test_bad_clips(clips, error, message, path):
    with pytest.raises(error, match=message):
        load_onnx(path).predict(clips)


def test_a_clip_of_a_length_that_the_model_does_not_take(digits, tmp_path):
    from skaudio.estimators import CNNClassifier

    clips = np.stack([y[:1500] for y in digits.data if len(y) >= 1500])
    network = CNNClassifier("plain", epochs=1, random_state=0)
    pipeline = make_pipeline(MelSpectrogram(sr=8000, n_mels=16), network).fit(clips, np.arange(len(clips)) % 2)
    with pytest.raises(ExportError, match=r"cannot process the generated clips .*FramePadder.*Pass others as sample"):
        to_onnx(pipeline, tmp_path / "plain.onnx")
    model = load_onnx(to_onnx(pipeline, tmp_path / "plain.onnx", sample=clips[:2]))
    np.testing.assert_allclose(model.predict_proba(clips), pipeline.predict_proba(clips), atol=1e-5)
    with pytest.raises(ExportError, match=r"Clip 0: .*plain\.onnx' cannot process"):
        model.predict([np.ones(700)])


@pytest.mark.slow
def test_nothing_heavy_is_imported(path, digits):
    code = (
        "import sys, numpy as np\n"
        "from skaudio.export import load_onnx\n"
        f"model = load_onnx({str(path)!r})\n"
        "model.predict(np.ones((1, 2000)))\n"
        "print(*{'tensorflow', 'keras', 'sklearn', 'librosa', 'numba', 'scipy', 'onnx', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
