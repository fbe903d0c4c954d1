"""Extract features by a network, save them to a CSV file, and use them in another model."""

import tempfile
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.estimators import CNNClassifier
from skaudio.features import MelSpectrogram

digits = make_spoken_digits(300, random_state=0)
front_end = MelSpectrogram(sr=8000, trim_db=30.0, level=-20.0)
train, test = next(GroupShuffleSplit(1, test_size=2, random_state=0).split(digits.data, groups=digits.groups))
frames = front_end.fit_transform(digits.data)

network = CNNClassifier(architecture="lenet", filters=8, epochs=20, random_state=0)
network.set_output(transform="pandas").fit(frames[train], digits.target[train])
table = network.transform(frames)  # one row per clip; feature_layer selects another layer, see network.summary()
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "features.csv"
    table.assign(label=digits.target).to_csv(path, index=False)
    print(f"{len(table)} rows of {table.shape[1]} features and a label, {path.stat().st_size / 1e3:.0f} kB")

other = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(table.iloc[train], digits.target[train])
accuracy = np.mean(network.predict(frames[test]) == digits.target[test])
print(f"accuracy of the network, new speakers:     {accuracy:.3f}")
print(f"logistic regression on its features:       {other.score(table.iloc[test], digits.target[test]):.3f}")
