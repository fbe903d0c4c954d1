"""All networks with default parameters, with the augmentation of their kind of input and without augmentation.

Run as ``SKAUDIO_DATA=... python benchmarks/defaults.py [--choose] [input ...] [model ...]``, also with YAMNet;
many hours for all, minutes for one of each. Results are written after each input.

A line is one network on one kind of input: the score with default parameters, the score with ``augmentation=None``, and
the mean and standard error of their difference over folds and seeds. No default may be worse by more than a standard
error. Scores are accuracy, macro F1 of on and off, or R2 of weights.

With ``--choose``, candidates of ``augmentation="auto"`` are compared on the training folds: the last fold is excluded,
and each of two others is scored by models trained on the rest. Words are split by speakers, and sounds of ESC-10 by the
folds of the data set.
"""

import sys
import time
import warnings
from dataclasses import replace

import numpy as np
from measure import Report
from scipy.spatial.transform import Rotation
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer, load_iris, load_wine
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold

from skaudio._learning import BY_KIND, Augmentation
from skaudio.datasets import fetch_esc10, fetch_spoken_digits
from skaudio.estimators import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    GRUClassifier,
    GRURegressor,
    LSTMClassifier,
    LSTMRegressor,
    SiameseMatcher,
)
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import FramePadder
from skaudio.pretrained import PretrainedEmbedding

WORDS = {"sr": 8000, "n_fft": 256, "hop_length": 80, "top_db": 60.0, "trim_db": 30.0, "level": -20.0}
SURROUNDINGS = {"sr": 22050, "n_fft": 2048, "hop_length": 882, "level": -20.0}
SEEDS = (0, 1)
N_FOLDS = 3


def some_digits(n_takes=10):
    """Return clips, digits and speakers of ``n_takes`` clips of each digit by each speaker."""
    digits = fetch_spoken_digits()
    who = np.asarray(digits.groups)
    take = [
        np.flatnonzero((who == speaker) & (digits.target == digit))[:n_takes]
        for speaker in np.unique(who)
        for digit in np.unique(digits.target)
    ]
    take = np.concatenate(take)
    return digits.data[take], digits.target[take], who[take]


def spoken_digits(front_end):
    """Return ten takes of each digit by each speaker; folds are split by speaker."""
    data, target, speakers = some_digits()
    return front_end.fit_transform(data), target, np.unique(speakers, return_inverse=True)[1] // 2


def environments(front_end):
    esc10 = fetch_esc10()
    return front_end.fit_transform(esc10.data), esc10.target, np.asarray(esc10.groups) - 1


def walk(rng, weight, sway):
    """Simulate a walk (n_samples, 6): the axes of an accelerometer and of a gyroscope."""
    t = np.arange(int(50 * rng.uniform(4, 7))) / 50
    pace, loudness = rng.uniform(1.6, 2.2), rng.uniform(0.5, 2.0)
    since_step = t % (1 / pace)
    ringing = np.exp(-6 * since_step) * np.sin(2 * np.pi * (60 / np.sqrt(weight)) * since_step)
    swaying = sway * np.sin(np.pi * pace * t)
    axes = loudness * np.column_stack([ringing, swaying, 0.3 * ringing + 0.2 * swaying])
    axes = axes @ Rotation.from_rotvec(rng.normal(0, 0.3, 3)).as_matrix()
    both = np.column_stack([axes, np.gradient(axes, axis=0)])
    return (both + 0.1 * rng.standard_normal(both.shape)).astype(np.float32)


def gait(*, regression):
    """Return walks, five per person, with weights, or with whether the gait is impaired: more sway to one side."""
    rng = np.random.default_rng(0)
    persons = np.repeat(np.arange(60), 5)
    weights, impaired = rng.uniform(50, 110, 60)[persons], (persons % 2).astype(bool)
    walks = np.empty(len(persons), dtype=object)
    walks[:] = [
        walk(rng, weight, 0.5 if regression else (0.62 if bad else 0.5) * rng.uniform(0.9, 1.1))
        for weight, bad in zip(weights, impaired, strict=True)
    ]
    return walks, weights if regression else impaired, persons % N_FOLDS


