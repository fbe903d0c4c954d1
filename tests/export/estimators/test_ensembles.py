"""Ensembles and calibration around whole pipelines from clips, and behind a front end."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, LinearSVC

from skaudio.export import ExportError, load_litert, to_litert
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling

BANDS = MelSpectrogram(sr=8000, n_mels=16)


def pipeline_of(model, front_end=None):
    front_end = MFCC(sr=8000, n_mfcc=8) if front_end is None else clone(front_end)
    return make_pipeline(front_end, StatPooling(), StandardScaler(), model)


def parts(*models):
    front_ends = (None, BANDS, None)
    pairs = [(str(i), pipeline_of(model, front_ends[i])) for i, model in enumerate(models)]
    return [*pairs, ("none", "drop")]


MODELS = {
    "sigmoid": CalibratedClassifierCV(pipeline_of(LinearSVC()), cv=2),
    "of probabilities": CalibratedClassifierCV(pipeline_of(LogisticRegression()), cv=2, ensemble=False),
    "isotonic": CalibratedClassifierCV(pipeline_of(SVC()), cv=2, method="isotonic"),
    "soft": VotingClassifier(parts(LogisticRegression(), LogisticRegression(C=0.1)), voting="soft"),
    "soft, weighted": VotingClassifier(
        parts(LogisticRegression(), LogisticRegression()), voting="soft", weights=[1, 3, 5]
    ),
    "hard": VotingClassifier(parts(LogisticRegression(), SVC(), RidgeClassifier())),
    "hard, weighted": VotingClassifier(parts(LogisticRegression(), SVC()), weights=[1, 2, 5]),
    "stack": StackingClassifier(parts(LogisticRegression(), SVC(), RidgeClassifier()), cv=2),
    "stack of labels": StackingClassifier(parts(LogisticRegression(), SVC()), cv=2, stack_method="predict"),
    "vote on a table": pipeline_of(VotingClassifier([("a", LogisticRegression()), ("b", SVC())])),
    "stack on a table": pipeline_of(
        StackingClassifier([("a", LogisticRegression()), ("b", SVC())], cv=2, passthrough=True)
    ),
}


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", MODELS)
def test_classifiers(name, n_classes, digits, export, assert_same):
    y = np.array(["no", "yes", "maybe"])[digits.target % n_classes]
    model = clone(MODELS[name]).fit(digits.data[:40], y[:40])
    exported = export(model, sample=digits.data[40:44])
    assert exported.predict(digits.data).tolist() == model.predict(digits.data).tolist()
    if hasattr(model, "predict_proba"):
        tolerance = 1e-4 if name == "isotonic" else 1e-5  # steep between near thresholds
        assert_same(exported.predict_proba(digits.data), model.predict_proba(digits.data), tolerance)


@pytest.mark.parametrize(
    "model",
    [
        VotingRegressor(parts(Ridge(), SVR()), weights=[1, 3, 1]),
        StackingRegressor(parts(Ridge(), SVR()), cv=2),
    ],
    ids=["vote", "stack"],
)
def test_regressors(model, digits, export, assert_same):
    y = digits.target.astype(float)
    model = clone(model).fit(digits.data, y)
    assert_same(export(model, sample=digits.data[:4]).predict(digits.data), model.predict(digits.data), 1e-5)


def test_a_class_that_a_part_has_not_seen(digits, export, assert_same):
    y = digits.target % 3
    rare = np.flatnonzero(y == 2)
    folds = [(np.setdiff1d(np.arange(60), rare), rare), (np.arange(30, 60), np.arange(30))]
    model = CalibratedClassifierCV(pipeline_of(LogisticRegression()), cv=folds).fit(digits.data, y)
    assert len(model.calibrated_classifiers_[0].estimator.classes_) == 2
    assert_same(export(model).predict_proba(digits.data), model.predict_proba(digits.data), 1e-5)


@pytest.mark.slow
def test_in_litert(digits, tmp_path, assert_same):
    clips = np.stack([np.pad(y[:4000], (0, max(0, 4000 - len(y)))) for y in digits.data])
    model = clone(MODELS["stack"]).fit(clips, digits.target % 3)
    exported = load_litert(to_litert(model, tmp_path / "stack.tflite", seconds=0.5, sample=clips[:4]))
    assert_same(exported.predict_proba(clips), model.predict_proba(clips), 1e-5)


def test_what_cannot_go(digits, export):
    model = CalibratedClassifierCV(pipeline_of(LinearSVC()), cv=2, method="temperature")
    with pytest.raises(ExportError, match=r"CalibratedClassifierCV\(method='temperature'\).*Use method='sigmoid'"):
        export(model.fit(digits.data, digits.target % 2))
    clips = np.stack([y[:1500] for y in digits.data])
    stack = StackingClassifier(parts(LogisticRegression()), cv=2, passthrough=True).fit(clips, digits.target % 2)
    with pytest.raises(ExportError, match=r"StackingClassifier\(passthrough=True\) of clips cannot be exported"):
        export(stack)
