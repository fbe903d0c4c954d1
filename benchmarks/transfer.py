"""Pretrained embeddings: accuracy on ESC-10, also with few recordings, and run time.

Run as ``SKAUDIO_DATA=... python benchmarks/transfer.py [folds] [costs] [together] [curve]`` with ESC-10 and
yamnet.tflite available; a minute for the first two, some five for the third, half an hour for the curve.

Folds: the five of ESC-10, with default parameters except where stated. "Best head" is the result of a grid search over
the training folds; the candidates and the default head were chosen after both kinds of logistic regression had been
scored on the five folds.

Together: YAMNet's and BirdNET's embeddings alone and side by side, with the head of `TransferClassifier`, on the same
draws as the curve; and the share of decoding clips once for each model. Models whose files are missing are skipped,
with the reason.

Curve: for each of ten draws, some clips of each class are taken from the four training folds; transfer is scored on
each fold, networks trained from scratch on one fold in turn. The latter are the default CNN: without augmentation, with
default augmentation, and with additional copies; four times the epochs take as many steps as three copies of each clip.
The copies were chosen on draws from three of the folds, scored on a fourth; each fold was one of those in turn.
"""

import sys
import tempfile
import time

import numpy as np
from joblib import Parallel, delayed
from measure import Report, interleaved
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.augment import AugmentedEstimator, PitchShift, TimeShift, TimeStretch
from skaudio.datasets import fetch_esc10
from skaudio.estimators import CNNClassifier
from skaudio.features import MelSpectrogram, Waveform
from skaudio.pretrained import PretrainedEmbedding, TransferClassifier, list_models

SURROUNDINGS = {"sr": 22050, "n_fft": 2048, "hop_length": 882, "n_mels": 96, "level": -20.0}
N_DRAWS = 10
CHANGES = [TimeShift(), TimeStretch(rate=(0.95, 1.05)), PitchShift(n_steps=(-0.5, 0.5))]
COPIES = {"augmenters": CHANGES, "n_copies": 3, "random_state": 0}
HOPS = {"birdnet": 1.0}  # seconds; clips of five seconds are hardly two of its windows of three
NONE = {"time_shift": 0, "time_stretch": 0, "frequency_warp": 0, "equalization": 0, "spec_augment": False, "mixup": 0}


def folds(report, esc10, memory):
    base, y, groups = PretrainedEmbedding(memory=memory, n_jobs=2), np.asarray(esc10.target), np.asarray(esc10.groups)
    splits = list(LeaveOneGroupOut().split(y, groups=groups))
    model = TransferClassifier(base)
    own = [model.fit(esc10.data[a], y[a]).score(esc10.data[b], y[b]) for a, b in splits]
    report.line(f"  folds: {np.round(own, 4)}")
    report.figure("ESC-10, YAMNet's embedding, LogisticRegression", np.mean(own), 0.96)

    heads = [
        {"head": [LogisticRegression(max_iter=3000)], "head__C": [0.1, 1, 10]},
        {"head": [make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))]},
        {"head": [make_pipeline(StandardScaler(), SVC(C=10))]},
    ]
    best = GridSearchCV(TransferClassifier(clone(base).set_params(pooling="meanmax")), heads, cv=GroupKFold(4))
    own = []
    for a, b in splits:
        best.fit(esc10.data[a], y[a], groups=groups[a])
        own.append(best.score(esc10.data[b], y[b]))
        report.line(f"  fold {groups[b[0]]}: {own[-1]:.4f} with {' '.join(str(best.best_params_).split())}")
    report.figure("ESC-10, mean and maximum of windows, best head", np.mean(own), 0.965)


