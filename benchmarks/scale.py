"""Beyond one process: extraction, detection and search on clusters whose processes are killed.

Run as ``python benchmarks/scale.py [PART ...]``; parts: extract, pace, detect, search, growth, ray; each takes minutes
and writes ``results/scale_PART.txt``. Needs ``pip install "skaudio[dask]"``, and Ray for its part. A cluster is two
worker processes of one thread on this machine, so that no network is measured. Recordings are generated; many are hard
links to few, as their content does not matter here.
"""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import joblib
import numpy as np
from measure import Report
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

SR = 8000
N_FILES, N_BROKEN = 100_000, 50
N_KILLS, N_CLIENT_KILLS = 10, 2
RAY = {"max_restarts": 10, "max_task_retries": 10}


def write_files(folder, n_files, seconds, n_broken=0):
    """Write recordings, in folders of a thousand: links to 100 of them, and files that are no recordings."""
    import soundfile

    rng, sources, files = np.random.default_rng(0), [], []
    for i in range(min(100, n_files)):
        sources.append(folder / f"source{i:02d}.wav")
        tone = np.sin(2 * np.pi * rng.uniform(200, 2000) / SR * np.arange(int(seconds * SR)))
        soundfile.write(sources[-1], 0.2 * tone + 0.02 * rng.standard_normal(len(tone)), SR)
    broken = set(np.linspace(1, n_files - 1, n_broken).astype(int).tolist())
    for i in range(n_files):
        files.append(folder / f"{i // 1000:03d}" / f"{i:06d}.wav")
        files[-1].parent.mkdir(exist_ok=True)
        if i in broken:
            files[-1].write_bytes(b"no recording")
        else:
            os.link(sources[i % len(sources)], files[-1])
    return list(map(str, files)), [str(files[i]) for i in sorted(broken)]


def extractor():
    from skaudio.features import MFCC
    from skaudio.pooling import StatPooling

    return make_pipeline(MFCC(sr=SR), StatPooling()).fit([np.zeros(SR)])


@contextmanager
def dask_cluster(n_workers=2):
    """Start workers of one thread; yield the cluster and a client."""
    import logging

    from distributed import Client, LocalCluster

    settings = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0", "silence_logs": logging.CRITICAL}
    with LocalCluster(n_workers=n_workers, **settings) as cluster, Client(cluster) as client:
        client.run(exec, "import skaudio.features, skaudio.pooling, skaudio.events, pyarrow.parquet, numba")
        # A worker that is killed while it starts is not started anew by its nanny, but by the cluster.
        cluster.adapt(minimum=n_workers, maximum=n_workers)
        yield cluster, client


def client_process(address, files, dataset, part_size, result):
    """Run `extract_to` on a cluster; write how much memory it took. This is what the benchmark starts, and kills."""
    from distributed import Client

    from skaudio.features import extract_to

    paths = Path(files).read_text().splitlines()
    warnings.simplefilter("ignore")
    with Client(address) as client, joblib.parallel_config("dask", client=client):
        extracted = extract_to(dataset, paths, extractor(), part_size=int(part_size))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Path(result).write_text(json.dumps({"peak_mb": peak, "broken": sorted(extracted.broken)}))


def start_client(cluster, folder, files, dataset, part_size=500):
    (folder / "files.txt").write_text("\n".join(files))
    arguments = ["client", cluster.scheduler_address, folder / "files.txt", dataset, part_size, folder / "result.json"]
    with open(folder / "errors.txt", "w") as errors:
        return subprocess.Popen([sys.executable, __file__, *map(str, arguments)], stderr=errors)


def run_client(cluster, folder, files, dataset, part_size=500):
    process = start_client(cluster, folder, files, dataset, part_size)
    assert process.wait() == 0, (folder / "errors.txt").read_text()
    return json.loads((folder / "result.json").read_text())


@contextmanager
def watched_tasks(cluster):
    """Yield a list of the numbers of tasks that the scheduler has, over time."""
    n_tasks, ended = [], threading.Event()

    def watch():
        while not ended.wait(0.05):
            n_tasks.append(len(cluster.scheduler.tasks))

    thread = threading.Thread(target=watch)
    thread.start()
    yield n_tasks
    ended.set()
    thread.join()