def power(seed=0):
    """Return series of 100 readings of the power of a house, and which of five appliances are on."""
    rng = np.random.default_rng(seed)
    n, t = 2000, np.arange(100)
    loads, periods = np.array([0.15, 0.4, 0.8, 1.5, 2.2]), np.array([0, 12, 0, 25, 0])
    on = rng.random((n, 5)) < 0.35
    X = 0.1 * rng.standard_normal((n, 100)).cumsum(axis=1) * 0.3 + rng.uniform(0.1, 0.6, (n, 1))
    for i, (load, period) in enumerate(zip(loads, periods, strict=True)):
        for row in np.flatnonzero(on[:, i]):
            start, length = rng.integers(0, 70), rng.integers(15, 60)
            shape = ((t >= start) & (t < start + length)).astype(float)
            shape *= (np.sin(2 * np.pi * t / period + rng.uniform(0, 6)) > 0) if period else 1.0
            X[row] += load * rng.uniform(0.9, 1.1) * shape
    return X.astype(np.float32)[..., np.newaxis], on.astype(int), np.arange(n) % N_FOLDS


def table(load):
    X, y = load(return_X_y=True)
    folds = np.empty(len(y), int)
    for number, (_, test) in enumerate(StratifiedKFold(N_FOLDS, shuffle=True, random_state=0).split(X, y)):
        folds[test] = number
    return X, y, folds


INPUTS = {
    "words-mel": lambda: spoken_digits(MelSpectrogram(n_mels=40, **WORDS)),
    "words-mfcc": lambda: spoken_digits(MFCC(n_mels=40, **WORDS)),
    "esc10-mel": lambda: environments(MelSpectrogram(n_mels=96, **SURROUNDINGS)),
    "esc10-mfcc": lambda: environments(MFCC(**SURROUNDINGS)),
    "esc10-yamnet": lambda: environments(PretrainedEmbedding("yamnet", pooling=None)),
    "gait-weight": lambda: gait(regression=True),
    "gait-impaired": lambda: gait(regression=False),
    "power": power,
    "table-wine": lambda: table(load_wine),
    "table-cancer": lambda: table(load_breast_cancer),
    "table-iris": lambda: table(load_iris),
}
CLASSIFIERS = {
    "cnn": CNNClassifier(),
    "lenet": CNNClassifier("lenet"),
    "keyword": CNNClassifier("keyword"),
    "plain": CNNClassifier("plain"),
    "gru": GRUClassifier(),
    "lstm": LSTMClassifier(),
    "crnn": CRNNClassifier(),
    "siamese-cnn": SiameseMatcher("cnn"),
    "siamese-gru": SiameseMatcher("gru"),
    "siamese-dense": SiameseMatcher("dense"),
    "siamese": SiameseMatcher(None),
}
REGRESSORS = {
    "cnn": CNNRegressor(),
    "lenet": CNNRegressor("lenet"),
    "plain": CNNRegressor("plain"),
    "gru": GRURegressor(),
    "lstm": LSTMRegressor(),
}
MIN_IMAGE = 5  # minimum number of frames and of channels for "plain"
ONE_LENGTH = {"plain", "siamese-dense"}
# Candidates of "auto" for each kind of input, and for spectra.
CANDIDATES = {
    "none": Augmentation(),
    "mixup": Augmentation(mixup=0.2),
    "crop": Augmentation(crop=0.1),
    "crop, mixup": Augmentation(crop=0.1, mixup=0.2),
    "crop, stretch": Augmentation(crop=0.1, stretch=0.15),
    "crop, stretch, mixup": Augmentation(crop=0.1, stretch=0.15, mixup=0.2),
    "crop, time mask, mixup": Augmentation(crop=0.1, time_masks=1, mixup=0.2),
    "crop, stretch, time mask, mixup": Augmentation(crop=0.1, stretch=0.15, time_masks=1, mixup=0.2),
}
BANDS = BY_KIND["bands"]
CANDIDATES_OF_BANDS = {
    "bands": BANDS,
    "bands without mixup": replace(BANDS, mixup=0.0),
    "bands without masks": replace(BANDS, time_masks=0, channel_masks=0),
    "bands without masks, mixup": replace(BANDS, time_masks=0, channel_masks=0, mixup=0.0),
    "bands without warp": replace(BANDS, warp=0.0),
    "bands without equalization": replace(BANDS, equalization=0.0),
    "bands without crop, stretch": replace(BANDS, crop=0.0, stretch=0.0),
}


