"""Metrics of events, against those of sed_eval and psds_eval on random tables, and by hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose
from sklearn.base import BaseEstimator
from sklearn.metrics import make_scorer

from skaudio.metrics import (
    count_mean_absolute_error,
    event_based_f1,
    event_based_scores,
    false_alarms_per_hour,
    intersection_based_f1,
    intersection_based_scores,
    match_events,
    segment_based_error_rate,
    segment_based_f1,
    segment_based_scores,
)

# Random tables, and the scores of sed_eval and psds_eval on them, by make_reference_scores.py.
REFERENCE = json.loads(Path(__file__).with_name("reference_scores.json").read_text(encoding="utf-8"))


def as_table(lists):
    rows = [(f"{i}.wav", *event) for i, events in enumerate(lists) for event in events]
    return pd.DataFrame(rows, columns=["recording", "onset", "offset", "label"])


def test_matches_are_those_that_the_scores_count():
    for y_true, y_pred in REFERENCE["overlapping"]:
        pairs = match_events(y_true, y_pred)
        precision, recall, _ = event_based_scores(y_true, y_pred)
        n_matches = sum(map(len, pairs))
        assert n_matches > 0
        assert_allclose(precision, n_matches / sum(map(len, y_pred)))
        assert_allclose(recall, n_matches / sum(map(len, y_true)))
        for own, found, matches in zip(y_true, y_pred, pairs, strict=True):
            assert len(set(matches[:, 0])) == len(set(matches[:, 1])) == len(matches)
            for i, j in matches:
                assert own[i][2] == found[j][2]
                assert abs(own[i][0] - found[j][0]) <= 0.2


def test_matches_by_hand():
    # Of two detections near one event, one is matched; the last event is matched by the only one that is near enough.
    y_true = [[(1.0, 2.0, "owl"), (5.0, 6.0, "fox"), (7.0, 8.0, "owl")], []]
    y_pred = [[(7.1, 9.9, "owl"), (1.1, 2.0, "owl"), (0.9, 2.0, "owl"), (5.0, 6.0, "owl")], [(1.0, 2.0, "owl")]]
    matches = match_events(y_true, y_pred, offset_collar=None)
    assert [2, 0] in matches[0].tolist()
    assert matches[0][0, 0] == 0
    assert matches[0][0, 1] in (1, 2)
    assert [pairs.shape for pairs in matches] == [(2, 2), (0, 2)]
    assert len(match_events(y_true, y_pred)[0]) == 1  # the last one ends too late
    with pytest.raises(TypeError, match="takes lists of lists of events, not data frames"):
        match_events(as_table(y_true), as_table(y_pred))


def test_reference_covers_events_of_every_kind():
    assert REFERENCE["labels"] == ["howl", "owl", "trill"]
    assert len(REFERENCE["overlapping"]) == len(REFERENCE["separate"]) == 5
    for y_true, y_pred in REFERENCE["overlapping"] + REFERENCE["separate"]:
        assert len(y_true) == len(y_pred) == 6
        assert {label for events in y_true for _, _, label in events} == set(REFERENCE["labels"])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, "onset and offset"),
        ({"offset_collar": None}, "onset"),
        ({"onset_collar": 0.5, "offset_collar": 0.5, "offset_share": 0.5}, "wide collars"),
    ],
)
def test_event_based_scores_are_those_of_sed_eval(seed, ours, theirs):
    y_true, y_pred = REFERENCE["overlapping"][seed]
    expected = REFERENCE["event_based"][seed][theirs]
    assert_allclose(event_based_scores(y_true, y_pred, **ours), expected["overall"])
    by_class = event_based_scores(y_true, y_pred, average=None, **ours)
    assert_allclose(by_class, expected["by_class"], atol=1e-12)
    assert event_based_f1(y_true, y_pred, average="macro", **ours) == pytest.approx(np.mean(expected["by_class"][2]))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("segment_seconds", [1.0, 0.1])
def test_segment_based_scores_are_those_of_sed_eval(seed, segment_seconds):
    y_true, y_pred = REFERENCE["overlapping"][seed]
    expected = REFERENCE["segment_based"][seed][str(segment_seconds)]
    assert_allclose(segment_based_scores(y_true, y_pred, segment_seconds=segment_seconds), expected["overall"])
    by_class = segment_based_scores(y_true, y_pred, segment_seconds=segment_seconds, average=None)
    assert_allclose(by_class, expected["by_class"])
    f1 = segment_based_f1(y_true, y_pred, segment_seconds=segment_seconds, average=None)
    assert_allclose(f1, expected["by_class"][2])
    rate = segment_based_error_rate(y_true, y_pred, segment_seconds=segment_seconds)
    assert rate == pytest.approx(expected["error_rate"])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shares", [(0.7, 0.7), (0.5, 0.3)])
def test_intersection_based_f1_is_that_of_psds_eval(seed, shares):
    y_true, y_pred = REFERENCE["separate"][seed]
    expected = REFERENCE["intersection_based"][seed][f"{shares[0]}, {shares[1]}"]
    params = {"detection_share": shares[0], "truth_share": shares[1]}
    assert intersection_based_f1(y_true, y_pred, **params) == pytest.approx(expected["mean"])
    assert_allclose(intersection_based_scores(y_true, y_pred, average=None, **params)[2], expected["by_class"])


def test_tables_say_the_same_as_lists():
    y_true, y_pred = REFERENCE["overlapping"][0]
    tables = as_table(y_true), as_table(y_pred)
    assert event_based_scores(*tables) == event_based_scores(y_true, y_pred)
    assert segment_based_error_rate(*tables) == segment_based_error_rate(y_true, y_pred)


def test_as_many_events_are_matched_as_possible():
    # The first prediction fits both: taken for the nearer one, it would leave the second without a counterpart.
    y_true = [[(1.0, 2.0, "owl"), (1.15, 2.15, "owl")]]
    y_pred = [[(1.1, 2.1, "owl"), (1.3, 2.3, "owl")]]
    assert event_based_scores(y_true, y_pred) == (1.0, 1.0, 1.0)
    assert event_based_scores([[(1.0, 2.0, "owl")]], [[(1.0, 2.0, "owl")] * 3])[0] == pytest.approx(1 / 3)


def test_the_offset_of_a_long_event_may_be_off_by_more():
    long = [[(0.0, 10.0, "howl")]]
    assert event_based_f1(long, [[(0.0, 8.1, "howl")]]) == 1.0
    assert event_based_f1(long, [[(0.0, 7.9, "howl")]]) == 0.0
    assert event_based_f1(long, [[(0.0, 7.9, "howl")]], offset_collar=None) == 1.0


def test_false_alarms_and_counts_by_hand():
    y_true = [[(1.0, 2.0, "owl")], [(5.0, 6.0, "howl")], []]
    y_pred = [[(1.0, 2.0, "owl"), (8.0, 9.0, "owl")], [(5.0, 6.0, "owl")], []]
    assert false_alarms_per_hour(y_true, y_pred, hours=0.1) == pytest.approx(20.0)
    assert false_alarms_per_hour(y_true, y_pred, hours=0.1, labels=["howl"]) == 0.0
    # owl: 1 against 2, 0 against 1, 0; howl: 0, 1 against 0, 0.
    assert count_mean_absolute_error(y_true, y_pred) == pytest.approx(3 / 6)
    assert count_mean_absolute_error([[], []], [[], []]) == 0.0
    with pytest.raises(ValueError, match="hours=0"):
        false_alarms_per_hour(y_true, y_pred, hours=0)


def test_nothing_there_and_nothing_predicted():
    assert event_based_scores([[]], [[]]) == (0.0, 0.0, 0.0)
    assert segment_based_scores([[]], [[]]) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="y_true has no event"):
        segment_based_error_rate([[]], [[(0.0, 1.0, "owl")]])


def test_as_a_scorer():
    class Detector(BaseEstimator):
        def predict(self, X):
            return [[(1.0, 2.0, "owl")] for _ in X]

    scorer = make_scorer(event_based_f1, onset_collar=0.3)
    assert scorer(Detector(), [0, 1], [[(1.25, 2.0, "owl")], [(1.0, 2.0, "owl")]]) == 1.0


@pytest.mark.parametrize(
    ("y_true", "y_pred", "error", "match"),
    [
        ([[]], [[], []], ValueError, "y_true has 1 recordings and y_pred 2"),
        ([[(2.0, 1.0, "owl")]], [[]], ValueError, r"y_true, recording 0: event 0 is from 2\.0 to 1\.0 s"),
        ([[]], [[(np.nan, 1.0, "owl")]], ValueError, "y_pred, recording 0: event 0"),
        ([(1.0, 2.0, "owl")], [[]], TypeError, r"Expected events \(onset, offset, label\)"),
        (["owl"], [[]], TypeError, "Expected a list of events"),
        (as_table([[]]), [[]], TypeError, "both be data frames"),
        (as_table([[]]).drop(columns="label"), as_table([[]]), ValueError, "y_true has no column 'label'"),
    ],
)
def test_what_are_no_events(y_true, y_pred, error, match):
    with pytest.raises(error, match=match):
        event_based_scores(y_true, y_pred)


def test_parameters_that_make_no_sense():
    with pytest.raises(ValueError, match="average='weighted'"):
        event_based_scores([[]], [[]], average="weighted")
    with pytest.raises(ValueError, match="segment_seconds=0"):
        segment_based_scores([[]], [[]], segment_seconds=0)
    with pytest.raises(ValueError, match="truth_share=2"):
        intersection_based_scores([[]], [[]], truth_share=2)


def table_of(*rows):
    return pd.DataFrame(rows, columns=["recording", "onset", "offset", "label"])


METRICS = [
    event_based_f1,
    segment_based_f1,
    intersection_based_f1,
    lambda *tables: 1.0 - segment_based_error_rate(*tables),
    lambda *tables: 1.0 - count_mean_absolute_error(*tables),
    lambda *tables: 1.0 - false_alarms_per_hour(*tables, hours=1.0),
]


@pytest.mark.parametrize("metric", METRICS)
def test_tables_may_name_recordings_in_different_ways(metric):
    short = table_of(("night", 1.0, 2.0, "owl"), ("dawn.wav", 4.0, 5.0, "owl"))
    long = table_of(("/data/dawn.wav", 4.0, 5.0, "owl"), ("/data/night.wav", 1.0, 2.0, "owl"))
    assert metric(short, long) == metric(long, short) == metric(short, short) == 1.0


@pytest.mark.parametrize("metric", METRICS)
def test_tables_that_share_no_recording_are_no_score(metric):
    a, b = table_of(("/a/x.wav", 1.0, 2.0, "owl")), table_of(("/b/x.wav", 1.0, 2.0, "owl"))
    with pytest.raises(ValueError, match=r"share no recording: they refer to '/a/x\.wav' and '/b/x\.wav'"):
        metric(a, b)
    both = pd.concat([a, b])
    with pytest.raises(ValueError, match=r"'x' matches several recordings, '/a/x\.wav' and '/b/x\.wav'"):
        metric(table_of(("x", 1.0, 2.0, "owl")), both)


def test_recordings_that_one_table_does_not_name_are_without_events():
    true = table_of(("/a/x.wav", 1.0, 2.0, "owl"), ("/b/x.wav", 1.0, 2.0, "owl"))
    found = table_of(("/a/x.wav", 1.0, 2.0, "owl"), ("/c/x.wav", 1.0, 2.0, "owl"))
    assert event_based_scores(true, found) == (0.5, 0.5, 0.5)
    assert event_based_scores(true, table_of()) == (0.0, 0.0, 0.0)
    # As the message advises: who found events only where there are none says which recordings have none.
    nothing = table_of(("/c/x.wav", None, None, None))
    assert event_based_scores(pd.concat([true, nothing]), found.iloc[1:]) == (0.0, 0.0, 0.0)


def test_rows_without_events_and_labels_with_blanks():
    true = table_of(("a", 1.0, 2.0, "owl "), ("b", np.nan, np.nan, np.nan)).convert_dtypes()
    found = table_of(("a", 1.0, 2.0, "owl"), ("c", None, None, None))
    assert event_based_f1(true, found) == event_based_f1(true, found, labels=["owl "]) == 1.0
    with pytest.raises(ValueError, match="y_true, recording 0: event 0 has no label, got nan"):
        event_based_f1(table_of(("a", 1.0, 2.0, np.nan)), found)
    with pytest.raises(ValueError, match=r"y_pred, row 0: the event from 1\.0 to 2\.0 s has no recording"):
        event_based_f1(true, table_of((None, 1.0, 2.0, "owl")))


def test_counts_of_recordings_without_events():
    true, found = table_of(("a", 1.0, 2.0, "owl")), table_of(("a.wav", 1.0, 2.0, "owl"), ("a.wav", 3.0, 4.0, "owl"))
    assert count_mean_absolute_error(true, found) == 1.0
    recordings = ["/data/a.wav", "/data/b.wav", "/data/c.wav", "/data/d.wav"]
    assert count_mean_absolute_error(true, found, recordings=recordings) == 0.25
    with pytest.raises(ValueError, match=r"y_pred refers to 'a\.wav', which matches no recording"):
        count_mean_absolute_error(true, found, recordings=["a.flac", "b.flac"])
    with pytest.raises(ValueError, match=r"y_true: The name 'a' matches several recordings, '/s/a\.wav' and "):
        count_mean_absolute_error(true, found, recordings=["/s/a.wav", "/t/a.wav"])
    with pytest.raises(ValueError, match="y_true has 1 recordings, but recordings has 2 names"):
        count_mean_absolute_error([[]], [[]], recordings=["a", "b"])
