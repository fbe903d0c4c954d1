"""Displays of training, of a search and of a verification: by what is in the pictures."""

import re
import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from scipy.stats import norm
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import det_curve
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, NearestCentroid
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC
from tests.common.instances import FAST, FAST_SIAMESE, SMALL_CNN

from skaudio.estimators import CNNClassifier, SiameseMatcher
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import DetectionErrorDisplay, SearchDisplay, SpectrogramDisplay, TrainingDisplay
from skaudio.pooling import StatPooling

QUICK = {**FAST, "epochs": 2}


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(0)
    y = np.repeat(["ann", "bob", "cyd"], 10)
    return (rng.normal(size=(30, 12, 6)) + np.repeat([0, 1, 2], 10)[:, None, None]).astype("float32"), y


@pytest.fixture(scope="module")
def cnn(frames):
    return CNNClassifier(**SMALL_CNN, **QUICK, early_stopping=True).fit(*frames)


def texts(labels):
    return [label.get_text() for label in labels]


HISTORY = {
    "accuracy": [0.2, 0.6, 0.9],
    "loss": [1.5, 0.9, 0.4],
    "val_accuracy": [0.2, 0.5, 0.4],
    "val_loss": [1.6, 1.1, 1.3],
    "learning_rate": [0.1, 0.1, 0.01],
}


def test_training_has_losses_left_and_other_metrics_right():
    display = TrainingDisplay.from_array(HISTORY)
    assert list(display.lines_) == ["loss", "val_loss", "accuracy", "val_accuracy"]
    for name, line in display.lines_.items():
        np.testing.assert_array_equal(line.get_xydata(), np.c_[[1, 2, 3], HISTORY[name]])
        assert line.get_linestyle() == ("--" if name.startswith("val_") else "-")
        assert line.axes is (display.ax_ if name.endswith("loss") else display.right_ax_)
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("epoch", "loss")
    assert display.right_ax_.get_ylabel() == "accuracy"
    assert display.best_.get_xydata().tolist() == [[2, 1.1]]
    assert texts(display.right_ax_.get_legend().get_texts()) == [*display.lines_, "lowest val_loss: epoch 2"]


def test_training_without_validation_has_one_axis_and_no_mark():
    display = TrainingDisplay.from_array({"loss": [1.0]})
    assert display.right_ax_ is None
    assert display.best_ is None
    assert display.lines_["loss"].get_marker() == "."  # one epoch is seen, too


def test_training_of_a_network_and_of_a_pipeline(cnn, frames):
    _, (left, right) = plt.subplots(1, 2)
    of_network = TrainingDisplay.from_estimator(cnn, ax=left, linewidth=3)
    of_pipeline = TrainingDisplay.from_estimator(Pipeline([("net", cnn)]), ax=right)
    assert of_network.ax_ is left
    assert of_pipeline.figure_ is right.figure
    assert of_network.lines_["val_loss"].get_ydata().tolist() == cnn.history_["val_loss"]
    assert of_network.lines_["loss"].get_linewidth() == 3
    assert of_pipeline._repr_html_().startswith('<img alt="TrainingDisplay" src="data:image/png;base64,')


def test_training_refuses_what_has_no_history():
    with pytest.raises(TypeError, match=r"SVC has no history_; expected a fitted network"):
        TrainingDisplay.from_estimator(make_pipeline(StandardScaler(), SVC()))
    with pytest.raises(ValueError, match=r"keys \['accuracy'\]; expected 'loss' with at least one epoch"):
        TrainingDisplay.from_array({"accuracy": [1.0]})


@pytest.fixture(scope="module")
def trials():
    rng = np.random.default_rng(0)
    same = rng.integers(0, 2, 300)
    return same, rng.normal(size=300) + 1.5 * same


def test_detection_errors_are_those_of_scikit_learn(trials):
    same, scores = trials
    display = DetectionErrorDisplay.from_predictions(same, scores, threshold=0.75, name="mine")
    accepted, rejected, _ = det_curve(same, scores)
    inside = (accepted > 0) & (accepted < 1) & (rejected > 0) & (rejected < 1)
    np.testing.assert_allclose(display.line_.get_xdata()[inside], norm.ppf(accepted[inside]))
    np.testing.assert_allclose(display.line_.get_ydata()[inside], norm.ppf(rejected[inside]))
    point = [norm.ppf((scores[same == 0] >= 0.75).mean()), norm.ppf((scores[same == 1] < 0.75).mean())]
    np.testing.assert_allclose(display.operating_point_.get_xydata(), [point])
    nearest = np.argmin(np.abs(accepted - rejected))
    assert display.equal_error_rate == pytest.approx((accepted + rejected)[nearest] / 2, abs=0.01)
    np.testing.assert_allclose(display.equal_error_point_.get_xydata(), norm.ppf([[display.equal_error_rate] * 2]))
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("false accept rate [%]", "false reject rate [%]")
    ticks = [float(text) / 100 for text in texts(display.ax_.get_xticklabels())]
    np.testing.assert_allclose(norm.cdf(display.ax_.get_xticks()), ticks)


