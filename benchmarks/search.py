"""Grid search over front ends and models, compared with the same search with librosa, and on the console.

Run as ``SKAUDIO_DATA=... python benchmarks/search.py [librosa] [digits] [sounds] [calls]`` with the recordings
available (see `skaudio.datasets`; for calls, a folder ``forest`` as in ``events.py``); five minutes for the first, ten
for each of the others on two cores.

Librosa: four front ends, three models and five folds by speaker, on 3,000 recordings, by features of librosa in a
FunctionTransformer. The cache of skaudio is empty at the start.

Digits, sounds, calls: ``skaudio search`` with its quick grid, in a process of its own: spoken digits with folds by
speaker, ESC-10 with its own, and calls of a bird cut from forest recordings, beside background from the same
recordings, with folds by recording. Of each kind of front end and model, the best candidate is listed; its score is
flattered, as it was chosen on the folds that it is scored on. Seconds are those of all processor cores together.
"""

import csv
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import librosa
import numpy as np
import soundfile
from joblib import Parallel, delayed
from measure import Report
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import fetch_spoken_digits, get_data_home
from skaudio.features import MFCC, MelSpectrogram
from skaudio.io import audio_info, load
from skaudio.pooling import StatPooling

SR = 8000
STFT = {"n_fft": 256, "hop_length": 64, "n_mels": 40}
MODELS = [SVC(C=10), LinearDiscriminantAnalysis(), KNeighborsClassifier()]


def librosa_statistics(paths, *, n_mfcc=None, deltas=0):
    rows = []
    for path in paths:
        y, _ = librosa.load(path, sr=SR)
        if n_mfcc is None:
            frames = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=SR, **STFT))
        else:
            frames = librosa.feature.mfcc(y=y, sr=SR, n_mfcc=n_mfcc, **STFT)
        frames = np.vstack([frames, *(librosa.feature.delta(frames, order=n) for n in range(1, deltas + 1))])
        rows.append(np.concatenate([frames.mean(axis=1), frames.std(axis=1)]))
    return np.array(rows)


def with_librosa():
    settings = [{"n_mfcc": 20}, {"n_mfcc": 20, "deltas": 1}, {"n_mfcc": 20, "deltas": 2}, {"n_mfcc": None, "deltas": 1}]
    steps = [("sound", FunctionTransformer(librosa_statistics)), ("scale", StandardScaler()), ("model", SVC())]
    return Pipeline(steps), {"sound__kw_args": settings, "model": MODELS}


def with_skaudio(memory):
    common = {"sr": SR, **STFT, "memory": memory}
    front_ends = [*(MFCC(deltas=deltas, **common) for deltas in (0, 1, 2)), MelSpectrogram(deltas=1, **common)]
    pool = StatPooling(stats=("mean", "std"))
    steps = [("sound", MFCC()), ("pool", pool), ("scale", StandardScaler()), ("model", SVC())]
    return Pipeline(steps), {"sound": front_ends, "model": MODELS}


def search(pipeline, grid, digits):
    start = time.perf_counter()
    found = GridSearchCV(pipeline, grid, cv=GroupKFold(5), n_jobs=2).fit(
        digits.data, digits.target, groups=digits.groups
    )
    return time.perf_counter() - start, found.best_score_


def compare_with_librosa(report):
    digits = fetch_spoken_digits()
    Parallel(n_jobs=2)(delayed(len)(()) for _ in range(8))  # start the worker processes, which both use
    ours, theirs = [], []
    for side in (ours, theirs, ours, theirs, ours):  # interleaved; the minimum of each is reported
        if side is theirs:
            theirs.append(search(*with_librosa(), digits))
            report.line(f"librosa: {theirs[-1][0]:.1f} s, best score {theirs[-1][1]:.4f}")
            continue
        with tempfile.TemporaryDirectory() as folder:
            ours.append(search(*with_skaudio(folder), digits))
        report.line(f"skaudio: {ours[-1][0]:.1f} s, best score {ours[-1][1]:.4f}")
    report.figure("Wall time of the search with librosa, times ours", min(theirs)[0] / min(ours)[0], 10.0)
    report.figure("Difference of the best scores", abs(theirs[0][1] - ours[0][1]), 0.002, at_most=True)


def cut_calls(folder):
    """Write each call, and background of the same recordings in between, as clips; return the path of their table."""
    home = get_data_home() / "forest"
    with (home / "recordings.csv").open() as file:
        paths = [row["path"] for row in csv.DictReader(file)]
    with (home / "annotations.csv").open() as file:
        calls = [(row["path"], float(row["onset"]), float(row["offset"])) for row in csv.DictReader(file)]
    length = float(np.median([offset - onset for _, onset, offset in calls]))
    rows = [("path", "label", "group")]

    def cut(path, onset, offset, label):
        name = f"{label}_{len(rows):03d}.wav"
        y, sr = load(home / path, sr=None, offset=onset, duration=offset - onset)
        soundfile.write(folder / name, y, int(sr))
        rows.append((name, label, Path(path).stem))

    for path in paths:
        own = [call for call in calls if call[0] == path]
        for _, onset, offset in own:
            cut(path, onset, offset, "call")
        starts = np.arange(0.0, audio_info(home / path).duration_seconds - length, length)
        free = [s for s in starts if all(s + length + 1 < onset or s > offset + 1 for _, onset, offset in own)]
        for onset in np.random.default_rng(0).permutation(free)[: max(3, len(own))]:
            cut(path, onset, onset + length, "background")
    table = folder / "clips.csv"
    with table.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return table


def search_on_the_console(report, what, *arguments, goal):
    """Run ``skaudio search``; report the best candidate of each kind of front end and model."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "skaudio", "search", *map(str, arguments), "--quiet"]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(
            [*command, "--output", f"{folder}/model.joblib"], check=True, stdout=subprocess.PIPE, text=True
        )
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    report.line(f"{what}: {done.stdout.splitlines()[0].partition(': ')[2]}")
    kinds = {}
    for score, candidate in re.findall(r"^ *\d+ +([\d.]+) \S+ [\d.]+ +[\d.]+  (.*)$", done.stdout, re.MULTILINE):
        front_end, *_, model = re.split(r", (?![^(]*\))", candidate)
        name = re.search(r"model=(\w+)", front_end)
        kind = name[1] if name else front_end.partition("(")[0]
        kinds.setdefault((kind, model), (float(score), candidate))
    best, *_ = kinds.values()
    report.figure(f"    the best, {best[1]}", best[0], goal)
    for (kind, model), (score, _) in kinds.items():
        report.line(f"    {score:.3f} {kind}, {model}")
    report.line(f"    {seconds:.0f} s of processor time, {wall:.0f} s on a machine that did other work too")


def digits(report):
    arguments = [get_data_home() / "fsdd" / "recordings", "--labels", r"^(\d)", "--groups", "_([a-z]+)_"]
    search_on_the_console(report, "Spoken digits", *arguments, goal=0.95)


def sounds(report):
    search_on_the_console(report, "ESC-10", get_data_home() / "esc10", "--groups", r"^(\d)", goal=0.96)


def calls(report):
    with tempfile.TemporaryDirectory() as folder:
        search_on_the_console(report, "Calls of a bird", cut_calls(Path(folder)), "--groups", goal=0.96)


if __name__ == "__main__":
    parts = {"librosa": compare_with_librosa, "digits": digits, "sounds": sounds, "calls": calls}
    for part in sys.argv[1:] or parts:
        report = Report("search" if part == "librosa" else f"search_{part}")
        parts[part](report)
        report.write()
