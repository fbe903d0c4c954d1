"""Detectors on backgrounds that they were not trained on: log-mel spectra against PCEN, with default parameters.

Run as ``SKAUDIO_DATA=... python benchmarks/backgrounds.py`` with the folder ``forest`` as in ``events.py``; some five
minutes on two cores. The detector of ``events.py`` is trained on the recordings of one background and tested on all
others, and trained without a chorus of other animals (group 2) and tested on it; thresholds are not tuned. The network
and its training were chosen earlier on groups 0 and 2, in decibels (see there), so that the chorus flatters; PCEN was
first applied here, with its defaults, beside the parameters that Lostanlen and others suggest for birds outdoors.
"""

import csv
import warnings

import numpy as np
from events import DECIBELS, FRONT_END, make_detector
from measure import Report
from sklearn.base import clone

from skaudio.datasets import get_data_home
from skaudio.events import event_table
from skaudio.metrics import event_based_scores

FRONT_ENDS = {
    "log-mel": DECIBELS,
    "PCEN": FRONT_END,
    "PCEN for birds": clone(FRONT_END).set_params(
        pcen_params={"gain": 0.8, "bias": 10.0, "power": 0.25, "time_constant": 0.06}
    ),
}


def forest():
    """Return paths, events, numbers of calls and backgrounds of the recordings."""
    folder = get_data_home() / "forest"
    with (folder / "recordings.csv").open() as file:
        rows = list(csv.DictReader(file))
    with (folder / "annotations.csv").open() as file:
        marked = [
            (row["path"], (float(row["onset"]), float(row["offset"]), row["label"])) for row in csv.DictReader(file)
        ]
    events = [[event for path, event in marked if path == row["path"]] for row in rows]
    n_calls, groups = (np.array([int(row[name]) for row in rows]) for name in ("n_calls", "group"))
    return [str(folder / row["path"]) for row in rows], events, n_calls, groups


def compare(report, what, train, test, names):
    paths, events, n_calls, _ = forest()
    for name in names:
        detector = make_detector(FRONT_ENDS[name])
        detector.fit([paths[i] for i in train], [events[i] for i in train])
        found = detector.predict([paths[i] for i in test])
        counts = np.array([(found.recording == paths[i]).sum() for i in test])
        report.line(f"{what}, {name}: counts {counts}, of {n_calls[test]}")
        report.figure(f"    exact, of {len(test)}", (counts == n_calls[test]).sum(), len(test))
        report.figure("    false alarms where nothing calls", counts[n_calls[test] == 0].sum(), 2, at_most=True)
        if any(events[i] for i in test):
            truth = event_table([events[i] for i in test], [paths[i] for i in test])
            *_, f1 = event_based_scores(truth, found)
            report.figure("    event F1, onset within 200 ms", f1, 0.9)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    report = Report("backgrounds")
    *_, groups = forest()
    one, others = np.flatnonzero(groups == 0), np.flatnonzero(groups != 0)
    compare(report, "Trained on one background", one, others, FRONT_ENDS)
    compare(report, "Without the chorus", np.flatnonzero(groups != 2), np.flatnonzero(groups == 2), ["log-mel", "PCEN"])
    report.write()
