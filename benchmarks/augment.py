"""Data augmentation: run time relative to the unavoidable part, and gain in accuracy with few recordings.

Run as ``SKAUDIO_DATA=... python benchmarks/augment.py [costs] [gains] [network] [epochs] [surroundings]``; ten
minutes for the first two, half an hour for each of the others.

Gains: two pipelines, each with and without copies: one with default parameters except for the sampling rate, and the
one chosen in `accuracy.py` with speakers left out. For the latter, ranges and number of copies were chosen by nested
cross-validation: training without a speaker and without a second one, who was scored; as each speaker was a second one
in turn, the gain may be slightly optimistic. Network: the default network, with frames augmented in each epoch;
additional noise and strong stretching decreased its accuracy (0.933 with the three augmenters of the SVM), and one copy
by VTLP was as accurate as none on six such folds. Surroundings: each augmenter with default parameters; ranges were
reduced on training folds, after scores of larger ranges had been seen here.
"""

import sys
from functools import partial

import numpy as np
from defaults import some_digits
from joblib import Parallel, delayed
from measure import Report, interleaved
from sklearn.base import clone
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.utils import Bunch

from skaudio.augment import (
    VTLP,
    AddNoise,
    AugmentedEstimator,
    BandFilter,
    Clip,
    Convolve,
    Gain,
    PitchShift,
    TimeShift,
    TimeStretch,
)
from skaudio.datasets import fetch_esc10, fetch_spoken_digits
from skaudio.dsp import istft, stft
from skaudio.estimators import CNNClassifier, GRUClassifier
from skaudio.features import MFCC, MelSpectrogram, Waveform
from skaudio.pooling import StatPooling

SR = 16000
VOICE = {"sr": 8000, "trim_db": 30.0, "level": -20.0, "top_db": 60.0}
CHANGES = [VTLP(alpha=(0.9, 1.1)), TimeStretch(rate=(0.7, 1.4)), AddNoise(snr_db=(15.0, 40.0))]


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


def by_speaker(digits, *models):
    """Score models, leaving out one speaker at a time; return scores ``(n_models, n_speakers)``."""
    folds = list(LeaveOneGroupOut().split(digits.data, groups=digits.groups))
    jobs = (delayed(accuracy)(model, digits, *fold) for model in models for fold in folds)
    return np.reshape(Parallel(n_jobs=2)(jobs), (len(models), len(folds)))


def gains(report):
    digits = fetch_spoken_digits()
    parts = StatPooling(stats=(), segments=8, segment_stats=("mean", "std"))
    pipes = {
        "a plain one": (MFCC(sr=8000), StatPooling()),
        "a good one": (MFCC(n_mfcc=13, deltas=1, **VOICE), parts),
    }
    for name, steps in pipes.items():
        pipe = make_pipeline(*steps, StandardScaler(), SVC(C=10))
        copies = [AugmentedEstimator(pipe, CHANGES, n_copies=n, random_state=0) for n in (3, 6)]
        scores = by_speaker(digits, pipe, *copies)
        for said, own in zip(("as they are", "with 3 copies", "with 6 copies"), scores, strict=True):
            report.line(f"  digits, one speaker left out, {name}, {said}: {np.round(own, 3)}, mean {own.mean():.4f}")
        mean = scores.mean(axis=1)
        report.figure(f"Gain of MFCC + StatPooling + SVC, {name}, by 3 copies", mean[1] - mean[0], 0.03)
        report.line(f"  by 6 copies: {mean[2] - mean[0]:.4f}")


def network(report):
    digits = fetch_spoken_digits()
    frames = MelSpectrogram(n_fft=256, hop_length=80, n_mels=40, **VOICE)
    pipe = make_pipeline(frames, CNNClassifier(random_state=0))
    (own,) = by_speaker(digits, AugmentedEstimator(pipe, VTLP(), n_copies=1, random_state=0))
    report.line(f"  digits, one speaker left out, CNNClassifier() with a copy by VTLP: {np.round(own, 3)}")
    report.figure("FSDD, leave one speaker out, CNNClassifier() with copies", own.mean(), 0.94)


