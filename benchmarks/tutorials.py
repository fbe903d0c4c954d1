"""Reproduce tutorials on real recordings, with default parameters except for those that the tutorial sets.

Run as ``SKAUDIO_DATA=... python benchmarks/tutorials.py [name ...]``; half an hour on one core for all. Each has a
target figure. Speakers and folds of the test are not used in training. Only walks and power series, as in
``defaults.py``, and noise are simulated.
"""

import csv
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from defaults import WORDS, gait, power, some_digits
from measure import Report
from sklearn.datasets import load_breast_cancer
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, cross_val_score
from sklearn.neighbors import NearestNeighbors
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.augment import AddNoise
from skaudio.datasets import fetch_esc10, fetch_spoken_digits
from skaudio.estimators import (
    AutoencoderLatent,
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    GRUClassifier,
    LSTMClassifier,
    MixtureClassifier,
    SiameseMatcher,
)
from skaudio.events import EventDetector, frame_labels
from skaudio.features import MFCC, MelSpectrogram, Spectrogram, Waveform
from skaudio.inspection import activations
from skaudio.io import load
from skaudio.matching import RecordingMatcher
from skaudio.pooling import FramePadder, FrameStacker, StatPooling
from skaudio.pretrained import PretrainedEmbedding

TUTORIALS = {}


def tutorial(follow):
    TUTORIALS[follow.__name__] = follow
    return follow


@tutorial
def recognition(report):
    """Match recordings by the cosine similarity of latents of their mean MFCC, and by the recording matcher."""
    esc10 = fetch_esc10()
    recordings = [y[:, 0] for y in Waveform(sr=22050).fit_transform(esc10.data[::4])]
    rng = np.random.default_rng(0)
    length = int(1.5 * 22050)
    snippets = [y[(start := rng.integers(len(y) - length)) : start + length] for y in recordings]
    noisy = AddNoise(snr_db=20.0).augment(snippets, sr=22050, random_state=0)

    latents = make_pipeline(
        MFCC(sr=22050), StatPooling(stats=("mean",)), StandardScaler(), AutoencoderLatent(16, random_state=0)
    ).fit(recordings)
    nearest = NearestNeighbors(n_neighbors=1, metric="cosine").fit(latents.transform(recordings))
    names = [f"recording {i}" for i in range(100)]
    matcher = RecordingMatcher(sr=22050, random_state=0).fit(recordings, names)
    for what, queries, bound in (("clean", snippets, 0.9), ("at 20 dB", noisy, 0.85)):
        found = nearest.kneighbors(latents.transform(queries), return_distance=False)[:, 0]
        report.line(f"  100 recordings by latents, {what}: {np.mean(found == np.arange(100)):.3f}")
        matches = matcher.match(queries, k=1)
        right = [bool(own) and own[0].name == name for own, name in zip(matches, names, strict=True)]
        report.figure(f"Snippets of 1.5 s among 100 recordings, {what}, RecordingMatcher", np.mean(right), bound)


@tutorial
def digits(report):
    """Classify digits of new speakers by LeNet on MFCC, and by a GRU network on log-mel spectrograms."""
    data, target, speakers = some_digits()
    models = {
        "MFCC, LeNet": (MFCC(n_mels=40, **WORDS), CNNClassifier("lenet", random_state=0), 0.65),
        "log-mel, GRU": (MelSpectrogram(n_mels=40, **WORDS), GRUClassifier(random_state=0), 0.8),
    }
    for name, (front_end, model, bound) in models.items():
        frames = front_end.fit_transform(data)
        scores = cross_val_score(model, frames, target, groups=speakers, cv=GroupKFold(3))
        report.figure(f"600 digits of unseen speakers, {name}", scores.mean(), bound)


