"""Regression from sensor data: the weight of a person from an accelerometer on the hip.

The walks are simulated: each step excites a damped oscillation, whose frequency is lower for heavier persons; pace,
amplitude, orientation of the sensor and noise are independent of the weight. The test set contains other persons than
the training set.
"""

import numpy as np
from scipy.spatial.transform import Rotation
from sklearn.dummy import DummyRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.estimators import CNNRegressor
from skaudio.pooling import StatPooling

RATE = 50  # samples per second
rng = np.random.default_rng(0)


def walk(weight):
    """Simulate a walk of 4 to 7 s: (n_samples, 3 axes)."""
    t = np.arange(int(RATE * rng.uniform(4, 7))) / RATE
    pace, loudness = rng.uniform(1.6, 2.2), rng.uniform(0.5, 2.0)
    since_step = t % (1 / pace)
    ringing = np.exp(-6 * since_step) * np.sin(2 * np.pi * (60 / np.sqrt(weight)) * since_step)
    sway = 0.5 * np.sin(np.pi * pace * t)
    axes = loudness * np.column_stack([ringing, sway, 0.3 * ringing + 0.2 * sway])
    axes = axes @ Rotation.from_rotvec(rng.normal(0, 0.3, 3)).as_matrix()
    return (axes + 0.1 * rng.standard_normal(axes.shape)).astype(np.float32)


weights = np.repeat(rng.uniform(50, 110, 80), 5)  # five walks per person
persons = np.repeat(np.arange(80), 5)
walks = np.empty(len(weights), dtype=object)
walks[:] = [walk(weight) for weight in weights]
train, test = next(GroupShuffleSplit(1, test_size=0.25, random_state=0).split(walks, groups=persons))

models = {
    "mean of the training set": DummyRegressor(),
    "Ridge on statistics": make_pipeline(StatPooling(), StandardScaler(), Ridge()),
    "CNNRegressor": CNNRegressor(filters=8, depth=3, random_state=0),
}
for name, model in models.items():
    model.fit(walks[train], weights[train])
    error = np.abs(model.predict(walks[test]) - weights[test]).mean()
    print(f"{name:<26} R2 {model.score(walks[test], weights[test]):5.2f}, off by {error:.1f} kg on average")
