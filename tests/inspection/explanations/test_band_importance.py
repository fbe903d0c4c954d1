"""Importance of bands and segments: it is that of the tone's, and what can be worked out by hand."""

import librosa
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import soundfile
from joblib import parallel_config
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tests.common.tones import AROUND, SR

from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import BandImportance, BandImportanceDisplay, Importances, band_importance
from skaudio.inspection.explanations._exchange import FrameMedium
from skaudio.pooling import StatPooling

BANDS = [0, 700, 1400, 2500, 4000]
SEGMENTS = [0.0, 0.4, *AROUND, 1.7, 2.01]
PARTS = {"bands": BANDS, "segments": SEGMENTS}


def share(importances, part):
    positive = np.maximum(importances.mean, 0.0)
    return positive[part] / positive.sum()


@pytest.mark.slow
def test_it_is_that_of_the_tone(cnn, tones, untouched_global_rng):
    _, _, X, y = tones
    found = band_importance(cnn, X, y, **PARTS, n_repeats=3)
    assert found.score == cnn.score(X, y) == 1.0
    assert share(found.bands, 1) >= 0.8
    assert share(found.segments, 2) >= 0.8
    assert (found.bands.values.shape, found.bands.standard_error.shape) == ((4, 3), (4,))
    assert found.segments.values.shape == (5, 3)


def test_of_statistics_it_is_most_that_of_the_tone(svc, tones, untouched_global_rng):
    _, _, X, y = tones
    found = band_importance(svc, X, y, **PARTS, n_repeats=5)
    assert found.score == svc.score(X, y)
    assert share(found.bands, 1) >= 0.8
    # Floors, 40 dB below the loudest of a clip, differ between clips: such a model minds that, whatever is exchanged.
    assert found.segments.mean.argmax() == 2


def cepstral(X, y):
    return make_pipeline(MFCC(sr=SR, n_mfcc=30, top_db=40), StatPooling(segments=5), StandardScaler(), SVC()).fit(X, y)


@pytest.mark.slow
def test_where_channels_are_no_bands_sound_is_exchanged(tones):
    X, y, unseen, truth = tones
    model = cepstral(X, y)
    found = band_importance(model, unseen, truth, **PARTS, n_repeats=3, random_state=0)
    assert found.bands.mean.argmax() == 1
    assert found.segments.mean.argmax() == 2
    assert found.score == model.score(unseen, truth)


class FirstChannel(ClassifierMixin, BaseEstimator):
    """Tells loud clips from soft ones by one channel, in the first ten frames alone."""

    def __init__(self, channel):
        self.channel = channel

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        means = np.array([clip[:10, self.channel].mean() for clip in X])
        return np.where(means > -40.0, "loud", "soft")


@pytest.fixture(scope="module")
def noises():
    rng = np.random.default_rng(0)
    y = np.array(["loud", "soft"] * 15)
    return [rng.normal(size=4000) * {"loud": 0.3, "soft": 1e-5}[label] for label in y], y


@pytest.mark.slow
def test_what_is_not_looked_at_loses_nothing(noises):
    X, y = noises
    front_end = MelSpectrogram(sr=SR, n_mels=8, top_db=None)
    model = make_pipeline(front_end, FirstChannel(3)).fit(X, y)
    edges = librosa.mel_frequencies(10, fmin=0, fmax=SR / 2)  # those of eight bands, which overlap by half
    halves = (edges[1:] + edges[:-1]) / 2  # a middle of a band in each
    tenth = front_end.frame_times(11)[-1] - 1e-6
    parts = {"bands": halves, "segments": [0.0, tenth, 0.3, 0.51]}
    found = band_importance(model, X, y, **parts, n_repeats=100, random_state=0)
    assert found.score == 1.0
    for importances, used in ((found.bands, 3), (found.segments, 0)):
        # Of two equally frequent classes, half the clips get what is of the other.
        assert importances.mean[used] == pytest.approx(0.5, abs=4 * importances.standard_error[used] / 100**0.5)
        assert (np.delete(importances.values, used, axis=0) == 0.0).all()