def kill_a_worker(client, rng):
    """Kill the process of a worker; prefer one that is busy."""
    busy = [worker for worker, tasks in client.processing().items() if tasks] or list(client.ncores())
    if busy:
        (pid,) = client.run(os.getpid, workers=[rng.choice(busy)], on_error="ignore").values() or [None]
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            return True
    return False


def equal(first, second):
    """Compare two datasets row by row: features, versions, onsets, and which rows have errors."""
    from skaudio.features import read_extracted

    (features, rows), (others, other_rows) = read_extracted(first), read_extracted(second)
    names = [name for name in rows.columns if name != "error"]
    return (
        np.array_equal(features.to_numpy(), others.to_numpy(), equal_nan=True)
        and rows[names].equals(other_rows[names])
        and (rows["error"].fillna("") == other_rows["error"].fillna("")).all()
    )


def extract(report, folder):
    """100,000 files, ten workers killed at random and the client twice, against an undisturbed run."""
    files, broken = write_files(folder, N_FILES, 0.2, N_BROKEN)
    rng = random.Random(0)
    with dask_cluster() as (cluster, client):
        start = time.perf_counter()
        with watched_tasks(cluster) as n_tasks:
            undisturbed = run_client(cluster, folder, files, folder / "undisturbed")
        seconds = time.perf_counter() - start
        report.line(
            f"{len(files)} files of 0.2 s, undisturbed: {seconds:.0f} s, client {undisturbed['peak_mb']:.0f} MB, "
            f"at most {max(n_tasks)} tasks of the scheduler"
        )
        start, n_killed, n_clients = time.perf_counter(), 0, 1
        # Each kill is after a random part of the work, as kills by time would end before work begins on a slow machine.
        kills = sorted(rng.uniform(0.02, 0.95) * len(files) / 500 for _ in range(N_KILLS))
        client_kills = sorted(rng.uniform(0.1, 0.8) * len(files) / 500 for _ in range(N_CLIENT_KILLS))
        process = start_client(cluster, folder, files, folder / "disturbed")
        while process.poll() is None:
            time.sleep(0.2)
            n_parts = len(list((folder / "disturbed").glob("part-*.parquet")))
            if n_killed < N_KILLS and n_parts > kills[n_killed]:
                n_killed += kill_a_worker(client, rng)
            if n_clients <= N_CLIENT_KILLS and n_parts > client_kills[n_clients - 1]:
                process.kill()
                process.wait()
                process, n_clients = start_client(cluster, folder, files, folder / "disturbed"), n_clients + 1
        assert process.returncode == 0, (folder / "errors.txt").read_text()
        disturbed = json.loads((folder / "result.json").read_text())
        seconds = time.perf_counter() - start
        report.line(f"the same with {n_killed} workers and {n_clients - 1} clients killed: {seconds:.0f} s")
    report.figure("datasets equal, row by row", equal(folder / "undisturbed", folder / "disturbed"), 1)
    listed = [set(run["broken"]) == set(broken) for run in (undisturbed, disturbed)]
    report.figure(f"all {N_BROKEN} planted bad files listed, and no other", all(listed), 1)
    peak = max(run["peak_mb"] for run in (undisturbed, disturbed))
    report.figure("peak memory of the client", peak, 1024, unit=" MB", at_most=True)
    strays = [path.name for path in (folder / "disturbed").iterdir() if path.name.startswith(".")]
    report.figure("stray files", len(set(strays) - {".lock"}), 0, at_most=True)


def seconds_of(dataset, files, part_size, **backend):
    from skaudio.features import extract_to

    start = time.perf_counter()
    with joblib.parallel_config(**backend):
        extract_to(dataset, files, extractor(), part_size=part_size)
    return time.perf_counter() - start