def test_detection_errors_worked_out_by_hand():
    # One of four impostors is above 0.6, the lowest genuine score; it is 0.7.
    labels = ["no"] * 4 + ["yes"] * 4
    scores = [0.1, 0.2, 0.3, 0.7, 0.6, 0.8, 0.9, 1.0]
    display = DetectionErrorDisplay.from_predictions(labels, scores, pos_label="yes", threshold=0.65)
    assert display.equal_error_rate == 0.25
    assert display.operating_point == (0.25, 0.25)
    without = DetectionErrorDisplay.from_predictions(labels, scores, pos_label="yes")
    assert without.operating_point_ is None


def test_two_detection_errors_in_one_axes(trials):
    same, scores = trials
    first = DetectionErrorDisplay.from_predictions(same, scores, name="one")
    second = DetectionErrorDisplay.from_predictions(same, -scores, name="two", ax=first.ax_, color="k")
    assert second.ax_ is first.ax_
    assert [re.sub(r" \(.*", "", text) for text in texts(first.ax_.get_legend().get_texts())] == ["one", "two"]
    assert second.equal_error_point_.get_color() == "k"


def test_perfect_verification_is_marked_in_the_corner():
    display = DetectionErrorDisplay.from_predictions([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], threshold=0.5)
    assert display.equal_error_point_.get_xydata().tolist() == [[-3.0, -3.0]]
    assert display.operating_point == (0.0, 0.0)


def test_detection_errors_of_a_matcher(frames):
    X, y = frames
    matcher = SiameseMatcher(tower=None, embedding_dim=4, **{**FAST_SIAMESE, "epochs": 2}).fit(X[:, 0], y)
    A, B, same = X[:20, 0], X[5:25, 0], y[:20] == y[5:25]
    display = DetectionErrorDisplay.from_estimator(matcher, A, B, same)
    verified = matcher.verify(A, B)
    assert display.operating_point == pytest.approx((verified[~same].mean(), 1 - verified[same].mean()))
    assert display.ax_.get_legend().get_texts()[0].get_text().startswith("SiameseMatcher (equal at ")
    assert "data:image/png" in display._repr_html_()


@pytest.mark.filterwarnings("ignore:No negative samples")
def test_detection_errors_refuse_other_estimators(trials):
    with pytest.raises(TypeError, match="SVC has no pair_distance"):
        DetectionErrorDisplay.from_estimator(SVC(), [[0]], [[1]], [True])
    with pytest.raises(ValueError, match="one class only"):
        DetectionErrorDisplay.from_predictions([1, 1], [0.1, 0.2])


@pytest.fixture(scope="module")
def search():
    """Two grids: the second does not say what the sound goes through, and one model has no parameter of the other."""
    rng = np.random.default_rng(0)
    pipeline = Pipeline([("sound", MelSpectrogram(sr=8000)), ("pool", StatPooling()), ("model", GaussianNB())])
    grid = [
        {
            "sound": [MFCC(sr=8000), MFCC(sr=8000, deltas=1)],
            "model": [KNeighborsClassifier(3)],
            "pool__segments": [1, 2],
        },
        {"model": [GaussianNB()]},
    ]
    clips, y = 0.1 * rng.normal(size=(12, 2000)), np.tile([0, 1], 6)
    clips[y == 1] *= np.linspace(0, 1, 2000)
    return GridSearchCV(pipeline, grid, cv=2, refit=False, scoring="accuracy").fit(clips, y)


def test_search_has_the_best_score_of_each_combination(search):
    _, ax = plt.subplots()
    display = SearchDisplay.from_estimator(search, ax=ax, cmap="magma")
    scores = search.cv_results_["mean_test_score"]
    best = {words: [] for words in ("MFCC", "MFCC(deltas=1)")}
    for candidate, score in zip(search.cv_results_["params"][:4], scores, strict=False):
        best["MFCC(deltas=1)" if candidate["sound"].deltas else "MFCC"].append(score)
    expected = [[max(best["MFCC"]), np.nan], [max(best["MFCC(deltas=1)"]), np.nan], [np.nan, scores[4]]]
    np.testing.assert_array_equal(display.image_.get_array().filled(np.nan), expected)
    assert texts(display.ax_.get_yticklabels()) == ["MFCC", "MFCC(deltas=1)", "MelSpectrogram"]
    assert texts(display.ax_.get_xticklabels()) == ["KNeighborsClassifier", "GaussianNB"]
    assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("model", "sound")
    assert display.colorbar_.ax.get_ylabel() == "accuracy"
    assert display.text_[0, 0].get_text() == f"{expected[0][0]:.3f}"
    assert display.text_[0, 1] is None
    row, column = np.unravel_index(np.nanargmax(expected), (3, 2))
    assert display.best_.get_xy() == (column - 0.5, row - 0.5)
    assert "data:image/png" in display._repr_html_()


