"""Tables that are extended by new recordings, and files of scores beside them."""

import json
import os
import warnings

import pytest
import soundfile
from tests.events.levels import SR, level_detector, recording, spans

from skaudio.events import read_events, read_scores
from skaudio.events.scanning._scanner import Scanner
from skaudio.io import AudioError

ONE, TWO = [0, 0.75, 0, 0, 0, 0], [0, 0.75, 0.5625, 0, 0.625, 0]


@pytest.fixture
def folder(tmp_path):
    for name, scores in {"a": ONE, "b": TWO, "c": ONE, "d": [0, 0]}.items():
        write(tmp_path / f"{name}.wav", scores)
    return tmp_path


def write(path, scores):
    soundfile.write(path, recording(scores), SR, subtype="FLOAT")


@pytest.fixture
def scanned(monkeypatch):
    """Return a list to which the names of recordings are added as they are processed."""
    names, track = [], Scanner.track

    def watched(self, clip, *more):
        names.append(os.path.basename(clip))
        return track(self, clip, *more)

    monkeypatch.setattr(Scanner, "track", watched)
    return names


def counts(table):
    names = [os.path.basename(name) for name in read_events(table).recording]
    return {name: names.count(name) for name in names}


@pytest.mark.parametrize("name", ["calls.csv", "calls.tsv", "calls.parquet", "calls.selections.txt"])
def test_new_recordings_are_added_and_others_are_skipped(folder, scanned, name):
    detector, table = level_detector(), folder / name
    detector.predict_to(table, [folder / "a.wav", folder / "d.wav"])
    assert counts(table) == {"a.wav": 1}
    del scanned[:]
    detector.predict_to(table, [folder / "d.wav", folder / "b.wav"])  # a stays, though it is not passed
    assert scanned == ["b.wav"]
    assert counts(table) == {"a.wav": 1, "b.wav": 2}
    level_detector().predict_to(folder / f"whole_{name}", [folder / f"{i}.wav" for i in "adb"])
    assert table.read_bytes() == (folder / f"whole_{name}").read_bytes()
    del scanned[:]
    before = table.stat().st_mtime_ns
    detector.predict_to(table, [folder / f"{i}.wav" for i in "abd"])
    assert scanned == []
    assert counts(table) == {"a.wav": 1, "b.wav": 2}
    assert table.stat().st_mtime_ns >= before
    record = json.loads((folder / f"{name}.recordings.json").read_text())
    assert [os.path.basename(entry["name"]) for entry in record["recordings"]] == ["a.wav", "b.wav", "d.wav"]
    assert record["recordings"][0]["size"] == (folder / "a.wav").stat().st_size
    assert record["recordings"][0]["modified_ns"] == (folder / "a.wav").stat().st_mtime_ns


@pytest.mark.parametrize("name", ["calls.selections.txt", "calls.csv"])
def test_recordings_of_one_name_stay_apart(folder, name):
    sites = [folder / "site1", folder / "site2"]
    for site, scores in zip(sites, ([0, 0], TWO), strict=True):
        site.mkdir()
        write(site / "a.wav", scores)
    table = sites[0] / name  # in the folder of the recording without events
    level_detector().predict_to(table, [site / "a.wav" for site in sites])
    level_detector().predict_to(table, [folder / "b.wav"])
    level_detector().predict_to(folder / name, [*(site / "a.wav" for site in sites), folder / "b.wav"])
    assert table.read_bytes() == (folder / name).read_bytes()
    record = json.loads((sites[0] / f"{name}.recordings.json").read_text())
    assert [len(entry["events"]) for entry in record["recordings"]] == [0, 2, 2]


def test_recordings_are_known_by_their_place_not_by_how_they_are_named(folder, scanned, monkeypatch):
    monkeypatch.chdir(folder)
    level_detector().predict_to("calls.csv", ["a.wav"], scores="calls.npz")
    for _ in range(2):
        level_detector().predict_to("calls.csv", [folder / "a.wav", folder / "b.wav"], scores="calls.npz")
    assert scanned == ["a.wav", "b.wav"]
    assert len(read_scores("calls.npz")) == 2
    assert counts("calls.csv") == {"a.wav": 1, "b.wav": 2}


