"""The feature cache: each clip once, by any number of processes, never stale, never half-written, never too large."""

import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
import warnings
from contextlib import closing, contextmanager
from pathlib import Path

import joblib
import numpy as np
import pytest
import soundfile
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline

import skaudio.features._cache as cache_module
import skaudio.features._clip_reader as clip_reader_module
from skaudio.features import MFCC, FeatureCache, MelSpectrogram
from skaudio.pooling import StatPooling


def write_clips(folder, n, seconds=0.2):
    rng = np.random.default_rng(0)
    paths = []
    for i in range(n):
        paths.append(str(folder / f"{i:03d}.wav"))
        soundfile.write(paths[-1], 0.1 * rng.standard_normal(int(8000 * seconds)), 8000)
    return paths


def n_entries(folder):
    path = Path(folder) / "skaudio" / "features.sqlite3"
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=60)) as database:
        return database.execute("SELECT count(*) FROM entries").fetchone()[0]


@pytest.fixture
def paths(tmp_path):
    return write_clips(tmp_path, 12)


@pytest.fixture
def loads(monkeypatch):
    """Count the clips decoded, in this process."""
    count = []

    def counting(*args, **kwargs):
        count.append(args[0])
        return opened(*args, **kwargs)

    opened = clip_reader_module.OpenClip
    monkeypatch.setattr(clip_reader_module, "OpenClip", counting)
    return count


@pytest.mark.parametrize("make", [str, Path, lambda folder: joblib.Memory(folder, verbose=0), FeatureCache])
def test_what_is_read_is_what_was_computed(paths, tmp_path, loads, make):
    memory = make(str(tmp_path / "cache"))
    expected = MFCC(sr=8000).fit_transform(paths)
    del loads[:]
    front_end = MFCC(sr=8000, memory=memory)
    np.testing.assert_array_equal(front_end.fit_transform(paths), expected)
    assert len(loads) == 12
    np.testing.assert_array_equal(front_end.transform(paths[::-1]), expected[::-1])
    assert len(loads) == 12


def test_frames_that_were_read_are_the_callers_own(tmp_path):
    ragged = [np.ones(2000, np.float32), np.ones(5000, np.float32)]
    front_end = MFCC(sr=8000, memory=tmp_path)
    front_end.transform(ragged)
    read = front_end.transform(ragged)
    assert all(frames.flags.writeable for frames in read)


def test_arrays_and_pairs_are_known_by_their_samples(tmp_path, loads):
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(2000).astype(np.float32) for _ in range(3)]
    front_end = MFCC(sr=8000, memory=str(tmp_path))
    front_end.fit_transform(clips)
    front_end.transform([y.copy() for y in clips])
    assert len(loads) == 3
    front_end.transform([(y, 16000) for y in clips])
    front_end.transform([(y, 8000) for y in clips])
    assert len(loads) == 9
    clips[1][0] += 1
    front_end.transform(clips)
    assert len(loads) == 10


@pytest.mark.parametrize(
    "change",
    [{"n_mfcc": 5}, {"hop_length": 100}, {"deltas": 1}, {"window": "hamming"}, {"level": -20.0}, {"offset": 0.1}],
)
def test_a_changed_setting_is_never_served_stale(paths, tmp_path, change):
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"))
    front_end.fit_transform(paths)
    fresh = MFCC(sr=8000, **change).fit_transform(paths)
    np.testing.assert_array_equal(front_end.set_params(**change).transform(paths), fresh)


def test_a_cache_crosses_processes(paths, tmp_path):
    front_end = MFCC(sr=8000, memory=FeatureCache(tmp_path / "cache", bytes_limit="1M"))
    copy = pickle.loads(pickle.dumps(clone(front_end)))
    np.testing.assert_array_equal(copy.fit_transform(paths), front_end.fit_transform(paths))
    assert n_entries(tmp_path / "cache") == 12


