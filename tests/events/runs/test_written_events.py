"""Events of many recordings in tables, label files and datasets: resumed, extended, by URL, with workers that die."""

import os
import pickle
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import soundfile
from joblib.externals.loky import get_reusable_executor
from tests.events.levels import SR, arm, deadly_level, level_detector, recording, spans

import skaudio._sent_once
from skaudio._parts._files import files_of
from skaudio._sent_once import SentOnce
from skaudio.events import Event, Track, event_table, read_events, read_scores, write_events
from skaudio.events.decoding._track_functions import Detect
from skaudio.events.scanning._scanner import Scanner, _TrackTask
from skaudio.io import AudioError

ONE, TWO = [0, 0.75, 0, 0, 0, 0], [0, 0.75, 0.5625, 0, 0.625, 0]
RECORDINGS = {"a": ONE, "b": TWO, "c": ONE, "d": [0, 0]}


@pytest.fixture
def paths(tmp_path):
    """Recordings with one, two, one and no events."""
    (tmp_path / "nights").mkdir()
    for name, scores in RECORDINGS.items():
        write(tmp_path / f"nights/{name}.wav", scores)
    return [tmp_path / f"nights/{name}.wav" for name in RECORDINGS]


@pytest.fixture(params=["local", "memory", "s3"])
def home(request, tmp_path):
    """A folder to write to, by its path or URL."""
    if request.param == "local":
        return f"{tmp_path}/season"
    request.getfixturevalue("remote" if request.param == "memory" else "bucket")
    return f"{request.param}://nights/season"


@pytest.fixture
def scanned(monkeypatch):
    """Return a list to which the names of recordings are added as they are processed."""
    names, track = [], Scanner.track

    def watched(self, clip, *more):
        names.append(os.path.basename(clip))
        return track(self, clip, *more)

    monkeypatch.setattr(Scanner, "track", watched)
    return names


def write(path, scores):
    soundfile.write(path, recording(scores), SR, subtype="FLOAT")


def counts(table):
    names = [os.path.basename(name) for name in table.recording]
    return {name: names.count(name) for name in names}


def visible(folder):
    return sorted(
        name for name in files_of(folder).names() if name != ".lock" and not os.path.isdir(f"{folder}/{name}")
    )


# ---- datasets


def test_a_dataset_is_resumed_extended_and_read(paths, home, scanned):
    detector = level_detector()
    done = detector.predict_to(f"{home}/", paths[:2], part_size=1)
    assert (done.n_computed, done.n_kept, done.broken) == (2, 0, {})
    done = detector.predict_to(home, paths[::-1], part_size=2)
    assert (done.n_computed, done.n_kept) == (2, 2)
    assert scanned == ["a.wav", "b.wav", "d.wav", "c.wav"]
    table = read_events(f"{home}/")
    assert counts(table) == {"a.wav": 1, "b.wav": 2, "c.wav": 1}
    pd.testing.assert_frame_equal(table, detector.predict(list(map(str, paths))))
    write(paths[1], [0, 0.75, 0, 0, 0, 0, 0])
    assert detector.predict_to(home, paths).n_computed == 1
    assert counts(read_events(home if "://" not in home else f"{home}/"))["b.wav"] == 1
    paths[2].unlink()
    assert detector.predict_to(home, paths).n_computed == 0
    assert counts(read_events(f"{home}/")) == {"a.wav": 1, "b.wav": 1, "c.wav": 1}
    assert detector.predict_to(home, paths[:2], extend=False).n_computed == 0
    assert counts(read_events(f"{home}/")) == {"a.wav": 1, "b.wav": 1}
    names = visible(home)
    assert names[0] == "_detection.json"
    assert all(name.startswith("part-") for name in names[1:])


