"""Datasets of features: equal to a plain transform, resumed, extended, and written by several runs at once."""

import json
import os
import signal
import subprocess
import sys
import time
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio._parts._part_folder import PartFolder
from skaudio.features import MFCC, MelSpectrogram, extract_to, read_extracted
from skaudio.features._extraction_settings import EXTRACTED
from skaudio.io import AudioError, load
from skaudio.pooling import StatPooling

SR = 8000


def write(path, seconds, seed):
    rng = np.random.default_rng(seed)
    sf.write(path, 0.1 * rng.standard_normal(int(seconds * SR)), SR, subtype="FLOAT")
    return path


@pytest.fixture
def paths(tmp_path):
    return [write(tmp_path / f"clip{i}.wav", 0.2 + 0.01 * i, i) for i in range(10)]


@pytest.fixture
def extractor(paths):
    return make_pipeline(MFCC(sr=SR, n_mfcc=4), StatPooling(stats=("mean", "std"))).fit(paths[:1])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "features"


def parts(folder):
    return sorted(path.name for path in folder.glob("part-*"))


def hidden(folder):
    return sorted(path.name for path in folder.glob(".*") if path.name != ".lock")


def every_row(folder):
    """Return the recordings as any other reader of Parquet finds them."""
    return sorted(pd.read_parquet(folder)["recording"])


@pytest.mark.parametrize("columns", ["list", "named"])
def test_vectors_are_those_of_transform(paths, extractor, folder, columns):
    result = extract_to(folder, paths, extractor, columns=columns, part_size=3)
    assert (result.n_computed, result.n_kept, result.broken) == (10, 0, {})
    features, rows = read_extracted(folder, paths)
    np.testing.assert_array_equal(features, extractor.transform(paths))
    assert list(features.columns) == list(extractor.get_feature_names_out())
    assert set(features.dtypes) == {np.dtype(np.float32)}
    assert rows["recording"].tolist() == list(map(str, paths))
    assert rows["error"].isna().all()
    assert len(parts(folder)) == 4
    assert hidden(folder) == []


def test_other_programs_read_the_files(paths, extractor, folder):
    extract_to(folder, paths, extractor, part_size=4)
    table = pd.read_parquet(folder).set_index("recording").loc[list(map(str, paths))]
    np.testing.assert_array_equal(np.stack(table["features"]), extractor.transform(paths))
    status = os.stat(paths[3])
    assert table["version"].iloc[3] == f"{status.st_size} bytes, {status.st_mtime_ns} ns"


def test_frames_are_those_of_transform(paths, folder):
    front_end = MelSpectrogram(sr=SR, n_mels=5)
    extract_to(folder, paths, front_end, part_size=4)
    features, _ = read_extracted(folder, paths)
    for stored, computed in zip(features["features"], front_end.fit_transform(paths), strict=True):
        assert stored.dtype == np.float32
        np.testing.assert_array_equal(stored, computed)
    first = pd.read_parquet(folder).set_index("recording").loc[str(paths[0]), "features"]
    np.testing.assert_array_equal(np.stack(first), features["features"][0])


def test_rows_come_by_name_in_any_order(paths, extractor, folder, monkeypatch):
    extract_to(folder, paths, extractor, part_size=3)
    wanted = [paths[7], paths[2], paths[7], paths[9]]
    features, rows = read_extracted(folder, wanted)
    np.testing.assert_array_equal(features, extractor.transform(wanted))
    assert rows["recording"].tolist() == list(map(str, wanted))
    monkeypatch.chdir(paths[0].parent)
    np.testing.assert_array_equal(read_extracted(folder, ["clip7.wav"])[0], features[:1])
    np.testing.assert_array_equal(read_extracted(folder)[0], extractor.transform(sorted(paths)))
    with pytest.raises(ValueError, match=r"'nowhere.wav' is not in the dataset"):
        read_extracted(folder, ["nowhere.wav"])