def test_settings_that_do_not_matter_share_entries(paths, tmp_path, loads):
    MFCC(sr=8000, memory=str(tmp_path / "cache")).fit_transform(paths)
    MFCC(sr=8000, memory=str(tmp_path / "cache"), n_jobs=2, on_error="warn").fit_transform(paths)
    assert len(loads) == 12
    MelSpectrogram(sr=8000, memory=str(tmp_path / "cache")).fit_transform(paths)
    assert len(loads) == 24


def test_a_changed_file_is_never_served_stale(paths, tmp_path):
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"))
    before = front_end.fit_transform(paths)
    status = os.stat(paths[3])
    y, sr = soundfile.read(paths[3])
    soundfile.write(paths[3], y[::-1], sr)  # of the same size
    os.utime(paths[3], ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    after = front_end.transform(paths)
    assert not np.array_equal(after[3], before[3])
    np.testing.assert_array_equal(after, MFCC(sr=8000).transform(paths))


def rows_of(folder):
    return sqlite3.connect(Path(folder) / "skaudio" / "features.sqlite3", timeout=60)


def damage(folder, n):
    """Change one bit of the frames of n entries."""
    with closing(rows_of(folder)) as database, database:
        for key, frames in database.execute("SELECT key, frames FROM entries").fetchall()[:n]:
            database.execute("UPDATE entries SET frames = ? WHERE key = ?", (bytes([frames[0] ^ 1]) + frames[1:], key))


def test_damaged_entries_are_computed_anew_with_one_warning(paths, tmp_path, loads):
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"), n_jobs=2)
    expected = front_end.fit_transform(paths)
    damage(tmp_path / "cache", 5)
    del loads[:]
    with pytest.warns(UserWarning, match=r"5 entries of .*features\.sqlite3 are damaged") as caught:
        np.testing.assert_array_equal(front_end.transform(paths), expected)
    assert (len(caught), len(loads)) == (1, 5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(front_end.transform(paths), expected)
    assert len(loads) == 5


@pytest.mark.parametrize(
    "change",
    [
        "n_frames = n_channels, n_channels = n_frames",
        "n_frames = NULL",
        "frames = 'text'",
        "frames = x'00'",
        "key = x'01'",
    ],
)
def test_an_entry_is_checked_as_a_whole(paths, tmp_path, change):
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"))
    expected = front_end.fit_transform(paths)
    with closing(rows_of(tmp_path / "cache")) as database, database:
        database.execute(f"UPDATE entries SET {change} WHERE rowid = 3")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*damaged")
        np.testing.assert_array_equal(front_end.transform(paths), expected)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(front_end.transform(paths), expected)


def test_no_damage_of_the_file_gives_other_features(paths, tmp_path):
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"))
    expected = front_end.fit_transform(paths)
    store = tmp_path / "cache" / "skaudio" / "features.sqlite3"
    whole, rng = store.read_bytes(), np.random.default_rng(0)
    for _ in range(60):
        for leftover in store.parent.glob("features*"):
            leftover.unlink()
        broken = bytearray(whole)
        for place in rng.integers(len(broken), size=4):
            broken[place] ^= 1 << rng.integers(8)
        store.write_bytes(broken[: rng.integers(len(broken))] if rng.random() < 0.2 else broken)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*(damaged|not cached)")
            np.testing.assert_array_equal(front_end.transform(paths), expected)


def test_entries_of_versions_without_checksums_are_computed_anew(paths, tmp_path, loads):
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"))
    expected = front_end.fit_transform(paths)
    with closing(rows_of(tmp_path / "cache")) as database, database:
        database.execute("UPDATE entries SET frames = CAST(substr(frames, 1, length(frames) - 4) AS BLOB)")
    del loads[:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            np.testing.assert_array_equal(front_end.transform(paths), expected)
    assert len(loads) == 12


def test_a_store_that_cannot_be_read_is_told_and_features_are_computed(paths, tmp_path):
    front_end = MFCC(sr=8000, memory=str(tmp_path))
    expected = front_end.fit_transform(paths)
    for path in (tmp_path / "skaudio").glob("features*"):
        path.write_bytes(b"not a database" * 1000)
    with pytest.warns(UserWarning, match=r"features\.sqlite3 cannot be read .* Delete it") as caught:
        np.testing.assert_array_equal(front_end.transform(paths), expected)
    assert len(caught) == 1
    (tmp_path / "skaudio" / "features.sqlite3").unlink()
    front_end.transform(paths)
    assert n_entries(tmp_path) == 12


def test_a_store_that_is_deleted_is_made_anew(paths, tmp_path):
    front_end = MFCC(sr=8000, memory=FeatureCache(tmp_path / "cache"))
    expected = front_end.fit_transform(paths)
    shutil.rmtree(tmp_path / "cache")
    np.testing.assert_array_equal(front_end.transform(paths), expected)
    assert n_entries(tmp_path / "cache") == 12


def test_where_no_folder_can_be_made_features_are_computed(paths, tmp_path):
    (tmp_path / "cache").write_text("a file")
    with pytest.warns(UserWarning, match="Features are not cached: .*cannot be written to") as caught:
        frames = MFCC(sr=8000, memory=str(tmp_path / "cache"), n_jobs=2).fit_transform(paths)
    assert len(caught) == 1
    np.testing.assert_array_equal(frames, MFCC(sr=8000).fit_transform(paths))


@contextmanager
def read_only(folder):
    """Take the right to write from this process; that of root is no matter of the mode of a folder."""
    modes = {path: path.stat().st_mode for path in [folder, *folder.rglob("*")]}
    for path in modes:
        path.chmod(0o555 if path.is_dir() else 0o444)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="rights are those of POSIX")
def test_a_cache_that_cannot_be_written_to_is_read(loads):
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(2000).astype(np.float32) for _ in range(8)]
    with tempfile.TemporaryDirectory() as name:
        front_end = MFCC(sr=8000, memory=name)
        expected = front_end.fit_transform(clips[:6])
        del loads[:]
        with read_only(Path(name)), warnings.catch_warnings():
            warnings.simplefilter("error")
            np.testing.assert_array_equal(front_end.transform(clips[:6]), expected)
        assert loads == []
        with read_only(Path(name)), pytest.warns(UserWarning, match="Features are not cached") as caught:
            front_end.transform(clips)
        assert (len(caught), len(loads)) == (1, 2)


def test_a_memory_without_a_location():
    with pytest.raises(ValueError, match=r"joblib\.Memory without a location"):
        MFCC(memory=joblib.Memory(None)).fit_transform([np.zeros(99)])


def test_a_full_disk_is_told_and_features_are_computed(paths, tmp_path, monkeypatch):
    connect = sqlite3.connect

    def small(*args, **kwargs):
        database = connect(*args, **kwargs)
        database.execute("PRAGMA max_page_count = 8")
        return database

    monkeypatch.setattr(cache_module.sqlite3, "connect", small)
    with pytest.warns(UserWarning, match="Features are not cached: .*disk is full"):
        frames = MFCC(sr=8000, memory=str(tmp_path / "cache")).fit_transform(paths)
    np.testing.assert_array_equal(frames, MFCC(sr=8000).fit_transform(paths))


def test_broken_clips_are_not_stored(paths, tmp_path):
    Path(paths[2]).write_bytes(b"not audio")
    front_end = MFCC(sr=8000, memory=str(tmp_path / "cache"), on_error="warn")
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"Clip 2: .*002\.wav"):
            frames = front_end.fit(paths).transform([*paths, str(tmp_path / "absent.wav")])
        assert np.isnan(frames[2]).all()
        assert np.isnan(frames[12]).all()
    assert n_entries(tmp_path / "cache") == 11