def test_other_programs_read_a_dataset(paths, tmp_path):
    paths[0].write_bytes(b"no sound")
    with pytest.warns(UserWarning, match=r"1 recording\(s\) cannot be used; .*no events:\n.*a\.wav") as caught:
        done = level_detector(on_error="warn").predict_to(tmp_path / "calls/", paths, part_size=3)
    assert [warning.filename for warning in caught if warning.category is UserWarning] == [__file__]
    table = pd.read_parquet(tmp_path / "calls").sort_values(["recording", "onset"])
    assert list(table.columns) == ["recording", "version", "onset", "offset", "label", "score", "error"]
    assert [os.path.basename(name) for name in table.recording] == ["a.wav", "b.wav", "b.wav", "c.wav", "d.wav"]
    assert table.onset.isna().tolist() == [True, False, False, False, True]
    assert table.error.notna().tolist() == [True, False, False, False, False]
    assert done.broken == {str(paths[0]): table.error.iloc[0]}
    status = os.stat(paths[3])
    assert table.version.iloc[-1] == f"{status.st_size} bytes, {status.st_mtime_ns} ns"


def test_broken_recordings_of_a_dataset_are_tried_again_when_they_change(paths, tmp_path, scanned):
    detector = level_detector(on_error="warn")
    paths[0].write_bytes(b"no sound")
    missing = tmp_path / "nights/e.wav"
    for n_computed in (5, 0):
        with pytest.warns(
            UserWarning, match=r"2 recording\(s\) cannot be used(.|\n)*e\.wav: The file does not exist\."
        ):
            assert detector.predict_to(tmp_path / "calls/", [*paths, missing]).n_computed == n_computed
    with pytest.raises(AudioError, match=r"a\.wav.* Pass on_error='warn'"):
        level_detector().predict_to(tmp_path / "calls/", paths)
    write(paths[0], TWO)
    write(missing, ONE)
    del scanned[:]
    assert detector.predict_to(tmp_path / "calls/", [*paths, missing]).broken == {}
    assert scanned == ["a.wav", "e.wav"]
    assert counts(read_events(tmp_path / "calls")) == {"a.wav": 2, "b.wav": 2, "c.wav": 1, "e.wav": 1}


def test_an_error_keeps_the_parts_of_a_dataset_that_are_finished(paths, tmp_path, scanned):
    paths[3].write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"d\.wav"):
        level_detector().predict_to(tmp_path / "calls/", paths, part_size=2)
    write(paths[3], ONE)
    del scanned[:]
    assert level_detector().predict_to(tmp_path / "calls/", paths, part_size=2).n_kept == 2
    assert scanned == ["c.wav", "d.wav"]


def test_a_recording_that_changes_meanwhile_is_processed_in_the_next_call(paths, tmp_path, monkeypatch):
    track = Scanner.track

    def touching(self, clip, *more):
        found = track(self, clip, *more)
        if str(clip).endswith("b.wav"):
            os.utime(clip, ns=(1, 1))
        return found

    monkeypatch.setattr(Scanner, "track", touching)
    with pytest.warns(UserWarning, match=r"b\.wav: The file was changed while it was read\."):
        level_detector(on_error="warn").predict_to(tmp_path / "calls/", paths)
    monkeypatch.setattr(Scanner, "track", track)
    assert level_detector().predict_to(tmp_path / "calls/", paths).n_computed == 1


def test_a_dataset_by_another_detector_or_of_others_is_refused(paths, tmp_path):
    level_detector().predict_to(tmp_path / "calls/", paths)
    with pytest.raises(ValueError, match=r"calls' has events by another detector or with other settings \(decoding\)"):
        level_detector(threshold=0.7).predict_to(tmp_path / "calls/", paths)
    with pytest.raises(ValueError, match=r"other settings \(detector\)"):
        level_detector(hop_seconds=0.25).predict_to(tmp_path / "calls/", paths)
    with pytest.raises(FileExistsError, match=r"has no _detection\.json, but 'a\.wav'"):
        level_detector().predict_to(tmp_path / "nights/", paths)
    with pytest.raises(TypeError, match=r"got clip 0 \(array of .*write_events"):
        level_detector().predict_to(tmp_path / "more/", [recording(ONE)])
    with pytest.raises(ValueError, match="durations and scores are for tables"):
        level_detector().predict_to(tmp_path / "more/", paths, scores="calls.npz")
    with pytest.raises(ValueError, match="part_size=2 is for a dataset"):
        level_detector().predict_to(tmp_path / "calls.csv", paths, part_size=2)
    with pytest.raises(ValueError, match="format='raven' is for a folder"):
        level_detector().predict_to(tmp_path / "calls.csv", paths, format="raven")
    assert not (tmp_path / "more").exists()
    assert not (tmp_path / "calls.csv").exists()


