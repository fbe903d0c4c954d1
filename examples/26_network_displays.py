"""Plot learning curves, filters of the first layer, activations, embeddings of clips, and the candidates of a search.

A small network is trained on digits of five speakers; the sixth is the test set. Displays accept a fitted estimator or
pipeline.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MFCC, MelSpectrogram
from skaudio.inspection import FeatureSpaceDisplay, FilterDisplay, SearchDisplay, TrainingDisplay, activations
from skaudio.pooling import StatPooling

digits = make_spoken_digits(240, random_state=0)
new = digits.groups == "speaker_05"

front_end = MelSpectrogram(sr=8000, n_mels=32, trim_db=30, level=-20)
network = CNNClassifier(architecture="lenet", filters=10, epochs=20, early_stopping=True, random_state=0)
model = make_pipeline(front_end, network).fit(digits.data[~new], digits.target[~new])
print(f"accuracy for a new speaker: {model.score(digits.data[new], digits.target[new]):.0%}")

display = TrainingDisplay.from_estimator(model)
display.figure_.savefig("26_training.png", dpi=80)
print(f"best epoch on held-out clips: {np.argmin(display.history['val_loss']) + 1}")

FilterDisplay.from_estimator(model).figure_.savefig("26_filters.png", dpi=80)

clip = digits.data[new][:1]
maps = activations(model, clip, "convolution_0")[0]  # frames x bands x filters
_, axes = plt.subplots(1, 4, figsize=(9, 2.2), layout="constrained")
axes[0].imshow(front_end.transform(clip)[0].T, origin="lower", aspect="auto", cmap="magma")
for ax, number in zip(axes[1:], maps.std(axis=(0, 1)).argsort()[::-1], strict=False):
    ax.imshow(maps[..., number].T, origin="lower", aspect="auto")
    ax.set_title(f"filter {number}")
axes[0].set(title=f"digit {digits.target[new][0]}", xlabel="frame", ylabel="band")
axes[0].figure.savefig("26_activations.png", dpi=80)
print(f"the first layer computes {maps.shape[2]} maps of {maps.shape[0]} frames x {maps.shape[1]} bands")

display = FeatureSpaceDisplay.from_estimator(
    model, digits.data, digits.target, method="tsne", thumbnails=8, random_state=0
)
display.figure_.savefig("26_feature_space.png", dpi=80)

pipeline = Pipeline([("sound", MFCC(sr=8000)), ("pool", StatPooling()), ("scale", StandardScaler()), ("model", SVC())])
grid = {
    "sound": [MFCC(sr=8000), MFCC(sr=8000, deltas=1), MelSpectrogram(sr=8000)],
    "model": [SVC(C=10), ExtraTreesClassifier(50, random_state=0)],
}
search = GridSearchCV(pipeline, grid, cv=GroupKFold(3)).fit(digits.data, digits.target, groups=digits.groups)
SearchDisplay.from_estimator(search).figure_.savefig("26_search.png", dpi=80)
print(f"best of {len(search.cv_results_['params'])} candidates: accuracy {search.best_score_:.0%}")