def pace(report, folder):
    """Two workers against one, in turns; and a cluster against a loop in one process."""
    files, _ = write_files(folder, 2000, 10.0)
    times, n = {1: [], 2: []}, 0
    with dask_cluster(1) as (_, one), dask_cluster(2) as (_, two):
        for client in (one, two):
            seconds_of(folder / f"warm{id(client)}", files[:20], 2, backend="dask", client=client)
        for _ in range(4):
            for workers, client in ((1, one), (2, two)):
                n += 1
                times[workers].append(seconds_of(folder / f"set{n}", files, 50, backend="dask", client=client))
        best = ", ".join(f"{workers} worker(s) {min(seconds):.2f} s" for workers, seconds in times.items())
        report.line(f"{len(files)} files of 10 s, parts of 50, best of 4: {best}")
        report.figure("two workers against one", min(times[1]) / min(times[2]), 1.7, unit="x")
        (folder / "short").mkdir()
        short, _ = write_files(folder / "short", 4000, 0.2)
        loops, ones = [], []
        for _ in range(3):
            start, pipeline = time.perf_counter(), extractor()
            for i in range(0, len(short), 64):
                pipeline.transform(short[i : i + 64])
            loops.append(time.perf_counter() - start)
            n += 1
            ones.append(seconds_of(folder / f"set{n}", short, 500, backend="dask", client=one))
        overhead = 1e3 * (min(ones) - min(loops)) / len(short)
        report.line(f"{len(short)} files of 0.2 s: loop {min(loops):.2f} s, one worker {min(ones):.2f} s, best of 3")
        report.figure("overhead per clip over a loop in one process", overhead, 1.0, unit=" ms", at_most=True)


def detect(report, folder):
    """200 recordings through `predict_to`, with two workers killed."""
    import pandas as pd
    import soundfile
    from sklearn.linear_model import LogisticRegression

    from skaudio.datasets import make_sound_events
    from skaudio.events import EventDetector
    from skaudio.features import MelSpectrogram
    from skaudio.pooling import StatPooling

    events = make_sound_events(6, duration=30.0, random_state=0)
    model = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=1000))
    front_end = MelSpectrogram(sr=events.sr, n_mels=32, top_db=None)
    detector = EventDetector(model, front_end=front_end, window_seconds=0.4, hop_seconds=0.1, random_state=0)
    detector.fit(events.data, events.events)
    sources = []
    for i, y in enumerate(events.data):
        sources.append(folder / f"source{i}.wav")
        soundfile.write(sources[-1], np.tile(y, 2), events.sr)
    files = [folder / f"night{i:03d}.wav" for i in range(200)]
    for i, path in enumerate(files):
        os.link(sources[i % len(sources)], path)
    start = time.perf_counter()
    detector.predict_to(folder / "serial.csv", files)
    report.line(f"predict_to of {len(files)} recordings, one process: {time.perf_counter() - start:.0f} s")
    rng, killed = random.Random(0), 0
    with dask_cluster() as (_, client):
        ended = threading.Event()

        def kill():
            nonlocal killed
            while killed < 2 and not ended.wait(8.0):
                killed += kill_a_worker(client, rng)

        thread = threading.Thread(target=kill)
        start = time.perf_counter()
        thread.start()
        with joblib.parallel_config("dask", client=client):
            detector.set_params(n_jobs=-1).predict_to(folder / "disturbed.csv", files)
        ended.set()
        thread.join()
        report.line(f"two workers, {killed} of them killed: {time.perf_counter() - start:.0f} s")
    same = pd.read_csv(folder / "serial.csv").equals(pd.read_csv(folder / "disturbed.csv"))
    report.figure("tables equal", same, 1)


def slowly(X):
    """Take a while, so that kills find a step at work."""
    time.sleep(0.5)
    return X


