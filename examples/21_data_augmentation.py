"""Data augmentation with few recordings, tested on other speakers.

The training set has two speakers with few clips of each digit; the test set has four others. Copies with changed vocal
tract length, tempo and noise are made of the training clips, in `fit` only: cross-validation scores unchanged clips,
and never trains on a copy of a test clip.
"""

import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.augment import VTLP, AddNoise, AugmentedEstimator, Compose, Gain, TimeStretch
from skaudio.datasets import make_spoken_digits
from skaudio.features import MFCC
from skaudio.pooling import StatPooling

digits = make_spoken_digits(360, n_speakers=6, random_state=0)
known = np.isin(digits.groups, ["speaker_00", "speaker_03"])
train, test = np.flatnonzero(known)[:60], np.flatnonzero(~known)

front_end = MFCC(sr=8000, deltas=1, trim_db=30)
pipe = make_pipeline(front_end, StatPooling(segments=3), StandardScaler(), SVC(C=10))
X, y = list(digits.data), digits.target
print(f"original clips: {pipe.fit([X[i] for i in train], y[train]).score([X[i] for i in test], y[test]):.2f}")

changes = Compose([VTLP(alpha=(0.8, 1.25)), TimeStretch(), AddNoise(snr_db=(10.0, 30.0), p=0.5)])
model = AugmentedEstimator(pipe, changes, n_copies=5, random_state=0)
print(f"with copies:    {model.fit([X[i] for i in train], y[train]).score([X[i] for i in test], y[test]):.2f}")

# Drawn parameters can be stored, shown and applied to any clip.
drawn = changes.draw(np.random.default_rng(0))
print(f"drawn: {drawn}")
louder = Gain().apply(changes.apply(X[0], drawn, sr=8000), 6.0)
print(f"{len(X[0])} samples before, {len(louder)} after")
