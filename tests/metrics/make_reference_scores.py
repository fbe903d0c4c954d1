"""Write reference_scores.json: random tables of events, and what sed_eval and psds_eval compute on them.

Not a test. The tests of event metrics compare with the file, so that they need neither package. The file holds the
tables, too, as NumPy may change what a generator draws, and the versions that it was written with. It was written by

    python -m venv reference
    reference/bin/python -m pip install sed_eval==0.2.1 psds_eval==0.5.3 "setuptools<81"
    reference/bin/python tests/metrics/make_reference_scores.py

on Python 3.11 with dcase_util 0.2.20, NumPy 2.4.6 and pandas 3.1.1. dcase_util, which sed_eval requires, imports
pkg_resources, which later versions of setuptools do not have.
"""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import dcase_util
import numpy as np
import pandas as pd
import psds_eval
import sed_eval

LABELS = ["howl", "owl", "trill"]
SEEDS = range(5)
EVENT_BASED = {
    "onset and offset": {"t_collar": 0.2, "percentage_of_length": 0.2},
    "onset": {"t_collar": 0.2, "evaluate_offset": False},
    "wide collars": {"t_collar": 0.5, "percentage_of_length": 0.5},
}
SEGMENT_SECONDS = [1.0, 0.1]
SHARES = [(0.7, 0.7), (0.5, 0.3)]
RECORDING_SECONDS = 70.0


def random_events(seed, n_recordings=6, overlapping=True):
    """Draw true events, and predictions that are near, missing, of another class, or false alarms; to microseconds."""
    rng = np.random.default_rng(seed)
    y_true, y_pred = [], []
    for _ in range(n_recordings):
        true, predicted = [], []
        for label in LABELS:
            if overlapping:
                onsets = rng.uniform(0, 60, rng.integers(0, 6))
            else:
                onsets = 10.0 * np.flatnonzero(rng.random(6) < 0.6) + rng.uniform(0, 3)
            for onset in onsets:
                offset = onset + rng.uniform(0.3, 5)
                true.append((onset, offset, label))
                if rng.random() < 0.8:
                    named = rng.choice(LABELS) if rng.random() < 0.2 and overlapping else label
                    begin = max(0.0, onset + rng.normal(0, 0.2))
                    predicted.append((begin, max(offset + rng.normal(0, 0.4), begin + 0.1), str(named)))
        if overlapping:
            for onset in rng.uniform(0, 60, rng.integers(0, 4)):
                predicted.append((onset, onset + rng.uniform(0.3, 4), str(rng.choice(LABELS))))
        y_true.append(_rounded(true))
        y_pred.append(_rounded(predicted))
    return y_true, y_pred


def _rounded(events):
    return [(round(float(onset), 6), round(float(offset), 6), label) for onset, offset, label in events]


def _container(events, name):
    return dcase_util.containers.MetaDataContainer(
        [{"event_onset": on, "event_offset": off, "event_label": label, "filename": name} for on, off, label in events]
    )


def _results(metric, y_true, y_pred):
    for i, (true, predicted) in enumerate(zip(y_true, y_pred, strict=True)):
        metric.evaluate(_container(true, f"{i}.wav"), _container(predicted, f"{i}.wav"))
    return metric.results()


def _scores(results):
    """Take precision, recall and F1 from results of sed_eval, of all events and by class."""
    names = ("precision", "recall", "f_measure")
    by_class = [results["class_wise"][label]["f_measure"] for label in LABELS]
    return {
        "overall": [results["overall"]["f_measure"][name] for name in names],
        "by_class": [[scores[name] for scores in by_class] for name in names],
    }


def event_based(y_true, y_pred):
    """Compute scores of events by sed_eval, for each setting."""
    return {
        name: _scores(
            _results(
                sed_eval.sound_event.EventBasedMetrics(LABELS, event_matching_type="optimal", **params), y_true, y_pred
            )
        )
        for name, params in EVENT_BASED.items()
    }


def segment_based(y_true, y_pred):
    """Compute scores of segments and their error rate by sed_eval, for each length of segments."""
    found = {}
    for seconds in SEGMENT_SECONDS:
        results = _results(sed_eval.sound_event.SegmentBasedMetrics(LABELS, time_resolution=seconds), y_true, y_pred)
        found[str(seconds)] = _scores(results) | {"error_rate": results["overall"]["error_rate"]["error_rate"]}
    return found


def intersection_based(y_true, y_pred):
    """Compute F1 by psds_eval, the mean and by class, for each pair of shares."""
    true, predicted = (
        pd.DataFrame(
            [(f"{i}.wav", *event) for i, events in enumerate(lists) for event in events],
            columns=["filename", "onset", "offset", "event_label"],
        )
        for lists in (y_true, y_pred)
    )
    metadata = pd.DataFrame({"filename": [f"{i}.wav" for i in range(len(y_true))], "duration": RECORDING_SECONDS})
    found = {}
    for shares in SHARES:
        reference = psds_eval.PSDSEval(*shares, ground_truth=true, metadata=metadata)
        mean, by_class = reference.compute_macro_f_score(predicted)
        found[f"{shares[0]}, {shares[1]}"] = {
            "mean": float(mean),
            "by_class": [float(by_class[label]) for label in LABELS],
        }
    return found


def main():
    """Write the file."""
    packages = ["sed_eval", "dcase_util", "psds_eval", "numpy", "pandas"]
    overlapping = [random_events(seed) for seed in SEEDS]
    separate = [random_events(seed, overlapping=False) for seed in SEEDS]
    reference = {
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "labels": LABELS,
        "overlapping": overlapping,
        "separate": separate,
        "event_based": [event_based(*tables) for tables in overlapping],
        "segment_based": [segment_based(*tables) for tables in overlapping],
        "intersection_based": [intersection_based(*tables) for tables in separate],
    }
    entries = [f"{json.dumps(key)}: {_lines(value)}" for key, value in reference.items()]
    text = "{\n" + ",\n".join(entries) + "\n}\n"
    Path(__file__).with_name("reference_scores.json").write_text(text, encoding="utf-8")


def _lines(value):
    """Encode a list with a line for each item, anything else in one line."""
    if not isinstance(value, list):
        return json.dumps(value, allow_nan=False)
    return "[\n" + ",\n".join(json.dumps(item, separators=(",", ":"), allow_nan=False) for item in value) + "\n]"


if __name__ == "__main__":
    main()
