"""Tuning of a detector, without training, for calls of one bird in recordings of a forest on other backgrounds.

Run as ``SKAUDIO_DATA=... python benchmarks/tuning.py`` with the folder ``forest`` as in ``events.py``; some fifteen
minutes on two cores. Each background is left out in turn. Of the other recordings, in order of their number of calls,
every third is kept for tuning, and the CRNN of the guide is fitted to the rest. Recordings of one background may be in
both parts, as most calls are on one; those that are scored are on another.
"""

import time

import numpy as np
from backgrounds import forest
from measure import Report

from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector
from skaudio.events.tables import event_lists
from skaudio.features import MelSpectrogram
from skaudio.metrics import event_based_scores

TARGETS = {
    "F1": "f1",
    "precision 0.9": ("precision", 0.9),
    "precision 0.95": ("precision", 0.95),
    "1 false alarm per hour": ("false_alarms_per_hour", 1.0),
}


def make_detector():
    network = CRNNClassifier(filters=8, units=16, epochs=5, random_state=0)
    front_end = MelSpectrogram(sr=16000, top_db=None)
    return EventDetector(network, front_end=front_end, resolution="frame", window_seconds=5.0, random_state=0)


def leave_out(paths, events, n_calls, groups, group):
    """Return the indices of the recordings of a background, and their events as detected before and after tuning."""
    test, rest = np.flatnonzero(groups == group), np.flatnonzero(groups != group)
    by_calls = rest[np.argsort(-n_calls[rest], kind="stable")]
    tuning = np.sort(by_calls[1::3])
    training = np.setdiff1d(rest, tuning)
    detector = make_detector().fit([paths[i] for i in training], [events[i] for i in training])
    scores = detector.predict_scores([paths[i] for i in tuning])
    of_test = detector.predict_scores([paths[i] for i in test])
    found = {"untuned": event_lists(detector.predict(of_test), of_test.recordings)}
    thresholds = []
    for name, target in TARGETS.items():
        detector.tune(scores, [events[i] for i in tuning], groups[tuning], target=target)
        found[name] = event_lists(detector.predict(of_test), of_test.recordings)
        thresholds.append(detector.decoding_["threshold"])
    return test, found, thresholds


def main(report):
    paths, events, n_calls, groups = forest()
    true, found = [], {name: [] for name in ("untuned", *TARGETS)}
    for group in np.unique(groups):
        test, own, thresholds = leave_out(paths, events, n_calls, groups, group)
        true += [events[i] for i in test]
        for name, detected in own.items():
            found[name] += detected
        report.line(f"  background {group}, {len(test)} recordings: thresholds {thresholds}")
    for name, detected in found.items():
        precision, recall, f1 = event_based_scores(true, detected)
        if name == "untuned":
            report.line(f"untuned, threshold 0.5: precision {precision:.3f}, recall {recall:.3f}, F1 {f1:.3f}")
            continue
        report.figure(f"tuned for {name}: precision", precision, 0.9)
        report.line(f"    recall {recall:.3f}, F1 {f1:.3f}")


if __name__ == "__main__":
    report = Report("tuning")
    begin = time.perf_counter()
    main(report)
    report.line(f"{time.perf_counter() - begin:.0f} s in all")
    report.write()