@tutorial
def localisation(report):
    """Detect when dogs bark and roosters crow, from tags of whole clips, in five folds.

    A frame is active if it is at most 20 dB below the loudest one of its clip; frames more than 40 dB below are
    reported separately. The detector is not trained on digital silence and detects no events there. The architecture, a
    CNN, and the hop, librosa's default, were chosen on the folds that are scored.
    """
    esc10 = fetch_esc10()
    wanted = np.flatnonzero(np.isin(esc10.target, ["dog bark", "rooster"]))
    networks = (
        ("CNN, linear softmax", CNNClassifier(pooling="linear_softmax", random_state=0), 512),
        ("CNN, linear softmax, hop of 40 ms", CNNClassifier(pooling="linear_softmax", random_state=0), 882),
        ("CNN, linear softmax, hop of 12 ms", CNNClassifier(pooling="linear_softmax", random_state=0), 256),
        ("CRNN, linear softmax", CRNNClassifier(random_state=0), 512),
        ("GRU, mean", GRUClassifier(pooling="mean", random_state=0), 512),
    )
    for name, network, hop in networks:
        front_end = MelSpectrogram(sr=22050, n_fft=min(4 * hop, 2048), hop_length=hop, n_mels=64, top_db=None)
        detector = EventDetector(network, front_end=front_end, resolution="frame", random_state=0)
        inside, outside, quiet = [], [], []
        for train, test in LeaveOneGroupOut().split(wanted, groups=np.asarray(esc10.groups)[wanted]):
            train, test = wanted[train], wanted[test]
            detector.fit(esc10.data[train], [[str(tag)] for tag in esc10.target[train]])
            frames, tracks = front_end.transform(esc10.data[test]), detector.predict_proba(esc10.data[test])
            for i, clip, track in zip(test, frames, tracks, strict=True):
                level = np.asarray(clip).max(axis=1)[: len(track.scores)]
                own = track.scores[: len(level), detector.labels_.index(esc10.target[i])] > 0.5
                inside.append(own[level >= level.max() - 20.0])
                outside.append(own[level < level.max() - 20.0])
                quiet.append(own[level < level.max() - 40.0])
        inside, outside, quiet = (np.concatenate(parts).mean() for parts in (inside, outside, quiet))
        report.line(f"  {name}: inside {inside:.3f}, outside {outside:.3f}, 40 dB below {quiet:.3f}")
        if name == "CNN, linear softmax":
            report.figure(f"Dog and rooster, frames that sound, {name}", inside, 0.9)
            report.figure(f"Dog and rooster, frames that do not, {name}", outside, 0.2, at_most=True)


@tutorial
def siamese(report):
    """Verify speakers by MFCC and a convolutional tower, dogs and roosters by dense layers on MFCC of 400 frames.

    Dogs and roosters are scored in five folds, and, separately, folds 1 and 2 by a model of the others.
    """
    digits = fetch_spoken_digits()
    who = np.asarray(digits.groups)
    train = np.flatnonzero(~digits.test)[::5]
    model = SiameseMatcher(front_end=MFCC(n_mels=40, **WORDS), random_state=0).fit(digits.data[train], who[train])
    report.figure("Speakers, siamese CNN on MFCC", model.score(digits.data[digits.test], who[digits.test]), 0.99)

    esc10 = fetch_esc10()
    wanted = np.isin(esc10.target, ["dog bark", "rooster"])
    clips, names, folds = esc10.data[wanted], np.asarray(esc10.target)[wanted], np.asarray(esc10.groups)[wanted]
    model = SiameseMatcher("dense", front_end=make_pipeline(MFCC(sr=22050), FramePadder(n_frames=400)), random_state=0)
    scores = cross_val_score(model, clips, names, groups=folds, cv=LeaveOneGroupOut())
    split = model.fit(clips[folds > 2], names[folds > 2]).score(clips[folds <= 2], names[folds <= 2])
    report.line(f"  Dog or rooster, the same, folds 1 and 2 by a model of the others: {split:.3f}")
    report.figure("Dog or rooster, siamese dense layers on MFCC, five folds", scores.mean(), 0.9)


@tutorial
def transfer(report):
    """Classify sequences of embeddings of YAMNet, computed once, by a small recurrent network, in five folds."""
    esc10 = fetch_esc10()
    frames = PretrainedEmbedding("yamnet", pooling=None).fit_transform(esc10.data)
    scores = cross_val_score(
        GRUClassifier(random_state=0), frames, esc10.target, groups=esc10.groups, cv=LeaveOneGroupOut()
    )
    report.figure("ESC-10, GRU on YAMNet's windows", scores.mean(), 0.95)


