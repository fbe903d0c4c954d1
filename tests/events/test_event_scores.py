"""Scores of recordings, kept in memory and in files."""

import json
import zipfile

import numpy as np
import pandas as pd
import pytest
import soundfile
from numpy.testing import assert_array_equal
from tests.events.levels import SR, STEP, level_detector, recording, spans

from skaudio.events import EventScores, Track, event_table, read_scores, write_scores

STEPS = [0, 0.625, 0.875, 0.625, 0, 0.75, 0, 0.5, 0, 0]  # exact in half precision


@pytest.fixture
def scores():
    return level_detector().predict_scores([recording(STEPS), recording([0.25, 0.75])])


def test_scores_are_those_of_predict_proba_with_names_and_classes(scores, tmp_path):
    assert scores.recordings == [0, 1]
    assert scores.labels == ["call"]
    assert scores.step_seconds == STEP
    assert_array_equal(scores[0].scores[:, 0], np.float32(STEPS))
    assert_array_equal(scores[1].times, [0.25, 0.75])
    tracks = level_detector().predict_proba([recording(STEPS), recording([0.25, 0.75])])
    for track, expected in zip(scores, tracks, strict=True):
        assert_array_equal(track.scores, expected.scores)
        assert_array_equal(track.times, expected.times)
    assert scores[1:].recordings == [1]
    assert_array_equal(scores[1:][0].scores, scores[1].scores)
    assert repr(scores) == "EventScores of 2 recordings, classes: call, step: 0.5 s"
    soundfile.write(tmp_path / "night.wav", recording([0.5, 0.0]), SR)
    assert level_detector().predict_scores([tmp_path / "night.wav"]).recordings == [str(tmp_path / "night.wav")]


def test_methods_take_scores_in_place_of_recordings(scores):
    recordings = [recording(STEPS), recording([0.25, 0.75])]
    detector = level_detector(threshold=0.6)
    pd.testing.assert_frame_equal(detector.predict(scores), detector.predict(recordings))
    assert spans(detector.predict(scores)) == [(0.5, 2.0), (2.5, 3.0), (0.5, 1.0)]
    pd.testing.assert_frame_equal(detector.count(scores), detector.count(recordings))
    pd.testing.assert_frame_equal(detector.count(scores, bin_seconds=2.0), detector.count(recordings, bin_seconds=2.0))
    truth = [[(0.5, 2.0, "call")], [(0.5, 1.0, "call")]]
    assert detector.score(scores, truth) == detector.score(recordings, truth) == 0.8  # 2 of 3, and of 2
    named = EventScores(list(scores), recordings=["a/x.wav", "b/x.wav"], labels=["call"], step_seconds=STEP)
    table = event_table([[(0.5, 1.0, "call")], [(0.5, 2.0, "call")]], ["b/x.wav", "a/x.wav"])
    assert detector.score(named, table) == 0.8
    assert detector.predict(named).recording.tolist() == ["a/x.wav", "a/x.wav", "b/x.wav"]


def test_files_there_and_back(scores, tmp_path):
    write_scores(tmp_path / "scores.npz", scores)
    again = read_scores(tmp_path / "scores.npz")
    assert (again.recordings, again.labels, again.step_seconds) == ([0, 1], ["call"], STEP)
    for track, expected in zip(again, scores, strict=True):
        assert_array_equal(track.scores, expected.scores)
        assert_array_equal(track.times, expected.times)
        assert track.scores.dtype == np.float32
    assert_array_equal(again[-1].scores, scores[1].scores)
    pd.testing.assert_frame_equal(level_detector().predict(again), level_detector().predict(scores))
    with np.load(tmp_path / "scores.npz", allow_pickle=False) as archive:  # without skaudio
        description = json.loads(archive["description.json"])
        array = archive[description["recordings"][0]["array"].removesuffix(".npy")]
    assert array.dtype == np.float16
    assert_array_equal(array[:, 0], np.float16(STEPS))
    assert description["labels"] == ["call"]
    write_scores(tmp_path / "scores.npz", again)  # onto itself
    assert_array_equal(read_scores(tmp_path / "scores.npz")[0].scores, scores[0].scores)
    assert [path.name for path in tmp_path.iterdir()] == ["scores.npz"]


