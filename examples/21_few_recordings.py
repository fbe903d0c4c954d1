"""Few recordings, and voices that are not among them: training with changed copies of what there is.

Two speakers say each digit a few times; four others are to be understood. Copies with other vocal tracts, other tempi
and noise are made of the training clips, in `fit` alone: cross-validation scores clips as they are, and no copy of a
clip that is held out is ever trained on.
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
print(f"as they are: {pipe.fit([X[i] for i in train], y[train]).score([X[i] for i in test], y[test]):.2f}")

changes = Compose([VTLP(alpha=(0.8, 1.25)), TimeStretch(), AddNoise(snr_db=(10.0, 30.0), p=0.5)])
model = AugmentedEstimator(pipe, changes, n_copies=5, random_state=0)
print(f"with copies: {model.fit([X[i] for i in train], y[train]).score([X[i] for i in test], y[test]):.2f}")

# A draw is apart from what it does: it can be kept, shown, and replayed on any clip.
drawn = changes.draw(np.random.default_rng(0))
print(f"drawn: {drawn}")
louder = Gain().apply(changes.apply(X[0], drawn, sr=8000), 6.0)
print(f"of {len(X[0])} samples come {len(louder)}")
