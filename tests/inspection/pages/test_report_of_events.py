"""Reports of detections: what is counted, by hand-made events whose counts are known."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skaudio.datasets import make_sound_events
from skaudio.events import Event, EventDetector, write_events
from skaudio.features import MelSpectrogram
from skaudio.inspection import Report
from skaudio.io import AudioError
from skaudio.pooling import StatPooling

SR = 8000


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    """Three recordings of 20 s: two across five o'clock of two days, and one at ten."""
    folder, rng = tmp_path_factory.mktemp("night"), np.random.default_rng(0)
    paths = [folder / name for name in ("20230401_045950.WAV", "20230402_045950.WAV", "20230402_100000.WAV")]
    for path in paths:
        sf.write(path, 0.1 * rng.standard_normal(20 * SR), SR)
    return paths


DETECTED = [
    [Event(2, 3, "owl", 0.9), Event(12, 13, "owl", 0.8), Event(15, 16, "fox <b>", 0.3)],
    [Event(11, 12, "owl", 0.7)],
    [],
]
TRUE = [[Event(2.2, 3.4, "owl"), Event(8, 9, "owl"), Event(15, 16, "owl")], [Event(11, 12, "owl")], []]


def content(report):
    (data,) = re.findall(r'<script type="application/json" id="content">(.*?)</script>', report.html)
    return json.loads(data)


def rows_of(report, label):
    (table,) = re.findall(rf'<table aria-label="{label}">.*?</table>', report.html, re.DOTALL)
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)][1:]


def provenance(report):
    return dict(re.findall(r'<tr><th scope="row">(\w[^<]*)</th><td>(.*?)</td></tr>', report.html, re.DOTALL))


def test_counts_by_the_clock(recordings):
    report = Report.from_events(DETECTED, recordings)
    # 10 s of each of two recordings are before five o'clock, and 10 s after it.
    assert rows_of(report, "Detections by hour") == [
        ["4:00", "0.3333", "1", "1", "0"],
        ["5:00", "0.3333", "3", "2", "1"],
        ["10:00", "0.3333", "0", "0", "0"],
    ]
    assert rows_of(report, "Detections by day") == [
        ["2023-04-01", "0.3333", "3", "2", "1"],
        ["2023-04-02", "0.6667", "1", "1", "0"],
    ]
    assert [row[2:] for row in rows_of(report, "Detections by recording")] == [
        ["3", "2", "1"],
        ["1", "1", "0"],
        list("000"),
    ]
    assert 'aria-label="Detections per recorded hour: 4:00: 180, 5:00: 540, 10:00: 0"' in report.html


def test_totals_and_cards(recordings):
    report = Report.from_events(DETECTED, recordings)
    assert [row[:4] for row in rows_of(report, "Totals by label")] == [
        ["owl", "3", "2", "0.8"],
        ["fox &lt;b&gt;", "1", "1", "0.3"],
    ]
    assert "<p>4 detections in 3 recordings: 3 of owl, 1 of fox &lt;b&gt;.</p>" in report.html
    clips = content(report)["clips"]
    assert [clip["title"] for clip in clips] == ["owl", "owl", "fox <b>", "owl"]
    assert clips[1]["facts"] == [
        ["score", "Score 0.8"],
        ["recording", "20230401_045950.WAV"],
        ["at", "at 0:12"],
        ["time", "2023-04-01 05:00:02"],
    ]
    assert "verdict" not in clips[0]
    assert np.argsort(content(report)["ranks"]["score"]).tolist() == [0, 1, 3, 2]
    assert "Scores by class" not in report.html


def test_detections_are_compared_with_true_events(recordings):
    report = Report.from_events(DETECTED, recordings, TRUE)
    outcomes = [
        (clip["fields"]["label"], clip["numbers"]["score"], clip["verdict"]) for clip in content(report)["clips"]
    ]
    assert outcomes == [
        ("owl", 0.9, ["yes", "Correct"]),
        ("owl", 0.8, ["no", "False alarm"]),
        ("fox <b>", 0.3, ["no", "False alarm"]),
        ("owl", None, ["other", "Missed"]),
        ("owl", None, ["other", "Missed"]),
        ("owl", 0.7, ["yes", "Correct"]),
    ]
    rows = rows_of(report, "Scores by class")
    scores = [[re.sub(r"<span>([\d.]+) .*", r"\1", cell) for cell in row] for row in rows]
    assert scores[0] == ["fox &lt;b&gt;", "0", "0.000", "\N{EN DASH}", "0.000"]
    assert scores[1] == ["owl", "4", "0.667", "0.500", "0.571"]
    assert "other recordings like these" in report.html
    # Missed events are not counted as detections.
    assert rows_of(report, "Totals by label")[0][:2] == ["owl", "3"]
    strict = Report.from_events(DETECTED, recordings, TRUE, onset_collar=0.1)
    assert content(strict)["clips"][0]["verdict"] == ["no", "False alarm"]


def test_verdicts_of_a_review(recordings):
    table = pd.DataFrame({"recording": "20230401_045950.WAV", "onset": [1.0, 5.0, 9.0], "offset": [2.0, 6.0, 10.0]})
    table = table.assign(label="owl", score=[0.9, 0.5, 0.4], verified=pd.array([True, False, None], dtype="boolean"))
    report = Report.from_events(table, recordings)
    assert [clip["verdict"][1] for clip in content(report)["clips"]] == ["Correct", "Wrong", "Not reviewed"]
    assert rows_of(report, "Totals by label")[0][:2] == ["owl", "2"]  # what is wrong is no event
    assert rows_of(report, "Detections by recording")[0][2] == "2"


