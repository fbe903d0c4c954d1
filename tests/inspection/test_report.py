import base64
import io
import re

import numpy as np
import pytest
import soundfile as sf
from PIL import Image
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, ShuffleSplit, StratifiedKFold, cross_val_predict
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import Report
from skaudio.inspection._clip_card import clip_card
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
def report(search, digits):
    return Report.from_search(search, digits.data, digits.target, n_mistakes=2, title="Digits <1>")


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
    cells = re.findall(r'href="#cell-(\d)-(\d)" aria-label="[^"]*">(\d+)</a>', report.html)
    found = np.zeros((10, 10), int)
    for row, column, count in cells:
        found[int(row), int(column)] = count
    expected = np.zeros((10, 10), int)
    np.add.at(expected, (digits.target, predicted), 1)
    np.testing.assert_array_equal(found, expected)
    assert f"{np.trace(expected)} of 40 are classified correctly" in report.html


def test_each_clip_is_in_its_cell(report, digits):
    predicted = report.predictions.y_pred
    sections = re.findall(r'<section class="clips" id="cell-(\d)-(\d)".*?</section>', report.html, re.DOTALL)
    assert len(sections) == len({*zip(digits.target, predicted, strict=True)})
    for row, column in sections:
        section = re.search(rf'<section class="clips" id="cell-{row}-{column}".*?</section>', report.html, re.DOTALL)
        clips = {int(i) for i in re.findall(r'<figure class="clip" id="clip-(\d+)"', section.group())}
        assert clips == set(np.flatnonzero((digits.target == int(row)) & (predicted == int(column))))


def test_the_worst_mistakes_are_explained(report, digits):
    mistakes = np.flatnonzero(report.predictions.y_pred != digits.target)
    worst = mistakes[np.argsort(-report.predictions.margins[mistakes], kind="stable")][:2]
    assert len(worst) == 2  # or else there is nothing to test
    links = re.findall(r'<h3><a href="#clip-(\d+)">[^<]*: (\d), predicted as (\d)</a></h3>', report.html)
    assert links == [(str(i), str(digits.target[i]), str(report.predictions.y_pred[i])) for i in worst]


def test_nothing_comes_from_elsewhere(report):
    assert "<script" not in report.html
    assert set(re.findall(r'(?<!xlink:)(?:src|href)="([^#"][^:"]*):', report.html)) == {"data"}
    assert set(re.findall(r'xlink:href="(.)', report.html)) == {"#"}
    assert "default-src 'none'" in report.html
    assert "<h1>Digits &lt;1&gt;</h1>" in report.html


def test_the_matrix_is_before_the_ranking(report):
    assert report.html.index('<h2 id="matrix">') < report.html.index("<h2>Candidates</h2>")


def test_figures_are_sharp(report):
    (figure, *_) = re.findall(
        r'<figure><img alt="Best scores[^"]*" width="(\d+)" src="data:image/png;base64,(.*?)"', report.html
    )
    picture = Image.open(io.BytesIO(base64.b64decode(figure[1])))
    assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)
    assert int(figure[0]) < picture.width


def test_every_link_leads_somewhere(report):
    targets = set(re.findall(r'\bid="([^"]+)"', report.html))
    links = set(re.findall(r'href="#([^"]+)"', report.html))
    assert {f"clip-{i}" for i in range(40)} <= links  # by the points of the feature space
    assert links <= targets


def test_the_sound_is_the_clip(report, digits):
    sound = re.search(r'id="clip-7">.*?src="data:audio/mpeg;base64,([^"]+)"', report.html).group(1)
    y, sr = sf.read(io.BytesIO(base64.b64decode(sound)))
    assert sr == 8000
    clip = digits.data[7]
    similarity = np.correlate(y, clip, "full").max() / np.linalg.norm(y) / np.linalg.norm(clip)
    assert similarity > 0.9  # as MP3 has it, a little later


def test_fewer_clips_are_shown_than_there_are(search, digits, report):
    few = Report(search, report.predictions, max_clips=15, n_mistakes=0)
    shown = {int(i) for i in re.findall(r'<figure class="clip" id="clip-(\d+)"', few.html)}
    mistakes = set(np.flatnonzero(report.predictions.y_pred != digits.target))
    assert len(shown) == 15
    assert mistakes <= shown if len(mistakes) <= 15 else shown <= mistakes
    assert "15 of 40 clips can be opened" in few.html


def test_a_page_is_as_large_as_it_may_be(search, digits, report):
    fixed = 0.35  # figures
    for megabytes in (fixed + 0.25, fixed + 0.5):
        page = Report(search, report.predictions, max_megabytes=megabytes, n_mistakes=0)
        assert len(page.html.encode()) < 1e6 * megabytes


def test_of_a_long_clip_the_beginning_is_heard():
    y = 0.3 * np.random.default_rng(0).standard_normal(20 * 8000).astype(np.float32)
    card = clip_card(y, 8000, 20_000)
    assert len(card.picture) + len(card.sound) <= 20_000
    assert card.seconds == 20.0
    heard, sr = sf.read(io.BytesIO(base64.b64decode(card.sound.partition(",")[2])))
    assert 1.0 < card.sound_seconds < 20.0
    assert len(heard) / sr == pytest.approx(card.sound_seconds, abs=0.25)  # MP3 adds to both ends


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
    assert ("<h3>Scores by parameters</h3>" in html) != several
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
    fitted = report.predictions.estimators[0]
    for name, value in several.cv_results_["params"][best].items():
        assert str(fitted.get_params()[name]) == str(value)
    assert "neg_log_loss, mean and deviation over folds" in report.html
