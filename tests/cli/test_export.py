import csv
import io
from pathlib import Path

import joblib
import numpy as np
import pytest
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.pipeline import make_pipeline

from skaudio.export import load_onnx
from skaudio.features import MFCC
from skaudio.pooling import StatPooling


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="module")
def exported(searched, run, tmp_path_factory):
    path = tmp_path_factory.mktemp("export") / "tones.onnx"
    outcome = run("export", searched.model, path)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith(f"predict_proba of waveforms at 8000 Hz written to {path}")
    assert "On generated clips, it differs from the original by at most" in outcome.out
    return path


def test_the_table_is_that_of_the_original(searched, exported, tones, run):
    clips = sorted(map(str, tones.rglob("*.wav")))
    original, outcome = run("predict", searched.model, *clips), run("predict", exported, *clips)
    assert (outcome.status, outcome.err) == (0, "")
    rows, expected = read(outcome.out), read(original.out)
    classes = ["bass", "tenor, high", "whistle"]
    assert list(rows[0]) == ["path", "label", *classes]
    for row, other in zip(rows, expected, strict=True):
        assert (row["path"], row["label"]) == (other["path"], other["label"])
        np.testing.assert_allclose([float(row[c]) for c in classes], [float(other[c]) for c in classes], atol=1e-5)


def test_a_broken_file_leaves_its_row_empty(exported, tones, broken, run):
    outcome = run("predict", exported, broken, tones / "bass" / "ann_0.wav", "--on-error", "warn")
    assert [row["label"] for row in read(outcome.out)] == ["", "bass"]
    assert "broken.wav" in outcome.err


def test_it_is_checked_on_recordings(searched, tones, run, tmp_path):
    outcome = run("export", searched.model, tmp_path / "tones.onnx", "--check", tones / "bass", "--method", "predict")
    assert outcome.status == 0
    assert "On 8 recordings" in outcome.out
    assert load_onnx(tmp_path / "tones.onnx").methods == ("predict",)


@pytest.fixture
def runtime(tmp_path):
    """A folder like that of the npm package."""
    (tmp_path / "runtime/dist").mkdir(parents=True)
    (tmp_path / "runtime/dist/ort.wasm.bundle.min.mjs").write_text("var a=1;export{a as Tensor};")
    (tmp_path / "runtime/dist/ort-wasm-simd-threaded.wasm").write_text("no WebAssembly")
    (tmp_path / "runtime/package.json").write_text('{"version": "1.2.3"}')
    return tmp_path / "runtime"


def test_pages(searched, exported, tones, runtime, run, tmp_path):
    outcome = run("export", searched.model, tmp_path / "a.html", "--check", tones / "bass", "--runtime", runtime)
    assert (outcome.status, outcome.err) == (0, "")
    assert outcome.out.startswith(f"predict_proba of waveforms at 8000 Hz written to {tmp_path / 'a.html'}")
    assert "On 8 recordings" in outcome.out
    outcome = run("export", exported, tmp_path / "b.html", "--runtime", runtime)
    assert (outcome.status, outcome.err) == (0, "")
    pages = [(tmp_path / name).read_text() for name in ("a.html", "b.html")]
    assert [page.count("tenor, high") for page in pages] == [1, 1]
    assert [f"<h1>{name}</h1>" in page for name, page in zip("ab", pages, strict=True)] == [True, True]


@pytest.mark.slow
def test_litert(searched, tones, run, tmp_path):
    path = tmp_path / "tones.tflite"
    model = joblib.load(searched.model)
    model[0].set_params(trim_db=None)
    joblib.dump(model.fit(*labelled(tones)), tmp_path / "model.joblib")
    arguments = ["--seconds", 0.25, "--check", tones / "bass"]
    outcome = run("export", tmp_path / "model.joblib", path, *arguments)
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith("predict_proba of waveforms at 8000 Hz written to")
    assert "On 8 recordings" in outcome.out
    clips = sorted(map(str, (tones / "bass").glob("*.wav")))
    rows = read(run("predict", path, *clips).out)
    assert [row["label"] for row in rows] == ["bass"] * 8
    outcome = run("export", tmp_path / "model.joblib", tmp_path / "int8.tflite", *arguments, "--quantize", "int8")
    assert outcome.status == 0, outcome.err