def epochs(report):
    """Compare copies drawn in each epoch with fixed ones, at equal numbers of steps."""
    data, target, speakers = some_digits()
    clips = np.empty(len(data), dtype=object)
    clips[:] = [frames[:, 0] for frames in Waveform(sr=8000).fit_transform(data)]
    digits = Bunch(data=clips, target=target, groups=speakers)
    changes = [VTLP(), AddNoise()]
    frames = MelSpectrogram(n_fft=256, hop_length=80, n_mels=40, **VOICE)
    for name, model in (("CNN", CNNClassifier(random_state=0)), ("GRU", GRUClassifier(random_state=0))):
        pipe = make_pipeline(frames, model)
        fewer = clone(pipe).set_params(**{f"{pipe.steps[-1][0]}__epochs": 10})
        scores = by_speaker(
            digits,
            pipe,
            AugmentedEstimator(fewer, changes, n_copies=2, random_state=0),
            AugmentedEstimator(pipe, changes, each_epoch=True, random_state=0),
        )
        settings = ("as they are, 30 epochs", "with two copies, 10 epochs", "drawn in each epoch, 30 epochs")
        for said, own in zip(settings, scores, strict=True):
            report.line(
                f"  600 digits, one speaker left out, {name}, {said}: {np.round(own, 3)}, mean {own.mean():.4f}"
            )


def surroundings(report):
    """Add a copy of each clip by each augmenter with default parameters, for sounds that large changes harm."""
    esc10 = fetch_esc10()
    folds = list(LeaveOneGroupOut().split(esc10.data, groups=esc10.groups))
    clips = [frames[:, 0] for frames in Waveform(sr=22050, n_jobs=2).fit_transform(esc10.data)]
    esc10.data = np.empty(len(clips), dtype=object)
    esc10.data[:] = clips
    pipe = make_pipeline(MFCC(sr=22050, deltas=2), StatPooling(), StandardScaler(), SVC(C=10))
    models = {"as they are": pipe}
    for kind in (TimeShift, Gain, AddNoise, Convolve, VTLP, PitchShift, TimeStretch, BandFilter, Clip):
        models[kind.__name__] = AugmentedEstimator(pipe, kind(), n_copies=1, random_state=0)
    frames = MelSpectrogram(sr=22050, n_fft=2048, hop_length=882, n_mels=96, level=-20.0)
    models["CNNClassifier(), its own augmentation"] = make_pipeline(frames, CNNClassifier(random_state=0))
    models["CNNClassifier() without any"] = make_pipeline(frames, CNNClassifier(random_state=0, augmentation=None))
    jobs = (delayed(accuracy)(model, esc10, *fold) for model in models.values() for fold in folds)
    scores = dict(zip(models, np.reshape(Parallel(n_jobs=2)(jobs), (-1, len(folds))), strict=True))
    for name, own in scores.items():
        report.line(f"  ESC-10, {name}: {np.round(own, 4)}, mean {own.mean():.4f}")
    of_svm = {name: own.mean() - scores["as they are"].mean() for name, own in scores.items() if "CNN" not in name}
    worst = min(of_svm, key=of_svm.get)
    report.figure(f"ESC-10, an SVM's gain by copies, of the worst augmenter ({worst})", of_svm[worst], 0.0)
    own, without = (scores[name].mean() for name in list(scores)[-2:])
    report.figure("ESC-10, what a CNN's own augmentation gains", own - without, 0.0)


if __name__ == "__main__":
    parts = {"costs": costs, "gains": gains, "network": network, "epochs": epochs, "surroundings": surroundings}
    for part in sys.argv[1:] or list(parts):
        report = Report(f"augment_{part}")
        parts[part](report)
        report.write()