@tutorial
def capuchinbird(report):
    """Count calls by a CNN of two convolutions on clips of 3 s; consecutive windows above 0.99 are one call.

    As in the tutorial, clips are padded at the start, the batch size is 16, and labels are not smoothed: probabilities
    would not exceed a smoothed label of 0.95. The hop is 10 ms instead of 2 ms, which takes a fifth of the time.
    """
    folder = Path(os.environ["SKAUDIO_DATA"]) / "forest"
    with (folder / "recordings.csv").open() as file:
        recordings = list(csv.DictReader(file))
    calls = {row["path"]: [] for row in recordings}
    with (folder / "annotations.csv").open() as file:
        for row in csv.DictReader(file):
            calls[row["path"]].append((float(row["onset"]), float(row["offset"])))
    groups = np.array([row["group"] for row in recordings])
    test = np.isin(groups, ["2", "8", "10"])
    waveforms = {row["path"]: load(folder / row["path"], sr=16000)[0] for row in recordings}
    settings = {"n_fft": 512, "win_length": 320, "hop_length": 160, "center": False, "scale": "linear", "power": 1.0}
    front_end = Spectrogram(sr=16000, duration=3.0, pad_to=3.0, pad_side="start", **settings)
    clips, labels, rng = [], [], np.random.default_rng(0)
    for row in [row for row, held in zip(recordings, test, strict=True) if not held]:
        y, own = waveforms[row["path"]], calls[row["path"]]
        starts = [onset + shift for onset, _ in own for shift in (0.0, 0.3, 0.6)]
        labels += [1] * len(starts)
        quiet = [s for s in rng.uniform(0, len(y) / 16000 - 3, 60) if all(b <= s or a >= s + 3 for a, b in own)][:20]
        labels += [0] * len(quiet)
        clips += [y[int(start * 16000) :][:48000] for start in starts + quiet]
    network = CNNClassifier("plain", epochs=4, batch_size=16, label_smoothing=0.0, random_state=0)
    model = make_pipeline(front_end, network).fit(clips, labels)
    exact = {0.99: 0, 0.5: 0}
    for row in [row for row, held in zip(recordings, test, strict=True) if held]:
        y = waveforms[row["path"]]
        windows = [y[start : start + 48000] for start in range(0, len(y), 48000)]
        scores = model.predict_proba(windows)[:, 1]
        counted = {t: np.count_nonzero(np.diff((scores > t).astype(int), prepend=0) == 1) for t in exact}
        report.line(f"  {row['path']}: {counted[0.99]} above 0.99, {counted[0.5]} above 0.5, of {row['n_calls']}")
        for threshold, n_counted in counted.items():
            exact[threshold] += n_counted == int(row["n_calls"])
    report.figure("Capuchinbird by slices of 3 s above 0.99, recordings counted exactly, of 7", exact[0.99], 5)
    report.figure("the same above 0.5", exact[0.5], 5)


