import base64
import io
import json
import re
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import sklearn
import soundfile as sf
from PIL import Image
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import precision_recall_fscore_support
from sklearn.model_selection import GridSearchCV, ShuffleSplit, StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC, MelSpectrogram, Spectrogram
from skaudio.inspection import Report
from skaudio.inspection.pages._sound_card import CARD_CHARACTERS, SoundCards
from skaudio.model_selection import out_of_fold
from skaudio.pooling import StatPooling

FOLDS = StratifiedKFold(2, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def digits():
    return make_spoken_digits(40, sr=8000, random_state=0)


@pytest.fixture(scope="module")
def search(digits):
    pipeline = Pipeline(
        [("sound", MFCC()), ("pool", StatPooling()), ("scale", StandardScaler()), ("model", LogisticRegression())]
    )
    grid = {
        "sound": [MelSpectrogram(sr=8000), MFCC(sr=8000, n_mfcc=5)],
        "model": [LogisticRegression(C=0.1), LogisticRegression(C=1e-5)],
    }
    return GridSearchCV(pipeline, grid, cv=FOLDS).fit(digits.data, digits.target)


@pytest.fixture(scope="module")
def predictions(search, digits):
    return out_of_fold(search.best_estimator_, digits.data, digits.target, groups=digits.groups, cv=FOLDS)


@pytest.fixture(scope="module")
def report(search, digits):
    return Report.from_search(
        search,
        digits.data,
        digits.target,
        groups=digits.groups,
        n_mistakes=2,
        title="Digits <1>",
        provenance={"Command": "python <search>.py", "Machine": None},
    )


def content(report):
    (data,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', report.html)
    return json.loads(data)


@pytest.mark.slow
def test_the_ranking(report, search):
    rows = re.findall(r"<tr><td>(\d+)</td><td>([\d.]+) ± ([\d.]+)</td><td>[\d.]+</td><td>(.*?)</td></tr>", report.html)
    results = search.cv_results_
    order = np.argsort(-results["mean_test_score"], kind="stable")
    assert [row[0] for row in rows] == ["1", "2", "3", "4"]
    assert [row[1] for row in rows] == [f"{results['mean_test_score'][i]:.3f}" for i in order]
    assert {row[3] for row in rows} == {
        f"{sound}, LogisticRegression(C={C})" for C in ("0.1", "1e-05") for sound in ("MelSpectrogram", "MFCC")
    }


def test_the_matrix_counts_what_scikit_learn_predicts(report, search, digits):
    predicted = cross_val_predict(search.best_estimator_, digits.data, digits.target, cv=FOLDS)
    cells = re.findall(
        r'data-chosen="{&quot;true&quot;: &quot;(\d)&quot;, &quot;predicted&quot;: &quot;(\d)&quot;}" '
        r'aria-label="[^"]*">(\d+)</button>',
        report.html,
    )
    found = np.zeros((10, 10), int)
    for row, column, count in cells:
        found[int(row), int(column)] = count
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (digits.target, predicted), 1)
    np.testing.assert_array_equal(found, expected)
    assert f"{np.trace(expected)} of 40 are classified correctly" in report.html


def test_each_clip_has_a_card(report, search, digits):
    estimator = search.best_estimator_
    predicted = cross_val_predict(estimator, digits.data, digits.target, cv=FOLDS)
    probabilities = cross_val_predict(estimator, digits.data, digits.target, cv=FOLDS, method="predict_proba").max(
        axis=1
    )
    clips = content(report)["clips"]
    assert [clip["id"] for clip in clips] == [f"clip-{i}" for i in range(40)]
    for i, clip in enumerate(clips):
        true, group = str(digits.target[i]), str(digits.groups[i])
        result = "Correct" if predicted[i] == digits.target[i] else "Wrong"
        assert clip["title"] == true
        assert clip["fields"] == {"true": true, "predicted": str(predicted[i]), "result": result, "group": group}
        assert clip["numbers"]["score"] == pytest.approx(probabilities[i], abs=1e-6)
        assert clip["facts"][:2] == [["score", f"Probability {probabilities[i]:.3g}"], ["group", group]]
        assert clip["verdict"] == (
            ["yes", "Correct"] if result == "Correct" else ["no", f"Predicted as {predicted[i]}"]
        )


def test_orders_of_the_cards(report, predictions):
    ranks, clips = content(report)["ranks"], content(report)["clips"]
    margins = predictions.margins
    first = [ranks["mistakes"].index(place) for place in range(40)]
    n_wrong = int((margins > 0).sum())
    assert np.array_equal(margins[first[:n_wrong]], np.sort(margins)[::-1][:n_wrong])
    scores = np.array([clip["numbers"]["score"] for clip in clips])
    assert (np.diff(scores[np.argsort(ranks["low"])]) >= 0).all()
    assert (np.diff(scores[np.argsort(ranks["high"])]) <= 0).all()
    assert (np.diff([int(clips[i]["title"]) for i in np.argsort(ranks["class"])]) >= 0).all()


def test_scores_of_a_model_without_probabilities_are_calibrated(search, digits):
    estimator = clone(search.estimator).set_params(sound=MFCC(sr=8000), model=SVC())
    svc = GridSearchCV(estimator, {"model__C": [1.0]}, cv=FOLDS).fit(digits.data, digits.target)
    page = Report.from_search(svc, digits.data, digits.target, n_mistakes=0)
    values = cross_val_predict(estimator, digits.data, digits.target, cv=FOLDS, method="decision_function")
    correct, best = values.argmax(axis=1) == digits.target, values.max(axis=1)[:, np.newaxis]
    expected = LogisticRegression().fit(best, correct).predict_proba(best)[:, 1]
    clips = content(page)["clips"]
    assert [clip["numbers"]["score"] for clip in clips] == pytest.approx(expected, abs=1e-5)
    assert np.mean(expected) == pytest.approx(correct.mean(), abs=0.01)  # calibrated
    assert "calibrated from its scores" in page.html
    assert "group" not in clips[0]["fields"]
    assert "Scores by group" not in page.html


def test_where_all_predictions_are_correct_scores_are_shown_as_they_are(search, predictions):
    right = replace(predictions, y_pred=predictions.y_true, probabilities=None, margins=np.zeros(40))
    clips = content(Report.from_predictions(search, right, max_clips=2))["clips"]
    assert clips[0]["facts"][0][1].startswith("Score ")


def test_predictions_without_scores(search, predictions):
    known = replace(predictions, scores=None, probabilities=None)
    clips = content(Report.from_predictions(search, known, max_clips=3, n_mistakes=0))["clips"]
    assert [clip["numbers"] for clip in clips] == [{"score": None}] * 3
    assert clips[0]["facts"][0][0] == "group"
    with pytest.raises(ValueError, match="max_clips=0; expected an integer of at least 1"):
        Report.from_predictions(search, predictions, max_clips=0)


def test_scores_by_class_and_by_group(report, digits, predictions):
    right = predictions.y_pred == digits.target
    for name in np.unique(digits.groups):
        own = right[digits.groups == name]
        assert f"<td>{name}</td><td>{len(own)}</td><td>{own.sum()}</td><td><span>{own.mean():.3f} (" in report.html
    _, recall, f1, support = precision_recall_fscore_support(digits.target, predictions.y_pred, zero_division=0)
    rows = re.findall(
        r"<tr><td>(\d)</td><td>(\d+)</td><td>.*?</td><td><span>([\d.]+) .*?<td><span>([\d.]+) ", report.html
    )
    assert [(int(row[1]), row[2], row[3]) for row in rows[:10]] == [
        (n, f"{share:.3f}", f"{score:.3f}") for n, share, score in zip(support, recall, f1, strict=True)
    ]


def test_the_provenance(report, digits):
    rows = dict(re.findall(r'<tr><th scope="row">(\w[^<]*)</th><td>(.*?)</td></tr>', report.html, re.DOTALL))
    assert abs(datetime.fromisoformat(rows["Date"][:16]) - datetime.now()).total_seconds() < 600
    assert rows["Clips"] == "40"
    assert rows["Classes"].startswith("10: ")
    assert rows["Groups"].startswith(f"{len(set(digits.groups))}: ")
    assert rows["Folds"].startswith("2, of 20 to 20 clips: StratifiedKFold(n_splits=2")
    assert "cv.random_state=0" in rows["Seed"]
    assert rows["Command"] == "python &lt;search&gt;.py"
    assert f"scikit-learn {sklearn.__version__}" in rows["Versions"]
    assert "Machine" not in rows  # None leaves a row out
    assert "Data" not in rows  # arrays are in no folder
    assert rows["Best candidate"].startswith("Pipeline(")


def test_the_worst_mistakes_are_explained(report, digits, predictions):
    mistakes = np.flatnonzero(predictions.y_pred != digits.target)
    worst = mistakes[np.argsort(-predictions.margins[mistakes], kind="stable")][:2]
    assert len(worst) == 2  # or else there is nothing to test
    links = re.findall(r'<h3><a href="#clip-(\d+)">[^<]*: (\d), predicted as (\d)</a></h3>', report.html)
    assert links == [(str(i), str(digits.target[i]), str(predictions.y_pred[i])) for i in worst]


def test_nothing_comes_from_elsewhere(report):
    assert set(re.findall(r'(?:src|href|srcset)="([^#"][^:"]*):', report.html)) == {"data"}
    assert "default-src 'none'" in report.html
    assert "unsafe" not in report.html
    assert "http:" not in re.sub(r"data:[^\"]*", "", report.html)
    assert "<h1>Digits &lt;1&gt;</h1>" in report.html


def test_the_matrix_is_before_the_ranking(report):
    headings = re.findall(r'<h2 id="([\w-]+)"', report.html)
    assert headings[0] == "confusion-matrix"
    assert headings.index("scores-by-class") < headings.index("candidates")
    assert headings[-1] == "clips"


def test_figures_are_sharp_and_there_is_one_for_dark_pages(report):
    found = re.findall(
        r'<source media="\(prefers-color-scheme: dark\)" srcset="data:image/png;base64,(.*?)">'
        r'<img alt="Saliency of [^"]*" width="(\d+)" src="data:image/png;base64,(.*?)"',
        report.html,
    )
    assert len(found) == 2
    dark, width, light = found[0]
    pictures = [Image.open(io.BytesIO(base64.b64decode(data))) for data in (light, dark)]
    for picture in pictures:
        assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        assert int(width) < picture.width
    assert pictures[0].convert("L").getpixel((2, 2)) == 255
    assert pictures[1].convert("L").getpixel((2, 2)) < 40


def test_every_link_leads_somewhere(report):
    targets = {clip["id"] for clip in content(report)["clips"]} | set(re.findall(r'\bid="([^"]+)"', report.html))
    links = set(re.findall(r'href="#([^"]+)"', report.html))
    assert {f"clip-{i}" for i in range(40)} <= links  # by the points of the feature space
    assert links <= targets


def test_the_sound_is_the_clip(report, digits):
    sound = content(report)["clips"][7]["sound"]
    y, sr = sf.read(io.BytesIO(base64.b64decode(sound.partition(",")[2])))
    assert sr == 8000
    clip = digits.data[7]
    similarity = np.correlate(y, clip, "full").max() / np.linalg.norm(y) / np.linalg.norm(clip)
    assert similarity > 0.9  # as MP3 has it, a little later


def test_fewer_clips_are_shown_than_there_are(search, digits, predictions):
    few = Report.from_predictions(search, predictions, max_clips=15, n_mistakes=0)
    shown = {int(clip["id"].removeprefix("clip-")) for clip in content(few)["clips"]}
    mistakes = set(np.flatnonzero(predictions.y_pred != digits.target))
    assert len(shown) == 15
    assert mistakes <= shown if len(mistakes) <= 15 else shown <= mistakes
    assert "15 of 40 clips have a card" in few.html


def test_a_page_is_as_large_as_it_may_be(search, predictions):
    for megabytes in (0.55, 0.8):
        page = Report.from_predictions(search, predictions, max_megabytes=megabytes, n_mistakes=0)
        assert len(page.html.encode()) < 1e6 * megabytes


def test_of_a_long_clip_the_beginning_is_heard():
    y = 0.3 * np.random.default_rng(0).standard_normal(20 * 8000).astype(np.float32)
    card = SoundCards(Spectrogram(sr=8000), 20_000 + CARD_CHARACTERS).encode(y)
    assert len(card["picture"]) + len(card["sound"]) <= 20_000
    assert card["seconds"] == 20.0
    heard, sr = sf.read(io.BytesIO(base64.b64decode(card["sound"].partition(",")[2])))
    assert 1.0 < card["soundSeconds"] < 20.0
    assert len(heard) / sr == pytest.approx(card["soundSeconds"], abs=0.25)  # MP3 adds to both ends


def test_saving_and_notebooks(report, tmp_path):
    path = tmp_path / "report.html"
    path.write_text("an older one")
    report.save(path)
    assert path.read_text(encoding="utf-8") == report.html
    assert list(tmp_path.iterdir()) == [path]
    assert report._repr_html_().startswith('<iframe srcdoc="&lt;!DOCTYPE html&gt;')


@pytest.mark.parametrize("several", [False, True])
def test_a_search_of_several_parameters_without_front_ends_has_no_heat_map(digits, several):
    pipeline = Pipeline([("sound", MFCC(sr=8000)), ("pool", StatPooling()), ("model", DummyClassifier())])
    grid = {"pool__segments": [1, 2], **({"sound__n_mfcc": [10, 13]} if several else {})}
    search = GridSearchCV(pipeline, grid, cv=FOLDS, refit=False).fit(digits.data, digits.target)
    html = Report.from_search(search, digits.data, digits.target, max_clips=3, n_mistakes=0).html
    assert ("No table of scores by parameters" in html) == several
    assert ("<h3>Best scores by pool__segments</h3>" in html) != several
    assert "segments=2" in html


def test_wrong_searches(search, digits):
    with pytest.raises(TypeError, match=r"GridSearchCV has no cv_results_.*Call fit first"):
        Report.from_search(GridSearchCV(search.estimator, {}), digits.data, digits.target)
    with pytest.raises(ValueError, match=r"not tested exactly once\. Pass cv"):
        Report.from_search(search, digits.data, digits.target, cv=ShuffleSplit(2, random_state=0))
    numbers = Pipeline([("sound", MFCC(sr=8000)), ("pool", StatPooling()), ("model", Ridge())])
    search = GridSearchCV(numbers, {"model__alpha": [1.0, 2.0]}, cv=2).fit(digits.data, digits.target)
    with pytest.raises(TypeError, match="is not a classifier"):
        Report.from_search(search, digits.data, digits.target)


def test_a_search_with_several_scores(search, digits):
    several = clone(search).set_params(scoring=["accuracy", "neg_log_loss"], refit=False)
    several.fit(digits.data, digits.target)
    with pytest.raises(ValueError, match=r"several scores. Pass metric, one of \['accuracy', 'neg_log_loss'\]"):
        Report.from_search(several, digits.data, digits.target)
    report = Report.from_search(several, digits.data, digits.target, metric="neg_log_loss", n_mistakes=0)
    best = several.cv_results_["mean_test_neg_log_loss"].argmax()
    (row,) = re.findall(r'<th scope="row">Best candidate</th><td>(.*?)</td>', report.html, re.DOTALL)
    for value in several.cv_results_["params"][best].values():
        assert re.sub(r"\s", "", str(value)) in re.sub(r"\s", "", row)
    assert "neg_log_loss, mean and deviation over folds" in report.html