def test_changed_recordings_are_processed_again_with_a_warning(folder, scanned):
    detector, table, paths = level_detector(), folder / "calls.csv", [folder / f"{i}.wav" for i in "abc"]
    detector.predict_to(table, paths)
    write(paths[1], [0, 0.75, 0, 0, 0, 0, 0])
    os.utime(paths[2], ns=(1, 1))
    del scanned[:]
    with pytest.warns(
        UserWarning, match=r"^2 of 3 recordings in the table have changed .* processed again: .*b\.wav, .*c\.wav\.$"
    ):
        detector.predict_to(table, paths)
    assert scanned == ["b.wav", "c.wav"]
    assert counts(table) == {"a.wav": 1, "b.wav": 1, "c.wav": 1}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        detector.predict_to(table, paths)
    paths[0].unlink()  # what was found in a recording that is gone stays
    detector.predict_to(table, paths)
    assert counts(table) == {"a.wav": 1, "b.wav": 1, "c.wav": 1}
    assert scanned == ["b.wav", "c.wav"]


def test_other_settings_replace_a_table_of_the_same_recordings_only(folder):
    table, paths = folder / "calls.csv", [folder / "a.wav", folder / "b.wav"]
    level_detector().predict_to(table, paths)
    sure = level_detector(threshold=0.7)
    before = table.read_bytes()
    with pytest.raises(
        ValueError, match=r"has events of '.*a\.wav', which is not among .*other settings.*extend=False"
    ):
        sure.predict_to(table, [folder / "b.wav", folder / "c.wav"])
    assert table.read_bytes() == before
    sure.predict_to(table, paths)
    assert counts(table) == {"a.wav": 1, "b.wav": 1}
    level_detector().predict_to(table, [folder / "c.wav"], extend=False)
    assert counts(table) == {"c.wav": 1}


def test_edited_tables_are_left_alone(folder):
    table = folder / "calls.csv"
    level_detector().predict_to(table, [folder / "a.wav"])
    table.write_text(table.read_text().replace("call", "owl"))
    before = table.read_bytes()
    with pytest.raises(ValueError, match=r"calls\.csv' was edited since it was written.*another file; .*extend=False"):
        level_detector().predict_to(table, [folder / "a.wav", folder / "b.wav"])
    assert table.read_bytes() == before
    table.unlink()
    level_detector().predict_to(table, [folder / "b.wav"])
    assert counts(table) == {"b.wav": 2}
    record = folder / "calls.csv.recordings.json"
    for content, match in [
        ("{", "is damaged: "),
        ('{"version": 2}', "is damaged: expected version 1"),
        ("[]", "damaged"),
    ]:
        record.write_text(content)
        with pytest.raises(ValueError, match=r"calls\.csv\.recordings\.json' .*" + match + r".*extend=False"):
            level_detector().predict_to(table, [folder / "b.wav"])
    record.unlink()
    with pytest.raises(
        ValueError, match=r"exists, but not 'calls\.csv\.recordings\.json'.*another file; .*extend=False"
    ):
        level_detector().predict_to(table, [folder / "b.wav"])
    level_detector().predict_to(table, [folder / "a.wav"], extend=False)
    assert counts(table) == {"a.wav": 1}


def test_an_extension_that_is_interrupted_is_resumed(folder, scanned):
    detector, table = level_detector(), folder / "calls.csv"
    detector.predict_to(table, [folder / "a.wav"], scores=folder / "calls.npz")
    kept = {path.name: path.read_bytes() for path in folder.glob("calls*")}
    (folder / "c.wav").write_bytes(b"not copied yet")
    paths = [folder / f"{i}.wav" for i in "abc"]
    with pytest.raises(AudioError, match=r"c\.wav"):
        detector.predict_to(table, paths, scores=folder / "calls.npz")
    assert {path.name: path.read_bytes() for path in folder.glob("calls*")} == kept
    write(folder / "c.wav", ONE)
    del scanned[:]
    detector.predict_to(table, paths, scores=folder / "calls.npz")
    assert scanned == ["c.wav"]
    assert counts(table) == {"a.wav": 1, "b.wav": 2, "c.wav": 1}
    assert [os.path.basename(name) for name in read_scores(folder / "calls.npz").recordings] == [
        "a.wav",
        "b.wav",
        "c.wav",
    ]
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("step", range(5))
def test_a_kill_between_any_two_files_loses_nothing(folder, scanned, monkeypatch, step):
    detector, table, scores = level_detector(), folder / "calls.csv", folder / "calls.npz"
    detector.predict_to(table, [folder / "a.wav"], scores=scores)
    calls, replace = [], os.replace

    def killed(*names):
        calls.append(names)
        if len(calls) > 3 + step:  # the manifest, and the scores and events of b come first
            raise KeyboardInterrupt
        replace(*names)

    monkeypatch.setattr(os, "replace", killed)
    paths = [folder / "a.wav", folder / "b.wav"]
    if step < 4:
        with pytest.raises(KeyboardInterrupt):
            detector.predict_to(table, paths, scores=scores)
    else:
        detector.predict_to(table, paths, scores=scores)
    monkeypatch.setattr(os, "replace", replace)
    del scanned[:]
    detector.predict_to(table, paths, scores=scores)
    assert scanned == []
    assert counts(table) == {"a.wav": 1, "b.wav": 2}
    assert len(read_scores(scores)) == 2
    assert not list(folder.glob(".*"))