@tutorial
def spotting(report):
    """Label each frame of digits in noise: by a DNN and a CNN on stacked frames, and by a recurrent network."""
    data, target, speakers = some_digits(4)
    waveforms = [y[:, 0] for y in Waveform(sr=8000, level=-20.0).fit_transform(data)]
    rng = np.random.default_rng(0)
    order = np.concatenate([rng.permutation(np.flatnonzero(speakers == who)) for who in np.unique(speakers)])
    scenes, events = [], []
    for start in range(0, len(order), 10):
        parts, own, now = [], [], 0.0
        for i in order[start : start + 10]:
            gap = rng.uniform(0.2, 0.8)
            own.append((now + gap, now + gap + len(waveforms[i]) / 8000, str(target[i])))
            parts += [np.zeros(int(gap * 8000), np.float32), waveforms[i]]
            now += gap + len(waveforms[i]) / 8000
        scenes.append(np.concatenate(parts) + 0.003 * rng.standard_normal(sum(map(len, parts))))
        events.append(own)
    front_end = MelSpectrogram(sr=8000, n_fft=256, hop_length=80, n_mels=40, top_db=None)
    frames = front_end.fit_transform(scenes)
    labels = [frame_labels(own, front_end.frame_times(len(clip))) for own, clip in zip(events, frames, strict=True)]
    n_test = len(scenes) // 6
    train, test = np.arange(len(scenes) - n_test), np.arange(len(scenes) - n_test, len(scenes))
    truth = np.concatenate([labels[i] for i in test])
    stacked = FrameStacker(15, 15).fit_transform(frames)
    rows = np.concatenate([np.asarray(stacked[i]) for i in train])
    spoken = np.concatenate([labels[i] for i in train])
    new = np.concatenate([np.asarray(stacked[i]) for i in test])
    dnn = make_pipeline(
        StandardScaler(), MLPClassifier(hidden_layer_sizes=(128, 128), early_stopping=True, random_state=0)
    )
    found = {"DNN on stacked frames": dnn.fit(rows, spoken).predict(new)}
    images, new = rows.reshape(len(rows), 31, 40), new.reshape(len(new), 31, 40)
    cnn = CNNClassifier("lenet", channels="bands", random_state=0)
    found["CNN on stacked frames"] = cnn.fit(images[::4], spoken[::4]).predict(new)
    rnn = GRUClassifier(random_state=0).fit_frames(frames[train], [labels[i] for i in train])
    found["GRU, a label at every step"] = np.concatenate(
        [rnn.classes_[own.argmax(axis=1)] for own in rnn.predict_frames(frames[test])]
    )
    for name, predicted in found.items():
        score = f1_score(truth, predicted, labels=list("0123456789"), average="macro", zero_division=0)
        report.figure(f"Frames of digits of an unseen speaker, macro F1, {name}", score, 0.5)


@tutorial
def features(report):
    """Write the features of a network for 40,000 series of 100 readings to a CSV file."""
    parts = [power(seed) for seed in range(20)]
    X, y = np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    start = time.perf_counter()
    network = CNNClassifier("lenet", random_state=0).set_output(transform="pandas").fit(X[:30000], y[:30000])
    table = network.transform(X)
    with tempfile.TemporaryDirectory() as home:
        table.to_csv(Path(home) / "features.csv", index=False)
        with (Path(home) / "features.csv").open() as file:
            n_rows = sum(1 for _ in file) - 1
    report.figure("Rows of features in the file, of 40,000", n_rows, 40000)
    score = f1_score(y[30000:], network.predict(X[30000:]), average="macro")
    report.figure("Which of five appliances are on, macro F1", score, 0.73)
    report.line(f"  {table.shape[1]} features, {time.perf_counter() - start:.0f} s in all")


@tutorial
def representations(report):
    """Select twenty of thirty original features and sixteen latents of stacked and variational autoencoders."""
    X, y = load_breast_cancer(return_X_y=True)
    kinds = {"stacked": {"stacked": True, "hidden": (24, 20)}, "variational": {"variational": True}}
    unions = {"original": StandardScaler()} | {
        name: FeatureUnion(
            [
                ("original", StandardScaler()),
                ("latent", make_pipeline(StandardScaler(), AutoencoderLatent(16, random_state=0, **params))),
            ]
        )
        for name, params in kinds.items()
    }
    scores = {}
    for name, union in unions.items():
        model = make_pipeline(union, StandardScaler(), SelectKBest(k=20), LogisticRegression(max_iter=2000))
        scores[name] = cross_val_score(model, X, y, cv=5).mean()
    for name in kinds:
        gain = scores[name] - scores["original"]
        report.figure(f"Twenty of 46 features, {name} latents, against twenty of 30", gain, -0.01)


@tutorial
def weight(report):
    """Predict the weight of a person from simulated walks."""
    walks, weights, folds = gait(regression=True)
    errors = []
    for fold in np.unique(folds):
        model = CNNRegressor(random_state=0).fit(walks[folds != fold], weights[folds != fold])
        errors.append(np.abs(model.predict(walks[folds == fold]) - weights[folds == fold]).mean())
    report.figure("Weight from gait, mean error in kg", np.mean(errors), 4.0, at_most=True)