def searched(folder, backend, on_start):
    """Search 12 candidates in 3 folds; return the scores."""
    import soundfile
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV, StratifiedKFold

    from skaudio.datasets import make_spoken_digits
    from skaudio.features import MFCC
    from skaudio.pooling import StatPooling

    digits = make_spoken_digits(200, random_state=0)
    X = [str(folder / f"{i:03d}.wav") for i in range(len(digits.data))]
    for path, y in zip(X, digits.data, strict=True):
        soundfile.write(path, y, digits.sr)
    y = digits.target.tolist()
    folds = [(a.tolist(), b.tolist()) for a, b in StratifiedKFold(3).split(X, y)]
    steps = make_pipeline(MFCC(sr=SR), StatPooling(), FunctionTransformer(slowly), LogisticRegression(max_iter=1000))
    grid = {"mfcc__n_mfcc": [10, 20], "logisticregression__C": [1e-3, 1e-2, 0.1, 1.0, 10.0, 100.0]}
    search = GridSearchCV(steps, grid, cv=folds, refit=False, error_score="raise")
    with joblib.parallel_config(**backend):
        on_start()
        results = search.fit(X, y).cv_results_
    return np.array([results[f"split{i}_test_score"] for i in range(3)])


def search(report, folder):
    """36 fits with two workers killed."""
    start = time.perf_counter()
    expected = searched(folder, {"backend": "loky", "n_jobs": 1}, lambda: None)
    report.line(f"36 fits in one process: {time.perf_counter() - start:.0f} s")
    with dask_cluster() as (_, client):
        rng, killed = random.Random(0), []

        def kill():
            for _ in range(2):
                time.sleep(6.0)
                killed.append(kill_a_worker(client, rng))

        thread = threading.Thread(target=kill)
        start = time.perf_counter()
        scores = searched(folder, {"backend": "dask", "client": client, "n_jobs": -1}, thread.start)
        report.line(f"on two workers, {sum(killed)} of them killed: {time.perf_counter() - start:.0f} s")
        thread.join()
    report.figure("scores equal", np.array_equal(scores, expected), 1)


def growth(report, folder):
    """Memory of the client, and tasks of the scheduler, over the number of files that were extracted before."""
    with dask_cluster() as (cluster, _):
        for n in (1_000, 10_000):  # of 100,000, see the part extract
            (folder / str(n)).mkdir()
            files, _ = write_files(folder / str(n), n, 0.05)
            with watched_tasks(cluster) as n_tasks:
                result = run_client(cluster, folder, files, folder / f"set{n}")
            report.line(
                f"{n:7} files: client {result['peak_mb']:.0f} MB, at most {max(n_tasks)} tasks at the scheduler"
            )


def ray(report, folder):
    """Extract on two actors of Ray, one of which is killed."""
    import ray
    from ray.util.joblib import register_ray

    files, _ = write_files(folder, 10_000, 0.2, 5)
    register_ray()
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    warnings.simplefilter("ignore")
    seconds_of(folder / "serial", files, 250, backend="loky", n_jobs=1)
    backend = {"backend": "ray", "n_jobs": 2, "ray_remote_args": RAY}
    report.line(f"{len(files)} files on Ray: {seconds_of(folder / 'undisturbed', files, 250, **backend):.0f} s")

    def kill():
        import psutil

        time.sleep(12)
        actors = [p for p in psutil.process_iter() if "PoolActor" in p.name() or "PoolActor" in " ".join(p.cmdline())]
        killed.extend(actor.pid for actor in actors[:1])
        for pid in killed:
            os.kill(pid, signal.SIGKILL)

    killed = []
    thread = threading.Thread(target=kill)
    thread.start()
    seconds = seconds_of(folder / "disturbed", files, 250, **backend)
    thread.join()
    ray.shutdown()
    report.line(f"the same with {len(killed)} actor killed: {seconds:.0f} s")
    report.figure("datasets equal, row by row", equal(folder / "serial", folder / "disturbed"), 1)


PARTS = {part.__name__: part for part in (extract, pace, detect, search, growth, ray)}


def main():
    if sys.argv[1:2] == ["client"]:
        client_process(*sys.argv[2:])
        return
    for name in sys.argv[1:] or PARTS:
        report = Report(f"scale_{name}")
        report.line(PARTS[name].__doc__.splitlines()[0])
        with tempfile.TemporaryDirectory() as folder:
            PARTS[name](report, Path(folder))
        report.write()


if __name__ == "__main__":
    main()
