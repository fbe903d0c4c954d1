"""Explain predictions: saliency maps of clips, and the importance of frequency bands and segments for a model.

Gradients explain a network. Occlusion explains any model: parts of the clip are replaced, and the decrease of the score
is measured. `listen` reconstructs the salient part of a clip as sound.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MelSpectrogram, Waveform
from skaudio.inspection import BandImportanceDisplay, SpectrogramDisplay, band_importance, listen, saliency
from skaudio.pooling import StatPooling

digits = make_spoken_digits(240, random_state=0)
new = digits.groups == "speaker_05"
X, y = digits.data[new], digits.target[new]

front_end = MelSpectrogram(sr=8000, n_mels=32, trim_db=30, level=-20)
network = make_pipeline(front_end, CNNClassifier(architecture="lenet", filters=10, epochs=20, random_state=0))
network.fit(digits.data[~new], digits.target[~new])
svm = make_pipeline(front_end, StatPooling(segments=5), StandardScaler(), SVC(C=10))
svm.fit(digits.data[~new], digits.target[~new])

clip, digit = X[:1], y[0]  # of a speaker who was not in the training set
print(f"a {digit}: predicted {network.predict(clip)[0]} by the network, {svm.predict(clip)[0]} by the SVM")
ways = [(network, method) for method in ("gradient", "integrated", "gradcam", "occlusion")] + [(svm, "occlusion")]
figure, axes = plt.subplots(2, 3, figsize=(11, 5.5), sharex=True, sharey=True, layout="constrained")
for ax, (model, method) in zip(axes.flat, ways, strict=False):
    found = saliency(model, clip, method, target=digit)[0]
    found.plot(ax)
    ax.set_title(f"{type(model[-1]).__name__}, {method}")
    print(f"{ax.get_title()}: {found.share(frequencies=(0.0, 1000.0)):.0%} of the positive saliency is below 1 kHz")

sound = listen(saliency(network, clip, "integrated", target=digit)[0], keep=0.8)  # shown as a player in a notebook
whole = Waveform(sr=8000, trim_db=30, level=-20).transform(clip)[0]
print(f"{np.square(sound.y).sum() / np.square(whole).sum():.0%} of the energy is kept")
SpectrogramDisplay.from_estimator(MelSpectrogram(sr=8000, n_mels=32), sound.y, ax=axes[1, 2])
axes[1, 2].set_title("reconstructed by listen")
for ax in axes.flat:
    ax.label_outer()
figure.savefig("27_saliency.png", dpi=80)

importance = band_importance(svm, X, y, n_bands=6, segments=5, random_state=0)
BandImportanceDisplay(importance).plot().figure_.savefig("27_bands.png", dpi=80)
best, edges = importance.bands.mean.argmax(), importance.bands.edges
print(
    f"accuracy of the SVM: {importance.score:.0%}; with the band of another clip from {edges[best]:.0f} to "
    f"{edges[best + 1]:.0f} Hz: {importance.score - importance.bands.mean[best]:.0%}"
)
