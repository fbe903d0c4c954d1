"""From scores to events, step by step."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import label as connected
from scipy.signal import medfilt

from skaudio.events import (
    Event,
    decode_events,
    find_runs,
    hysteresis_runs,
    merge_runs,
    smooth_scores,
    suppress_overlapping,
)


@pytest.fixture
def scores():
    return np.random.default_rng(0).random((200, 2))


def test_smoothing_is_a_running_median(scores):
    smooth = smooth_scores(scores, 5)
    for column in range(2):
        padded = np.pad(scores[:, column], 2, mode="edge")
        assert_allclose(smooth[:, column], medfilt(padded, 5)[2:-2])
    assert_array_equal(smooth_scores(scores, 1), scores)
    with pytest.raises(ValueError, match="n_steps=4"):
        smooth_scores(scores, 4)


@pytest.mark.parametrize("seed", range(3))
def test_runs_are_connected_components(seed):
    active = np.random.default_rng(seed).random(100) < 0.5
    first, stop = find_runs(active)
    numbers, count = connected(active)
    assert len(first) == count
    for i, (start, end) in enumerate(zip(first, stop, strict=True), start=1):
        assert_array_equal(np.flatnonzero(numbers == i), np.arange(start, end))


@pytest.mark.parametrize("active", [[], [False] * 3, [True] * 3])
def test_runs_of_nothing_and_of_everything(active):
    first, stop = find_runs(np.array(active, bool))
    assert list(zip(first, stop, strict=True)) == ([(0, 3)] if active == [True] * 3 else [])
    assert len(merge_runs(first, stop, 5)[0]) == len(first)


def test_hysteresis_keeps_what_reaches_the_upper_threshold(scores):
    first, stop = hysteresis_runs(scores[:, 0], 0.9, 0.4)
    expected = [
        (start, end)
        for start, end in zip(*find_runs(scores[:, 0] >= 0.4), strict=True)
        if scores[start:end, 0].max() >= 0.9
    ]
    assert list(zip(first, stop, strict=True)) == expected
    assert 0 < len(expected) < len(find_runs(scores[:, 0] >= 0.4)[0])
    with pytest.raises(ValueError, match=r"low=0\.6; expected at most high=0\.5"):
        hysteresis_runs(scores[:, 0], 0.5, 0.6)


def test_gaps_are_joined_up_to_their_length():
    first, stop = np.array([0, 4, 10, 11]), np.array([2, 7, 10, 15])
    for max_gap, expected in [
        (0, [(0, 2), (4, 7), (10, 10), (11, 15)]),
        (1, [(0, 2), (4, 7), (10, 15)]),
        (3, [(0, 15)]),
    ]:
        assert list(zip(*merge_runs(first, stop, max_gap), strict=True)) == expected


def test_one_call_under_several_windows_is_one_event():
    windows = [Event(0.5 * i, 0.5 * i + 3, "owl", score) for i, score in enumerate([0.6, 0.8, 0.95, 0.9, 0.7])]
    windows += [Event(20, 23, "owl", 0.7), Event(1, 4, "howl", 0.6)]
    assert suppress_overlapping(windows) == [
        Event(1, 4, "howl", 0.6),
        Event(1, 4, "owl", 0.95),
        Event(20, 23, "owl", 0.7),
    ]
    assert suppress_overlapping([]) == []
    with pytest.raises(ValueError, match="has no score"):
        suppress_overlapping([Event(0, 1, "owl")])


def spans(events, label=None):
    return [tuple(np.round(event[:2], 6)) for event in events if label in {None, event.label}]


def test_events_by_hand():
    steps = [0, 0.6, 0.9, 0.6, 0.1, 0.6, 0.1, 0.1, 0.95, 0]
    scores = np.column_stack([steps, steps[::-1]])
    how = {"hop_seconds": 0.1, "first_seconds": 0.05}
    plain = decode_events(scores, ["a", "b"], **how, threshold=0.5)
    assert spans(plain, "a") == [(0.1, 0.4), (0.5, 0.6), (0.8, 0.9)]
    assert spans(plain, "b") == [(0.1, 0.2), (0.4, 0.5), (0.6, 0.9)]
    sure = decode_events(scores, ["a", "b"], **how, peak_threshold=0.9)
    assert spans(sure, "a") == [(0.1, 0.4), (0.8, 0.9)]
    joined = decode_events(scores, ["a", "b"], **how, max_gap=0.1)
    assert spans(joined, "a") == [(0.1, 0.6), (0.8, 0.9)]
    long = decode_events(scores, ["a", "b"], **how, min_duration=0.3)
    assert spans(long) == [(0.1, 0.4), (0.6, 0.9)]
    assert [event.label for event in long] == ["a", "b"]
    assert long[0].score == pytest.approx(0.7)
    mean = decode_events(scores, ["a", "b"], **how, threshold=0.65, low_threshold=0.5)
    assert spans(mean, "a") == [(0.1, 0.4), (0.8, 0.9)]
    by_class = decode_events(scores, ["a", "b"], **how, threshold=[0.92, 2.0])
    assert [(event.label, event.score) for event in by_class] == [("a", 0.95)]
    assert spans(decode_events(scores, ["a", "b"], **how, min_duration=[0.2, 1.0])) == [(0.1, 0.4)]


def test_events_stay_within_the_recording():
    scores = np.ones((4, 1))
    assert decode_events(scores, ["a"], hop_seconds=1.0)[0][:2] == (0.0, 3.5)
    assert decode_events(scores, ["a"], hop_seconds=1.0, end_seconds=3.2)[0][:2] == (0.0, 3.2)
    assert decode_events(np.ones((0, 1)), ["a"], hop_seconds=1.0) == []


def test_smoothing_in_seconds():
    scores = np.array([0, 1, 0, 0, 1, 1, 1, 0, 1, 1.0])[:, np.newaxis]
    events = decode_events(scores, ["a"], hop_seconds=0.1, first_seconds=0.05, smoothing=0.3)
    assert spans(events) == [(0.4, 1.0)]


def test_scores_of_other_classes():
    with pytest.raises(ValueError, match=r"shape \(10,\); expected \(n_steps, 1\)"):
        decode_events(np.zeros(10), ["a"], hop_seconds=0.1)