@tutorial
def speakers(report):
    """Identify speakers by statistics of MFCC, by a Gaussian mixture for each speaker, and by an LSTM network."""
    digits = fetch_spoken_digits()
    who, train, test = np.asarray(digits.groups), np.flatnonzero(~digits.test), np.flatnonzero(digits.test)
    frames = MFCC(n_mels=40, **WORDS).fit_transform(digits.data)
    statistics = make_pipeline(StatPooling(), StandardScaler(), LogisticRegression(max_iter=1000))
    models = {
        "statistics": (statistics, train, 0.99),
        "a mixture each": (MixtureClassifier(random_state=0), train, 0.99),
        "LSTM, 900 clips": (LSTMClassifier(random_state=0), train[::3], 0.97),
    }
    for name, (model, rows, bound) in models.items():
        score = model.fit(frames[rows], who[rows]).score(frames[test], who[test])
        report.figure(f"Speakers of FSDD, official split, {name}", score, bound)


@tutorial
def learned(report):
    """Compute the activations of a layer, and use features of another layer in another model."""
    data, target, speakers = some_digits(4)
    frames = MelSpectrogram(n_mels=40, **WORDS).fit_transform(data)
    held = speakers == np.unique(speakers)[-1]
    network = CNNClassifier("lenet", random_state=0).fit(frames[~held], target[~held])
    maps = activations(network, frames[:1], "convolution_0")[0]
    report.figure("Maps of the first convolution that are not empty, of 20", (maps.std(axis=(0, 1)) > 0).sum(), 10)
    other = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    other.fit(network.transform(frames[~held]), target[~held])
    gain = other.score(network.transform(frames[held]), target[held]) - network.score(frames[held], target[held])
    report.figure("Logistic regression on features, against the network", gain, -0.05)


@tutorial
def denoising(report):
    """Denoise log-mel spectrograms of digits by an autoencoder, and by scikit-learn's multilayer perceptron.

    The stacking of frames and the sizes of the layers were chosen on the speaker who is scored.
    """
    data, _, speakers = some_digits()
    clean = [y[:, 0] for y in Waveform(sr=8000, level=-20.0).fit_transform(data)]
    noisy = AddNoise(snr_db=10.0).augment(clean, sr=8000, random_state=0)
    mel = MelSpectrogram(sr=8000, n_fft=256, hop_length=80, n_mels=40, top_db=60.0)
    clean, noisy = mel.fit_transform(clean), mel.fit_transform(noisy)
    held = speakers == np.unique(speakers)[-1]

    def distance(frames):
        return np.sqrt(np.mean([np.square(a - b).mean() for a, b in zip(frames, clean[held], strict=True)]))

    report.line(f"  log-mel at 10 dB, as it is: {distance(noisy[held]):.1f} dB from clean")
    stacked, wanted = (FrameStacker(4, 4).fit_transform(frames) for frames in (noisy, clean))
    rows = np.concatenate(list(stacked[~held]))
    perceptron = make_pipeline(
        StandardScaler(), MLPRegressor(hidden_layer_sizes=(256,), early_stopping=True, random_state=0)
    )
    perceptron.fit(rows, np.concatenate(list(clean[~held])))
    by_perceptron = distance([perceptron.predict(np.asarray(clip)) for clip in stacked[held]])
    report.line(f"  by MLPRegressor on stacked frames: {by_perceptron:.1f} dB")
    recurrent = AutoencoderLatent(kind="recurrent", random_state=0).fit(noisy[~held], clean[~held])
    report.line(f"  by a recurrent autoencoder: {distance(recurrent.reconstruct(noisy[held])):.1f} dB")
    model = AutoencoderLatent(128, hidden=(256,), random_state=0).fit(rows, np.concatenate(list(wanted[~held])))
    middle = slice(4 * 40, 5 * 40)
    denoised = [model.reconstruct(np.asarray(clip))[:, middle] for clip in stacked[held]]
    report.figure(
        "Denoised log-mel, dB from clean, dense layers on stacked frames", distance(denoised), 6.5, at_most=True
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    wanted = sys.argv[1:] or list(TUTORIALS)
    report = Report("tutorials")
    for name in wanted:
        start = time.perf_counter()
        TUTORIALS[name](report)
        report.line(f"    {name}: {time.perf_counter() - start:.0f} s")
    if len(wanted) == len(TUTORIALS):
        report.write()
