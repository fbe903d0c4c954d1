"""Clips that are hard for a graph, and what compares one with the estimator that it was made of."""

import numpy as np
import pytest

from skaudio.datasets import make_spoken_digits
from skaudio.export import load_onnx, to_onnx

TOLERANCE = 1e-4  # relative to the largest value


def tone(n, frequency=0.3):
    return 0.5 * np.sin(frequency * np.arange(n)) + 1e-3 * np.random.default_rng(1).normal(size=n)


@pytest.fixture(scope="session")
def waveforms():
    rng = np.random.default_rng(0)
    clips = [0.1 * rng.normal(size=n) for n in (8000, 1, 100, 255, 1500, 4001)]
    framed = np.concatenate([np.zeros(3000), 0.1 * rng.normal(size=4000), np.zeros(2000)])
    return [np.asarray(clip, np.float32) for clip in (*clips, framed, tone(8000), np.zeros(4000))]


@pytest.fixture(scope="session")
def digits():
    return make_spoken_digits(60, n_speakers=2, random_state=0)


@pytest.fixture
def export(tmp_path):
    """Export and load a model."""

    def exported(model, **settings):
        return load_onnx(to_onnx(model, tmp_path / "model.onnx", **settings))

    return exported


@pytest.fixture
def assert_same():
    """Compare results clip by clip."""

    def same(found, expected, tolerance=TOLERANCE):
        assert len(found) == len(expected)
        scale = max([1.0, *(np.abs(np.asarray(row, float)).max(initial=0.0) for row in expected)])
        for row, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(row, other, rtol=0, atol=tolerance * scale)

    return same