def test_a_name_is_enough_where_it_is_unambiguous(tmp_path, extractor, folder):
    for site in ("north", "south"):
        (tmp_path / site).mkdir()
    recordings = [write(tmp_path / "north/dawn.wav", 0.2, 0), write(tmp_path / "south/dawn.wav", 0.2, 1)]
    extract_to(folder, recordings, extractor)
    np.testing.assert_array_equal(read_extracted(folder, ["south/dawn.wav"])[0], extractor.transform(recordings[1:]))
    with pytest.raises(ValueError, match="matches several recordings"):
        read_extracted(folder, ["dawn.wav"])


def test_a_second_call_computes_nothing(paths, extractor, folder):
    extract_to(folder, paths, extractor, part_size=3)
    written = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.name != ".lock"}
    changed = clone(extractor).set_params(mfcc__n_jobs=2, mfcc__on_error="warn").fit(paths[5:6])
    result = extract_to(folder, paths[::-1], changed, part_size=2)
    assert (result.n_computed, result.n_kept) == (0, 10)
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.name != ".lock"} == written


def test_a_grown_list_computes_what_is_new(tmp_path, paths, extractor, folder):
    extract_to(folder, paths, extractor, part_size=3)
    before = parts(folder)
    grown = [write(tmp_path / "first.wav", 0.3, 20), *paths[:5], write(tmp_path / "middle.wav", 0.3, 21), *paths[5:]]
    assert extract_to(folder, grown, extractor, part_size=3).n_computed == 2
    assert set(before) < set(parts(folder))
    np.testing.assert_array_equal(read_extracted(folder, grown)[0], extractor.transform(grown))


def test_a_changed_file_is_computed_again(paths, extractor, folder):
    extract_to(folder, paths, extractor, part_size=5)
    write(paths[3], 0.5, 30)
    assert extract_to(folder, paths, extractor, part_size=5).n_computed == 1
    np.testing.assert_array_equal(read_extracted(folder, paths)[0], extractor.transform(paths))
    assert every_row(folder) == sorted(map(str, paths))
    assert extract_to(folder, paths, extractor).n_computed == 0


def test_the_features_of_a_file_that_is_gone_are_kept(paths, extractor, folder):
    expected = extractor.transform(paths)
    extract_to(folder, paths, extractor, part_size=4)
    paths[2].unlink()
    result = extract_to(folder, paths, extractor, part_size=4)
    assert (result.n_computed, result.n_kept, result.broken) == (0, 10, {})
    np.testing.assert_array_equal(read_extracted(folder, paths)[0], expected)


def test_other_recordings_are_kept_unless_told_otherwise(paths, extractor, folder):
    extract_to(folder, paths[:6], extractor, part_size=4)
    extract_to(folder, paths[5:], extractor)
    assert every_row(folder) == sorted(map(str, paths))
    result = extract_to(folder, paths[5:], extractor, extend=False)
    assert (result.n_computed, every_row(folder)) == (0, sorted(map(str, paths[5:])))
    np.testing.assert_array_equal(read_extracted(folder, paths[5:])[0], extractor.transform(paths[5:]))


@pytest.mark.parametrize("columns", ["list", "named"])
def test_broken_recordings_are_rows_with_an_error(paths, extractor, folder, columns):
    paths[0].write_bytes(b"no sound")
    paths[4].unlink()
    with pytest.warns(UserWarning, match=r"2 recording\(s\) cannot be used") as caught:
        result = extract_to(folder, paths, extractor, columns=columns, part_size=3)
    assert [warning.filename for warning in caught if warning.category is UserWarning] == [__file__]
    assert set(result.broken) == {str(paths[0]), str(paths[4])}
    features, rows = read_extracted(folder, paths)
    good = [i for i in range(10) if i not in (0, 4)]
    assert rows.index[rows["error"].isna()].tolist() == good
    np.testing.assert_array_equal(features.loc[good], extractor.transform([paths[i] for i in good]))
    assert features.loc[[0, 4]].isna().all(axis=None)
    assert "clip0.wav" in rows["error"][0]
    assert rows["error"][4] == "The file does not exist."
    with pytest.warns(UserWarning, match="clip0.wav"):  # it is listed again, but not computed
        assert extract_to(folder, paths, extractor, columns=columns).n_computed == 0
    with pytest.raises(AudioError, match=r"clip0.wav.* Pass on_error='warn'"):
        extract_to(folder, paths, extractor, columns=columns, on_error="raise")
    for i in (0, 4):
        write(paths[i], 0.3, i)
    assert extract_to(folder, paths, extractor, columns=columns, on_error="raise").n_computed == 2
    np.testing.assert_array_equal(read_extracted(folder, paths)[0], extractor.transform(paths))