def test_two_runs_of_a_dataset_are_both_right(paths, home):
    folder = files_of(home)
    folder.create()
    with folder.locked():
        other = folder.in_progress()
        other.__enter__()
    level_detector().predict_to(home, paths[:3], part_size=2)
    level_detector().predict_to(home, paths, part_size=3)
    with pytest.raises(ValueError, match="Another run writes to"):
        level_detector().predict_to(home, paths, extend=False)
    other.__exit__(None, None, None)
    level_detector().predict_to(home, paths)
    assert counts(read_events(f"{home}/")) == {"a.wav": 1, "b.wav": 2, "c.wav": 1}
    assert not [name for name in visible(home) if name.startswith(".")]


def test_without_pyarrow(paths, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="Datasets of events are Parquet files: pip install pyarrow"):
        level_detector().predict_to(tmp_path / "calls/", paths)


# ---- tables and label files


@pytest.mark.parametrize("name", ["calls.csv", "calls.parquet", "calls.selections.txt"])
def test_a_table_is_resumed_and_extended(paths, home, scanned, name):
    if "://" not in home:
        os.mkdir(home)
    table, detector = f"{home}/{name}", level_detector()
    content = paths[2].read_bytes()
    paths[2].write_bytes(b"not copied yet")
    with pytest.raises(AudioError, match=r"c\.wav"):
        detector.predict_to(table, paths[:3])
    assert visible(home) == []
    paths[2].write_bytes(content)
    assert detector.predict_to(table, paths[2::-1]).n_kept == 2
    assert detector.predict_to(table, paths).n_kept == 3
    assert scanned == ["a.wav", "b.wav", "c.wav", "c.wav", "d.wav"]
    assert counts(read_events(table)) == {"a.wav": 1, "b.wav": 2, "c.wav": 1}
    assert visible(home) == sorted([name, f"{name}.recordings.json"])
    write_events(table, event_table([[Event(0, 1, "owl")]], [str(paths[0])]), durations={str(paths[0]): 3.0})
    with pytest.raises(ValueError, match="was edited since it was written"):
        detector.predict_to(table, paths)


def test_scores_beside_a_remote_table(paths, remote, tmp_path, scanned):
    for threshold in (0.5, 0.7):
        detector = level_detector(threshold=threshold)
        detector.predict_to("memory://nights/calls.csv", paths, scores=tmp_path / "scores.npz")
    assert len(scanned) == 4
    assert counts(read_events("memory://nights/calls.csv")) == {"a.wav": 1, "b.wav": 1, "c.wav": 1}
    assert len(read_scores(tmp_path / "scores.npz")) == 4


@pytest.mark.parametrize("format", ["audacity", "raven", "csv"])
def test_label_files_for_each_recording(paths, home, scanned, format):  # noqa: A002
    detector = level_detector()
    detector.predict_to(f"{home}/", paths[:2], format=format)
    done = detector.predict_to(f"{home}/", paths[1:], format=format)
    assert (done.n_computed, done.n_kept) == (2, 1)
    assert scanned == ["a.wav", "b.wav", "c.wav", "d.wav"]
    suffix = {"audacity": ".txt", "raven": ".selections.txt", "csv": ".csv"}[format]
    assert visible(home) == ["_recordings.json", *(f"{name}{suffix}" for name in RECORDINGS)]
    table = read_events(f"{home}/")
    assert sorted(spans(table)) == sorted(spans(detector.predict(paths)))
    assert {os.path.basename(name).removesuffix(".wav") for name in table.recording} == {"a", "b", "c"}
    files_of(home).write(f"a{suffix}", b"0.0\t1.0\tmine\n")
    with pytest.raises(ValueError, match="was edited since it was written"):
        detector.predict_to(f"{home}/", paths, format=format)
    detector.predict_to(f"{home}/", paths, format=format, extend=False)
    assert len(read_events(f"{home}/")) == 4


