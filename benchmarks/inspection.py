"""Accuracy of explanations with a known cause, and size of a report.

Run as ``python benchmarks/inspection.py``; five minutes. Clips of two seconds contain five tones at any time and, in
every second clip, another one at a known time and band, which determines the class; three pairs of time and band, each
with a network of another seed, with default parameters. The figure is the share of the positive saliency within a step
of the network (0.064 s, an eighth of the channels) around the tone. Sizes of tiles and smoothing were chosen on three
other pairs: 900 to 1100 Hz at 0.8 to 1.3 s, 300 to 400 at 0.2 to 0.7, 2100 to 2600 at 1.2 to 1.8. The report shows 500
clips of five seconds: the 400 of ESC-10, and 100 of them again (see `skaudio.datasets`).
"""

import time

import numpy as np
from measure import Report as Figures
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import fetch_esc10
from skaudio.estimators import CNNClassifier
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import Report, band_importance, saliency
from skaudio.pooling import StatPooling

SR = 8000
STEP_SECONDS, STEP_CHANNELS = 0.064, 8
PLACES = [((1200.0, 1500.0), (0.4, 0.9)), ((500.0, 650.0), (1.0, 1.6)), ((2600.0, 3200.0), (0.3, 0.7))]
METHODS = ("gradient", "integrated", "gradcam", "occlusion")


def tones(n, band, times, seed):
    """Generate clips; every second one has a tone in the band at the times."""
    rng, seconds = np.random.default_rng(seed), np.arange(2 * SR) / SR
    low, high = np.log([band[0] / 1.6, band[1] * 1.6])

    def tone(frequency, start, stop):
        shape = np.clip(np.minimum(seconds - start, stop - seconds) / 0.01, 0, 1)
        return 0.2 * rng.uniform(0.7, 1) * np.sin(2 * np.pi * frequency * seconds + rng.uniform(0, 6)) * shape

    def elsewhere():
        while True:
            frequency = rng.uniform(*np.log([120.0, 3800.0]))
            if not low < frequency < high:
                return np.exp(frequency)

    clips, there = 1e-3 * rng.standard_normal((n, len(seconds))).astype(np.float32), np.arange(n) % 2
    for clip, present in zip(clips, there, strict=True):
        if present:
            clip += tone(rng.uniform(*band), *times)
        for _ in range(5):
            start = rng.uniform(0, 1.8)
            clip += tone(elsewhere(), start, start + rng.uniform(0.1, 0.3))
    return clips, there


def around(front_end, band, times):
    """Extend a band and a time range by a step of the network."""
    channels = front_end.channel_frequencies()
    inside = np.flatnonzero((channels >= band[0]) & (channels <= band[1]))
    low, high = max(inside[0] - STEP_CHANNELS, 0), min(inside[-1] + STEP_CHANNELS, len(channels) - 1)
    return (channels[low], channels[high]), (times[0] - STEP_SECONDS, times[1] + STEP_SECONDS)


def explanations(figures):
    """Report the share of the positive saliency around the tone."""
    shares, missed, seconds = {method: [] for method in METHODS}, [], dict.fromkeys(METHODS, 0.0)
    bands, segments = [], []
    for seed, (band, times) in enumerate(PLACES, start=3):
        model = make_pipeline(MelSpectrogram(sr=SR, top_db=40.0), CNNClassifier(random_state=seed))
        model.fit(*tones(300, band, times, seed))
        X, y = tones(60, band, times, seed + 10)
        near_band, near_times = around(model[0], band, times)
        figures.line(f"a tone at {band} Hz, {times} s: {model.score(X, y):.3f} of 60 clips right")
        for method in METHODS:
            start = time.perf_counter()
            found = saliency(model, X[1:40:2], method, target=1)
            seconds[method] += (time.perf_counter() - start) / len(found) / len(PLACES)
            own = [one.share(times=near_times, frequencies=near_band) for one in found]
            shares[method].append(np.mean(own))
            figures.line(f"  {method}: {np.mean(own):.3f}, the least of {len(own)} clips {min(own):.3f}")
            if method == "integrated":
                missed += [abs(one.values.sum() / (one.score - one.baseline_score) - 1.0) for one in found]
        edges = {"bands": [0, *near_band, SR / 2], "segments": [0, *near_times, 2.01]}
        importance = band_importance(model, X, y, random_state=0, **edges)
        for kept, part in ((bands, importance.bands), (segments, importance.segments)):
            positive = np.maximum(part.mean, 0.0)
            kept.append(positive[1] / positive.sum())
            fell = ", ".join(f"{m:.3f} ± {e:.3f}" for m, e in zip(part.mean, part.standard_error, strict=True))
            figures.line(f"  the score falls by {fell} without each part")
    for method in METHODS:
        figures.figure(f"share of {method} around the tone, worst of three places", min(shares[method]), 0.8)
    figures.figure("share of band_importance, bands", min(bands), 0.8)
    figures.figure("share of band_importance, segments", min(segments), 0.8)
    figures.figure("what integrated gradients miss of the difference, at worst", max(missed), 0.01, at_most=True)
    for method in METHODS:
        figures.line(f"seconds a clip of two seconds, {method}: {seconds[method]:.3f}")


def report_of_500(figures):
    """Report the size and the run time of a report of a search over 500 clips."""
    sounds = fetch_esc10()
    X, y = (np.concatenate([part, part[:100]]) for part in (sounds.data, sounds.target))
    pipe = Pipeline([("sound", MFCC()), ("pool", StatPooling()), ("scale", StandardScaler()), ("model", SVC())])
    grid = {"sound": [MFCC(deltas=1), MelSpectrogram()], "model": [SVC(C=10), LogisticRegression(C=0.01)]}
    search = GridSearchCV(pipe, grid, cv=StratifiedKFold(3, shuffle=True, random_state=0)).fit(X, y)
    start = time.perf_counter()
    page = Report.from_search(search, X, y).html
    figures.line(f"seconds to make a report of 500 clips: {time.perf_counter() - start:.0f}")
    figures.figure("megabytes of a report of 500 clips of five seconds", len(page.encode()) / 1e6, 10.0, at_most=True)


if __name__ == "__main__":
    figures = Figures("inspection")
    explanations(figures)
    report_of_500(figures)
    figures.write()