def test_a_table_of_a_file_and_recordings_beside_it(recordings):
    folder = recordings[0].parent
    write_events(folder / "calls.csv", {path.name: events for path, events in zip(recordings, DETECTED, strict=True)})
    report = Report.from_events(folder / "calls.csv")
    assert "4 detections in 2 recordings with detections" in report.html
    with pytest.raises(ValueError, match="y requires recordings: missed events may be in recordings without"):
        Report.from_events(folder / "calls.csv", y=TRUE)
    found = provenance(report)
    assert found["Table"] == str(folder / "calls.csv")
    assert found["Data"] == str(folder)
    assert found["Recordings"] == "2 with detections"


def test_arrays_have_no_clock():
    y = np.random.default_rng(0).standard_normal(10 * SR)
    for clips in ([(y, SR)], [y]):
        report = Report.from_events([[Event(1, 2, "owl")]], clips, front_end=MelSpectrogram(sr=SR))
        assert "No counts by clock time" in report.html
        assert rows_of(report, "Detections by recording") == [["0", "0.1667", "1", "1"]]
        assert content(report)["ranks"].keys() == {"label", "time", "random"}
    starts = {0: "2023-03-31 23:00", 1: "2023-04-01 05:00"}
    report = Report.from_events([[], [Event(1, 2, "owl")]], [(y, SR), (y, SR)], starts=starts)
    assert [row[0] for row in rows_of(report, "Detections by hour")] == ["5:00", "23:00"]
    assert content(report)["clips"][0]["facts"][-1] == ["time", "2023-04-01 05:00:01"]
    with pytest.raises(ValueError, match="start"):
        Report.from_events([[Event(1, 2, "owl")]], [(y, SR)], starts="name")


def test_few_of_many_detections_have_a_card(recordings):
    many = [[Event(0.1 * i, 0.1 * i + 0.1, "owl" if i < 90 else "fox", i / 100) for i in range(100)], [], []]
    report = Report.from_events(many, recordings, max_events=10)
    labels = [clip["title"] for clip in content(report)["clips"]]
    assert (len(labels), labels.count("fox")) == (10, 1)  # nine ranges of the scores of owls, and one of foxes
    assert "10 of 100 have a card" in report.html
    assert rows_of(report, "Totals by label")[0][:2] == ["owl", "90"]
    again = Report.from_events(many, recordings, max_events=10)
    assert content(again)["clips"] == content(report)["clips"]


def test_no_detections(recordings):
    report = Report.from_events([[], [], []], recordings, TRUE)
    assert "<p>0 detections in 3 recordings.</p>" in report.html
    assert [clip["verdict"][1] for clip in content(report)["clips"]] == ["Missed"] * 4
    assert content(Report.from_events([[], [], []], recordings))["clips"] == []
    with pytest.raises(ValueError, match=r"neither detections nor recordings\. Pass the recordings"):
        Report.from_events(pd.DataFrame({"recording": [], "onset": [], "offset": [], "label": []}))


def test_broken_recordings(recordings, tmp_path):
    broken = tmp_path / "20230403_100000.WAV"
    broken.write_bytes(b"RIFF, but no more than that")
    arguments = [[Event(1, 2, "owl", 0.5)], [Event(1, 2, "owl", 0.6)]], [recordings[0], broken]
    with pytest.raises(AudioError, match="20230403_100000"):
        Report.from_events(*arguments)
    with pytest.warns(UserWarning, match="20230403_100000"):
        report = Report.from_events(*arguments, on_error="warn", durations=20.0)
    assert ["error" in clip for clip in content(report)["clips"]] == [False, True]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_events": 0}, "max_events=0; expected an integer of at least 1"),
        ({"context_seconds": -1.0}, r"context_seconds=-1\.0; expected a number of at least 0"),
        ({"on_error": "ignore"}, "on_error='ignore'; expected 'raise' or 'warn'"),
        ({"y": TRUE[:2]}, "Expected events of 3 recordings, got 2"),
    ],
)
def test_wrong_parameters(recordings, parameters, message):
    with pytest.raises(ValueError, match=message):
        Report.from_events(DETECTED, recordings, **parameters)


def test_a_detector():
    scenes = make_sound_events(3, duration=10.0, classes=["trill"], sr=SR, random_state=0)
    classifier = make_pipeline(MelSpectrogram(sr=SR), StatPooling(), LogisticRegression(max_iter=500))
    clips = [
        y[int(SR * event[0]) :][:SR] for y, events in zip(scenes.data, scenes.events, strict=True) for event in events
    ]
    noise = [np.random.default_rng(i).standard_normal(SR) * 0.01 for i in range(len(clips))]
    classifier.fit([*clips, *noise], ["trill"] * len(clips) + ["background"] * len(noise))
    detector = EventDetector.from_classifier(classifier, sr=SR, window_seconds=1.0)
    report = Report.from_detector(
        detector, scenes.data, scenes.events, title="Trills", provenance={"Data": "generated"}
    )
    detected = detector.predict(scenes.data)
    verdicts = [clip["verdict"][1] for clip in content(report)["clips"]]
    assert len(verdicts) - verdicts.count("Missed") == len(detected)
    assert verdicts.count("Correct") + verdicts.count("Missed") == sum(map(len, scenes.events))
    assert "<h1>Trills</h1>" in report.html
    found = provenance(report)
    assert found["Detector"].startswith("EventDetector(")
    assert (found["Classes"], found["Data"]) == ("trill", "generated")
    with pytest.raises(TypeError, match=r"Expected a skaudio\.events\.EventDetector, got Pipeline"):
        Report.from_detector(classifier, scenes.data)
