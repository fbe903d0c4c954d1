import keras
import numpy as np
import onnx
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.export import ExportError, load_litert, to_litert
from skaudio.pretrained import ModelError, PretrainedEmbedding, TransferClassifier

N_SAMPLES = 400
WEIGHTS = np.random.default_rng(0).normal(size=(N_SAMPLES, 6)).astype(np.float32)
SCORES = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)


def saved(path, first, opset=17):
    """Save a model of two matrix products."""
    helper = onnx.helper
    nodes = [
        helper.make_node("MatMul", ["windows", "W"], ["line"]),
        helper.make_node("Relu", ["line"], ["hidden"]),
        helper.make_node("MatMul", ["hidden", "V"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("windows", 1, [first, N_SAMPLES])],
        [helper.make_tensor_value_info("logits", 1, [first, 3])],
        [onnx.numpy_helper.from_array(WEIGHTS, "W"), onnx.numpy_helper.from_array(SCORES, "V")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    return path


@pytest.fixture(scope="module")
def clips():
    rng = np.random.default_rng(2)
    return [(0.1 * rng.normal(size=n)).astype(np.float32) for n in (400, 100, 1000, 1200, 799, 800, 801)]


@pytest.mark.filterwarnings("ignore:A clip of")
@pytest.mark.parametrize("output", ["embedding", "scores"])
@pytest.mark.parametrize("pooling", ["mean", "max", "meanmax", None])
@pytest.mark.parametrize("hop_seconds", [None, 0.02, 0.08])
def test_the_model_of_an_onnx_file(output, pooling, hop_seconds, clips, tmp_path, export, assert_same):
    path = saved(tmp_path / "small.onnx", "n")
    settings = {"output": output, "pooling": pooling, "hop_seconds": hop_seconds}
    embedding = PretrainedEmbedding(path, sr=8000, **settings).fit(clips)
    assert_same(export(embedding).transform(clips), embedding.transform(clips), 1e-5)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:A clip of")
def test_a_fine_tuned_keras_model(clips, export, assert_same):
    model = keras.Sequential(
        [keras.layers.Input((N_SAMPLES,)), keras.layers.Dense(6, activation="relu"), keras.layers.Dense(3)]
    )
    embedding = PretrainedEmbedding(model, sr=8000, output="embedding")
    transfer = TransferClassifier(embedding, unfreeze=1, epochs=1, random_state=0).fit(clips, [0, 1] * 3 + [0])
    assert_same(export(transfer).predict_proba(clips), transfer.predict_proba(clips), 1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("quantize", [None, "int8"])
def test_in_litert(quantize, tmp_path, assert_same):
    clips = 0.1 * np.random.default_rng(2).normal(size=(8, 1000)).astype(np.float32)
    embedding = PretrainedEmbedding(saved(tmp_path / "small.onnx", "n"), sr=8000, hop_seconds=0.02).fit(clips)
    path = to_litert(embedding, tmp_path / "model.tflite", seconds=0.125, quantize=quantize, sample=clips)
    assert_same(load_litert(path).transform(clips), embedding.transform(clips), 1e-5 if quantize is None else 0.1)


@pytest.mark.filterwarnings("ignore:A clip of")
def test_a_pipeline_behind_it(clips, tmp_path, export, assert_same):
    embedding = PretrainedEmbedding(saved(tmp_path / "small.onnx", "n", opset=18), sr=8000)
    pipeline = make_pipeline(embedding, StandardScaler(), LogisticRegression()).fit(clips, [0, 1] * 3 + [0])
    assert_same(export(pipeline).predict_proba(clips), pipeline.predict_proba(clips), 1e-5)


@pytest.mark.filterwarnings("ignore:A clip of")
def test_a_model_of_one_window_is_refused(clips, tmp_path, export):
    embedding = PretrainedEmbedding(saved(tmp_path / "small.onnx", 1), sr=8000).fit(clips)
    with pytest.raises(ExportError, match=r"inputs of shape \[1, 400\]"):
        export(embedding)


def test_the_part_of_a_file_that_is_used(clips, tmp_path):
    embedding = PretrainedEmbedding(saved(tmp_path / "small.onnx", "n"), sr=8000).fit([np.ones(400)])
    assert embedding.onnx_model().graph.output[-1].name == "hidden"
    other = PretrainedEmbedding(np.abs, sr=8000, window_seconds=0.05).fit([np.ones(400)])
    with pytest.raises(ModelError, match="Expected an ONNX file"):
        other.onnx_model()