def costs(report, esc10, memory):  # noqa: ARG001
    from skaudio.pretrained._named_models import NAMED_MODELS
    from skaudio.pretrained._tflite import _interpreter

    interpreter = _interpreter(NAMED_MODELS["yamnet"].parts[0].read("YAMNet"), preserve=True)
    interpreter.allocate_tensors()
    clips = [frames[:, 0] for frames in Waveform(sr=16000, n_jobs=2).fit_transform(esc10.data)]
    waveforms = np.empty(len(clips), dtype=object)
    waveforms[:] = clips
    embedding = PretrainedEmbedding().fit(waveforms)
    windows = [window for clip in embedding.cut(waveforms) for window in clip]
    index, tensor = interpreter.get_input_details()[0]["index"], 112

    def bare():
        for window in windows:
            interpreter.set_tensor(index, window)
            interpreter.invoke()
            interpreter.get_tensor(tensor)

    alone, ours, files = interleaved(
        bare, lambda: embedding.transform(waveforms), lambda: embedding.transform(esc10.data), repeats=5
    )
    report.line(f"  {len(windows)} windows of 400 clips, one thread: the interpreter alone takes {alone:.2f} s")
    report.figure("Embeddings of 400 clips, times the interpreter alone", ours / alone, 1.15, at_most=True)
    report.line(f"  the same from OGG at 44.1 kHz, decoded and resampled: {files / alone:.2f} times")


def embed(report, data, names=("yamnet", "birdnet")):
    """Return mean and maximum of the windows' embeddings by each model that is found; report those that are not."""
    found = list_models().found
    for name in names:
        if not found[name]:
            report.line(f"{name}: skipped, since its files are missing (see skaudio.pretrained.list_models)")
    return {
        name: PretrainedEmbedding(name, pooling="meanmax", hop_seconds=HOPS.get(name), n_jobs=2).fit_transform(data)
        for name in names
        if found[name]
    }