def test_broken_recordings_among_frames(paths, folder):
    paths[5].write_bytes(b"no sound")
    with pytest.warns(UserWarning, match="clip5.wav"):
        extract_to(folder, paths, MFCC(sr=SR))
    features, _ = read_extracted(folder, paths)
    assert [i for i in range(10) if features["features"][i] is None] == [5]
    np.testing.assert_array_equal(features["features"][6], MFCC(sr=SR).fit_transform(paths[6:7])[0])


def test_on_error_raise_keeps_finished_parts(paths, extractor, folder):
    paths[7].write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"clip7.wav.* Pass on_error='warn'"):
        extract_to(folder, paths, extractor, part_size=2, on_error="raise")
    assert len(parts(folder)) == 3
    assert hidden(folder) == []


def test_nothing_but_broken_recordings_is_an_error(paths, extractor, folder):
    for path in paths[:3]:
        path.write_bytes(b"no sound")
    with pytest.raises(AudioError, match=r"No features of 3 recordings could be computed. .*clip2.wav"):
        extract_to(folder, paths[:3], extractor)


def by_hand(extractor, path, window, hop):
    """Compute the features of windows that are cut by hand."""
    y, _ = load(path, sr=SR)
    starts = range(0, max(1, len(y) - (window - hop)), hop)
    return [start / SR for start in starts], extractor.transform([(y[start : start + window], SR) for start in starts])


@pytest.mark.parametrize("hop", [0.5, 0.2])
def test_windows_are_slices(tmp_path, extractor, folder, hop):
    recordings = [write(tmp_path / "a.wav", 3.3, 0), write(tmp_path / "b.wav", 0.1, 1), write(tmp_path / "c.wav", 2, 2)]
    extract_to(folder, recordings, extractor, window_seconds=0.5, hop_seconds=hop, part_size=2)
    features, rows = read_extracted(folder, recordings)
    expected = [by_hand(extractor, path, int(0.5 * SR), int(hop * SR)) for path in recordings]
    np.testing.assert_allclose(rows["onset"], np.concatenate([onsets for onsets, _ in expected]))
    np.testing.assert_array_equal(features, np.concatenate([table for _, table in expected]))
    names = [str(path) for path, (onsets, _) in zip(recordings, expected, strict=True) for _ in onsets]
    assert rows["recording"].tolist() == names
    own = rows[rows["recording"] == str(recordings[0])]
    assert (own["onset"] + own["duration"]).iloc[-1] == pytest.approx(3.3)
    assert own["duration"].iloc[0] == 0.5


def test_windows_are_decoded_at_the_rate_and_channel_of_the_front_end(tmp_path, folder):
    y = 0.1 * np.random.default_rng(0).standard_normal((44100, 2)).astype(np.float32)
    path = tmp_path / "stereo.wav"
    sf.write(path, y, 44100, subtype="FLOAT")
    extractor = make_pipeline(MFCC(sr=22050, channel=1), StatPooling()).fit([path])
    extract_to(folder, [path], extractor, window_seconds=0.25)
    whole, _ = load(path, sr=22050, channel=1)
    mono = make_pipeline(MFCC(sr=22050), StatPooling()).fit([path])
    expected = mono.transform([whole[i : i + 5512] for i in range(0, len(whole), 5512)])
    np.testing.assert_array_equal(read_extracted(folder)[0], expected)


def test_windows_of_the_axes_of_a_sensor(tmp_path, folder):
    y = 0.1 * np.random.default_rng(0).standard_normal((8000, 3)).astype(np.float32)
    sf.write(tmp_path / "sensor.wav", y, 8000, subtype="FLOAT")
    extractor = make_pipeline(MFCC(sr=8000, channel=["x", "y", "z"]), StatPooling()).fit([tmp_path / "sensor.wav"])
    extract_to(folder, [tmp_path / "sensor.wav"], extractor, window_seconds=0.25)
    expected = extractor.transform([(y[i : i + 2000], 8000) for i in range(0, 8000, 2000)])
    np.testing.assert_array_equal(read_extracted(folder)[0], expected)


