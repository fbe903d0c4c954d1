"""Keyword spotting on stacked frames.

The small network of Sainath and Parada (2015) classifies windows of 32 frames. Each window of a word is a training
example with the label of the word; a word is classified by the mean probability of its windows.
"""

import numpy as np
from sklearn.model_selection import GroupShuffleSplit

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MelSpectrogram

CONTEXT = 32  # frames of 16 ms
digits = make_spoken_digits(300, random_state=0)
front_end = MelSpectrogram(sr=8000, hop_length=128, n_mels=40, trim_db=30.0, level=-20.0)
frames = front_end.fit_transform(digits.data)


def windows(clip, step=4):
    """Cut a clip into overlapping windows (n_windows, CONTEXT, n_channels); a short clip is repeated at its end."""
    clip = np.pad(clip, ((0, max(0, CONTEXT - len(clip))), (0, 0)), mode="edge")
    return np.stack([clip[start : start + CONTEXT] for start in range(0, len(clip) - CONTEXT + 1, step)])


train, test = next(GroupShuffleSplit(1, test_size=2, random_state=0).split(frames, groups=digits.groups))
stacks = [windows(clip) for clip in frames]
X = np.concatenate([stacks[i] for i in train])
y = np.repeat(digits.target[train], [len(stacks[i]) for i in train])

model = CNNClassifier(architecture="keyword", filters=16, epochs=6, random_state=0).fit(X, y)
votes = [model.predict_proba(stacks[i]).mean(axis=0) for i in test]
words = model.classes_[np.argmax(votes, axis=1)]
print(f"{len(X)} windows to train on, {model.model_.count_params():,} weights")
print(f"accuracy for words of new speakers: {np.mean(words == digits.target[test]):.3f}")
