import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.decomposition import PCA
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, KFold, ShuffleSplit, cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.features import MFCC, MelSpectrogram
from skaudio.model_selection import describe_estimators, out_of_fold, rank_candidates
from skaudio.pretrained import PretrainedEmbedding

FOLDS = KFold(3, shuffle=True, random_state=0)


@pytest.mark.parametrize(
    ("values", "descriptions"),
    [
        ([MFCC(), MFCC(deltas=2)], ["MFCC", "MFCC(deltas=2)"]),
        ([MFCC(deltas=2), MFCC(deltas=2)], ["MFCC", "MFCC"]),
        # Those given by position are always written.
        (
            [PretrainedEmbedding(), PretrainedEmbedding("speech")],
            ["PretrainedEmbedding(model=yamnet)", "PretrainedEmbedding(model=speech)"],
        ),
        ([MFCC(n_jobs=2, memory="here"), MelSpectrogram(n_mels=20)], ["MFCC", "MelSpectrogram"]),
        ([SVC(C=10.0, kernel="linear"), SVC()], ["SVC(C=10, kernel=linear)", "SVC"]),
        (
            [make_pipeline(StandardScaler(), SVC(C=0.1)), make_pipeline(StandardScaler(), SVC())],
            ["StandardScaler + SVC(C=0.1)", "StandardScaler + SVC"],
        ),
        ([make_pipeline(PCA(2), SVC()), SVC()], ["PCA + SVC", "SVC"]),
        (["passthrough", None, 0.25, 3, True], ["passthrough", "None", "0.25", "3", "True"]),
    ],
)
def test_descriptions(values, descriptions):
    assert describe_estimators(values) == descriptions


def likelihood(model, X, y):
    return -log_loss(y, model.predict_proba(X)) if hasattr(model, "predict_proba") else np.nan


@pytest.fixture(scope="module")
def search():
    pipeline = Pipeline([("scale", StandardScaler()), ("model", SVC())])
    grid = [
        {"scale": ["passthrough", StandardScaler()], "model": [SVC()], "model__C": [1e-3, 1.0]},
        {"scale": ["passthrough"], "model": [GaussianNB()]},
    ]
    scoring = {"accuracy": "accuracy", "likelihood": likelihood}
    search = GridSearchCV(pipeline, grid, scoring=scoring, refit="accuracy", cv=FOLDS)
    with pytest.warns(UserWarning, match="non-finite"):  # of a support vector machine
        return search.fit(*load_iris(return_X_y=True))


def test_candidates_are_ranked_as_the_search_ranks_them(search):
    ranking = rank_candidates(search)
    results = search.cv_results_
    assert ranking.metric == "accuracy"
    assert ranking.indices[0] == search.best_index_
    np.testing.assert_array_equal(
        np.sort(results["rank_test_accuracy"]), results["rank_test_accuracy"][ranking.indices]
    )
    np.testing.assert_array_equal(ranking.mean_scores, results["mean_test_accuracy"][ranking.indices])
    np.testing.assert_array_equal(ranking.std_scores, results["std_test_accuracy"][ranking.indices])
    np.testing.assert_array_equal(ranking.fit_times, results["mean_fit_time"][ranking.indices])
    by_index = dict(zip(ranking.indices.tolist(), ranking.descriptions, strict=True))
    assert [by_index[i] for i in range(5)] == [
        "SVC, C=0.001",
        "StandardScaler, SVC, C=0.001",
        "SVC, C=1",
        "StandardScaler, SVC, C=1",
        "GaussianNB",
    ]


def test_failed_candidates_come_last(search):
    ranking = rank_candidates(search, "likelihood")
    assert ranking.descriptions[0] == "GaussianNB"
    assert np.isnan(ranking.mean_scores[1:]).all()


def test_an_unknown_score(search):
    with pytest.raises(ValueError, match=r"metric='f1'; expected one of the scores .*'accuracy', 'likelihood'"):
        rank_candidates(search, "f1")


@pytest.mark.parametrize("model", [SVC(), GaussianNB()])
def test_out_of_fold_predictions_are_those_of_scikit_learn(model):
    X, y = load_iris(return_X_y=True)
    names = np.array(["a", "b", "c"])[y]
    found = out_of_fold(model, X, names, cv=FOLDS)
    np.testing.assert_array_equal(found.y_pred, cross_val_predict(model, X, names, cv=FOLDS))
    np.testing.assert_array_equal(found.margins > 0.0, found.y_pred != names)
    for number, (_, test) in enumerate(FOLDS.split(X)):
        assert (found.folds[test] == number).all()
        np.testing.assert_array_equal(found.estimators[number].predict(X[test]), found.y_pred[test])


def test_out_of_fold_scores_probabilities_and_groups():
    X, y = load_iris(return_X_y=True)
    groups = np.arange(150) % 5
    found = out_of_fold(GaussianNB(), X, y, groups=groups, cv=FOLDS)
    expected = cross_val_predict(GaussianNB(), X, y, cv=FOLDS, method="predict_proba")
    np.testing.assert_allclose(found.probabilities, expected[np.arange(150), found.y_pred])
    np.testing.assert_array_equal(found.groups, groups)
    found = out_of_fold(SVC(), X, y, cv=FOLDS)
    expected = cross_val_predict(SVC(), X, y, cv=FOLDS, method="decision_function")
    np.testing.assert_allclose(found.scores, expected[np.arange(150), found.y_pred])
    assert found.probabilities is None
    assert found.groups is None


def test_a_class_that_no_estimator_was_fitted_on_has_infinite_margins():
    X, y = load_iris(return_X_y=True)
    found = out_of_fold(GaussianNB(), X, y, groups=y, cv=KFold(3))  # sorted by class
    assert np.isinf(found.margins).all()


def test_folds_must_test_each_sample_once():
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="of 150 clips are not tested exactly once"):
        out_of_fold(GaussianNB(), X, y, cv=ShuffleSplit(2, random_state=0))
