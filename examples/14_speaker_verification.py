"""Speaker verification of speakers who were not in the training set, with both kinds of error.

A siamese matcher is trained on eight speakers and compares clips of four others: one clip with one, and one with the
mean of five.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import SiameseMatcher
from skaudio.features import MFCC
from skaudio.inspection import DetectionErrorDisplay
from skaudio.metrics import min_detection_cost
from skaudio.pooling import StatPooling

digits = make_spoken_digits(600, n_speakers=12, random_state=0)
voices = make_pipeline(MFCC(sr=8000, deltas=1), StatPooling()).fit_transform(digits.data)
known = np.isin(digits.groups, np.unique(digits.groups)[:8])

matcher = SiameseMatcher(tower=None, calibration="classes", random_state=0)
matcher.fit(voices[known], digits.groups[known])

new, speaker = voices[~known], digits.groups[~known]
first, second = np.array(list(itertools.combinations(range(len(new)), 2))).T
same = speaker[first] == speaker[second]
accepted = matcher.verify(new[first], new[second])
print(f"one clip against one: {accepted[~same].mean():.1%} false accepts, {(~accepted[same]).mean():.1%} false rejects")

distance = matcher.pair_distance(new[first], new[second])
similarities = {"one against one": (same, -distance, -matcher.threshold_)}
matcher.forget(matcher.classes_)
five = np.concatenate([np.flatnonzero(speaker == name)[:5] for name in np.unique(speaker)])
matcher.enroll(new[five], speaker[five])
rest = np.setdiff1d(np.arange(len(new)), five)
claims = speaker[rest][:, np.newaxis] == matcher.classes_
similarities["one against five"] = (claims.ravel(), matcher.decision_function(new[rest]).ravel(), None)

_, ax = plt.subplots(figsize=(6, 6), layout="constrained")
for what, (genuine, scores, threshold) in similarities.items():
    display = DetectionErrorDisplay.from_predictions(genuine, scores, threshold=threshold, name=what, ax=ax)
    cost = min_detection_cost(genuine, scores, p_target=0.1)
    print(f"{what}: equal error rate {display.equal_error_rate:.1%}, minimum detection cost {cost:.2f}")
ax.set_title("Speakers who are not in the training set")
ax.figure.savefig("14_speaker_verification.png", dpi=80)
