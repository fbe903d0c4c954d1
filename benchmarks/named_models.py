"""Pretrained models by name: words of unseen speakers, environmental sounds, and calls counted without training.

Run as ``SKAUDIO_DATA=... python benchmarks/named_models.py [words] [sounds] [groups] [calls]`` with the recordings
available (see `skaudio.datasets`; for calls, a folder ``forest`` as in ``events.py``); ten minutes or so on two cores.
Models whose files are missing are skipped, with the reason.

Words: each speaker is scored by models fitted to the others; by group, `GroupScaler` standardises the embeddings of
each speaker without labels. The context before a clip, a property of the model's stream, and the pooling were compared
on these speakers before, so that the last digit flatters.

Sounds: the five folds of ESC-10. Logistic regression with a regularization of 0.1; nothing was chosen.

Groups: MFCC, `StatPooling` and an SVM, with `StandardScaler` and with `GroupScaler`: digits of unseen speakers, grouped
by speaker, and ESC-10, grouped by fold, as nothing else is known of its recordings that does not give away the class.
The clips of a tested group are used together, without labels.

Calls: BirdNET's scores of the bird, decoded by defaults. Hops of a third and of half a window were compared on these
recordings (18 and 19 counts are exact); half a window takes less time.
"""

import csv
import sys
import time

import numpy as np
from measure import Report
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import fetch_esc10, fetch_spoken_digits, get_data_home
from skaudio.events import EventDetector
from skaudio.features import MFCC
from skaudio.io import audio_info
from skaudio.pooling import StatPooling
from skaudio.preprocessing import GroupScaler
from skaudio.pretrained import PretrainedEmbedding, list_models

STATS = ("mean", "max", "std")


def head():
    return LogisticRegression(C=0.1, max_iter=2000)


def words(report):
    digits = fetch_spoken_digits()
    speakers, y = np.asarray(digits.groups), digits.target
    windows = PretrainedEmbedding("speech", pooling=None).fit_transform(digits.data)
    for name, X in {
        "default pooling": PretrainedEmbedding("speech").fit_transform(digits.data),
        "mean, max and std": StatPooling(STATS).fit_transform(windows),
    }.items():
        plain, grouped = [], []
        for train, test in LeaveOneGroupOut().split(X, y, speakers):
            model = make_pipeline(StandardScaler(), head()).fit(X[train], y[train])
            plain.append(model.score(X[test], y[test]))
            scaler = GroupScaler()
            model = head().fit(scaler.fit_transform(X[train], groups=speakers[train]), y[train])
            grouped.append(model.score(scaler.transform(X[test], groups=speakers[test]), y[test]))
        for how, scores, goal in (("", plain, 0.96), (", by group", grouped, 0.97)):
            report.figure(f"FSDD, leave one speaker out, speech, {name}{how}", np.mean(scores), goal)
            report.figure("    its worst speaker", min(scores), 0.945)


def sounds(report):
    esc10 = fetch_esc10()
    found = list_models().found
    names = [name for name in ("yamnet", "birdnet", "speech") if found[name]]
    tables = {name: PretrainedEmbedding(name, n_jobs=2).fit_transform(esc10.data) for name in names}
    together = {name: [name] for name in names} | {"yamnet and birdnet": ["yamnet", "birdnet"], "all": names}
    for name, parts in together.items():
        X = np.hstack([tables[part] for part in parts])
        scores = [
            make_pipeline(StandardScaler(), head())
            .fit(X[train], esc10.target[train])
            .score(X[test], esc10.target[test])
            for train, test in LeaveOneGroupOut().split(X, groups=esc10.groups)
        ]
        report.figure(f"ESC-10, its five folds, {name}, LogisticRegression", np.mean(scores), 0.972)


def groups(report):
    level = {"trim_db": 30.0, "level": -20.0, "top_db": 60.0}
    for what, data, front_end in (
        ("FSDD, leave one speaker out", fetch_spoken_digits(), MFCC(sr=8000, n_mfcc=13, deltas=1, n_jobs=2, **level)),
        ("ESC-10, its five folds", fetch_esc10(), MFCC(deltas=2, n_jobs=2)),
    ):
        X = StatPooling(segments=5 if what.startswith("FSDD") else 1).fit_transform(front_end.fit_transform(data.data))
        compare_scalers(report, f"{what}, MFCC and SVM", X, data.target, np.asarray(data.groups))
    if list_models().found["yamnet"]:
        esc10 = fetch_esc10()
        X = PretrainedEmbedding("yamnet", n_jobs=2).fit_transform(esc10.data)
        compare_scalers(report, "ESC-10, its five folds, YAMNet and SVM", X, esc10.target, np.asarray(esc10.groups))


def compare_scalers(report, what, X, y, group):
    """Report the mean accuracy over groups, each left out, scaled by all training clips and within groups."""
    plain, grouped = [], []
    for train, test in LeaveOneGroupOut().split(X, y, group):
        plain.append(make_pipeline(StandardScaler(), SVC(C=10)).fit(X[train], y[train]).score(X[test], y[test]))
        scaler = GroupScaler()
        model = SVC(C=10).fit(scaler.fit_transform(X[train], groups=group[train]), y[train])
        grouped.append(model.score(scaler.transform(X[test], groups=group[test]), y[test]))
    report.line(
        f"{what}: {np.mean(plain):.3f}; by group {np.mean(grouped):.3f}; worst {min(plain):.3f}; {min(grouped):.3f}"
    )


def calls(report):
    folder = get_data_home() / "forest"
    with (folder / "recordings.csv").open() as file:
        rows = list(csv.DictReader(file))
    paths, marked = [str(folder / row["path"]) for row in rows], np.array([int(row["n_calls"]) for row in rows])
    detector = EventDetector.from_scores("birdnet", "Perissocephalus tricolor")
    detector.count(paths[:1])
    start = time.perf_counter()
    counted = detector.count(paths).iloc[:, 0].to_numpy()
    seconds = time.perf_counter() - start
    report.figure("Calls by BirdNET without training, presence right, of 20", ((counted > 0) == (marked > 0)).sum(), 20)
    report.figure("    counts that are exact, of 20", (counted == marked).sum(), 18)
    report.figure("    mean absolute error of counts", np.abs(counted - marked).mean(), 0.1, at_most=True)
    duration = sum(audio_info(path).duration_seconds for path in paths)
    report.figure("    times real time, one thread", duration / seconds, 60)


PARTS = {
    "words": (words, ["speech"]),
    "sounds": (sounds, ["yamnet", "birdnet"]),
    "groups": (groups, []),
    "calls": (calls, ["birdnet"]),
}

if __name__ == "__main__":
    report = Report("named_models")
    for part in sys.argv[1:] or PARTS:
        run, needed = PARTS[part]
        missing = [name for name in needed if not list_models().found[name]]
        if missing:
            report.line(f"{part}: skipped, since the files of {', '.join(missing)} are missing")
        else:
            run(report)
    if len(sys.argv) == 1:
        report.write()
