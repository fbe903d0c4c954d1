"""Speed and memory of the networks: compared with Keras, scikeras and the network of a well-known tutorial.

Run as ``python benchmarks/training.py`` (the part of the tutorial needs ESC-10, see `skaudio.datasets.fetch_esc10`);
ten minutes or so on two cores. All ratios are of interleaved timings in one run.
"""

import subprocess
import sys
import time

import keras
import numpy as np
from measure import Report, interleaved
from scikeras.wrappers import KerasClassifier
from sklearn.metrics import f1_score

from skaudio.datasets import fetch_esc10
from skaudio.estimators import CNNClassifier
from skaudio.features import MelSpectrogram, Spectrogram
from skaudio.io import load

PLAIN = {
    "time_shift": 0.0,
    "time_stretch": 0.0,
    "frequency_warp": 0.0,
    "equalization": 0.0,
    "spec_augment": False,
    "mixup": 0.0,
    "schedule": "constant",
}


def clips(n_clips, n_frames, n_channels):
    rng = np.random.default_rng(0)
    y = np.arange(n_clips) % 10
    return (rng.standard_normal((n_clips, n_frames, n_channels)) + 0.1 * y[:, None, None]).astype(np.float32), y


def compiled(network):
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.AdamW(3e-3), loss, metrics=["accuracy"], jit_compile=False)
    return network


def epoch(report):
    """Report the seconds per epoch: from two fits that differ by four epochs."""
    X, y = clips(1000, 64, 128)
    targets, mask = np.eye(10, dtype=np.float32)[y], np.ones((1000, 64), bool)
    ours = CNNClassifier(random_state=0, **PLAIN)
    bare = compiled(ours.set_params(epochs=1).fit(X, y).model_)

    def keras_fit(epochs):
        bare.fit({"frames": X, "mask": mask}, targets, epochs=epochs, batch_size=32, verbose=0)

    times = interleaved(
        lambda: ours.set_params(epochs=1).fit(X, y),
        lambda: ours.set_params(epochs=5).fit(X, y),
        lambda: keras_fit(1),
        lambda: keras_fit(5),
        repeats=3,
    )
    our_epoch, bare_epoch = (times[1] - times[0]) / 4, (times[3] - times[2]) / 4
    report.line(f"an epoch of 1,000 clips of 64 x 128: {our_epoch:.2f} s, keras.Model.fit {bare_epoch:.2f} s")
    report.figure("Seconds an epoch, times keras.Model.fit's", our_epoch / bare_epoch, 1.05, at_most=True)


def many_fits(report):
    """Report the time to fit ten small models, all kept in memory."""
    X, y = clips(200, 32, 20)
    small = {"architecture": "lenet", "filters": 8, "epochs": 3}

    def build():  # the same layers, without masks for clips of different lengths
        layers = keras.layers
        x = inputs = layers.Input((32, 20))
        x = layers.Reshape((32, 20, 1))(layers.BatchNormalization(center=False, scale=False)(x))
        for filters in (8, 16):
            x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 5, padding="same", activation="relu")(x))
        x = layers.Dropout(0.2)(layers.Reshape((8, 5 * 16))(x))
        x = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
        x = layers.Dropout(0.2)(layers.Dense(128, activation="relu")(x))
        return keras.Model(inputs, layers.Dense(10, activation="softmax")(x))

    def ours():
        return [CNNClassifier(**small, **PLAIN, random_state=seed).fit(X, y) for seed in range(10)]

    def stock():
        settings = {"optimizer": "adamw", "loss": "sparse_categorical_crossentropy", "batch_size": 32, "verbose": 0}
        return [KerasClassifier(build, epochs=3, random_state=seed, **settings).fit(X, y) for seed in range(10)]

    our_seconds, stock_seconds = interleaved(ours, stock, repeats=2)
    report.line(f"10 fits of a small network: {our_seconds:.1f} s, scikeras.KerasClassifier {stock_seconds:.1f} s")
    report.figure("Ten fits with scikeras's KerasClassifier, times ours", stock_seconds / our_seconds, 2.0)


def first_fit(report):
    """Report the seconds of the first fit in a process, after the import of TensorFlow: mostly its tracing."""
    code = """
import sys, time
import numpy as np
from skaudio import estimators
rng = np.random.default_rng(0)
X, y = rng.standard_normal((64, 60, 20)).astype(np.float32), np.arange(64) % 4
start = time.perf_counter()
import tensorflow
imported = time.perf_counter()
name, params = sys.argv[1].split(":")
getattr(estimators, name)(*params.split(), epochs=1).fit(X, y)
print(imported - start, time.perf_counter() - imported)
"""
    for name in ("CNNClassifier:lenet", "CNNClassifier:", "GRUClassifier:", "LSTMClassifier:", "CRNNClassifier:"):
        command = [sys.executable, "-c", code, name]
        rounds = [list(map(float, subprocess.check_output(command).split())) for _ in range(3)]
        importing, fitting = np.min(rounds, axis=0)
        what = f"First fit of {name.strip(':').replace(':', ', ')}, after an import of {importing:.1f} s"
        report.figure(what, fitting, 1.5, unit=" s", at_most=True)


