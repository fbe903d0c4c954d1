"""Every estimator of the suite is exported and equal, or refused by name."""

import numpy as np
import pytest
from sklearn.base import clone, is_regressor
from sklearn.pipeline import make_pipeline
from tests.common.instances import (
    AUTOENCODERS,
    FRONT_ENDS,
    MATCHERS,
    MIXTURES,
    NETWORKS,
    POOLING,
    PRETRAINED,
    SIAMESE,
    TRANSFER,
    name,
    public_estimators,
)

from skaudio.events import CountEstimator
from skaudio.export import ExportError, load_litert, load_onnx, to_litert, to_onnx
from skaudio.export.models._methods import OUTPUTS, final_step, output_methods, result_of
from skaudio.features import MFCC
from skaudio.pooling import FramePadder

FRAMES = [*POOLING, *NETWORKS, *SIAMESE, *AUTOENCODERS, *MIXTURES]
WAVEFORMS = [*FRONT_ENDS, *PRETRAINED, *TRANSFER, *MATCHERS]
# Those that cannot go, and a part of the reason.
REFUSED = {
    "FunctionFrontEnd": "runs a Python function",
    "GroupScaler": "standardises by groups",
    "PretrainedEmbedding": r"PretrainedEmbedding\(model=.* cannot be exported: its model is neither",
    "TransferClassifier": r"PretrainedEmbedding\(model=.* cannot be exported: its model is neither",
    "RecordingMatcher": "searches an index of recordings",
}
OF_OTHER_TESTS = {"AugmentedEstimator", "EventDetector", "CountEstimator"}  # test_to_onnx.py, test_detection.py, below

pytestmark = pytest.mark.slow


def pipeline_of(estimator, trim_db=40.0):
    estimator = clone(estimator)
    if any(type(estimator) is type(other) for other in WAVEFORMS):
        return estimator
    padder = FramePadder(20) if name(estimator).startswith("Autoencoder") else "passthrough"
    return make_pipeline(MFCC(sr=8000, n_mels=20, n_mfcc=13, trim_db=trim_db), padder, estimator)


def methods_of(pipeline):
    return [method for method in OUTPUTS if hasattr(final_step(pipeline), method)]


def fitted(estimator, digits, **settings):
    clips, y = digits.data[:24], digits.target[:24] % 3
    pipeline = pipeline_of(estimator, **settings)
    return pipeline.fit(clips, y.astype(float) if is_regressor(pipeline) else y), clips


def test_every_estimator_is_looked_at():
    looked_at = {name(estimator) for estimator in [*FRAMES, *WAVEFORMS]} | OF_OTHER_TESTS
    augmenters = {cls.__name__ for cls in public_estimators() if cls.__module__.startswith("skaudio.augment")}
    assert {cls.__name__ for cls in public_estimators()} - augmenters <= looked_at


@pytest.mark.parametrize("estimator", [*FRAMES, *WAVEFORMS], ids=name)
def test_exported_and_equal_or_refused_by_name(estimator, digits, tmp_path):
    pipeline, clips = fitted(estimator, digits)
    if name(estimator) in REFUSED:
        with pytest.raises(ExportError, match=REFUSED[name(estimator)]):
            to_onnx(pipeline, tmp_path / "model.onnx", sample=clips)
        return
    for method in methods_of(pipeline):
        if name(estimator) == "SiameseMatcher" and method != "transform":
            with pytest.raises(ExportError, match="SiameseMatcher cannot be exported with method"):
                to_onnx(pipeline, tmp_path / "model.onnx", method=method)
            continue
        model = load_onnx(to_onnx(pipeline, tmp_path / "model.onnx", method=method))
        for exported in output_methods(pipeline, method).values():
            expected, found = result_of(pipeline, exported, clips), getattr(model, exported)(clips)
            if exported == "predict" and not is_regressor(pipeline):
                assert found.tolist() == expected.tolist()
                continue
            scale = max([1.0, *(np.abs(row).max() for row in expected)])
            for row, other in zip(found, expected, strict=True):
                np.testing.assert_allclose(row, other, rtol=0, atol=1e-4 * scale)


@pytest.mark.parametrize("estimator", [*FRAMES, *WAVEFORMS], ids=name)
def test_exported_to_litert_and_equal_or_refused_by_name(estimator, digits, tmp_path):
    pipeline, clips = fitted(estimator, digits, trim_db=None)
    settings = {"seconds": 0.4, "sample": clips}
    if name(estimator) in REFUSED:
        with pytest.raises(ExportError, match=REFUSED[name(estimator)]):
            to_litert(pipeline, tmp_path / "model.tflite", **settings)
        return
    if getattr(estimator, "trim_db", None) is not None:
        with pytest.raises(ExportError, match=f"{name(estimator)} cannot .* the length of its result depends on"):
            to_litert(pipeline, tmp_path / "model.tflite", **settings)
        pipeline.set_params(trim_db=None)
    method = "verify" if name(estimator) == "SiameseMatcher" else None
    model = load_litert(to_litert(pipeline, tmp_path / "model.tflite", method=method, **settings))
    assert model.metadata["difference"] <= 1e-4


def test_counts_are_no_graph(tmp_path):
    estimator = CountEstimator(random_state=0).fit(np.linspace(0, 1, 40), np.arange(40) > 20)
    with pytest.raises(ExportError, match="CountEstimator cannot be exported"):
        to_onnx(estimator, tmp_path / "counts.onnx")
    assert not (tmp_path / "counts.onnx").exists()