def test_rounding_and_large_scores(tmp_path):
    values = np.random.default_rng(0).random((1000, 2)).astype(np.float32)
    large = np.float32([[1e6, -3.0]])
    tracks = [Track(np.arange(len(scores)) * 0.02, scores) for scores in (values, large)]
    kept = EventScores(tracks, recordings=["a", "b"], labels=["x", "y"], step_seconds=0.02)
    write_scores(tmp_path / "a.npz", kept)
    again = read_scores(tmp_path / "a.npz")
    assert 0 < np.abs(again[0].scores - values).max() <= 0.00025
    assert_array_equal(again[1].scores, large)  # beyond the range of half precision


def test_scores_that_do_not_belong_to_the_detector(scores):
    other = EventScores(list(scores), recordings=[0, 1], labels=["owl"], step_seconds=STEP)
    with pytest.raises(ValueError, match=r"of the classes \['owl'\]; expected \['call'\].*predict_scores\(X\)"):
        level_detector().predict(other)
    other = EventScores(list(scores), recordings=[0, 1], labels=["call"], step_seconds=0.1)
    with pytest.raises(ValueError, match=r"a step of 0\.1 s; expected 0\.5 s"):
        level_detector().count(other)
    with pytest.raises(TypeError, match=r"expected recordings\. Use write_events\(path, detector\.predict\(scores\)\)"):
        level_detector().predict_to("calls.csv", scores)
    with pytest.raises(ValueError, match="'a' occurs more than once"):
        EventScores(list(scores), recordings=["a", "a"], labels=["call"], step_seconds=STEP)
    with pytest.raises(ValueError, match="Expected 2 names of recordings, one per track; got 1"):
        EventScores(list(scores), recordings=["a"], labels=["call"], step_seconds=STEP)


def test_files_that_are_not_of_scores(scores, tmp_path):
    path = tmp_path / "scores.npz"
    with pytest.raises(ValueError, match=r"scores\.txt'.*expected \.npz"):
        write_scores(tmp_path / "scores.txt", scores)
    with pytest.raises(FileNotFoundError):
        read_scores(path)
    path.write_bytes(b"not an archive")
    with pytest.raises(ValueError, match=r"is not a file of scores: .* Write it with write_scores"):
        read_scores(path)
    np.savez(path, a=np.zeros(3))
    with pytest.raises(ValueError, match="is not a file of scores"):
        read_scores(path)

    def rewrite(**changes):
        write_scores(path, scores)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        description = json.loads(members["description.json"]) | changes
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in (members | {"description.json": json.dumps(description).encode()}).items():
                archive.writestr(name, content)

    rewrite(version=2)
    with pytest.raises(ValueError, match=r"has version 2; expected 1\. Update skaudio"):
        read_scores(path)
    rewrite(labels=["a", "b"])
    with pytest.raises(ValueError, match=r"is damaged: the scores of 0 have shape \(10, 1\); expected \(10, 2\)"):
        read_scores(path)[0]
    write_scores(path, scores)
    whole = path.read_bytes()
    path.write_bytes(whole[:50] + b"\0" * 20 + whole[70:])
    with pytest.raises(ValueError, match="is damaged: the scores of 0 cannot be read"):
        read_scores(path)[0]


def test_pickled_objects_are_refused(scores, tmp_path):
    path = tmp_path / "scores.npz"
    write_scores(path, scores)
    with zipfile.ZipFile(path) as archive:
        description = archive.read("description.json")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("description.json", description)
        with archive.open("000000.npy", "w") as file:
            np.lib.format.write_array(file, np.array([{}]), allow_pickle=True)
    with pytest.raises(ValueError, match="Object arrays cannot be loaded when allow_pickle=False"):
        read_scores(path)[0]


def test_scores_are_counted_by_the_clock():
    names = ["20230401_045958.wav", "20230401_053000.wav"]
    tracks = list(level_detector().predict_scores([recording(STEPS), recording([0.25, 0.75])]))
    named = EventScores(tracks, recordings=names, labels=["call"], step_seconds=STEP)
    counts = level_detector().count(named, by="hour")
    # From 04:59:58, events begin after 0.5, 2.5 and 3.5 s, and another one at half past.
    assert counts["call"].tolist() == [1, 3]
    assert [time.hour for time in counts.index.get_level_values("start_time")] == [4, 5]
