"""On Dask and Ray as in one process: searches and extractions whose workers are killed, and threads."""

import logging
import os
import signal
from pathlib import Path

import joblib
import numpy as np
import pytest
import soundfile as sf
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import make_pipeline

from skaudio import __version__
from skaudio._cluster import check_workers
from skaudio.datasets import load_folder
from skaudio.features import MFCC, FunctionFrontEnd, extract_to, read_extracted
from skaudio.model_selection import out_of_fold
from skaudio.pooling import StatPooling

SR = 8000


class Deadly(TransformerMixin, BaseEstimator):
    """A step that kills its process at some of its calls, once each; calls of all processes are counted in a folder."""

    def __init__(self, folder, calls=(), spared=None):
        self.folder, self.calls, self.spared = folder, calls, spared

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        folder = Path(self.folder)
        folder.joinpath(f"call-{len(list(folder.glob('call-*')))}-{os.getpid()}").touch()
        n_calls, n_deaths = (len(list(folder.glob(pattern))) for pattern in ("call-*", "death-*"))
        if n_deaths < len(self.calls) and n_calls >= self.calls[n_deaths] and os.getpid() != self.spared:
            folder.joinpath(f"death-{n_deaths}-{os.getpid()}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return X


def n_deaths(folder):
    return len(list(folder.glob("death-*")))


@pytest.fixture
def two_workers(dask_client):
    """The client of the cluster, once those that a former test has killed are back."""
    dask_client.wait_for_workers(2, timeout=120)
    return dask_client


@pytest.fixture(params=["dask", pytest.param("ray", marks=pytest.mark.slow)])
def backend(request):
    """The arguments of joblib.parallel_config for a cluster of two processes."""
    if request.param == "dask":
        return {"backend": "dask", "client": request.getfixturevalue("two_workers"), "n_jobs": -1}
    return request.getfixturevalue("ray_backend")


@pytest.fixture(scope="module")
def ray_backend():
    ray = pytest.importorskip("ray", reason="Ray has no wheel here")
    from ray.util.joblib import register_ray

    register_ray()
    settings = {"num_cpus": 2, "include_dashboard": False, "log_to_driver": False, "logging_level": logging.CRITICAL}
    ray.init("local", **settings)
    yield {"backend": "ray", "n_jobs": -1, "ray_remote_args": {"max_restarts": 3, "max_task_retries": 3}}
    ray.shutdown()


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Paths of 200 clips of two classes: arrays of them, and of their folds, are larger than what Dask sends along."""
    folder, rng = tmp_path_factory.mktemp("clips"), np.random.default_rng(0)
    for label, pitch in (("bass", 300.0), ("tenor", 330.0)):
        (folder / label).mkdir()
        for i in range(100):
            tone = np.sin(2 * np.pi * pitch * rng.uniform(0.9, 1.1) / SR * np.arange(SR // 10))
            sf.write(folder / label / f"{i}.wav", 0.3 * tone + 0.1 * rng.standard_normal(len(tone)), SR)
    return load_folder(folder)


@pytest.fixture
def deadly(tmp_path):
    (tmp_path / "calls").mkdir()
    return Deadly(str(tmp_path / "calls"), spared=os.getpid())


def as_lists(clips):
    folds = StratifiedKFold(3, shuffle=True, random_state=0).split(clips.data, clips.target)
    return clips.data.tolist(), clips.target.tolist(), [(train.tolist(), test.tolist()) for train, test in folds]


@pytest.mark.slow
def test_a_search_outlives_its_workers(clips, deadly, backend):
    X, y, folds = as_lists(clips)
    pipeline = make_pipeline(MFCC(sr=SR, n_mfcc=3), StatPooling(stats=("mean",)), deadly, LogisticRegression())
    search = GridSearchCV(pipeline, {"logisticregression__C": [1e-4, 1e-2, 1.0]}, cv=folds, error_score="raise")
    serial = search.fit(X, y).cv_results_
    assert len(set(serial["mean_test_score"])) == 3
    deadly.calls = (n_calls := len(list(Path(deadly.folder).iterdir())), n_calls + 6)
    with joblib.parallel_config(**backend):
        killed = GridSearchCV(**search.get_params(deep=False)).set_params(refit=False).fit(X, y).cv_results_
    assert n_deaths(Path(deadly.folder)) == 2
    for i in range(3):
        np.testing.assert_array_equal(killed[f"split{i}_test_score"], serial[f"split{i}_test_score"])


@pytest.mark.slow
def test_out_of_fold_predictions_outlive_their_workers(clips, deadly, backend):
    pipeline = make_pipeline(MFCC(sr=SR, n_mfcc=3), StatPooling(stats=("mean",)), deadly, LogisticRegression())
    serial = out_of_fold(pipeline, clips.data, clips.target, cv=3)
    deadly.calls = (len(list(Path(deadly.folder).iterdir())) + 2,)
    with joblib.parallel_config(**backend):
        killed = out_of_fold(pipeline, clips.data, clips.target, cv=3)
    assert n_deaths(Path(deadly.folder)) == 1
    np.testing.assert_array_equal(killed.y_pred, serial.y_pred)
    np.testing.assert_array_equal(killed.margins, serial.margins)


def thread_of_each_clip(y):
    """Frames of one value: a number of the thread that computed them."""
    import threading

    return np.full((1, 1), threading.get_ident() % 2**20, np.float32)


def taken():
    """What a task takes by default: the threads of a front end, and those of numerical libraries."""
    from skaudio.features._threads import n_threads

    front_end = FunctionFrontEnd(thread_of_each_clip, sr=SR, channel_names=["thread"])
    threads = front_end.fit_transform([np.zeros(100, np.float32)] * 64)
    return n_threads(None), len(np.unique(threads)), n_threads(-1), os.environ.get("OMP_NUM_THREADS")


def test_a_task_takes_one_thread(backend, monkeypatch):
    with joblib.parallel_config(**backend):
        results = joblib.Parallel()(joblib.delayed(taken)() for _ in range(4))
    assert results == [(1, 1, joblib.cpu_count(), "1")] * 4


def test_a_task_of_loky_takes_its_share(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with joblib.parallel_config("loky", n_jobs=2):
        results = joblib.Parallel()(joblib.delayed(taken)() for _ in range(4))
    share = str(max(1, joblib.cpu_count() // 2))
    assert [result[:2] for result in results] == [(1, 1)] * 4
    assert {result[3] for result in results} == {share}


class Crashing(MFCC):
    """A library that crashes at recordings beside which there is a file that says so: once, or always.

    The file has the id of the process of the tests, which is spared.
    """

    def transform(self, X):
        for clip in X:
            for end in ("always", "once"):
                marker = Path(f"{clip}.{end}")
                if marker.exists() and int(marker.read_text()) != os.getpid():
                    if end == "once":
                        marker.unlink()
                    os.kill(os.getpid(), signal.SIGKILL)
        return super().transform(X)


@pytest.fixture
def crashing():
    return make_pipeline(Crashing(sr=SR, n_mfcc=3), StatPooling(stats=("mean",))).fit([np.zeros(SR)])


@pytest.fixture
def paths(clips, tmp_path):
    """Copies of 120 clips, beside which other files may be."""
    paths = [tmp_path / f"clip{i:03d}.wav" for i in range(120)]
    for path, clip in zip(paths, clips.data, strict=False):
        path.write_bytes(Path(clip).read_bytes())
    return list(map(str, paths))


@pytest.mark.slow
def test_a_dataset_outlives_its_workers(paths, crashing, backend, tmp_path):
    expected = crashing.transform(paths)
    for i in (33, 77):
        Path(f"{paths[i]}.once").write_text(str(os.getpid()))
    with joblib.parallel_config(**backend):
        result = extract_to(tmp_path / "features", paths, crashing, part_size=10)
    assert list(tmp_path.glob("*.once")) == []
    assert (result.n_computed, result.broken) == (120, {})
    features, rows = read_extracted(tmp_path / "features", paths)
    np.testing.assert_array_equal(features, expected)
    assert rows["error"].isna().all()
    assert [path.name for path in (tmp_path / "features").glob(".*")] == [".lock"]


@pytest.mark.slow
def test_recordings_that_kill_their_workers_are_isolated(paths, crashing, two_workers, tmp_path):
    expected, deadly = crashing.transform(paths[:40]), [0, 25]  # the first one would decide on the layout
    for i in deadly:
        Path(f"{paths[i]}.always").write_text(str(os.getpid()))
    with joblib.parallel_config("dask", client=two_workers), pytest.warns(UserWarning, match=r"2 recording\(s\)"):
        result = extract_to(tmp_path / "features", paths[:40], crashing, part_size=20)
    assert set(result.broken) == {paths[i] for i in deadly}
    assert all("was killed, twice" in error for error in result.broken.values())
    features, rows = read_extracted(tmp_path / "features", paths[:40])
    assert rows.index[rows["error"].notna()].tolist() == deadly
    np.testing.assert_array_equal(features.drop(index=deadly), np.delete(expected, deadly, axis=0))


def test_workers_without_the_package_or_with_another_version_are_named(clips, two_workers, tmp_path):
    first, second = two_workers.scheduler_info()["workers"]
    extractor = make_pipeline(MFCC(sr=SR), StatPooling()).fit([np.zeros(SR)])
    with joblib.parallel_config("dask", client=two_workers):
        check_workers()
        two_workers.run(exec, "import skaudio; skaudio.__version__ = '0.0.1'", workers=[second])
        try:
            with pytest.raises(ImportError, match=rf"The worker {second} has 0.0.1. Install skaudio {__version__} on"):
                extract_to(tmp_path / "features", clips.data[:2], extractor)
        finally:
            two_workers.run(exec, f"import skaudio; skaudio.__version__ = {__version__!r}", workers=[second])
        hide = "import sys; sys.hidden, sys.modules['skaudio'] = sys.modules['skaudio'], None"
        two_workers.run(exec, hide, workers=[first])
        try:
            with pytest.raises(ImportError, match=rf"{first} cannot import skaudio: .*Install skaudio {__version__}"):
                extract_to(tmp_path / "features", clips.data[:2], extractor)
        finally:
            two_workers.run(exec, "import sys; sys.modules['skaudio'] = sys.hidden", workers=[first])
        assert not (tmp_path / "features").exists()
        check_workers()


def logged(y):
    """Frames of one value, and a line for each computation in the log of this machine."""
    with open(Path.home() / "log.txt", "a") as log:
        log.write(f"{y[0]}\n")
    return y[:1, np.newaxis]


def transformed(X):
    return FunctionFrontEnd(logged, sr=SR, channel_names=["sample"], memory="~/cache").fit_transform(X)[:, 0, 0]


def set_home(client, home, worker=None):
    client.run(exec, f"import os; os.environ['HOME'] = {str(home)!r}", workers=worker and [worker])


def test_each_machine_has_its_cache(clips, two_workers, tmp_path):
    machines = {worker: tmp_path / f"machine{i}" for i, worker in enumerate(two_workers.scheduler_info()["workers"])}
    for worker, home in machines.items():
        home.mkdir()
        set_home(two_workers, home, worker)
    X = clips.data[:20].tolist()
    expected = [sf.read(path)[0][0] for path in X]
    passes = [two_workers.submit(transformed, X, workers=[worker], pure=False) for worker in machines for _ in range(3)]
    for result in two_workers.gather(passes):
        np.testing.assert_array_equal(result, np.float32(expected))
    set_home(two_workers, Path.home())
    for home in machines.values():
        computed = home.joinpath("log.txt").read_text().splitlines()
        assert len(computed) == len(set(computed)) == 20  # each clip once on each machine
        assert home.joinpath("cache/skaudio/features.sqlite3").exists()
