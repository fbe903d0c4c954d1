"""Augmentation: what it costs beside what cannot be saved, and what it gains where recordings are few.

Run as ``SKAUDIO_DATA=... python benchmarks/augment.py``; ten minutes. Gains are of one pipeline, the same with and
without copies; how it is set was chosen when speakers were left out in `accuracy.py`, ranges of the copies are the
defaults of their augmenters.
"""

from functools import partial

import numpy as np
from joblib import Parallel, delayed
from measure import Report, interleaved
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.augment import VTLP, AddNoise, AugmentedEstimator, Gain, TimeShift, TimeStretch
from skaudio.datasets import fetch_spoken_digits
from skaudio.dsp import istft, stft
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

SR = 16000
WORDS = MFCC(sr=8000, n_mfcc=13, deltas=1, trim_db=30.0, level=-20.0, top_db=60.0)


def costs(report):
    batch = np.random.default_rng(0).standard_normal((1000, SR)).astype(np.float32)
    other = batch[::-1].copy()
    cheap = {"TimeShift": TimeShift(), "AddNoise": AddNoise(), "Gain": Gain()}
    calls = [partial(augmenter.augment, batch, sr=SR, random_state=0) for augmenter in cheap.values()]
    bare, *times = interleaved(lambda: batch + other, *calls, repeats=7)
    for name, seconds in zip(cheap, times, strict=True):
        report.figure(f"{name}, times a bare NumPy add over the batch", seconds / bare, 3.0, at_most=True)

    def there_and_back():
        for y in batch:
            istft(stft(y, n_fft=512), n_fft=512, length=SR)

    bare, seconds = interleaved(there_and_back, partial(VTLP().augment, batch, sr=SR, random_state=0), repeats=3)
    report.figure("VTLP, times the STFT and its inverse", seconds / bare, 4.0, at_most=True)


def accuracy(model, data, train, test):
    return model.fit(data.data[train], data.target[train]).score(data.data[test], data.target[test])


def gains(report):
    digits = fetch_spoken_digits()
    pool = StatPooling(stats=(), segments=8, segment_stats=("mean", "std"))
    pipe = make_pipeline(WORDS, pool, StandardScaler(), SVC(C=10))
    copies = AugmentedEstimator(pipe, [VTLP(), TimeStretch(), AddNoise()], random_state=0)
    folds = list(LeaveOneGroupOut().split(digits.data, groups=digits.groups))
    jobs = (delayed(accuracy)(model, digits, *fold) for model in (pipe, copies) for fold in folds)
    scores = np.reshape(Parallel(n_jobs=2)(jobs), (2, len(folds)))
    for name, own in zip(("as they are", "with copies"), scores, strict=True):
        report.line(f"  digits, one speaker left out, {name}: {np.round(own, 3)}, mean {own.mean():.4f}")
    gain = scores.mean(axis=1)
    report.figure("Gain by three copies with VTLP, TimeStretch and AddNoise", gain[1] - gain[0], 0.03)


if __name__ == "__main__":
    report = Report("augment")
    costs(report)
    gains(report)
    report.write()