def test_the_limit_evicts_what_was_not_used_for_longest(tmp_path, loads):
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(16000).astype(np.float32) for _ in range(30)]
    size = MelSpectrogram(sr=8000).fit_transform(clips[:1]).nbytes
    cache = FeatureCache(tmp_path, bytes_limit=12 * size)
    front_end = MelSpectrogram(sr=8000, memory=cache)
    for start in range(0, 30, 5):
        front_end.fit_transform(clips[start : start + 5])
        assert n_entries(tmp_path) <= 12
        assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) < 30 * size
    stored = n_entries(tmp_path)
    assert 5 <= stored <= 12
    del loads[:]
    front_end.transform(clips[-5:])
    assert loads == []  # the newest are still there
    front_end.transform(clips[:5])
    assert len(loads) == 5  # the oldest are not


def test_what_is_used_again_is_kept_longer(tmp_path, loads, monkeypatch):
    monkeypatch.setattr(cache_module, "ACCESS_UPDATE_SECONDS", 0.0)
    rng = np.random.default_rng(0)
    clips = [rng.standard_normal(16000).astype(np.float32) for _ in range(12)]
    size = MelSpectrogram(sr=8000).fit_transform(clips[:1]).nbytes
    front_end = MelSpectrogram(sr=8000, memory=FeatureCache(tmp_path, bytes_limit=8 * size))
    front_end.fit_transform(clips[:8])
    front_end.transform(clips[:2])
    front_end.transform(clips[8:])
    del loads[:]
    front_end.transform(clips[:2])
    assert loads == []


