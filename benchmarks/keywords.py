"""Keyword spotting in continuous speech: misses and false alarms per hour.

Run as ``SKAUDIO_DATA=... python benchmarks/keywords.py``; ten minutes on two cores. Clips of the Free Spoken Digit
Dataset are mixed into scenes of a minute, with pauses, over pink noise that is 10 dB fainter than each clip. Two digits
are keywords, the others are distractors. Tested on the official test set (known speakers, new takes), and on all takes
of a speaker who was not in the training set. A keyword is detected if a detection of its class starts within 300 ms.
"""

import numpy as np
from measure import Report

from skaudio.datasets import fetch_spoken_digits
from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector, decode_events
from skaudio.features import MelSpectrogram
from skaudio.io import load
from skaudio.metrics import event_based_scores, false_alarms_per_hour

SR = 8000
FRONT_END = MelSpectrogram(sr=SR, n_fft=512, hop_length=160, n_mels=40, top_db=None)
KEYWORDS = ("3", "7")
THRESHOLDS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
A_SCENE = 30  # clips per scene
COLLARS = {"onset_collar": 0.3, "offset_collar": None}


def pink_noise(n_samples, rng):
    spectrum = np.fft.rfft(rng.standard_normal(n_samples))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise = np.fft.irfft(spectrum, n_samples)
    return noise / noise.std()


def scenes_of(clips, digits, rng):
    """Concatenate clips to scenes of thirty."""
    order = rng.permutation(len(clips))
    scenes, events = [], []
    for start in range(0, len(order), A_SCENE):
        parts, own, now = [], [], 0
        for i in order[start : start + A_SCENE]:
            pause = int(rng.uniform(0.3, 3.0) * SR)
            parts += [np.zeros(pause), clips[i] / np.sqrt(np.mean(clips[i] ** 2))]
            now += pause
            if digits[i] in KEYWORDS:
                own.append((now / SR, (now + len(clips[i])) / SR, digits[i]))
            now += len(clips[i])
        y = np.concatenate([*parts, np.zeros(SR)])
        scenes.append((0.05 * (y + 10 ** (-10 / 20) * pink_noise(len(y), rng))).astype(np.float32))
        events.append(own)
    return scenes, events


def curve(report, clips, digits, train, test):
    rng = np.random.default_rng(0)
    detector = EventDetector(
        CRNNClassifier(filters=8, units=32, epochs=20, random_state=0),
        front_end=FRONT_END,
        resolution="frame",
        window_seconds=5.0,
        n_overlays=0,
        random_state=0,
    ).fit(*scenes_of(clips[train], digits[train], rng))
    scenes, truth = scenes_of(clips[test], digits[test], rng)
    tracks = detector.predict_proba(scenes)
    hours = sum(map(len, scenes)) / SR / 3600
    report.line(f"    {sum(map(len, truth))} keywords among {test.sum()} digits in {60 * hours:.0f} minutes")
    for threshold in THRESHOLDS:
        found = [
            decode_events(
                track.scores,
                detector.labels_,
                hop_seconds=0.02,
                threshold=threshold,
                low_threshold=threshold / 2,
                min_duration=0.1,
                max_gap=0.1,
                smoothing=0.1,
            )
            for track in tracks
        ]
        recall = event_based_scores(truth, found, **COLLARS)[1]
        alarms = false_alarms_per_hour(truth, found, hours=hours, **COLLARS)
        report.line(f"    threshold {threshold:.2f}: missed {1 - recall:.3f}, false alarms an hour {alarms:.1f}")


def main(report):
    digits = fetch_spoken_digits()
    clips = np.empty(len(digits.data), object)
    clips[:] = [load(path, sr=SR)[0] for path in digits.data]
    labels = digits.target.astype(str)
    report.line("Takes that were not trained on, of known speakers:")
    curve(report, clips, labels, ~digits.test, digits.test)
    speaker = sorted(set(digits.groups))[0]
    report.line(f"A speaker who was not trained on ({speaker}):")
    curve(report, clips, labels, digits.groups != speaker, digits.groups == speaker)


if __name__ == "__main__":
    report = Report("keywords")
    main(report)
    report.write()