def one_clip(report):
    """Report the latency of a single prediction."""
    X, y = clips(100, 64, 40)
    model = CNNClassifier(random_state=0, epochs=1).fit(X, y)
    network = model.model_
    inputs = {"frames": X[:1], "mask": np.ones((1, 64), bool)}
    ours, theirs = interleaved(
        lambda: model.predict(X[:1]), lambda: network.predict(inputs, verbose=0).argmax(axis=1), repeats=30
    )
    report.line(f"one clip of 64 x 40: {1e3 * ours:.1f} ms, keras.Model.predict {1e3 * theirs:.1f} ms")
    report.figure("Latency of one prediction, times keras.Model.predict's", ours / theirs, 0.1, at_most=True)


def memory(report):
    """Report the growth of memory over many fits, in a separate process."""
    code = """
import numpy as np
from skaudio.estimators import CNNClassifier
rng = np.random.default_rng(0)
X, y = rng.standard_normal((100, 32, 20)).astype(np.float32), np.arange(100) % 10
def resident():
    return int(open("/proc/self/status").read().split("VmRSS:")[1].split()[0]) / 1024
for i in range(50):
    CNNClassifier(epochs=2, random_state=i).fit(X, y).predict(X)
    if i == 4:
        early = resident()
print(resident() - early)
"""
    grown = float(subprocess.check_output([sys.executable, "-c", code], stderr=subprocess.DEVNULL))
    report.figure("Memory after 50 fits, less that after 5", grown, 50.0, unit=" MB", at_most=True)


def tutorial_network(n_frames, n_channels):
    """Build two convolutions with 16 filters each, and one dense unit on all of their outputs: six million weights."""
    layers = keras.layers
    return keras.Sequential(
        [
            layers.Input((n_frames, n_channels, 1)),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Conv2D(16, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(1, activation="sigmoid"),
        ]
    )


class Watch(keras.callbacks.Callback):
    """Record F1 on test clips after each epoch, and the seconds of training so far."""

    def __init__(self, frames, y):
        super().__init__()
        self.frames, self.y = frames, y
        self.started, self.spent, self.seen = time.perf_counter(), 0.0, []

    def on_epoch_end(self, epoch, logs=None):  # noqa: ARG002
        """Evaluate, without counting the time."""
        paused = time.perf_counter()
        mask = np.ones(self.frames.shape[:2], bool)
        scores = np.array(self.model({"frames": self.frames, "mask": mask}, training=False))[:, 0]
        self.seen.append((f1_score(self.y, scores > 0, zero_division=0.0), paused - self.started - self.spent))
        self.spent += time.perf_counter() - paused

    def __deepcopy__(self, memo):
        return self  # an estimator copies its callbacks; results are read from this one


def tutorial(report):
    """Report the time to reach the F1 of the tutorial: dog barks in ESC-10, 3 s at 16 kHz, tested on the last fold."""
    esc10 = fetch_esc10()
    waves = [_middle(load(path, sr=16000)[0]) for path in esc10.data]
    y = (np.asarray(esc10.target) == "dog bark").astype(int)
    test = np.asarray(esc10.groups) == np.unique(esc10.groups)[-1]

    images = Spectrogram(sr=16000, n_fft=512, win_length=320, hop_length=32, power=1.0, center=False, scale="linear")
    X = images.fit_transform([np.pad(wave, (96, 96)) for wave in waves])  # 1491 windows of 320 samples
    seconds, reached = [], []
    for seed in range(3):  # it does not always converge: the best of three is reported
        keras.utils.set_random_seed(seed)
        network = tutorial_network(*X.shape[1:])
        network.compile("adam", "binary_crossentropy", jit_compile=False)
        start = time.perf_counter()
        network.fit(X[~test][..., np.newaxis], y[~test], epochs=4, batch_size=16, verbose=0)
        seconds.append(time.perf_counter() - start)
        probabilities = network.predict(X[test][..., np.newaxis], batch_size=16, verbose=0)[:, 0]
        reached.append(f1_score(y[test], probabilities > 0.5, zero_division=0.0))
        report.line(f"the tutorial's network, seed {seed}: F1 {reached[-1]:.3f} after {seconds[-1]:.0f} s")
    theirs, f1 = min(seconds), max(reached)
    del X

    mel = MelSpectrogram(sr=16000, n_fft=1024, hop_length=512, level=-20.0).fit_transform(waves)
    mel = mel[:, : mel.shape[1] // 8 * 8]
    watch = Watch(mel[test], y[test])  # starts timing
    model = CNNClassifier(random_state=0, callbacks=[watch]).fit(mel[~test], y[~test])
    f1_of_ours, ours = watch.seen[-1]
    report.line(f"our default ({model.model_.count_params():,} weights): F1 {f1_of_ours:.3f} after {ours:.0f} s")
    when = next((seconds for score, seconds in watch.seen if score >= max(f1, 0.01)), np.inf)
    report.figure("Time to the F1 of the tutorial's network, times its own", when / theirs, 0.1, at_most=True)


def _middle(y, n_samples=48000):
    loudest = int(np.argmax(np.convolve(y**2, np.ones(800), "same")))
    start = int(np.clip(loudest - n_samples // 3, 0, max(0, len(y) - n_samples)))
    part = y[start : start + n_samples]
    return np.pad(part, (n_samples - len(part), 0)).astype(np.float32)


if __name__ == "__main__":
    report = Report("training")
    epoch(report)
    many_fits(report)
    first_fit(report)
    one_clip(report)
    memory(report)
    tutorial(report)
    report.write()