def test_search_by_any_parameter(search):
    display = SearchDisplay.from_estimator(search, rows="pool__segments")
    assert texts(display.ax_.get_yticklabels()) == ["1", "2"]
    assert not np.isnan(display.scores[0]).any()  # the pipeline's own, where a candidate does not say
    assert np.isnan(display.scores[1, 1])


def test_scores_are_black_on_bright_cells_and_white_on_dark_ones():
    display = SearchDisplay([[0.1, 0.9]], row_names=["MFCC"], column_names=["SVC", "CNN"])
    display.scores = np.array(display.scores)
    display.plot(cmap="gray")
    assert [text.get_color() for text in display.text_[0]] == ["white", "black"]


def test_search_says_what_to_pass():
    X, y = np.random.default_rng(0).normal(size=(12, 3)), np.tile([0, 1], 6)
    plain = GridSearchCV(SVC(), {"C": [1, 10], "kernel": ["linear", "rbf"]}, cv=2).fit(X, y)
    with pytest.raises(
        ValueError, match=r"No parameter of the search has front ends .* Pass rows, one of \['C', 'kernel'\]"
    ):
        SearchDisplay.from_estimator(plain)
    with pytest.raises(ValueError, match=r"rows='c'; expected one of the parameters of the search, \['C', 'kernel'\]"):
        SearchDisplay.from_estimator(plain, rows="c", columns="kernel")
    display = SearchDisplay.from_estimator(plain, rows="C", columns="kernel")
    np.testing.assert_array_equal(display.scores, plain.cv_results_["mean_test_score"].reshape(2, 2))
    assert display.score_name == "score"
    with pytest.raises(TypeError, match="no cv_results_"):
        SearchDisplay.from_estimator(SVC())


@pytest.mark.parametrize(
    ("grid", "shape", "labels"),
    [
        ({"sound": [MFCC(sr=8000), MelSpectrogram(sr=8000)]}, (2, 1), ("sound", "")),
        ({"model": [GaussianNB(), NearestCentroid()]}, (1, 2), ("", "model")),
        ({"pool__segments": [1, 2, 3]}, (1, 3), ("", "pool__segments")),
    ],
)
def test_search_of_one_parameter_is_one_row_or_column(grid, shape, labels):
    X = [np.random.default_rng(i).standard_normal(2000) for i in range(8)]
    pipeline = Pipeline([("sound", MFCC(sr=8000)), ("pool", StatPooling()), ("model", GaussianNB())])
    found = GridSearchCV(pipeline, grid, cv=2).fit(X, [0, 1] * 4)
    display = SearchDisplay.from_estimator(found)
    assert (display.ax_.get_ylabel(), display.ax_.get_xlabel()) == labels
    np.testing.assert_array_equal(display.scores.ravel(), found.cv_results_["mean_test_score"])
    assert display.scores.shape == shape
    (name,) = grid
    assert SearchDisplay.from_estimator(found, rows=name).scores.shape == (max(shape), 1)
    assert SearchDisplay.from_estimator(found, columns=name).scores.shape == (1, max(shape))
    with pytest.raises(ValueError, match=rf"rows='no'; expected one of the parameters of the search, \['{name}'\]"):
        SearchDisplay.from_estimator(found, rows="no")


def test_search_with_several_metrics_and_transformers():
    X, y = np.random.default_rng(0).normal(size=(12, 3)), np.tile([0, 1], 6)
    pipeline = Pipeline([("scale", StandardScaler()), ("model", SVC())])
    grid = {"scale": [StandardScaler(), MinMaxScaler()], "model": [LogisticRegression(), ExtraTreesClassifier(5)]}
    search = GridSearchCV(pipeline, grid, cv=2, scoring=["accuracy", "f1"], refit=False).fit(X, y)
    with pytest.raises(ValueError, match=r"several scores\. Pass metric, one of \['accuracy', 'f1'\]"):
        SearchDisplay.from_estimator(search)
    display = SearchDisplay.from_estimator(search, metric="f1")
    assert display.score_name == "f1"
    assert display.row_names == ["StandardScaler", "MinMaxScaler"]


def test_without_matplotlib_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r'pip install "skaudio\[plot\]"'):
        SpectrogramDisplay.from_array(np.zeros((3, 4)))
