"""Detect dog barks, trained on ten barks and thirty other sounds: original clips, augmented copies, and transfer.

The clips are those of ESC-10 (downloaded at the first run, 90 MB, or found in SKAUDIO_DATA). Clips of one source are in
one fold; the last two folds are the test set: 16 barks and 144 other sounds.
"""

import numpy as np
from sklearn.metrics import average_precision_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.augment import AddNoise, AugmentedEstimator, PitchShift, TimeStretch
from skaudio.datasets import fetch_esc10
from skaudio.features import MFCC
from skaudio.pooling import StatPooling
from skaudio.pretrained import TransferClassifier

esc10 = fetch_esc10()
dog, fold = esc10.target == "dog bark", esc10.groups.astype(int)
rng = np.random.default_rng(0)
known = {which: np.flatnonzero((dog == which) & (fold <= 3)) for which in (True, False)}
train = np.concatenate([rng.choice(known[True], 10, replace=False), rng.choice(known[False], 30, replace=False)])
test = np.flatnonzero(fold > 3)

plain = make_pipeline(
    MFCC(sr=22050, deltas=1, level=-20.0), StatPooling(), StandardScaler(), SVC(class_weight="balanced")
)
changes = [PitchShift(), TimeStretch(), AddNoise(snr_db=(20.0, 50.0))]
models = {
    "original clips": plain,
    "with copies": AugmentedEstimator(plain, changes, n_copies=3, random_state=0),
    "transfer from YAMNet": TransferClassifier("yamnet"),
}
for name, model in models.items():
    scores = model.fit(esc10.data[train], dog[train]).decision_function(esc10.data[test])
    print(f"{name:<22} average precision {average_precision_score(dog[test], scores):.2f}")
