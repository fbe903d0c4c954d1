"""Anomalous sound detection: the autoencoder and scikit-learn's detectors, on the same pooled features.

Run as ``python benchmarks/anomaly.py`` with ESC-10 available (see `skaudio.datasets`); two minutes. Generated machines:
a detector for each, fitted to half of its normal clips. ESC-10: for each class and fold, a detector fitted to the clips
of the class in the other four folds, and tested on all clips of the fold. No parameter was chosen on the test data,
except those of the mixtures: the best of several tried on other machines and on training folds.
"""

import time
import warnings

import numpy as np
from measure import Report
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import OneClassSVM

from skaudio.datasets import fetch_esc10, make_machine_hum
from skaudio.estimators import AutoencoderOutlierDetector
from skaudio.features import MelSpectrogram
from skaudio.metrics import partial_auc
from skaudio.pooling import StatPooling

AHEAD = 0.02  # minimum lead over the best detector of scikit-learn

DETECTORS = {
    "AutoencoderOutlierDetector": AutoencoderOutlierDetector(contamination=0.1, random_state=0),
    "IsolationForest": IsolationForest(random_state=0),
    "OneClassSVM": OneClassSVM(),
    "GaussianMixture, diagonal": GaussianMixture(covariance_type="diag", reg_covar=1e-2, random_state=0),
    "GaussianMixture, full": GaussianMixture(covariance_type="full", reg_covar=0.1, random_state=0),
}


def machines():
    """Yield pooled features of normal clips, those of test clips, and which of these are anomalous, of each machine."""
    hum = make_machine_hum(1600, random_state=0)
    X = make_pipeline(MelSpectrogram(sr=hum.sr, n_mels=64), StatPooling()).fit_transform(hum.data)
    for machine in np.unique(hum.groups):
        own = np.flatnonzero(hum.groups == machine)
        good = own[hum.target[own] == 1]
        train = good[: len(good) // 2]
        test = np.setdiff1d(own, train)
        yield X[train], X[test], hum.target[test] == -1


def classes():
    """Yield the same for each class of ESC-10 and fold."""
    esc10 = fetch_esc10()
    front_end = MelSpectrogram(sr=22050, n_fft=2048, hop_length=882, n_mels=64, level=-20.0)
    X = make_pipeline(front_end, StatPooling()).fit_transform(esc10.data)
    target, folds = np.asarray(esc10.target), np.asarray(esc10.groups)
    for fold in np.unique(folds):
        test = folds == fold
        for name in np.unique(target):
            yield X[~test & (target == name)], X[test], target[test] != name


def compare(report, what, tasks):
    """Report each detector's mean AUC over the tasks, and the lead of the autoencoder over the best of the others."""
    areas = {}
    for name, detector in DETECTORS.items():
        start = time.process_time()
        scores = []
        for train, test, _ in tasks:
            model = make_pipeline(StandardScaler(), detector).fit(train)
            scores.append(-model.score_samples(test))
        seconds = (time.process_time() - start) / len(tasks)
        areas[name] = np.mean([roc_auc_score(task[2], score) for task, score in zip(tasks, scores, strict=True)])
        partial = np.mean([partial_auc(task[2], score) for task, score in zip(tasks, scores, strict=True)])
        report.line(f"  {what}, {name}: AUC {areas[name]:.3f}, partial AUC {partial:.3f}, {seconds:.2f} CPU s a fit")
    ours = areas.pop("AutoencoderOutlierDetector")
    report.figure(f"AUC, {what}, ahead of the best other detector", ours - max(areas.values()), AHEAD)


if __name__ == "__main__":
    warnings.filterwarnings("ignore", category=UserWarning)
    report = Report("anomaly")
    compare(report, "machines", list(machines()))
    compare(report, "ESC-10", list(classes()))
    report.write()
