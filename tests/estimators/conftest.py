"""Small clips to learn on, and networks that learn them in a second."""

import numpy as np
import pytest

PLAIN = {  # no augmentation
    "mixup": 0.0,
    "time_shift": 0.0,
    "time_stretch": 0.0,
    "frequency_warp": 0.0,
    "equalization": 0.0,
    "spec_augment": False,
}
SMALL = {"epochs": 4, "batch_size": 16, "learning_rate": 0.01, "random_state": 0, **PLAIN}
SMALL_CNN = {"architecture": "lenet", "filters": 4, "depth": 2, "kernel_size": 3, **SMALL}
SMALL_RNN = {"units": 8, "n_layers": 1, **SMALL}


def make_clips(n_clips=48, n_channels=8, ragged=True, seed=0):
    """Clips whose class lifts a third of their channels, of different lengths."""
    rng = np.random.default_rng(seed)
    y = np.tile(np.array(["cat", "dog", "owl"]), n_clips // 3)
    clips = []
    for label in y:
        n_frames = rng.integers(6, 30) if ragged else 16
        clip = rng.standard_normal((n_frames, n_channels)).astype(np.float32)
        first = ["cat", "dog", "owl"].index(label) * 2
        clip[:, first : first + 2] += 2.0
        clips.append(clip)
    if not ragged:
        return np.stack(clips), y
    batch = np.empty(n_clips, dtype=object)
    batch[:] = clips
    return batch, y


@pytest.fixture
def clips():
    return make_clips()