def score(model, frames, y, train, test):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(frames[train], y[train])
        if y.ndim == 2:
            return f1_score(y[test], model.predict(frames[test]), average="macro")
        return model.score(frames[test], y[test])


def splits(folds, *, choose):
    numbers = np.unique(folds)
    for number in numbers[: min(len(numbers) - 1, 2)] if choose else numbers[:N_FOLDS]:
        kept = folds != (numbers[-1] if choose else number)
        yield np.flatnonzero(kept & (folds != number)), np.flatnonzero(folds == number)


def compare(report, what, model, data, settings, *, choose):
    """Print mean scores over folds and seeds for each setting, and the lead of the first over the others."""
    frames, y, folds = data
    scores = {name: [] for name in settings}
    for train, test in splits(folds, choose=choose):
        for seed in SEEDS[:1] if choose else SEEDS:
            for name, change in settings.items():
                one = clone(model).set_params(random_state=seed)
                scores[name].append(score(change(one), frames, y, train, test))
    first = np.array(next(iter(scores.values())))
    for name, values in scores.items():
        differences = first - values
        error = differences.std(ddof=1) / np.sqrt(len(values))
        report.line(f"{what:<28} {name:<34} {np.mean(values):6.3f}  {differences.mean():+.3f} +- {error:.3f}")
    return first, scores


def with_candidate(augmentation):
    def change(model):
        for kind in BY_KIND:
            BY_KIND[kind] = augmentation
        # Also in networks that do not mask by default.
        return model.set_params(spec_augment=True) if augmentation.channel_masks else model

    return change


def table_of(name, models, *, choose):
    """Compare settings of the given models, or of all models suitable for an input."""
    report = Report(f"{'augmentation' if choose else 'defaults'}_{name}")
    own = {"default": lambda model: model, "augmentation=None": lambda model: model.set_params(augmentation=None)}
    candidates = {**CANDIDATES, **(CANDIDATES_OF_BANDS if name.endswith("mel") else {})}
    settings = {key: with_candidate(augmentation) for key, augmentation in candidates.items()} if choose else own
    frames, y, folds = INPUTS[name]()
    suitable = REGRESSORS if y.dtype.kind == "f" else CLASSIFIERS
    worse = []
    for model_name in models or suitable:
        if model_name not in suitable or (model_name.startswith("siamese") and y.ndim == 2):
            continue
        padded = model_name in ONE_LENGTH and frames.dtype == object
        X = FramePadder().fit_transform(frames) if padded else frames
        if model_name == "plain" and (X.ndim == 2 or min(X.shape[1:]) < MIN_IMAGE):
            continue
        start = time.perf_counter()
        what = f"{name}, {model_name}"
        first, scores = compare(report, what, suitable[model_name], (X, y, folds), settings, choose=choose)
        print(f"    {time.perf_counter() - start:.0f} s", flush=True)
        if not choose:
            lost = np.array(scores["augmentation=None"]) - first
            if lost.mean() > lost.std(ddof=1) / np.sqrt(len(lost)):
                worse.append(model_name)
    if not choose:
        report.line(f"worse than without augmentation by more than a standard error: {', '.join(worse) or 'none'}")
    if not models:
        report.write()


if __name__ == "__main__":
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    unknown = set(wanted) - {*INPUTS, *CLASSIFIERS, *REGRESSORS}
    if unknown:
        sys.exit(
            f"{', '.join(unknown)}: neither an input ({', '.join(INPUTS)}) nor a model ({', '.join(CLASSIFIERS)})."
        )
    for name in [word for word in wanted if word in INPUTS] or INPUTS:
        table_of(name, [word for word in wanted if word not in INPUTS], choose="--choose" in sys.argv)
