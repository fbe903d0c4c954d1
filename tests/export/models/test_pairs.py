"""Verification of pairs of clips by an exported SiameseMatcher."""

import numpy as np
import onnxruntime
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.estimators import SiameseMatcher
from skaudio.export import ExportError, load_litert, load_onnx, to_litert, to_onnx, to_page
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling

FEATURES = (MFCC(sr=8000, n_mfcc=8), StatPooling())


@pytest.fixture(scope="module")
def fitted(digits):
    pipeline = make_pipeline(*FEATURES, SiameseMatcher(tower=None, random_state=0))
    return pipeline.fit(digits.data[:40], digits.target[:40] % 3)


@pytest.fixture(scope="module")
def pairs(digits):
    return digits.data[40:50], digits.data[50:60]  # of different lengths


@pytest.mark.parametrize("distance", ["cosine", "euclidean"])
def test_a_matcher_with_a_front_end_of_its_own(distance, digits, pairs, export, assert_same):
    matcher = SiameseMatcher(tower=None, front_end=make_pipeline(*FEATURES), distance=distance, random_state=0)
    matcher.fit(digits.data[:40], digits.target[:40] % 3)
    model = export(matcher, method="verify")
    assert model.methods == ("verify", "pair_score", "pair_distance")
    assert_same(model.pair_distance(*pairs), matcher.pair_distance(*pairs), 1e-5)
    assert_same(model.pair_score(*pairs), matcher.pair_score(*pairs), 1e-5)
    same = matcher.verify(*pairs)
    assert set(same) == {True, False}
    assert model.verify(*pairs).tolist() == same.tolist()


def test_a_pipeline_and_the_graph_itself(fitted, pairs, tmp_path):
    path = to_onnx(fitted, tmp_path / "pairs.onnx", method="verify", sample=pairs[0])
    features = [fitted[:-1].transform([batch[0]]) for batch in pairs]
    session = onnxruntime.InferenceSession(path)
    waveforms = {"waveform": pairs[0][0][np.newaxis], "other": pairs[1][0][np.newaxis]}
    same, distance = session.run(["same", "distance"], waveforms)
    np.testing.assert_allclose(distance, fitted[-1].pair_distance(*features), atol=1e-5)
    assert same.tolist() == fitted[-1].verify(*features).tolist()
    metadata = load_onnx(path).metadata
    assert metadata["inputs"] == ["waveform", "other"]
    assert metadata["threshold"] == fitted[-1].threshold_
    assert "classes" not in metadata


def test_equal_clips(fitted, pairs, export):
    model = export(fitted, method="verify")
    np.testing.assert_allclose(model.pair_distance(pairs[0], pairs[0]), 0, atol=1e-6)
    assert model.verify(pairs[0], pairs[0]).all()


@pytest.mark.slow
def test_a_network_and_no_calibration(digits, pairs, export, assert_same):
    tower = {"tower_params": {"filters": 4, "depth": 1}, "embedding_dim": 4, "epochs": 1}
    matcher = SiameseMatcher(**tower, front_end=MelSpectrogram(sr=8000), calibration=None, random_state=0)
    matcher.fit(digits.data[:20], digits.target[:20] % 2)
    model = export(matcher, method="pair_distance")
    assert model.methods == ("pair_distance",)
    assert_same(model.pair_distance(*pairs), matcher.pair_distance(*pairs), 1e-5)
    with pytest.raises(ExportError, match="SiameseMatcher has no verify"):
        export(matcher, method="verify")


@pytest.mark.slow
def test_in_litert(fitted, pairs, tmp_path, assert_same):
    model = load_litert(to_litert(fitted, tmp_path / "pairs.tflite", seconds=0.3, method="verify"))
    first, second = ([y[:2400] for y in batch] for batch in pairs)
    features = [fitted[:-1].transform([np.pad(y, (0, 2400 - len(y))) for y in batch]) for batch in (first, second)]
    assert_same(model.pair_distance(first, second), fitted[-1].pair_distance(*features), 1e-5)
    assert model.verify(first, second).tolist() == fitted[-1].verify(*features).tolist()


def test_batches_that_are_no_pairs(fitted, pairs, export):
    model = export(fitted, method="verify")
    with pytest.raises(ValueError, match="A has 10 clips and B 9; expected pairs"):
        model.verify(pairs[0], pairs[1][:9])
    with pytest.raises(TypeError, match="Pass a list"):
        model.pair_distance("a.wav", "b.wav")
    with pytest.raises(AttributeError, match="has no predict, but verify"):
        _ = model.predict
    assert model.verify([], []).tolist() == []


def test_models_that_compare_no_pairs(fitted, digits, tmp_path):
    pipeline = make_pipeline(*FEATURES, LogisticRegression(max_iter=1000)).fit(digits.data, digits.target)
    with pytest.raises(ExportError, match="LogisticRegression has no verify"):
        to_onnx(pipeline, tmp_path / "model.onnx", method="verify")
    path = to_onnx(fitted, tmp_path / "pairs.onnx", method="verify")
    with pytest.raises(ExportError, match="compares pairs of clips, which the page does not show"):
        to_page(path, tmp_path / "page.html", runtime=tmp_path)