def test_a_shorter_clip_is_heard_again_from_its_start(noises):
    X = [np.full(3200, 0.5), np.full(800, 0.01)]
    mel = MelSpectrogram(sr=SR)
    medium = FrameMedium(make_pipeline(mel, FirstChannel(0)).fit(X, [0, 1]), X, mel, mel.channel_frequencies())
    long, short = medium.whole(np.arange(2))
    (mixed,) = medium.mixed([0], [1], lambda times, frequencies: np.ones((len(times), len(frequencies)), bool))
    np.testing.assert_array_equal(mixed, np.resize(short, long.shape))
    upper = np.arange(long.shape[1]) >= 30
    (mixed,) = medium.mixed([1], [0], lambda times, frequencies: np.tile(upper, (len(times), 1)))
    np.testing.assert_array_equal(mixed[:, :30], short[:, :30])
    np.testing.assert_array_equal(mixed[:, 30:], long[: len(short), 30:])


@pytest.mark.slow
def test_equal_seeds_give_equal_importances(svc, tones):
    _, _, X, y = tones
    found = [band_importance(svc, X, y, **PARTS, n_repeats=2, random_state=seed) for seed in (3, 3, 4)]
    with parallel_config("threading"):
        found.append(band_importance(svc, X, y, **PARTS, n_repeats=2, random_state=3, n_jobs=2))
    first, again, other, parallel = (np.concatenate([one.bands.values, one.segments.values]) for one in found)
    np.testing.assert_array_equal(again, first)
    np.testing.assert_array_equal(parallel, first)
    assert (other != first).any()


def test_default_parts(svc, tones):
    _, _, X, y = tones
    found = band_importance(svc, X[:10], y[:10], n_repeats=1, n_bands=6, segments=4, random_state=0)
    middles = librosa.mel_frequencies(66, fmin=0, fmax=SR / 2)[1:-1]
    np.testing.assert_allclose(found.bands.edges, librosa.mel_frequencies(7, fmin=middles[0], fmax=middles[-1]))
    assert found.segments.edges[[0, -1]].tolist() == [0.0, pytest.approx(2.0, abs=0.02)]
    np.testing.assert_allclose(np.diff(found.segments.edges, 2), 0.0, atol=1e-12)
    assert np.isnan(found.bands.standard_error).all()


def test_importances_worked_out_by_hand():
    found = Importances(np.array([0.0, 1.0, 2.0]), np.array([[1.0, 3.0], [0.5, 0.5]]))
    assert found.mean.tolist() == [2.0, 0.5]
    np.testing.assert_allclose(found.standard_error, [2**0.5, 0.0])
    assert np.isnan(Importances(found.edges, np.ones((2, 1))).standard_error).tolist() == [True, True]


def test_clips_in_any_way_and_another_scoring(noises, tmp_path):
    X, y = noises
    paths = [tmp_path / f"{i}.wav" for i in range(len(X))]
    for path, x in zip(paths, X, strict=True):
        soundfile.write(path, x, SR, subtype="DOUBLE")
    pooled = make_pipeline(MelSpectrogram(sr=SR), StatPooling())
    how = {"bands": [0, 1000, 4000], "segments": 2, "n_repeats": 2, "random_state": 0, "scoring": "balanced_accuracy"}
    for model in (make_pipeline(*pooled, SVC()), make_pipeline(make_union(pooled), SVC())):
        model.fit(X, y)
        expected = band_importance(model, X, y, **how)
        for way in (paths, pd.DataFrame({"clip": paths}), [(x, SR) for x in X]):
            found = band_importance(model, way, y, **how)
            np.testing.assert_array_equal(found.bands.values, expected.bands.values)
            np.testing.assert_array_equal(found.segments.values, expected.segments.values)


def test_of_a_regressor(noises):
    X, _ = noises
    level = np.log10([np.square(x).mean() for x in X])
    model = make_pipeline(MelSpectrogram(sr=SR), StatPooling(), StandardScaler(), Ridge()).fit(X, level)
    found = band_importance(model, X, level, bands=[0, 4000], segments=1, n_repeats=3, random_state=0)
    assert found.score == pytest.approx(model.score(X, level))
    # All of a clip is another's: predictions of as many values that are unrelated to it have a score far below zero.
    assert (found.bands.values > 0.9).all()
    np.testing.assert_array_equal(found.segments.values, found.bands.values)


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"bands": [100, 50]}, r"bands=\[100, 50\]; expected at least two increasing edges"),
        ({"bands": [100]}, r"bands=\[100\]; .* at least two"),
        ({"bands": "bark"}, r"bands='bark'; expected 'mel', or edges in Hz"),
        ({"segments": [0.0, 0.0, 1.0]}, r"segments=\[0\.0, 0\.0, 1\.0\]; .* increasing edges"),
    ],
)
def test_wrong_edges(how, message, noises):
    X, y = noises
    model = make_pipeline(MelSpectrogram(sr=SR), FirstChannel(0)).fit(X, y)
    with pytest.raises(ValueError, match=message):
        band_importance(model, X, y, **how)


