import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR, NuSVC, NuSVR, OneClassSVM

from skaudio.features import MFCC
from skaudio.pooling import StatPooling


@pytest.fixture(scope="module")
def features(digits):
    pipeline = make_pipeline(MFCC(sr=8000, n_mfcc=8), StatPooling(), StandardScaler()).fit(digits.data)
    return pipeline, pipeline.transform(digits.data)


def pipeline_of(features, model, y=None):
    pipeline, table = features
    return make_pipeline(*(step for _, step in pipeline.steps), model.fit(table, y))


@pytest.mark.parametrize(
    "model",
    [
        SVC(C=10),
        SVC(kernel="linear"),
        SVC(kernel="poly", coef0=1.0),
        SVC(kernel="poly", degree=1, gamma=0.01),
        SVC(kernel="sigmoid", gamma=0.01),
        SVC(break_ties=True),
        SVC(decision_function_shape="ovo"),
        NuSVC(nu=0.1),
    ],
    ids=repr,
)
@pytest.mark.parametrize("n_classes", [2, 3, 6])
def test_classifiers(model, n_classes, features, digits, export, assert_same):
    y = np.array(["f", "e", "d", "c", "b", "a"])[digits.target % n_classes]
    pipeline = pipeline_of(features, model, y)
    exported = export(pipeline, sample=digits.data[:5])
    expected = pipeline.decision_function(digits.data)
    assert exported.decision_function(digits.data).shape == expected.shape
    assert_same(exported.decision_function(digits.data), expected, 1e-5)
    assert exported.predict(digits.data).tolist() == pipeline.predict(digits.data).tolist()


def test_a_tie_of_votes(features, digits, export):
    # Classes that win equally many pairs: without break_ties, the first of them.
    model = SVC(gamma=1e3)  # every kernel of another clip is 0: all pairs are decided by the intercepts
    pipeline = pipeline_of(features, model, digits.target % 5)
    rng = np.random.default_rng(0)
    clips = [0.1 * rng.normal(size=3000).astype(np.float32) for _ in range(3)]
    assert export(pipeline, sample=clips).predict(clips).tolist() == pipeline.predict(clips).tolist()


@pytest.mark.parametrize("model", [SVR(), SVR(kernel="linear"), NuSVR()], ids=repr)
def test_regressors(model, features, digits, export, assert_same):
    pipeline = pipeline_of(features, model, digits.target.astype(float))
    assert_same(export(pipeline).predict(digits.data), pipeline.predict(digits.data), 1e-5)


@pytest.mark.parametrize("method", ["decision_function", "score_samples"])
def test_outlier_detectors(method, features, digits, export, assert_same):
    pipeline = pipeline_of(features, OneClassSVM(nu=0.3))
    exported = export(pipeline, method=method, sample=[0.1 * np.ones(3000), np.zeros(3000)])
    assert_same(getattr(exported, method)(digits.data), getattr(pipeline, method)(digits.data), 1e-5)


def test_a_kernel_that_cannot_go(features, digits, export):
    def kernel(a, b):
        return np.asarray(a) @ np.asarray(b).T

    with pytest.raises(ValueError, match="SVC cannot be exported: skl2onnx raised"):
        export(pipeline_of(features, SVC(kernel=kernel), digits.target))