def labelled(tones):
    clips = sorted(map(str, tones.rglob("*.wav")))
    return clips, [Path(clip).parent.name for clip in clips]


def test_options_of_other_files(searched, run, tmp_path):
    outcome = run("export", searched.model, tmp_path / "tones.tflite")
    assert outcome.status == 2
    assert "takes clips of one length. Pass it: --seconds 1" in outcome.err
    outcome = run("export", searched.model, tmp_path / "tones.onnx", "--seconds", 1)
    assert outcome.status == 2
    assert "--seconds and --quantize are for .tflite" in outcome.err
    assert not list(tmp_path.iterdir())


def test_arguments_that_do_not_fit(exported, searched, tones, runtime, run, tmp_path):
    outcome = run("export", exported, tmp_path / "page.html", "--check", tones, "--runtime", runtime)
    assert outcome.status == 2
    assert "--check and --method do not apply" in outcome.err
    outcome = run("export", searched.model, tmp_path / "model.onnx", "--runtime", runtime)
    assert outcome.status == 2
    assert "--runtime is for pages" in outcome.err
    assert list(tmp_path.iterdir()) == [runtime]


@pytest.mark.parametrize("model", [Ridge(), RidgeClassifier()], ids=repr)
def test_models_without_probabilities(model, tones, run, tmp_path):
    clips = sorted(map(str, tones.rglob("*.wav")))
    joblib.dump(make_pipeline(MFCC(sr=8000), StatPooling(), model).fit(clips, [0, 1] * 12), tmp_path / "model.joblib")
    assert run("export", tmp_path / "model.joblib", tmp_path / "model.onnx").status == 0
    outcome = run("predict", tmp_path / "model.onnx", clips[0])
    assert "only labels are written" in outcome.err
    assert list(read(outcome.out)[0]) == ["path", "label"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{model}", "{tmp}/model.pb"], "expected a file name that ends with one of ('.onnx', '.tflite', '.html')"),
        (["{model}", "{tmp}/none/model.onnx"], "There is no folder"),
        (["{tmp}/none.joblib", "{tmp}/model.onnx"], "There is no model file"),
        (["{model}", "{tmp}/model.onnx", "--check", "{tmp}"], "There are no audio files"),
        (["{model}", "{tmp}/model.onnx", "--method", "transform"], "has no transform"),
    ],
)
def test_errors(arguments, message, searched, run, tmp_path):
    outcome = run("export", *(argument.format(model=searched.model, tmp=tmp_path) for argument in arguments))
    assert outcome.status == 2
    assert message in outcome.err


def test_an_existing_file_is_replaced_only_by_force(searched, run, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("mine")
    outcome = run("export", searched.model, path)
    assert outcome.status == 2
    assert "Pass --force" in outcome.err
    assert path.read_text() == "mine"
    assert run("export", searched.model, path, "--force").status == 0


def test_a_foreign_file_is_no_model(run, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_text("none")
    outcome = run("predict", path, "clip.wav")
    assert outcome.status == 2
    assert "is not an ONNX file, or is damaged" in outcome.err


def test_features_are_no_predictions(tones, run, tmp_path):
    clips = sorted(map(str, tones.rglob("*.wav")))
    joblib.dump(make_pipeline(MFCC(sr=8000), StatPooling()).fit(clips), tmp_path / "model.joblib")
    assert run("export", tmp_path / "model.joblib", tmp_path / "model.onnx").status == 0
    outcome = run("predict", tmp_path / "model.onnx", clips[0])
    assert outcome.status == 2
    assert "contains OnnxModel, which has no predict" in outcome.err