def test_windows_before_the_damage_are_kept(tmp_path, extractor, folder):
    y = 0.1 * np.random.default_rng(0).standard_normal(120 * SR)
    sf.write(tmp_path / "whole.flac", y, SR)
    content = (tmp_path / "whole.flac").read_bytes()
    (tmp_path / "cut.flac").write_bytes(content[: len(content) // 2])
    with pytest.warns(UserWarning, match="cut.flac"):
        extract_to(folder, [tmp_path / "whole.flac", tmp_path / "cut.flac"], extractor, window_seconds=1)
    features, rows = read_extracted(folder, [tmp_path / "cut.flac"])
    whole, _ = read_extracted(folder, [tmp_path / "whole.flac"])
    assert rows["error"].notna().sum() == 1
    assert rows["error"].notna().iloc[-1]
    n_good = len(rows) - 1
    assert n_good > 20
    np.testing.assert_array_equal(features[:n_good], whole[:n_good])


@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
def test_processes_equal_one(paths, extractor, folder, tmp_path, backend):
    extract_to(tmp_path / "serial", paths, extractor, part_size=3)
    with joblib.parallel_config(backend, n_jobs=2):
        extract_to(folder, paths, extractor, part_size=3)
    assert parts(folder) == parts(tmp_path / "serial")
    for name in parts(folder):
        assert (folder / name).read_bytes() == (tmp_path / "serial" / name).read_bytes()


class Sum(TransformerMixin, BaseEstimator):
    """Any other transformer of paths."""

    def __init__(self, error=None):
        self.error = error

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        if self.error is not None and any("clip3" in path for path in X):
            raise self.error
        return np.array([[sf.read(path)[0].sum(), 1] for path in X])


def test_any_transformer(paths, folder):
    extractor = make_pipeline(Sum(), StandardScaler()).fit(list(map(str, paths)))
    extract_to(folder, paths, extractor, columns="named")
    features, _ = read_extracted(folder, paths)
    assert set(features.dtypes) == {np.dtype(np.float64)}
    np.testing.assert_array_equal(features, extractor.transform(list(map(str, paths))))


def test_a_fault_of_the_machine_is_no_broken_recording(paths, folder):
    with pytest.raises(OSError, match="network"):
        extract_to(folder, paths, Sum(OSError("network is down")).fit(paths), part_size=3)
    assert len(parts(folder)) == 1
    with pytest.warns(UserWarning, match="clip3.wav: RuntimeError: odd codec"):
        extract_to(folder.with_name("other"), paths, Sum(RuntimeError("odd codec")).fit(paths))


class Touching(Sum):
    """A transformer during which a file is changed."""

    def transform(self, X):
        result = super().transform(X)
        if len(X) > 1:
            write(X[-1], 0.7, 50)
        return result


def test_a_file_that_changes_meanwhile_is_computed_in_the_next_call(paths, folder):
    with pytest.warns(UserWarning, match="clip9.wav: The file was changed while it was read."):
        extract_to(folder, paths, Touching().fit(paths))
    assert extract_to(folder, paths, Touching().fit(paths)).n_computed == 1
    np.testing.assert_array_equal(read_extracted(folder, paths)[0], Sum().transform(list(map(str, paths))))


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"extractor": MFCC(sr=SR, n_mfcc=3)}, r"with extractor=.*another fit"),
        ({"columns": "named"}, "with columns=list, not named"),
        ({"window_seconds": 1.0}, "with window_seconds=None, not 1.0"),
    ],
)
def test_a_dataset_of_other_settings_is_refused(paths, extractor, folder, changes, match):
    extract_to(folder, paths, extractor)
    before = parts(folder)
    with pytest.raises(ValueError, match=match):
        extract_to(folder, paths, **{"extractor": extractor, **changes})
    assert parts(folder) == before