SCRIPT = textwrap.dedent("""
    import sys, time
    import skaudio.features._clip_reader as module
    from skaudio.features import MFCC

    folder, cache, log = sys.argv[1:]
    opened = module.OpenClip

    def slow(path, **kwargs):
        with open(log, "a") as file:
            file.write(path + "\\n")
        time.sleep(0.02)
        return opened(path, **kwargs)

    module.OpenClip = slow
    import glob
    paths = sorted(glob.glob(folder + "/*.wav"))
    frames = MFCC(sr=8000, memory=cache, n_jobs=2).fit_transform(paths)
    print(float(frames.sum(dtype="float64")))
""")


def run(tmp_path, log):
    return subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(tmp_path / "cache"), str(tmp_path / log)],
        stdout=subprocess.PIPE,
    )


@pytest.mark.slow
def test_processes_that_run_at_once_compute_each_clip_once(tmp_path):
    paths = write_clips(tmp_path, 80)
    processes = [run(tmp_path, "log") for _ in range(3)]
    sums = {float(process.communicate(timeout=60)[0]) for process in processes}
    assert len(sums) == 1
    assert sums == {float(MFCC(sr=8000).fit_transform(paths).sum(dtype="float64"))}
    assert sorted((tmp_path / "log").read_text().split()) == paths


@pytest.mark.slow
def test_a_killed_process_leaves_nothing_half_written_and_no_lock(tmp_path):
    paths = write_clips(tmp_path, 80)
    process = run(tmp_path, "killed")
    deadline = time.monotonic() + 60
    while n_entries(tmp_path / "cache") < 10 and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 10 <= n_entries(tmp_path / "cache") < 80
    total, _ = run(tmp_path, "second").communicate(timeout=60)
    assert float(total) == float(MFCC(sr=8000).fit_transform(paths).sum(dtype="float64"))
    assert len((tmp_path / "second").read_text().split()) < 80


@pytest.mark.slow
def test_a_grid_search_decodes_each_clip_once_for_each_front_end(paths, tmp_path, loads):
    memory = str(tmp_path / "cache")
    steps = [("sound", MFCC(sr=8000, memory=memory)), ("pool", StatPooling()), ("model", LogisticRegression())]
    front_ends = [MFCC(sr=8000, memory=memory), MelSpectrogram(sr=8000, memory=memory)]
    grid = {"sound": front_ends, "pool__segments": [1, 2], "model__C": [0.1, 1.0]}
    GridSearchCV(Pipeline(steps), grid, cv=3).fit(paths, [0, 1] * 6)
    assert len(loads) == 2 * 12
