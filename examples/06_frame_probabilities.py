"""Class probabilities of frames by a network trained on labels of clips.

The clips have different lengths, and their labels do not include times. After training, the network is applied without
pooling over time, which results in probabilities for each frame.
"""

import numpy as np

from skaudio.estimators import CNNClassifier
from skaudio.features import MelSpectrogram

SR, HOP = 8000, 160
rng = np.random.default_rng(0)


def tone(frequency, seconds):
    t = np.arange(int(SR * seconds)) / SR
    return 0.3 * np.sin(2 * np.pi * frequency * t * (1 + 0.02 * np.sin(2 * np.pi * 6 * t)))


def clip(*parts):
    y = np.concatenate(parts)
    return (y + 0.05 * rng.standard_normal(len(y))).astype(np.float32)


pitches = {"low": 400, "high": 1500}
labels = np.array(["low", "high", "quiet"] * 30)
clips = [
    clip(np.zeros(rng.integers(1000, 6000)), tone(pitches[label], 0.4) if label in pitches else np.zeros(3200))
    for label in labels
]
front_end = MelSpectrogram(sr=SR, n_fft=512, hop_length=HOP, n_mels=32)
model = CNNClassifier(architecture="lenet", pooling="linear_softmax", epochs=20, random_state=0)
model.fit(front_end.fit_transform(clips), labels)

scene = clip(np.zeros(8000), tone(400, 0.5), np.zeros(8000), tone(1500, 0.5), np.zeros(8000))
frames = model.predict_frames(front_end.transform([scene]))[0]
seconds = np.arange(len(frames)) * HOP / SR  # frame t is centred on sample t * hop_length
for label, start in (("low", 1.0), ("high", 2.5)):
    there = frames[:, list(model.classes_).index(label)] > 0.5
    print(f"{label}: placed at {start:.2f} s, found from {seconds[there].min():.2f} to {seconds[there].max():.2f} s")