def test_label_files_are_named_by_folders_where_need_be(paths, tmp_path):
    (tmp_path / "nights/site2").mkdir()
    other = tmp_path / "nights/site2/a.wav"
    write(other, TWO)
    detector = level_detector()
    detector.predict_to(tmp_path / "labels/", paths[:1], format="audacity")
    assert visible(tmp_path / "labels") == ["_recordings.json", "a.txt"]
    detector.predict_to(tmp_path / "labels/", [other], format="audacity")
    assert sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.txt")) == [
        "labels/a.txt",
        "labels/site2/a.txt",
    ]
    assert len(read_events(tmp_path / "labels")) == 3


@pytest.mark.parametrize("name", ["calls.csv", "calls.parquet", "labels/"])
def test_events_are_written_by_url(home, name):
    if "://" not in home:
        os.mkdir(home)
    events = {"a.wav": [Event(1, 2, "owl")], "b.wav": [Event(3, 4, "owl")]}
    write_events(f"{home}/{name}", events)
    assert spans(read_events(f"{home}/{name}")) == [(1, 2), (3, 4)]


def test_a_second_run_of_a_table_is_refused(paths, home):
    if "://" not in home:
        os.mkdir(home)
    parts = files_of(f"{home}/.calls.csv.parts")
    parts.create()
    with parts.in_progress(), pytest.raises(ValueError, match=r"Another run writes '.*calls\.csv'\. Wait for it"):
        level_detector().predict_to(f"{home}/calls.csv", paths)
    level_detector().predict_to(f"{home}/calls.csv", paths)
    assert visible(home) == ["calls.csv", "calls.csv.recordings.json"]


def test_no_folder_no_rights_and_no_bucket(paths, tmp_path, bucket):
    with pytest.raises(FileNotFoundError, match=r"There is no folder '.*nowhere' to write 'calls\.csv' into"):
        level_detector().predict_to(tmp_path / "nowhere/calls.csv", paths)
    for name in ("calls.csv", "calls/"):
        with pytest.raises(FileNotFoundError, match="s3://nowhere/"):
            level_detector().predict_to(f"s3://nowhere/{name}", paths)
    with pytest.raises(FileNotFoundError, match="s3://nowhere/"):
        write_events("s3://nowhere/calls.csv", [Event(0, 1, "owl")])


# ---- workers


@pytest.mark.slow
@pytest.mark.parametrize("name", ["calls.csv", "calls/"])
def test_a_recording_that_kills_its_worker_is_isolated(paths, tmp_path, monkeypatch, name):
    get_reusable_executor().shutdown(wait=True)  # so that workers are started with this environment
    monkeypatch.setenv("SKAUDIO_TEST_PROCESS", str(os.getpid()))
    write(paths[1], [0, 0.95, 0, 0, 0])
    more = [tmp_path / f"nights/e{i}.wav" for i in range(6)]
    for path in more:
        write(path, ONE)
    detector = level_detector(deadly_level, on_error="warn", n_jobs=2)
    with pytest.warns(UserWarning, match=r"b\.wav.* was killed, twice"):
        done = detector.predict_to(f"{tmp_path}/{name}", [*paths, *more])
    assert list(done.broken) == [str(paths[1])]
    assert counts(read_events(tmp_path / name)) == {"a.wav": 1, "c.wav": 1, **{path.name: 1 for path in more}}
    with pytest.raises(AudioError, match=r"^Recording 1: .*b\.wav.* was killed, twice"):
        detector.set_params(on_error="raise").predict(paths)


@pytest.mark.slow
def test_the_backend_in_force_is_used(paths):
    detector = level_detector()
    expected = detector.predict(paths)
    with joblib.parallel_config("loky", n_jobs=2):
        pd.testing.assert_frame_equal(detector.predict(paths), expected)
        ids = set(detector._scanner().results(list(map(str, paths)), _process_of))
    assert ids
    assert os.getpid() not in ids


def _process_of(track):
    return os.getpid()


@pytest.mark.slow
def test_a_recording_that_kills_its_workers_on_dask_is_isolated(paths, tmp_path, monkeypatch, dask_client):
    monkeypatch.setenv("SKAUDIO_TEST_PROCESS", str(os.getpid()))  # for workers that are started anew
    dask_client.run(arm, os.getpid())
    write(paths[1], [0, 0.95, 0, 0, 0])
    detector = level_detector(deadly_level, on_error="warn")
    with joblib.parallel_config("dask", client=dask_client), pytest.warns(UserWarning, match=r"b\.wav.* was killed"):
        done = detector.predict_to(tmp_path / "calls.csv", paths)
    assert list(done.broken) == [str(paths[1])]
    assert counts(read_events(tmp_path / "calls.csv")) == {"a.wav": 1, "c.wav": 1}