def test_scores_beside_the_table_are_decoded_with_other_settings(folder, scanned):
    detector, table, scores = level_detector(), folder / "calls.csv", folder / "calls.npz"
    paths = [folder / f"{i}.wav" for i in "abd"]
    detector.predict_to(table, paths, scores=scores)
    kept = read_scores(scores)
    assert [os.path.basename(name) for name in kept.recordings] == ["a.wav", "b.wav", "d.wav"]
    assert spans(detector.predict(kept)) == spans(read_events(table))
    del scanned[:]
    detector.set_params(threshold=0.7).predict_to(table, paths, scores=scores)
    assert scanned == []
    assert counts(table) == {"a.wav": 1, "b.wav": 1}
    detector.set_params(threshold=0.6).predict_to(table, [folder / "c.wav"], scores=scores)  # the others, too
    assert scanned == ["c.wav"]
    assert counts(table) == {"a.wav": 1, "b.wav": 2, "c.wav": 1}
    assert len(read_scores(scores)) == 4
    finer = level_detector(hop_seconds=0.25)
    finer.predict_to(folder / "finer.csv", paths, scores=scores)
    assert len(scanned) == 4  # scores at other times do not count
    assert read_scores(scores).step_seconds == 0.25


def test_scores_that_are_missing_are_computed(folder, scanned):
    table, scores = folder / "calls.csv", folder / "calls.npz"
    level_detector().predict_to(table, [folder / "a.wav"])
    level_detector().predict_to(table, [folder / "a.wav"], scores=scores)
    assert scanned == ["a.wav", "a.wav"]
    assert len(read_scores(scores)) == 1
    with pytest.raises(ValueError, match=r"calls\.txt'.*expected \.npz"):
        level_detector().predict_to(table, [folder / "a.wav"], scores=folder / "calls.txt")


def test_recordings_that_cannot_be_decoded_are_tried_again(folder, scanned):
    (folder / "b.wav").write_bytes(b"broken")
    detector, paths = level_detector(on_error="warn"), [folder / "a.wav", folder / "b.wav"]
    with pytest.warns(UserWarning, match=r"^1 of 2 recording\(s\) cannot be used.*\n.*b\.wav' cannot be decoded"):
        detector.predict_to(folder / "calls.csv", paths)
    write(folder / "b.wav", TWO)
    detector.predict_to(folder / "calls.csv", paths)
    assert scanned == ["a.wav", "b.wav", "b.wav"]
    assert counts(folder / "calls.csv") == {"a.wav": 1, "b.wav": 2}


def test_tables_of_arrays_are_replaced(folder):
    detector, table = level_detector(), folder / "calls.csv"
    detector.predict_to(table, [folder / "a.wav"])
    detector.predict_to(table, [recording(TWO)])
    assert len(read_events(table)) == 2
    detector.predict_to(table, [recording(ONE)])
    assert len(read_events(table)) == 1
    assert sorted(path.name for path in folder.glob("calls*")) == ["calls.csv"]


def test_a_label_track_holds_one_recording_also_when_extended(folder):
    level_detector().predict_to(folder / "calls.txt", [folder / "a.wav"])
    with pytest.raises(ValueError, match="a label track of Audacity holds one recording, got 2"):
        level_detector().predict_to(folder / "calls.txt", [folder / "b.wav"])
