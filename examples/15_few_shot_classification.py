"""Few-shot classification: classes are enrolled and removed without training, and distant clips are labelled unknown.

Siamese networks are trained on eight words of four speakers, and tested on ten words of two others. Three networks are
compared: that of a tutorial (dense layers on padded MFCC, a contrastive loss on pairs), whose embeddings collapse to a
single point; the same layers with the other parameters at their defaults; and the default network.
"""

import numpy as np
from sklearn.pipeline import make_pipeline

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import SiameseMatcher
from skaudio.features import MFCC, MelSpectrogram
from skaudio.pooling import FramePadder

digits = make_spoken_digits(360, random_state=0)
familiar = np.isin(digits.groups, np.unique(digits.groups)[:4])
train = familiar & (digits.target < 8)

mfcc = make_pipeline(MFCC(sr=8000), FramePadder(n_frames=400))
mel = MelSpectrogram(sr=8000, trim_db=30, level=-20)
as_written = {"loss": "contrastive", "distance": "euclidean", "whitening": None, "normalize": None}
as_written |= {"optimizer": "rmsprop", "learning_rate": 1e-3, "schedule": "constant", "batch_size": 128}
matchers = {
    "tutorial": (mfcc, SiameseMatcher(tower="dense", **as_written)),
    "its layers": (mfcc, SiameseMatcher(tower="dense")),
    "default": (mel, SiameseMatcher(tower_params={"filters": 12})),
}
for name, (sound, matcher) in matchers.items():
    frames = sound.fit_transform(digits.data)
    matcher.set_params(random_state=0, epochs=15).fit(frames[train], digits.target[train])
    words = digits.target[~familiar]
    known = words < 8
    named = matcher.predict(frames[~familiar])
    print(f"{name:10}: {np.mean(named[known] == words[known]):.0%} of known words correct;", end=" ")
    matcher.set_params(unknown_label=-1)
    rejected = np.mean(matcher.predict(frames[~familiar])[~known] == -1)
    print(f"{rejected:.0%} of new words rejected as unknown;", end=" ")
    examples = np.concatenate([np.flatnonzero(familiar & (digits.target == word))[:5] for word in (8, 9)])
    matcher.set_params(unknown_label=None).enroll(frames[examples], digits.target[examples])
    named = matcher.predict(frames[~familiar])
    print(f"{np.mean(named[~known] == words[~known]):.0%} of them correct after enrolling five of each")
