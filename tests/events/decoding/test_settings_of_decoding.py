"""Settings of decoding, set after fit or tuned: results worked out by hand."""

import pickle
import warnings

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.events.levels import level_detector, recording, spans

from skaudio.datasets import make_sound_events
from skaudio.events import EventDetector, event_table
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling

STEPS = [0, 0.625, 0.875, 0.625, 0, 0.75, 0, 0.75, 0, 0]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [(0.5, 2.0), (2.5, 3.0), (3.5, 4.0)]),
        ({"threshold": 0.7}, [(1.0, 1.5), (2.5, 3.0), (3.5, 4.0)]),  # the threshold is also that of every part
        ({"threshold": 0.7, "low_threshold": None}, [(0.5, 2.0), (2.5, 3.0), (3.5, 4.0)]),
        ({"threshold": 0.72, "low_threshold": 0.6}, [(2.5, 3.0), (3.5, 4.0)]),  # the first has a mean of 0.708
        ({"min_duration": 1.0}, [(0.5, 2.0)]),
        ({"threshold": 0.45, "low_threshold": 0.6, "max_gap": 0.5}, [(0.5, 4.0)]),  # of a mean of 0.518
        ({"smoothing": 1.5}, [(0.5, 2.5), (3.0, 3.5)]),  # medians 0, .625, .625, .625, .625, 0, .75, 0, 0, 0
        (
            {"threshold": 0.3, "low_threshold": 0.6, "peak_distance": 1.0, "max_gap": 0.5},
            [(0.5, 2.0), (2.0, 3.0), (3.0, 4.0)],
        ),
    ],
)
def test_settings_take_effect_after_fit(parameters, expected):
    detector = level_detector()
    assert len(detector.predict([recording(STEPS)])) == 3
    detector.set_params(**parameters)
    assert spans(detector.predict([recording(STEPS)])) == expected
    assert spans(pickle.loads(pickle.dumps(detector)).predict([recording(STEPS)])) == expected
    live = sorted(detector.iter_predict(np.array_split(recording(STEPS), 3), 100))
    assert [event[:2] for event in live] == expected


def test_settings_in_use_are_parameters_then_tuned_ones_then_defaults():
    detector = level_detector()
    default = {"threshold": 0.5, "low_threshold": 0.5, "min_duration": 0.0, "max_gap": 0.0}
    assert detector.decoding_ == default
    assert (detector.tuned_, detector.tuning_scores_) == ({}, {})
    detector.tuned_ = {"threshold": 0.8, "min_duration": 0.3, "max_gap": 0.1}
    assert detector.decoding_ == {"threshold": 0.8, "low_threshold": 0.8, "min_duration": 0.3, "max_gap": 0.1}
    detector.set_params(threshold=0.6, low_threshold=None, max_gap=0.0)
    assert detector.decoding_ == {"threshold": 0.6, "low_threshold": 0.3, "min_duration": 0.3, "max_gap": 0.0}
    assert not hasattr(clone(detector), "decoding_")
    with pytest.raises(ValueError, match=r"threshold='tune' takes effect in fit\. Call tune, or pass a number or None"):
        level_detector().set_params(threshold="tune").predict([recording(STEPS)])
    with pytest.raises(ValueError, match="'min_duration' parameter of EventDetector must be"):
        level_detector().set_params(min_duration=-1.0).predict([recording(STEPS)])


def test_default_minimum_durations_return_when_the_parameter_does():
    scenes = make_sound_events(2, duration=20.0, classes=["trill"], snr_db=20.0, random_state=0)
    model = make_pipeline(StatPooling(), LogisticRegression(max_iter=1000))
    front_end = MelSpectrogram(sr=16000, n_mels=10, top_db=None)
    detector = EventDetector(model, front_end=front_end, window_seconds=0.4, n_overlays=0, min_duration=0.1)
    detector.fit(scenes.data, scenes.events)
    assert detector.decoding_["min_duration"] == 0.1
    durations = [offset - onset for own in scenes.events for onset, offset, _ in own]
    detector.set_params(min_duration=None)
    assert_allclose(detector.decoding_["min_duration"], [0.75 * np.quantile(durations, 0.1)])