def test_another_version_is_refused(paths, extractor, folder):
    extract_to(folder, paths, extractor)
    settings = json.loads((folder / "_extraction.json").read_text())
    (folder / "_extraction.json").write_text(json.dumps({**settings, "skaudio": "0.0.1"}))
    with pytest.raises(ValueError, match=r"with skaudio=0.0.1, not"):
        extract_to(folder, paths, extractor)


@pytest.mark.parametrize(
    ("X", "changes", "error", "match"),
    [
        ("clip.wav", {}, TypeError, r"Pass a list: \['clip.wav'\]"),
        ([np.zeros(8000)], {}, TypeError, r"clip 0 \(array of 8000 samples\)"),
        ([], {}, ValueError, "Found 0 recordings"),
        (["a\udce9.wav"], {}, ValueError, "UTF-8"),
        (["a.wav"], {"hop_seconds": 1.0}, ValueError, "Pass window_seconds"),
        (["a.wav"], {"hop_seconds": 2.0, "window_seconds": 1.0}, ValueError, "at most window_seconds=1.0"),
        (["a.wav"], {"columns": "wide"}, ValueError, "'columns' parameter"),
        (["a.wav"], {"extractor": StatPooling()}, ValueError, "StatPooling is not fitted. Call extractor.fit"),
        (["a.wav"], {"extractor": 3}, ValueError, "'extractor' parameter"),
        (["a.wav"], {"extractor": MFCC(duration=1.0), "window_seconds": 1.0}, ValueError, "cut each window"),
    ],
)
def test_bad_input(folder, X, changes, error, match):
    with pytest.raises(error, match=match):
        extract_to(folder, X, **{"extractor": MFCC(sr=SR), **changes})
    assert not folder.exists()


def test_named_columns_are_for_vectors(paths, folder):
    with pytest.raises(ValueError, match="add a pooling step"):
        extract_to(folder, paths, MFCC(sr=SR), columns="named")


def test_functions_must_be_picklable(paths, folder):
    extractor = Sum().fit(paths)
    extractor.function = lambda path: path
    with pytest.raises(ValueError, match="Define its functions in a module"):
        extract_to(folder, paths, extractor)


def test_another_folder_is_refused(paths, extractor, tmp_path):
    with pytest.raises(FileExistsError, match="is not a dataset of extract_to"):
        extract_to(tmp_path, paths, extractor)
    with pytest.raises(FileNotFoundError, match=r"no _extraction\.json"):
        read_extracted(tmp_path)


def test_a_damaged_part_is_named(paths, extractor, folder):
    extract_to(folder, paths, extractor, part_size=5)
    damaged = folder / parts(folder)[0]
    damaged.write_bytes(damaged.read_bytes()[:100])
    with pytest.raises(ValueError, match=f"{damaged.name}.*Delete it"):
        extract_to(folder, paths, extractor)
    damaged.unlink()
    assert extract_to(folder, paths, extractor).n_computed == 5


def test_without_pyarrow(paths, extractor, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match="pip install pyarrow"):
        extract_to(folder, paths, extractor)


def test_leftovers_are_removed_unless_another_run_may_write(paths, extractor, folder):
    extract_to(folder, paths[:5], extractor)
    leftover = folder / ".part-0123.parquet.abcd.part"
    leftover.write_bytes(b"half a part")
    dataset = PartFolder(folder, EXTRACTED)
    with dataset.files.in_progress():
        extract_to(folder, paths, extractor)
        assert leftover.exists()
        with pytest.raises(ValueError, match="Another run writes"):
            extract_to(folder, paths, extractor, extend=False)
    extract_to(folder, paths, extractor)
    assert not leftover.exists()
    assert hidden(folder) == []


def test_duplicates_of_runs_at_once_are_removed(paths, extractor, folder):
    extract_to(folder, paths, extractor, part_size=5)
    first = {name: (folder / name).read_bytes() for name in parts(folder)}
    for name in first:
        (folder / name).unlink()
    extract_to(folder, paths, extractor, part_size=3)
    for name, content in first.items():
        (folder / name).write_bytes(content)
    np.testing.assert_array_equal(read_extracted(folder, paths)[0], extractor.transform(paths))
    extract_to(folder, paths, extractor)
    assert every_row(folder) == sorted(map(str, paths))
    np.testing.assert_array_equal(read_extracted(folder, paths)[0], extractor.transform(paths))


