"""Tables and files of labels, brought to the recordings that they name."""

import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_sound_events
from skaudio.events import Event, EventDetector, event_table, read_events, write_events
from skaudio.events.tables._event_tables import event_lists
from skaudio.events.training._tags import tag_lists
from skaudio.features import MelSpectrogram
from skaudio.inspection import EventsDisplay
from skaudio.pooling import StatPooling

SR = 16000


def detector(**parameters):
    model = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=300))
    front_end = MelSpectrogram(sr=SR, top_db=None)
    own = {"window_seconds": 0.4, "hop_seconds": 0.1, "n_overlays": 0, "mine_negatives": False, "random_state": 0}
    return EventDetector(model, front_end=front_end, **{**own, **parameters})


@pytest.fixture(scope="module")
def sites(tmp_path_factory):
    """Two recordings of one name in the folders of two sites, and their events."""
    scenes = make_sound_events(2, classes=["trill"], snr_db=20.0, random_state=0)
    root, paths = tmp_path_factory.mktemp("sites"), []
    for site, wave in zip(("site1", "site2"), scenes.data, strict=True):
        (root / site).mkdir()
        paths.append(str(root / site / "20240601_050000.WAV"))
        sf.write(paths[-1], wave, SR)
    return paths, scenes.events


@pytest.mark.slow
def test_a_detector_knows_recordings_by_paths_and_refuses_names_of_several(sites, tmp_path):
    paths, events = sites
    table = event_table(events, paths)
    fitted = detector().fit(paths, table)
    as_lists = detector().fit(paths, events)
    assert fitted.predict(paths).equals(as_lists.predict(paths))
    assert fitted.score(paths, table) == fitted.score(paths, events)
    by_site = table.assign(recording=["/".join(path.split("/")[-2:]) for path in table["recording"]])
    assert fitted.score(paths, by_site) == fitted.score(paths, events)
    by_name = table.assign(recording="20240601_050000.WAV")
    for judge in (detector().fit, fitted.score):
        with pytest.raises(ValueError, match=r"several recordings, recording 0 \('.*site1.*'\) and recording 1"):
            judge(paths, by_name)
    with pytest.raises(ValueError, match=r"'20240601_050000.WAV' matches several|durations has no entry"):
        fitted.predict_to(tmp_path / "a.selections.txt", paths, durations={"20240601_050000.WAV": 60.0})
    assert list(tmp_path.iterdir()) == []  # nothing was begun
    fitted.predict_to(tmp_path / "a.selections.txt", paths, durations=dict.fromkeys(by_site["recording"], 60.0))
    found = read_events(tmp_path / "a.selections.txt")
    assert found["recording"].tolist() == fitted.predict(paths)["recording"].tolist()


def test_what_a_format_cannot_hold_is_known_before_recordings_are_looked_at(sites, tmp_path):
    paths, events = sites
    renamed = [[(onset, offset, "a\tb") for onset, offset, _ in own] for own in events]
    with pytest.raises(ValueError, match="cannot represent"):
        detector().fit(paths, renamed).predict_to(tmp_path / "a.tsv", paths)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("events", "match"),
    [
        (
            [[(1.0, 2.0, "a"), (500.0, 501.0, "a")], []],
            r"recording 0 \(array.*\): Event\(500, 501, 'a'\) ends more than .* has 10 s",
        ),
        ([[(1.0, 2.0, "a")], [(1000, 2000, "a")]], r"recording 1 .* which has 10 s\. Expected times in seconds"),
        ([[(1.0, 1.0, "a")], [(2.0, 2.0, "a")]], r"All events have a duration of 0 s"),
        ([[(1.0, 2.0, np.nan)], []], "Events of recording 0: The event from 1.0 to 2.0 s has no label, got nan"),
    ],
)
def test_events_that_do_not_fit_their_recordings(events, match):
    recordings = np.random.default_rng(0).normal(0, 0.1, (2, 10 * SR)).astype(np.float32)
    with pytest.raises(ValueError, match=match):
        detector().fit(recordings, events)


def test_events_may_end_half_a_second_late():
    recordings = np.random.default_rng(0).normal(0, 0.1, (2, 10 * SR)).astype(np.float32)
    late = [[(1.0, 2.0, "a")], [(9.0, 10.5, "a")]]
    fitted = detector().fit(recordings, late)
    fitted.score(recordings, late)
    with pytest.raises(
        ValueError, match=r"recording 1 .* Event\(9, 10\.6, 'a'\) ends more than 0\.5 s after the recording"
    ):
        fitted.score(recordings, [[], [(9.0, 10.6, "a")]])