def scene(scores):
    """Return a recording of 10 s with events of one second, at 1, 4 and 7 s, of these scores."""
    steps = np.zeros(20)
    for i, score in enumerate(scores):
        steps[2 + 6 * i : 4 + 6 * i] = score
    return recording(steps)


# Calls with the scores 0.875, 0.6875 and 0.5; other sounds with 0.8125 and 0.5625.
SCENES = [scene([0.875, 0.6875, 0.5625]), scene([0.5, 0.8125])]
CALLS = [[(1.0, 2.0, "call"), (4.0, 5.0, "call")], [(1.0, 2.0, "call")]]


@pytest.mark.parametrize(
    ("target", "threshold", "n_found"),
    [
        ("f1", 0.35, 5),  # F1 is 0.75 up to 0.5, then 4/7, 2/3, 2/5, 1/2: the middle of 0.2 to 0.5
        (("precision", 0.6), 0.3, 5),  # 3 of 5 up to 0.5: the middle of 0.05 to 0.5
        (("precision", 0.65), 0.65, 3),  # 2 of 3
        (("precision", 0.9), 0.85, 1),  # 1 of 1
        (("false_alarms_per_hour", 180.0), 0.65, 3),  # one in 20 s
        (("false_alarms_per_hour", 179.0), 0.85, 1),
        (("false_alarms_per_hour", 1e4), 0.3, 5),
    ],
)
def test_tuning_by_hand(target, threshold, n_found):
    detector = level_detector().tune(SCENES, CALLS, target=target)
    assert detector.tuned_["threshold"] == threshold
    assert detector.decoding_["threshold"] == detector.decoding_["low_threshold"] == threshold
    assert len(detector.predict(SCENES)) == n_found
    by_parameter = level_detector(target=target).tune(SCENES, CALLS)
    assert by_parameter.tuned_ == detector.tuned_
    assert by_parameter.tuning_scores_ == detector.tuning_scores_
    by_scores = level_detector().tune(detector.predict_scores(SCENES), event_table(CALLS), target=target)
    assert by_scores.tuned_ == detector.tuned_


def test_scores_of_tuning_are_those_of_groups_left_out():
    detector = level_detector().tune(SCENES, CALLS)
    # 0.35 from the second recording finds 3 in the first, 2 of them calls; 0.65 from the first finds 1 in the second.
    expected = {"precision": 2 / 4, "recall": 2 / 3, "f1": 4 / 7, "false_alarms_per_hour": 360.0}
    assert detector.tuning_scores_ == pytest.approx(expected)
    together = level_detector().tune(SCENES, CALLS, groups=["site", "site"])
    expected = {"precision": 3 / 5, "recall": 1.0, "f1": 0.75, "false_alarms_per_hour": 360.0}
    assert together.tuning_scores_ == pytest.approx(expected)
    assert together.tuned_ == detector.tuned_
    with pytest.raises(ValueError, match=r"groups have shape \(1,\); expected \(2,\), the group of each recording"):
        level_detector().tune(SCENES, CALLS, groups=["site"])


def test_numbers_that_are_given_are_kept_by_tuning():
    detector = level_detector(min_duration=1.0, max_gap=2.0).tune(SCENES, CALLS)
    assert set(detector.tuned_) == {"threshold"}
    assert (detector.decoding_["min_duration"], detector.decoding_["max_gap"]) == (1.0, 2.0)
    detector.set_params(threshold=0.6)
    assert detector.decoding_["threshold"] == 0.6
    with pytest.raises(ValueError, match=r"threshold=0\.6 is a number.*set_params\(threshold=None\) before tune"):
        detector.tune(SCENES, CALLS)


