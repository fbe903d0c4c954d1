"""A fitted pipeline, written by joblib and read by another process, predicts the same to the last bit."""

import subprocess
import sys

import joblib
import numpy as np
import pytest
import soundfile
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import skaudio
from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC, MelSpectrogram, Spectrogram
from skaudio.pooling import FramePadder, FrameStacker, MixturePooling, StatPooling

PIPELINES = {
    "statistics": make_pipeline(
        MFCC(sr=8000, deltas=2, trim_db=30.0, level=-20.0), StatPooling(segments=5), StandardScaler(), SVC(C=10)
    ),
    "union": make_pipeline(
        FeatureUnion([
            ("mixture", make_pipeline(MFCC(sr=8000), FrameStacker(), MixturePooling(n_components=4, random_state=0))),
            ("mel", make_pipeline(MelSpectrogram(sr=8000, n_jobs=2), StatPooling())),
        ]),
        ExtraTreesClassifier(30, random_state=0),
    ),
    "flat": make_pipeline(
        Spectrogram(sr=8000, normalize="standard"),
        FramePadder(n_frames=40, flatten=True),
        LogisticRegression(max_iter=20),
    ),
}  # fmt: skip
SCRIPT = """
import sys, joblib, numpy
model, data, out, method = sys.argv[1:]
model = joblib.load(model)
numpy.save(out, getattr(model, method)(joblib.load(data)))
"""


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", PIPELINES)
def test_predictions_in_a_new_process_are_the_same_to_the_last_bit(name, tmp_path):
    digits = make_spoken_digits(60, random_state=0)
    paths = [str(tmp_path / f"{i}.wav") for i in range(60)]
    for path, y in zip(paths, digits.data, strict=True):
        soundfile.write(path, y, 8000)
    model = PIPELINES[name].fit(paths, digits.target)
    joblib.dump(model, tmp_path / "model.joblib")
    joblib.dump(paths, tmp_path / "data.joblib")
    method = "decision_function" if hasattr(model, "decision_function") else "predict_proba"
    arguments = [tmp_path / "model.joblib", tmp_path / "data.joblib", tmp_path / "out.npy", method]
    subprocess.run([sys.executable, "-c", SCRIPT, *map(str, arguments)], check=True)
    np.testing.assert_array_equal(np.load(tmp_path / "out.npy"), getattr(model, method)(paths))


@pytest.mark.parametrize("estimator", [MFCC(sr=8000), StatPooling(), FrameStacker()], ids=lambda e: type(e).__name__)
def test_another_version_is_told(estimator, tmp_path, monkeypatch):
    monkeypatch.setattr(skaudio, "__version__", "0.0.1")
    joblib.dump(estimator, tmp_path / "model.joblib")
    monkeypatch.undo()
    with pytest.warns(UserWarning, match=r"was pickled by skaudio 0\.0\.1 and loaded by skaudio"):
        loaded = joblib.load(tmp_path / "model.joblib")
    assert loaded.get_params() == estimator.get_params()
    assert not hasattr(loaded, "_skaudio_version")


def test_a_front_end_pickles_small(tmp_path):
    front_end = MFCC(memory=str(tmp_path), n_jobs=2).fit([np.zeros(22050)] * 10)
    joblib.dump(front_end, tmp_path / "front_end.joblib")
    assert (tmp_path / "front_end.joblib").stat().st_size < 2000
