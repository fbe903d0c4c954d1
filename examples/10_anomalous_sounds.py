"""Anomalous sound detection: faults of machines, without examples of faults for training.

Each machine has its own detector, fitted to clips of normal operation.
"""

import numpy as np
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline

from skaudio.datasets import make_machine_hum
from skaudio.estimators import AutoencoderOutlierDetector
from skaudio.features import MelSpectrogram
from skaudio.metrics import partial_auc
from skaudio.pooling import StatPooling

hum = make_machine_hum(400, n_machines=2, random_state=0)  # target: 1, normal; -1, faulty
for machine in np.unique(hum.groups):
    own = np.flatnonzero(hum.groups == machine)
    normal = own[hum.target[own] == 1]
    train = normal[: len(normal) // 2]
    test = np.setdiff1d(own, train)
    detector = make_pipeline(
        MelSpectrogram(sr=hum.sr, n_mels=64),
        StatPooling(),
        AutoencoderOutlierDetector(random_state=0),
    ).fit(hum.data[train])
    faulty, scores = hum.target[test] == -1, -detector.score_samples(hum.data[test])
    alarms = detector.predict(hum.data[test]) == -1
    print(
        f"{machine}: AUC {roc_auc_score(faulty, scores):.3f}, partial AUC {partial_auc(faulty, scores):.3f}; alarms: "
        f"{alarms[faulty].sum()} of {faulty.sum()} faults, {alarms[~faulty].sum()} of {(~faulty).sum()} good clips"
    )
