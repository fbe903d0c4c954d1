"""Grid search over front ends and models, compared with the same search with librosa in a FunctionTransformer.

Run as ``python benchmarks/search.py`` with the digits available (see `skaudio.datasets.fetch_spoken_digits`); five
minutes on two cores. Four front ends, three models and five folds by speaker, on 3,000 recordings. The cache of skaudio
is empty at the start.
"""

import tempfile
import time

import librosa
import numpy as np
from joblib import Parallel, delayed
from measure import Report
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import fetch_spoken_digits
from skaudio.features import MFCC, MelSpectrogram
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


if __name__ == "__main__":
    report = Report("search")
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
    report.write()