@pytest.mark.parametrize("backend", ["threading", "multiprocessing"])
def test_other_backends_return_the_same(paths, backend):
    detector = level_detector()
    with joblib.parallel_config(backend, n_jobs=2):
        pd.testing.assert_frame_equal(detector.predict(paths), detector.set_params(n_jobs=1).predict(paths))


def test_a_worker_unpickles_a_function_once():
    function = SentOnce(np.ones(300_000).sum)
    tasks = [pickle.dumps(function) for _ in range(2)]
    first, second = map(pickle.loads, tasks)
    assert first is second
    assert first() == 300_000
    assert pickle.loads(pickle.dumps(SentOnce(max))) is not first


def test_a_worker_of_another_version_is_named(monkeypatch):
    sent = pickle.dumps(SentOnce(max))
    monkeypatch.setattr(skaudio, "__version__", "9.9")
    with pytest.raises(RuntimeError, match=r"A worker has skaudio 9\.9, but the tasks were sent by .*same version"):
        pickle.loads(sent)


def test_only_events_return_from_a_task(tmp_path):
    write(tmp_path / "hour.wav", np.resize(TWO, 7200))
    detector = level_detector()
    task = _TrackTask(detector._scanner(), Detect(detector._decoder(), detector.bound_shifts_), None)
    returned = task(tmp_path / "hour.wav", 0)
    assert len(returned.events) == 2400
    assert len(pickle.dumps(returned)) < 100 * len(returned.events)
    scores = Detect(detector._decoder(), detector.bound_shifts_, with_scores=True)
    assert task.scanner.track(tmp_path / "hour.wav", 0).scores.dtype == np.float32
    assert scores(task.scanner.track(tmp_path / "hour.wav", 0)).scores.dtype == np.float16


def test_scores_of_former_recordings_are_not_held_in_memory(paths, monkeypatch):
    alive, most = weakref.WeakSet(), []
    call = Detect.__call__

    class Watched(np.ndarray):
        """An array that can be in a set."""

        __hash__ = object.__hash__

    def watched(self, track):
        scores = track.scores.view(Watched)
        alive.add(scores)
        most.append(len(alive))
        return call(self, Track(track.times, scores))

    monkeypatch.setattr(Detect, "__call__", watched)
    level_detector().predict(paths)
    assert most == [1, 1, 1, 1]


KILLED = """
import os, sys, time
from pathlib import Path
from tests.events.levels import level_detector
from skaudio.events.scanning._scanner import Scanner
track = Scanner.track
def slow(self, clip, *more):
    time.sleep(0.2)
    with open(Path(sys.argv[1]).parent / "log.txt", "a") as log:
        log.write(os.path.basename(clip) + "\\n")
    return track(self, clip, *more)
Scanner.track = slow
level_detector().predict_to(sys.argv[1], sys.argv[2:], **({"part_size": 2} if sys.argv[1].endswith("/") else {}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", ["calls.csv", "calls/"])
def test_a_killed_run_is_resumed_with_a_grown_list(paths, tmp_path, name):
    more = [tmp_path / f"nights/e{i}.wav" for i in range(8)]
    for path in more:
        write(path, ONE)
    command = [sys.executable, "-c", KILLED, f"{tmp_path}/{name}"]
    root = Path(__file__).parents[3]
    process = subprocess.Popen([*command, *paths, *more[:6]], cwd=root)
    log = tmp_path / "log.txt"
    for _ in range(600):
        if log.exists() and len(log.read_text().splitlines()) >= 5:
            break
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = len(log.read_text().splitlines())
    assert before < 10
    done = subprocess.run([*command, *more[::-1], *paths], cwd=root, check=False)
    assert done.returncode == 0
    after = log.read_text().splitlines()[before:]
    assert len(after) <= 12 - (before - 2)
    expected = {"a.wav": 1, "b.wav": 2, "c.wav": 1, **{path.name: 1 for path in more}}
    assert counts(read_events(tmp_path / name)) == expected
    assert not list(tmp_path.glob(".*"))