def test_too_few_clips_and_an_unknown_rate(noises):
    X, y = noises
    model = make_pipeline(MelSpectrogram(sr=SR), FirstChannel(0)).fit(X, y)
    with pytest.raises(ValueError, match="Expected at least two clips, got 1"):
        band_importance(model, X[:1], y[:1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        band_importance(model, X, y[:4])
    with pytest.raises(ValueError, match=r"The sampling rate of FirstChannel is unknown"):
        band_importance(model[1], X, y)


def test_display_has_a_bar_for_each_part():
    bands = Importances(np.array([0.0, 500.0, 4000.0]), np.array([[0.1, 0.3], [0.5, 0.5]]))
    segments = Importances(np.array([0.0, 0.25, 0.5, 1.0]), np.array([[0.0, 0.2], [0.0, 0.0], [-0.1, 0.1]]))
    _, ax = plt.subplots()
    display = BandImportance(bands, segments, 0.9).plot(ax)
    assert isinstance(display, BandImportanceDisplay)
    assert display.ax_ is ax
    assert not ax.axison
    np.testing.assert_allclose([bar.get_width() for bar in display.bands_], [0.2, 0.5])
    np.testing.assert_allclose([bar.get_height() for bar in display.segments_], [0.1, 0.0, 0.0], atol=1e-12)
    np.testing.assert_allclose([bar.get_y() + bar.get_height() / 2 for bar in display.bands_], [0.5, 1.5])
    left, right = display.axes_
    assert [text.get_text() for text in left.get_yticklabels()] == ["0", "500", "4000"]
    assert [text.get_text() for text in right.get_xticklabels()] == ["0", "0.25", "0.5", "1"]
    assert (left.get_xlabel(), left.get_ylabel()) == ("decrease", "band [Hz]")
    assert (right.get_xlabel(), right.get_ylabel()) == ("segment [s]", "decrease")
    assert ax.get_title() == "decrease of the score 0.900 without a band or a segment"
    (error,) = display.bands_.errorbar.lines[2]
    ends = np.array([segment[:, 0] for segment in error.get_segments()])
    np.testing.assert_allclose(ends[:, 1] - ends[:, 0], [2 * 0.2**0.5 * 0.1**0.5, 0.0], atol=1e-12)  # 2 std of 0.1, 0.3
    assert BandImportance(bands, segments, 0.9)._repr_html_().startswith('<img alt="BandImportanceDisplay"')


@pytest.mark.parametrize("layout", [None, "constrained"])
def test_the_title_of_the_display_is_above_its_axes(layout):
    parts = Importances(np.array([0.0, 500.0, 4000.0]), np.array([[0.1, 0.3], [0.5, 0.5]]))
    _, ax = plt.subplots(figsize=(9.0, 3.5), layout=layout)
    display = BandImportanceDisplay(BandImportance(parts, parts, 0.9)).plot(ax)
    ax.set_title("digits of a new speaker")  # in place of that of the display
    display.figure_.canvas.draw()
    title, page = ax.title.get_window_extent(), display.figure_.bbox
    for own in display.axes_:
        assert own.get_title().strip() == ""
        assert title.y0 >= own.get_window_extent().y1
    assert page.x0 <= title.x0 < title.x1 <= page.x1
    assert title.y1 <= page.y1


def test_display_of_one_repeat_has_no_errors(noises):
    X, y = noises
    model = make_pipeline(MelSpectrogram(sr=SR), FirstChannel(0)).fit(X, y)
    how = {"n_bands": 3, "segments": 5, "n_repeats": 1, "random_state": 0}
    display = BandImportanceDisplay.from_estimator(model, X, y, **how)
    assert display.bands_.errorbar is None
    expected = band_importance(model, X, y, **how)
    np.testing.assert_allclose([bar.get_width() for bar in display.bands_], expected.bands.mean)
    np.testing.assert_allclose([bar.get_height() for bar in display.segments_], expected.segments.mean)