def test_bounds_are_corrected_by_the_recordings_of_tuning():
    late = [[(onset + 0.1, offset + 0.15, label) for onset, offset, label in own] for own in CALLS]
    detector = level_detector().tune(SCENES, late, target=("precision", 0.9))
    assert detector.bound_shifts_ == {"call": pytest.approx((0.1, 0.15))}
    assert spans(detector.predict(SCENES)) == [(1.1, 2.15)]


def test_a_target_that_is_not_reached():
    only_faint = [CALLS[0][1:], CALLS[1]]
    with pytest.warns(UserWarning, match=r"No settings reach a precision of at least 0\.9 .* nearest have 0\.4, with"):
        detector = level_detector().tune(SCENES, only_faint, target=("precision", 0.9))
    assert len(detector.predict(SCENES)) == 5
    loud = [scene([0.995]), scene([0.5])]
    match = r"at most 5 false alarms per hour .* nearest have 180"
    with pytest.warns(UserWarning, match=match):
        detector = level_detector().tune(loud, [[], [(1.0, 2.0, "call")]], target=("false_alarms_per_hour", 5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        level_detector().tune(SCENES, CALLS, target=("precision", 0.9))


@pytest.mark.parametrize(
    ("y", "target", "match"),
    [
        (CALLS, "recall", r"target='recall'; expected 'f1', \('precision', p\)"),
        (CALLS, ("precision", 1.5), r"target=\('precision', 1\.5\)"),
        (CALLS, ("false_alarms_per_hour", -1), r"false_alarms_per_hour', n\) with n >= 0"),
        (CALLS, 0.9, "target=0.9"),
        ([[], []], "f1", "The recordings have no events; expected at least one"),
        ([[(1.0, 2.0, "owl")], []], "f1", r"Events are of the class 'owl'; expected those of the detector, \['call'\]"),
        ([[(1.0, 1.0, "call")], []], "f1", "All events have a duration of 0 s"),
        ([["call"], []], "f1", "requires strong labels"),
        ([[(1.0, 20.0, "call")], []], "f1", "ends more than 0.5 s after the recording"),
        (CALLS[:1], "f1", "Expected events of 2 recordings, got 1"),
    ],
)
@pytest.mark.parametrize("from_scores", [False, True])
def test_tuning_that_fails_changes_nothing(y, target, match, from_scores):
    detector = level_detector().tune(SCENES, CALLS)
    before = pickle.dumps(detector)
    X = detector.predict_scores(SCENES) if from_scores else SCENES
    with pytest.raises(ValueError, match=match):
        detector.tune(X, y, target=target)
    assert pickle.dumps(detector) == before


def test_targets_are_checked_in_fit_too():
    scenes = make_sound_events(2, duration=10.0, classes=["trill"], random_state=0)
    detector = EventDetector(LogisticRegression(), front_end=MelSpectrogram(sr=16000, top_db=None))
    with pytest.raises(ValueError, match=r"target=\('recall', 0\.5\); expected 'f1'"):
        detector.set_params(target=("recall", 0.5)).fit(scenes.data, scenes.events)


@pytest.mark.slow
def test_fit_tunes_for_a_target():
    scenes = make_sound_events(6, duration=20.0, classes=["trill"], snr_db=(5.0, 20.0), random_state=0)
    model = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=500))
    front_end = MelSpectrogram(sr=16000, n_mels=40, top_db=None)
    settings = {"front_end": front_end, "window_seconds": 0.4, "hop_seconds": 0.05, "n_overlays": 0, "random_state": 0}
    detector = EventDetector(model, threshold="tune", target=("precision", 0.85), **settings)
    detector.fit(scenes.data, scenes.events)
    assert set(detector.tuned_) == {"threshold", "min_duration", "max_gap"}
    assert detector.tuning_scores_["precision"] > 0.8  # of recordings that neither classifier nor settings know
