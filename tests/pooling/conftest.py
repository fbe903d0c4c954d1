import numpy as np
import pytest


@pytest.fixture
def ragged():
    """Clips of 1 to 40 frames and 3 channels of very different scales, several of the same length."""
    rng = np.random.default_rng(0)
    lengths = [7, 1, 40, 7, 12, 2, 1, 40, 3]
    return [(rng.gamma(2.0, size=(n, 3)) * [1e-3, 1.0, 500.0] - [0, 0, 900.0]).astype(np.float32) for n in lengths]


@pytest.fixture
def equal():
    return np.random.default_rng(1).normal(size=(5, 9, 3)).astype(np.float32)


@pytest.fixture
def broken(ragged):
    """The ragged clips, the one at 2 marked as a front end with on_error="warn" marks it."""
    return [*ragged[:2], np.full((1, 3), np.nan, dtype=np.float32), *ragged[3:]]