class TestFilesOfLabels:
    def test_one_file_for_several_recordings(self, tmp_path):
        path = tmp_path / "all.csv"
        write_events(path, {"a.wav": [Event(3, 4, "owl")], "b.wav": [Event(1, 2, "owl")]})
        assert event_lists([path, path], ["x/a.wav", "x/b.wav"]) == [[Event(3, 4, "owl")], [Event(1, 2, "owl")]]
        assert event_lists([path, path], ["x/b.wav", "x/a.wav"]) == [[Event(1, 2, "owl")], [Event(3, 4, "owl")]]
        with pytest.raises(
            ValueError, match=r"all\.csv, line 3: the file was passed for 'x/a\.wav', but names.* 'b\.wav'"
        ):
            event_lists([path], ["x/a.wav"])
        with pytest.raises(ValueError, match=r"all\.csv, line 2: .* names another recording, 'a\.wav'"):
            event_lists([path], [np.zeros(4)])

    def test_each_file_is_for_its_own_recording_whatever_others_are_called(self, tmp_path):
        paths = [tmp_path / f"{i}.csv" for i in range(2)]
        for i, path in enumerate(paths):
            write_events(path, {"x.wav": [Event(i, i + 1, "owl")]})
        expected = [[Event(0, 1, "owl")], [Event(1, 2, "owl")]]
        assert event_lists(paths, ["/site1/x.wav", "/site2/x.wav"]) == expected
        assert event_lists(paths, [np.zeros(4), np.zeros(4)]) == expected
        with pytest.raises(ValueError, match=r"names another recording, 'x\.wav'"):
            event_lists(paths, ["/site1/x.wav", "/site1/y.wav"])

    def test_files_that_name_no_recording(self, tmp_path):
        path = tmp_path / "labels.txt"
        path.write_text("1\t2\towl\n")
        assert event_lists([path, str(path)], ["a.wav", "b.wav"]) == 2 * [[Event(1, 2, "owl")]]
        path.write_bytes(b"1\t2\tm\xe9s\n")
        with pytest.raises(ValueError, match=r"labels\.txt, line 1: the byte 0xe9"):
            event_lists([path], ["a.wav"])


def test_tables_with_missing_values():
    table = pd.DataFrame({"recording": ["a.wav", "b.wav"], "onset": [1, 2], "offset": [2, 3], "label": ["owl ", "owl"]})
    scored = table.assign(score=pd.array([0.5, pd.NA], dtype="Float64"))
    assert event_lists(scored, ["a.wav", "b.wav"]) == [[Event(1, 2, "owl", 0.5)], [Event(2, 3, "owl")]]
    assert event_lists(scored.convert_dtypes(), ["a.wav", "b.wav"])[1] == [Event(2, 3, "owl")]
    more = pd.concat([table, pd.DataFrame({"recording": ["c.wav"]})])
    assert list(map(len, event_lists(more, ["c.wav", "a.wav", "b.wav"]))) == [0, 1, 1]
    with pytest.raises(ValueError, match=r"row 1 \(of 'b\.wav'\): The event from 2\.0 to 3\.0 s has no label"):
        event_lists(table.assign(label=["owl", " "]), ["a.wav", "b.wav"])
    with pytest.raises(ValueError, match="has more than one column 'label'"):
        event_lists(pd.concat([table, table[["label"]]], axis=1), ["a.wav", "b.wav"])


def test_tags_are_brought_to_recordings_by_the_same_rule():
    table = pd.DataFrame({"recording": ["s1/x", "s2/x.wav", 2], "label": ["owl ", None, "howl"]})
    assert tag_lists(table, ["/s1/x.wav", "/s2/x.wav", np.zeros(4)]) == [["owl"], [], ["howl"]]
    with pytest.raises(ValueError, match="The table of tags: The name 'x' matches several recordings"):
        tag_lists(table.assign(recording="x"), ["/s1/x.wav", "/s2/x.wav"])


def test_a_display_shows_the_events_of_its_recording(sites):
    paths, events = sites
    table = event_table(events, paths)
    fitted = detector().fit(paths, table)
    shown = EventsDisplay.from_estimator(fitted, paths[1], events=table[table["recording"] == paths[1]])
    assert [event[:3] for event in shown.true] == events[1]
    with pytest.raises(ValueError, match=r"refers to '.*site1.*', which matches no recording.*in another folder"):
        EventsDisplay.from_estimator(fitted, paths[1], events=table)
