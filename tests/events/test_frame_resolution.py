"""EventDetector by frames: a network is given long stretches, and tells of each frame; from events, or from tags."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression

from skaudio.datasets import make_sound_events
from skaudio.estimators import CNNClassifier, CRNNClassifier
from skaudio.events import Event, EventDetector, event_table
from skaudio.events.scanning._resolutions import FrameResolution
from skaudio.features import MelSpectrogram
from skaudio.metrics import segment_based_f1

SR = 16000
MEL = MelSpectrogram(sr=SR, n_mels=32, n_fft=512, hop_length=320, top_db=None)
NETWORK = CRNNClassifier(filters=8, depth=2, units=16, epochs=10, learning_rate=0.01, random_state=0)
SETTINGS = {"front_end": MEL, "resolution": "frame", "window_seconds": 4.0, "min_duration": 0.1, "random_state": 0}
SETTINGS |= {"n_overlays": 0, "mine_negatives": False}


@pytest.fixture(scope="module")
def scenes():
    return make_sound_events(10, duration=30.0, classes=["trill", "chirp_up"], snr_db=20.0, random_state=0)


@pytest.fixture(scope="module")
def detector(scenes):
    return EventDetector(NETWORK, **SETTINGS).fit(scenes.data[:7], scenes.events[:7])


@pytest.mark.slow
def test_events_are_found_where_they_are(scenes, detector):
    assert detector.labels_ == ["chirp_up", "trill"]
    assert detector.score(scenes.data[7:], scenes.events[7:]) > 0.8


@pytest.mark.slow
def test_hard_negatives_and_other_backgrounds(scenes):
    detector = EventDetector(NETWORK, **{**SETTINGS, "n_overlays": 1, "mine_negatives": True, "window_seconds": 2.0})
    assert detector.fit(scenes.data[:7], scenes.events[:7]).score(scenes.data[7:], scenes.events[7:]) > 0.7


@pytest.mark.parametrize("seconds", [0.5, 4.0, 12.7, 30.0])
def test_each_frame_has_the_score_it_has_in_its_stretch(scenes, detector, seconds):
    y = scenes.data[7][: int(seconds * SR)]
    times, scores = detector.predict_proba([y])[0]
    frames = MEL.transform([y])[0]
    assert_allclose(times, np.arange(len(frames)) / 50)
    width, hop = 200, 160
    before = (width - hop) // 2
    filled = np.concatenate([np.repeat(frames[:1], before, axis=0), frames, np.repeat(frames[-1:], width, axis=0)])
    parts = []
    for start in range(0, len(frames), hop):
        told = detector.estimator_.predict_frames(filled[np.newaxis, start : start + width])[0]
        parts.append(told[before : before + hop])
    columns = [detector.estimator_.classes_.tolist().index(label) for label in detector.labels_]
    assert_allclose(scores, np.concatenate(parts)[: len(frames), columns], atol=1e-4)


@pytest.mark.parametrize("size", [1600, 50_000])
def test_live_events_are_the_same(scenes, detector, size):
    y = scenes.data[8]
    whole = detector.predict([y])
    live = sorted(detector.iter_predict((y[i : i + size] for i in range(0, len(y), size)), SR))
    pd.testing.assert_frame_equal(event_table([live]), whole, atol=1e-3)


def test_a_live_event_is_told_as_soon_as_its_stretch_is_there(scenes, detector):
    y, heard = scenes.data[8], [0]

    def blocks():
        for i in range(0, len(y), 1600):
            heard[0] = i + 1600
            yield y[i : i + 1600]

    first = next(detector.iter_predict(blocks(), SR))
    assert heard[0] / SR < first.offset + 4.0 + 4.0


@pytest.mark.parametrize(("n_units", "n_windows"), [(1, 1), (8, 1), (9, 2), (10, 2), (11, 3), (40, 17)])
def test_training_windows_reach_the_end_and_not_much_further(n_units, n_windows):
    look = FrameResolution(rate=4.0, window_seconds=2.0, hop_seconds=None)  # eight frames, two apart
    windows = look.learnable(np.arange(1.0, n_units + 1)[:, np.newaxis])
    assert len(windows) == n_windows
    assert windows[-1, -1, 0] == n_units
    assert n_units <= 8 or (windows[-1] == n_units).sum() <= 2
    targets = look.label(n_windows, [Event(1.0, 1.5, "owl")], ["owl"])
    assert_array_equal(np.flatnonzero(targets[0, :, 0]), [4, 5])


@pytest.mark.slow
def test_events_of_different_classes_at_one_time():
    names = {"classes": ["trill", "chirp_up"], "snr_db": 20.0, "overlap": True, "n_events": (14, 18)}
    scenes = make_sound_events(9, duration=30.0, random_state=1, **names)
    detector = EventDetector(NETWORK, **SETTINGS).fit(scenes.data[:7], scenes.events[:7])
    assert detector.multilabel_
    assert detector.score(scenes.data[7:], scenes.events[7:]) > 0.5


@pytest.mark.slow
def test_tuning_with_a_network_that_is_fitted_already(scenes, detector):
    """Nothing is fitted but threshold, duration, gap and bounds: on the very scores of the network."""
    frozen = EventDetector(FrozenEstimator(detector.estimator_), **{**SETTINGS, "threshold": "tune"})
    frozen.fit(scenes.data[:7], scenes.events[:7])
    assert_array_equal(frozen.predict_proba(scenes.data[7:8])[0].scores, detector.predict_proba(scenes.data[7:8])[0][1])
    known = detector.score(scenes.data[:7], scenes.events[:7])
    assert frozen.score(scenes.data[:7], scenes.events[:7]) >= known


def test_counts_of_stretches_of_time(scenes, detector):
    whole = detector.count(scenes.data[7:9])
    counts = detector.count(scenes.data[7:9], bin_seconds=10.0)
    assert counts.index.names == ["recording", "start"]
    assert counts.index.tolist() == [(i, start) for i in range(2) for start in (0.0, 10.0, 20.0)]
    assert_array_equal(counts.groupby("recording").sum(), whole)
    onsets = detector.predict(scenes.data[7:8]).query("label == 'trill'")["onset"]
    assert counts["trill"].loc[(0, 10.0)] == ((onsets >= 10) & (onsets < 20)).sum()
    with pytest.raises(ValueError, match="bin_seconds=0; expected a positive number or None"):
        detector.count(scenes.data[7:8], bin_seconds=0)


@pytest.fixture(scope="module")
def clips():
    names = {"classes": ["trill", "harmonic_burst"], "snr_db": 20.0, "n_events": (0, 2)}
    return make_sound_events(100, duration=5.0, random_state=0, **names)


@pytest.fixture(scope="module")
def tagged(clips):
    tags = [sorted({label for *_, label in own}) for own in clips.events[:80]]
    detector = EventDetector(clone(NETWORK).set_params(epochs=30), **SETTINGS)
    return detector.fit(clips.data[:80], tags)


@pytest.mark.slow
def test_from_tags_alone_it_is_found_out_when(clips, tagged):
    assert tagged.labels_ == ["harmonic_burst", "trill"]
    truth = event_table(clips.events[80:])
    assert segment_based_f1(truth, tagged.predict(clips.data[80:]), segment_seconds=0.25) > 0.6


def test_tags_in_every_form(clips):
    few = EventDetector(clone(NETWORK).set_params(epochs=1), **SETTINGS)
    tags = [{label for *_, label in own} for own in clips.events[:16]]
    expected = few.fit(clips.data[:16], tags).predict_proba(clips.data[80:81])[0].scores
    table = pd.DataFrame([(i, label) for i, own in enumerate(tags) for label in own], columns=["recording", "label"])
    array = np.array([["harmonic_burst" in own, "trill" in own] for own in tags], int)
    zeros_and_ones = pd.DataFrame([{name: name in own for name in ("trill", "harmonic_burst")} for own in tags])
    for form in (list(map(tuple, tags)), table, zeros_and_ones, array):
        scores = clone(few).fit(clips.data[:16], form).predict_proba(clips.data[80:81])[0].scores
        assert_array_equal(scores, expected)


@pytest.mark.slow
def test_tags_of_one_class(clips):
    tags = [["trill"] if any(label == "trill" for *_, label in own) else [] for own in clips.events[:16]]
    detector = EventDetector(clone(NETWORK).set_params(epochs=1), **SETTINGS).fit(clips.data[:16], tags)
    assert detector.labels_ == ["trill"]
    assert detector.predict_proba(clips.data[:1])[0].scores.shape[1] == 1


def test_what_tags_cannot_do(clips):
    tags = [["trill"], [], ["trill"]]
    with pytest.raises(ValueError, match="Training on tags requires resolution='frame', got 'window'"):
        EventDetector(NETWORK, **{**SETTINGS, "resolution": "window"}).fit(clips.data[:3], tags)
    with pytest.raises(ValueError, match="threshold='tune' requires recordings with strong labels, got tags"):
        EventDetector(NETWORK, **{**SETTINGS, "threshold": "tune"}).fit(clips.data[:3], tags)
    with pytest.raises(ValueError, match="Expected tags of 2 recordings, got 3"):
        EventDetector(NETWORK, **SETTINGS).fit(clips.data[:2], tags)
    with pytest.raises(
        ValueError, match=r"Events of recording 0: the label file 'trill' does not exist\. Pass tags as a list"
    ):
        EventDetector(NETWORK, **SETTINGS).fit(clips.data[:2], ["trill", "trill"])
    with pytest.raises(TypeError, match=r"Events of recording 0 are 1; expected a list of \(onset, offset, label\)"):
        EventDetector(NETWORK, **SETTINGS).fit(clips.data[:2], [1, 0])
    table = pd.DataFrame({"recording": ["a.wav"], "label": ["trill"]})
    with pytest.raises(ValueError, match=r"The table of tags refers to 'a.wav', which matches no recording"):
        EventDetector(NETWORK, **SETTINGS).fit(clips.data[:2], table)


class TellsOfFrames(LogisticRegression):
    """Of another library, say."""

    def predict_frames(self, X):
        return np.zeros((*X.shape[:2], 2))


def test_what_cannot_be_used(scenes):
    for estimator, settings in ((LogisticRegression(), {}), (NETWORK, {"front_end": None, "sr": SR})):
        with pytest.raises(
            ValueError, match="resolution='frame' requires a front_end and an estimator with predict_frames"
        ):
            EventDetector(estimator, **{**SETTINGS, **settings}).fit(scenes.data[:2], scenes.events[:2])
    with pytest.raises(ValueError, match="TellsOfFrames has no fit_frames, to be trained on events"):
        EventDetector(TellsOfFrames(), **SETTINGS).fit(scenes.data[:2], scenes.events[:2])
    with pytest.raises(ValueError, match=r"hop_seconds=5\.0; expected at most window_seconds=4\.0"):
        EventDetector(NETWORK, **SETTINGS, hop_seconds=5.0).fit(scenes.data[:2], scenes.events[:2])
    plain = CNNClassifier(architecture="plain", epochs=1)
    with pytest.raises(ValueError, match="'plain' has no pooling over time"):
        EventDetector(plain, **SETTINGS).fit(scenes.data[:2], scenes.events[:2])