def together(report, esc10, memory):  # noqa: ARG001
    y, names, tables = np.asarray(esc10.target), np.unique(esc10.groups), embed(report, esc10.data)
    means = {name: table[:, : table.shape[1] // 2] for name, table in tables.items()}
    sets = {f"{name}, mean": table for name, table in means.items()}
    sets |= {f"{name}, mean and maximum": table for name, table in tables.items()}
    if len(tables) > 1:
        sets |= {"both, mean": np.hstack(list(means.values()))}
        sets |= {"both, mean and maximum": np.hstack(list(tables.values()))}
    head = LogisticRegression(max_iter=1000)
    for what, embeddings in sets.items():
        # A rotation to as many features as there are clips: the same logistic regression, in a tenth of the time.
        X = PCA().fit_transform(embeddings)
        scores = {
            n_clips: np.mean(
                [score(head, X, y, *draw(esc10, n_clips, seed, fold)) for fold in names for seed in range(N_DRAWS)]
            )
            for n_clips in (1, 2, 5, 10, 20)
        }
        report.line(f"{what}: " + ", ".join(f"{own:.3f} with {n}" for n, own in scores.items()) + " clips a class")
    if len(tables) > 1:
        decoding(report, esc10.data[::10])


def decoding(report, clips):
    """Report which share of the time of two models side by side it takes to decode the clips a second time."""
    models = [PretrainedEmbedding(name).fit(clips) for name in ("yamnet", "birdnet")]

    def seconds(function):
        function()
        times = []
        for _ in range(3):
            start = time.process_time()
            function()
            times.append(time.process_time() - start)
        return min(times)

    both = seconds(lambda: [model.transform(clips) for model in models])
    share = seconds(lambda: Waveform(sr=44100).fit_transform(clips)) / both
    report.line(
        f"YAMNet and BirdNET side by side: decoding a second time takes {share:.0%} of {both:.1f} s of processor time"
    )


def draw(esc10, n_clips, seed, fold):
    """Draw ``n_clips`` clips of each class from outside a fold."""
    y, groups, rng = np.asarray(esc10.target), np.asarray(esc10.groups), np.random.default_rng(seed)
    rows = [rng.choice(np.flatnonzero((y == name) & (groups != fold)), n_clips, replace=False) for name in np.unique(y)]
    return np.concatenate(rows), np.flatnonzero(groups == fold)


def score(model, X, y, train, test):
    return clone(model).fit(X[train], y[train]).score(X[test], y[test])


def from_scratch(**params):
    return make_pipeline(MelSpectrogram(**SURROUNDINGS), CNNClassifier(random_state=0, **params))


def curve(report, esc10, memory):
    y, names = np.asarray(esc10.target), np.unique(esc10.groups)
    transfer = TransferClassifier(PretrainedEmbedding(memory=memory))
    for n_clips in (1, 2, 5, 10, 20):
        own = [
            [score(transfer, esc10.data, y, *draw(esc10, n_clips, seed, fold)) for fold in names]
            for seed in range(N_DRAWS)
        ]
        means = np.mean(own, axis=1)
        said = f"Transfer, {n_clips} clips a class"
        if n_clips == 5:
            report.figure(f"{said} (10 draws, all folds)", means.mean(), 0.85)
        else:
            report.line(f"{said}: {means.mean():.3f}, of draws {means.min():.3f} to {means.max():.3f}")

    clips = [frames[:, 0] for frames in Waveform(sr=SURROUNDINGS["sr"], n_jobs=2).fit_transform(esc10.data)]
    waveforms = np.empty(len(clips), dtype=object)
    waveforms[:] = clips
    steps = {"epochs": CNNClassifier().epochs * (COPIES["n_copies"] + 1)}
    models = {
        "no augmentation": from_scratch(**NONE),
        "no augmentation, 4 x epochs": from_scratch(**NONE, **steps),
        "its own": from_scratch(),
        "its own, 4 x epochs": from_scratch(**steps),
        "its own, and 3 copies": AugmentedEstimator(from_scratch(), **COPIES),
    }
    with_five = ("its own", "its own, and 3 copies")
    for n_clips in (5, 10):
        tried = {name: model for name, model in models.items() if n_clips == 10 or name in with_five}
        rows = [draw(esc10, n_clips, seed, names[seed % len(names)]) for seed in range(N_DRAWS)]
        jobs = (delayed(score)(model, waveforms, y, *row) for model in tried.values() for row in rows)
        scores = dict(zip(tried, np.reshape(Parallel(n_jobs=2)(jobs), (len(tried), N_DRAWS)), strict=True))
        for name, own in scores.items():
            report.line(f"  CNN from scratch, {n_clips} clips a class, {name}: {own.mean():.3f}, {np.round(own, 3)}")
        for one, other in (
            ("its own", "no augmentation"),
            ("its own, 4 x epochs", "no augmentation, 4 x epochs"),
            ("its own, and 3 copies", "no augmentation, 4 x epochs"),
            ("its own, and 3 copies", "its own"),
            ("its own, and 3 copies", "its own, 4 x epochs"),
        ):
            if other not in scores:
                continue
            gains = scores[one] - scores[other]
            error = gains.std(ddof=1) / np.sqrt(N_DRAWS)
            report.line(f"    gain of {one}, over {other}: {gains.mean():.3f}, standard error {error:.3f}")
    gain = (scores["its own, 4 x epochs"] - scores["no augmentation, 4 x epochs"]).mean()
    report.figure("Gain by augmentation, 10 clips a class, the same steps", gain, 0.03)
    report.figure(
        "Gain by copies, 10 clips a class", (scores["its own, and 3 copies"] - scores["its own"]).mean(), 0.03
    )


if __name__ == "__main__":
    parts = {"folds": folds, "costs": costs, "together": together, "curve": curve}
    esc10 = fetch_esc10()
    with tempfile.TemporaryDirectory() as memory:
        for part in sys.argv[1:] or list(parts):
            report = Report(f"transfer_{part}")
            parts[part](report, esc10, memory)
            report.write()
