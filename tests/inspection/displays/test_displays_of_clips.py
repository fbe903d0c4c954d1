"""Displays of waveforms, of events and of the space of features: by what is in the pictures."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
import soundfile
from matplotlib.colors import to_rgba
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_sound_events, make_spoken_digits
from skaudio.events import Event, EventDetector, Track, write_events
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import EventsDisplay, FeatureSpaceDisplay, SpectrogramDisplay, WaveformDisplay
from skaudio.inspection.displays._colours import class_colours
from skaudio.pooling import StatPooling


def texts(labels):
    return [label.get_text() for label in labels]


def test_waveform_is_the_clip_over_seconds(tmp_path):
    y = np.sin(np.arange(4000) / 10).astype("float32") / 2
    soundfile.write(tmp_path / "a.wav", y, 8000, subtype="FLOAT")
    _, ax = plt.subplots()
    displays = [
        WaveformDisplay.from_array(y, sr=8000, color="k"),
        WaveformDisplay.from_array((y, 8000)),
        WaveformDisplay.from_array(tmp_path / "a.wav", ax=ax),
    ]
    for display in displays:
        np.testing.assert_array_equal(display.y, y)
        np.testing.assert_array_equal(display.adaptive_.steps.get_ydata(), y)
        assert display.ax_.get_xlim() == (0.0, 0.5)
        assert (display.ax_.get_xlabel(), display.ax_.get_ylabel()) == ("time [s]", "amplitude")
    assert displays[0].adaptive_.steps.get_color() == "k"
    assert displays[2].ax_ is ax
    assert "data:image/png" in displays[0]._repr_html_()


def test_waveform_of_a_front_end_is_what_it_hears():
    y = np.concatenate([np.zeros(8000), 0.01 * np.sin(np.arange(8000) / 3)])
    display = WaveformDisplay.from_estimator(MFCC(sr=4000, offset=1.25, duration=0.5, level=-20.0), (y, 8000))
    assert display.sr == 4000
    assert display.ax_.get_xlim() == (0.0, 0.5)
    assert 20 * np.log10(np.sqrt(np.mean(display.y**2))) == pytest.approx(-20.0, abs=0.01)


def test_of_a_long_recording_the_largest_of_neighbours_are_drawn():
    frames = np.random.default_rng(0).normal(size=(9001, 3))
    display = SpectrogramDisplay.from_array(frames, times=0.01 * np.arange(9001), frequencies=[100.0, 200.0, 300.0])
    drawn = np.asarray(display.mesh_.get_array()).reshape(3, -1)
    np.testing.assert_allclose(drawn[:, :3000].T, frames[:9000].reshape(3000, 3, 3).max(axis=1))
    np.testing.assert_allclose(drawn[:, 3000], frames[9000])
    assert display.ax_.get_xlim() == pytest.approx((0.0, 90.0), abs=0.05)


def test_frames_of_a_front_end_bring_their_axes_along():
    y = np.sin(np.arange(8000) / 3)
    front_end = MelSpectrogram(sr=8000)
    frames = front_end.fit_transform([y])
    drawn = SpectrogramDisplay.from_array(frames[0])
    of_clip = SpectrogramDisplay.from_estimator(front_end, y)
    np.testing.assert_array_equal(drawn.times, of_clip.times)
    np.testing.assert_array_equal(drawn.frequencies, of_clip.frequencies)
    assert drawn.ax_.get_xlabel() == of_clip.ax_.get_xlabel() == "time [s]"
    given = SpectrogramDisplay.from_array(frames[0], times=np.arange(len(frames[0])))
    assert given.times[1] == 1
    assert SpectrogramDisplay.from_array(np.array(frames[0])).times is None


def test_waveform_says_what_it_lacks():
    with pytest.raises(ValueError, match=r"expected the sampling rate of an array\. Pass sr"):
        WaveformDisplay.from_array(np.zeros(10))
    with pytest.raises(TypeError, match=r"Expected a front end, .* got Pipeline"):
        WaveformDisplay.from_estimator(make_pipeline(MFCC()), np.zeros(10))


TRUE = [(1.0, 2.0, "owl"), (5.0, 6.5, "cat")]
FOUND = [Event(1.2, 2.0, "owl", score=0.8)]


def spans(bars):
    return [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in bars.get_paths()]


def test_events_have_a_lane_each_of_their_colour():
    track = Track(np.arange(0, 10, 0.5), np.random.default_rng(0).random((20, 2)))
    display = EventsDisplay.from_predictions(TRUE, FOUND, track=track, thresholds=(0.25, 0.5), duration=10.0)
    assert texts(display.axes_[-1].get_yticklabels()) == ["cat, true", "cat, found", "owl, true", "owl, found"]
    assert spans(display.bars_["cat", "true"]) == [(5.0, 6.5)]
    assert spans(display.bars_["cat", "found"]) == []
    assert spans(display.bars_["owl", "true"]) == [(1.0, 2.0)]
    np.testing.assert_allclose(spans(display.bars_["owl", "found"]), [(1.2, 2.0)])
    assert display.bars_["owl", "found"].get_paths()[0].vertices[:, 1].mean() == pytest.approx(3.0, abs=0.2)
    for column, label in enumerate(["cat", "owl"]):
        np.testing.assert_array_equal(display.lines_[label].get_xydata(), np.c_[track.times, track.scores[:, column]])
        assert to_rgba(display.lines_[label].get_color()) == to_rgba(f"C{column}")
        assert tuple(display.bars_[label, "true"].get_facecolor()[0]) == to_rgba(f"C{column}")
    assert [line.get_ydata()[0] for line in display.threshold_lines_] == [0.25, 0.5]
    assert [line.get_linestyle() for line in display.threshold_lines_] == ["--", "--"]
    assert {ax.get_xlim() for ax in display.axes_} == {(0.0, 10.0)}
    assert [ax.get_xlabel() for ax in display.axes_] == ["", "time [s]"]
    assert "data:image/png" in display._repr_html_()


def test_events_without_truth_in_a_given_place():
    _, (left, right) = plt.subplots(1, 2)
    display = EventsDisplay.from_predictions(None, FOUND, ax=right)
    assert display.ax_ is right
    assert not right.axison
    assert len(display.axes_) == 1
    assert display.axes_[0].get_position().x0 > left.get_position().x1
    assert texts(display.axes_[0].get_yticklabels()) == ["owl"]
    assert display.axes_[0].get_xlim() == (0.0, 2.0)


def test_events_refuse_what_does_not_fit():
    with pytest.raises(ValueError, match=r"labels=\['owl'\] lacks \['cat'\], the labels of some events"):
        EventsDisplay.from_predictions(TRUE, FOUND, labels=["owl"])
    with pytest.raises(ValueError, match=r"3 times and scores of shape \(3, 1\); .*\['cat', 'owl'\]"):
        EventsDisplay.from_predictions(TRUE, FOUND, track=Track(np.arange(3.0), np.zeros((3, 1))))
    with pytest.raises(TypeError, match=r"Expected a fitted skaudio\.events\.EventDetector, got SVC"):
        EventsDisplay.from_estimator(SVC(), np.zeros(8000))


@pytest.fixture(scope="module")
def scenes():
    return make_sound_events(
        3, duration=12.0, n_events=3, classes=["trill", "chirp_up"], sr=8000, snr_db=20.0, random_state=0
    )


@pytest.fixture(scope="module")
def detector(scenes):
    return EventDetector(
        make_pipeline(StatPooling(), StandardScaler(), LogisticRegression()),
        front_end=MelSpectrogram(sr=8000, top_db=None, n_mels=16),
        window_seconds=0.4,
        hop_seconds=0.1,
        n_overlays=0,
        random_state=0,
    ).fit(scenes.data[:2], scenes.events[:2])


def test_events_of_a_detector(detector, scenes, tmp_path):
    path = tmp_path / "scene.csv"
    write_events(path, {"scene.wav": [Event(*event) for event in scenes.events[2]]})
    display = EventsDisplay.from_estimator(detector, scenes.data[2], events=path)
    table, track = detector.predict(scenes.data[2:]), detector.predict_proba(scenes.data[2:])[0]
    for column, label in enumerate(detector.labels_):
        own = table[table["label"] == label]
        np.testing.assert_allclose(np.reshape(spans(display.bars_[label, "found"]), (-1, 2)), own[["onset", "offset"]])
        true = [event[:2] for event in scenes.events[2] if event[2] == label]
        np.testing.assert_allclose(np.reshape(spans(display.bars_[label, "true"]), (-1, 2)), np.reshape(true, (-1, 2)))
        np.testing.assert_array_equal(display.lines_[label].get_ydata(), track.scores[:, column])
    assert [line.get_ydata()[0] for line in display.threshold_lines_] == [0.25, 0.5]
    frames = detector.front_end.transform(scenes.data[2:])[0]
    np.testing.assert_array_equal(display.axes_[0].collections[0].get_array(), frames.T)
    assert [ax.get_xlim() for ax in display.axes_] == [(0.0, 12.0)] * 3
    assert [ax.get_ylabel() for ax in display.axes_[:2]] == ["frequency [Hz]", "score"]
    again = EventsDisplay.from_predictions(scenes.events[2], table, labels=detector.labels_)
    assert len(again.found) == len(table)


def test_events_before_another_front_end(detector, scenes):
    display = EventsDisplay.from_estimator(detector, scenes.data[2], front_end=MFCC(sr=4000))
    assert display.spectrogram.times[-1] == pytest.approx(12.0, abs=0.1)
    assert isinstance(display.spectrogram, SpectrogramDisplay)
    assert display.axes_[0].get_ylabel() == "channel"
    assert texts(display.axes_[2].get_yticklabels()) == detector.labels_
    with pytest.raises(ValueError, match=r"front_end has trim_db=30, which shifts its time"):
        EventsDisplay.from_estimator(detector, scenes.data[2], front_end=MFCC(sr=8000, trim_db=30))
    with pytest.raises(TypeError, match="front_end is StandardScaler"):
        EventsDisplay.from_estimator(detector, scenes.data[2], front_end=StandardScaler())


@pytest.fixture(scope="module")
def digits():
    return make_spoken_digits(24, sr=8000, random_state=0)


@pytest.fixture(scope="module")
def pipeline(digits):
    return make_pipeline(MFCC(sr=8000), StatPooling(), StandardScaler(), SVC()).fit(digits.data, digits.target)


def test_feature_space_of_a_classifying_pipeline(pipeline, digits, untouched_global_rng):
    display = FeatureSpaceDisplay.from_estimator(pipeline, digits.data, digits.target, s=50)
    pca = PCA(2).fit(pipeline[:-1].transform(digits.data))
    positions = pca.transform(pipeline[:-1].transform(digits.data))
    np.testing.assert_allclose(display.scatter_.get_offsets(), positions, rtol=1e-3, atol=1e-4)
    shares = pca.explained_variance_ratio_
    assert display.ax_.get_xlabel() == f"PCA 1 ({shares[0]:.0%} of variance)"
    assert display.ax_.get_ylabel() == f"PCA 2 ({shares[1]:.0%} of variance)"
    names = sorted(set(digits.target.tolist()))
    assert texts(display.ax_.get_legend().get_texts()) == [str(name) for name in names]
    colours = class_colours(len(names))[[names.index(label) for label in digits.target.tolist()]]
    np.testing.assert_array_equal(display.scatter_.get_facecolors(), colours)
    assert display.scatter_.get_sizes().tolist() == [50]
    assert "data:image/png" in display._repr_html_()


def test_feature_space_pools_frames_and_takes_any_method(digits):
    _, ax = plt.subplots()
    display = FeatureSpaceDisplay.from_estimator(MFCC(sr=8000), digits.data, method=PCA(2), standardize=False, ax=ax)
    pooled = StatPooling().fit_transform(MFCC(sr=8000).transform(digits.data))
    np.testing.assert_allclose(display.scatter_.get_offsets(), PCA(2).fit_transform(pooled), rtol=1e-3, atol=1e-2)
    assert display.ax_ is ax
    assert ax.get_legend() is None


def test_tsne_of_few_clips_with_a_seed(untouched_global_rng):
    X = np.random.default_rng(0).normal(size=(9, 4))
    first, second = (FeatureSpaceDisplay.from_array(X, method="tsne", random_state=3) for _ in range(2))
    np.testing.assert_array_equal(first.positions, second.positions)
    assert first.ax_.get_xlabel() == "t-SNE 1"


def test_numbers_are_coloured_along_a_scale():
    X, y = np.random.default_rng(0).normal(size=(5, 3)), [0.5, 1.0, 1.5, 2.0, 4.0]
    display = FeatureSpaceDisplay.from_array(X, y, cmap="magma")
    assert display.scatter_.get_array().tolist() == y
    assert display.scatter_.colorbar is not None
    assert display.ax_.get_legend() is None


def test_colours_of_classes_differ():
    for n_classes in (1, 10, 11, 30):
        assert len({tuple(colour) for colour in class_colours(n_classes)}) == n_classes
    assert tuple(class_colours(3)[2]) == to_rgba("tab:green")


def test_thumbnails_are_spectrograms_of_clips_far_apart(pipeline, digits):
    display = FeatureSpaceDisplay.from_estimator(pipeline, digits.data, digits.target, thumbnails=4)
    assert len(display.thumbnails_) == 4
    farthest = np.argmax(np.linalg.norm(display.positions / np.ptp(display.positions, axis=0), axis=1))
    assert next(iter(display.thumbnails)) == farthest
    for number, box in zip(display.thumbnails, display.thumbnails_, strict=True):
        np.testing.assert_array_equal(box.xy, display.positions[number])
        np.testing.assert_array_equal(box.patch.get_edgecolor(), display.scatter_.get_facecolors()[number])
        mel = MelSpectrogram(sr=8000).transform([digits.data[number]])[0].T
        np.testing.assert_array_equal(display.thumbnails[number], mel)
        shown = box.offsetbox.get_data()
        assert shown.shape == (36, 48)
        assert (shown[0, 0], shown[-1, -1]) == (mel[0, 0], mel[-1, -1])
    bands = MelSpectrogram(sr=8000, n_mels=10)
    display = FeatureSpaceDisplay.from_estimator(bands, digits.data, thumbnails=1)
    assert next(iter(display.thumbnails.values())).shape[0] == 10


def test_own_thumbnails():
    X, picture = np.random.default_rng(0).normal(size=(3, 3)), np.ones((4, 4, 3))
    display = FeatureSpaceDisplay.from_array(X, [0.1, 0.2, 0.3], thumbnails=[None, picture, None])
    (box,) = display.thumbnails_
    np.testing.assert_array_equal(box.xy, display.positions[1])
    with pytest.raises(ValueError, match="2 thumbnails for 3 clips"):
        FeatureSpaceDisplay.from_array(X, thumbnails=[None, picture])


def test_feature_space_says_what_is_wrong(pipeline, digits, monkeypatch):
    X = np.random.default_rng(0).normal(size=(4, 3))
    monkeypatch.setitem(sys.modules, "umap", None)
    with pytest.raises(ImportError, match='method="umap" requires umap-learn: pip install umap-learn'):
        FeatureSpaceDisplay.from_array(X, method="umap")
    with pytest.raises(TypeError, match=r"method='lda'; expected one of"):
        FeatureSpaceDisplay.from_array(X, method="lda")
    with pytest.raises(ValueError, match=r"returned positions of shape \(4, 3\); expected \(4, 2\)"):
        FeatureSpaceDisplay.from_array(X, method=PCA(3))
    with pytest.raises(ValueError, match=r"clips \[2\] are NaN"):
        FeatureSpaceDisplay.from_array(np.where(np.arange(4)[:, None] == 2, np.nan, X))
    with pytest.raises(ValueError, match=r"y has shape \(3,\); expected \(4,\)"):
        FeatureSpaceDisplay.from_array(X, [1, 2, 3])
    with pytest.raises(TypeError, match=r"SVC has no transform"):
        FeatureSpaceDisplay.from_estimator(SVC(), X)
    with pytest.raises(
        TypeError, match=r"thumbnails=2 requires a pipeline that begins with a front end .* StandardScaler"
    ):
        FeatureSpaceDisplay.from_estimator(Pipeline([("s", StandardScaler())]).fit(X), X, thumbnails=2)


@pytest.mark.parametrize(("seconds", "step"), [(0.5, 0.1), (5.0, 1.0), (9.0, 1.0), (30.0, 5.0)])
def test_ticks_of_time_are_round(seconds, step):
    y = np.random.default_rng(0).standard_normal(int(8000 * seconds))
    ax = SpectrogramDisplay.from_estimator(MelSpectrogram(sr=8000), y).ax_
    np.testing.assert_allclose(np.diff(ax.get_xticks()), step)
    np.testing.assert_allclose(ax.get_xticks() / step, np.round(ax.get_xticks() / step), atol=1e-9)


def test_a_colour_bar_in_decibels():
    y = np.random.default_rng(0).standard_normal(8000)
    display = SpectrogramDisplay.from_estimator(MelSpectrogram(sr=8000), y, colorbar=True)
    assert display.colorbar_.ax.get_ylabel() == "level [dB]"
    assert (display.colorbar_.vmin, display.colorbar_.vmax) == (display.frames.min(), display.frames.max())
    linear = SpectrogramDisplay.from_estimator(MelSpectrogram(sr=8000, scale="linear"), y, colorbar=True)
    assert linear.colorbar_.ax.get_ylabel() == ""
    frames = MelSpectrogram(sr=8000).fit_transform([y])
    assert SpectrogramDisplay.from_array(frames[0], colorbar=True).colorbar_ is not None
    assert SpectrogramDisplay.from_array(frames[0]).colorbar_ is None