# ---- runs in processes of their own

MODULE = """
import os, signal, sys, time
from pathlib import Path
import numpy as np, soundfile as sf
from sklearn.base import BaseEstimator, TransformerMixin
from skaudio.features import extract_to

class Slow(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self
    def __sklearn_is_fitted__(self):
        return True
    def transform(self, X):
        time.sleep(0.02 * len(X))
        if any("deadly" in path for path in X) and Path(__file__).with_name("armed").exists():
            os.kill(os.getpid(), signal.SIGKILL)
        with open(Path(__file__).with_name("log.txt"), "a") as log:
            log.write("".join(f"{path}\\n" for path in X))
        return np.array([[sf.read(path)[0].sum(), np.square(sf.read(path)[0]).sum()] for path in X])

if __name__ == "__main__":
    from slow import Slow
    folder, n_jobs, *paths = sys.argv[1:]
    print(extract_to(folder, paths, Slow(), part_size=3, n_jobs=int(n_jobs)).n_computed)
"""


@pytest.fixture
def start(tmp_path, folder):
    (tmp_path / "slow.py").write_text(MODULE)
    started = []

    def start(recordings, n_jobs=1):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])}
        process = subprocess.Popen(
            [sys.executable, tmp_path / "slow.py", folder, str(n_jobs), *recordings],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()


def sums(recordings):
    signals = [sf.read(path)[0] for path in recordings]
    return np.array([[y.sum(), np.square(y).sum()] for y in signals])


def wait_for_parts(folder, n_parts):
    for _ in range(600):
        if len(parts(folder)) >= n_parts:
            return
        time.sleep(0.05)
    raise TimeoutError


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_killed_run_is_resumed(tmp_path, folder, start, n_jobs):
    recordings = [write(tmp_path / f"long{i}.wav", 0.1, i) for i in range(40)]
    process = start(recordings, n_jobs)
    wait_for_parts(folder, 2)
    os.killpg(process.pid, signal.SIGKILL)  # the workers, too
    process.wait()
    n_done = 3 * len(parts(folder))
    assert n_done < 40
    resumed = start(recordings, n_jobs)
    out, _ = resumed.communicate(timeout=120)
    assert (resumed.returncode, int(out)) == (0, 40 - n_done)
    np.testing.assert_array_equal(read_extracted(folder, recordings)[0], sums(recordings))
    assert every_row(folder) == sorted(map(str, recordings))
    assert hidden(folder) == []


@pytest.mark.slow
def test_two_runs_at_once_end_with_one_dataset(tmp_path, folder, start):
    recordings = [write(tmp_path / f"long{i}.wav", 0.1, i) for i in range(60)]
    first = start(recordings[:50])
    wait_for_parts(folder, 1)
    second = start(recordings[10:])
    for process in (first, second):
        process.communicate(timeout=120)
        assert process.returncode == 0
    np.testing.assert_array_equal(read_extracted(folder, recordings)[0], sums(recordings))
    assert every_row(folder) == sorted(map(str, recordings))
    assert hidden(folder) == []


@pytest.mark.slow
def test_a_recording_that_kills_its_process_is_isolated(tmp_path, folder, start):
    recordings = [write(tmp_path / f"long{i}.wav", 0.1, i) for i in range(12)]
    recordings += [write(tmp_path / f"deadly{i}.wav", 0.1, i) for i in range(2)]
    recordings += [write(tmp_path / f"more{i}.wav", 0.1, i) for i in range(10)]
    (tmp_path / "armed").touch()
    process = start(recordings, 2)
    process.communicate(timeout=240)
    assert process.returncode == 0
    features, rows = read_extracted(folder, recordings)
    deadly = rows["recording"].str.contains("deadly")
    assert rows.loc[deadly, "error"].str.contains("was killed, twice").all()
    assert rows.loc[~deadly, "error"].isna().all()
    np.testing.assert_array_equal(features[~deadly], sums(recordings)[~deadly])
    assert every_row(folder) == sorted(map(str, recordings))
    assert hidden(folder) == []


def test_no_warning_without_reason(paths, extractor, folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        extract_to(folder, paths, extractor, verbose=0)
