"""The calls of `make_sound_events`: one function per class, each returning one call of a new individual.

Every call spans its array, from the first sample to the last.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from skaudio.datasets._synthesis import band_noise, fade, harmonics, phase_of


def _chirp(rng: Generator, sr: float, *, rising: bool) -> np.ndarray:
    n_samples = int(rng.uniform(0.3, 0.8) * sr)
    low = rng.uniform(900, 1300)
    sweep = low * rng.uniform(1.5, 2.1) ** np.linspace(0, 1, n_samples)
    frequency = sweep if rising else sweep[::-1]
    return _gliding_tone(frequency, np.array([1.0, 0.3]), sr)


def _chirp_up(rng: Generator, sr: float) -> np.ndarray:
    return _chirp(rng, sr, rising=True)


def _chirp_down(rng: Generator, sr: float) -> np.ndarray:
    return _chirp(rng, sr, rising=False)


def _trill(rng: Generator, sr: float) -> np.ndarray:
    n_samples = int(rng.uniform(0.6, 1.5) * sr)
    cycles = rng.uniform(12, 25) * np.arange(n_samples) / sr
    frequency = rng.uniform(1400, 2200) * (1 + rng.uniform(0.08, 0.16) * np.sin(2 * np.pi * cycles))
    return _gliding_tone(frequency, np.array([1.0, 0.2]), sr)


def _harmonic_burst(rng: Generator, sr: float) -> np.ndarray:
    """Synthesise a growl, then a falling stack of harmonics, like the call of a capuchinbird."""
    n_growl, n_stack = (rng.uniform((0.2, 0.8), (0.5, 2.0)) * sr).astype(int)
    growl = band_noise(rng, n_growl, sr, rng.uniform(500, 900), 600) * fade(n_growl, int(0.05 * sr), int(0.05 * sr))
    growl *= 1 + 0.8 * np.sin(2 * np.pi * rng.uniform(30, 60) * np.arange(n_growl) / sr)
    frequency = rng.uniform(230, 320) * rng.uniform(0.5, 0.75) ** np.linspace(0, 1, n_stack)
    stack = _gliding_tone(frequency, 0.8 ** np.arange(9), sr)
    return np.concatenate([0.5 * growl, stack]).astype(np.float32)


def _click_train(rng: Generator, sr: float) -> np.ndarray:
    n_click = int(0.02 * sr)
    starts = (np.arange(rng.integers(6, 16)) / rng.uniform(8, 16) * sr).astype(int)
    click = band_noise(rng, n_click, sr, rng.uniform(2200, 3200), 1200) * np.exp(-np.arange(n_click) / (0.004 * sr))
    train = np.zeros(starts[-1] + n_click, dtype=np.float32)
    for start in starts:
        train[start : start + n_click] += click * rng.uniform(0.7, 1.0)
    return train


def _gliding_tone(frequency: np.ndarray, amplitudes: np.ndarray, sr: float) -> np.ndarray:
    """Synthesise the harmonics below half the sampling rate of a gliding fundamental, with an envelope."""
    below_nyquist = np.arange(1, len(amplitudes) + 1) * frequency.max() < sr / 2
    return harmonics(phase_of(frequency, sr), amplitudes[below_nyquist]) * fade(
        len(frequency), int(0.03 * sr), int(0.08 * sr)
    )


CALLS: dict[str, Callable[[Generator, float], np.ndarray]] = {
    "chirp_up": _chirp_up,
    "chirp_down": _chirp_down,
    "trill": _trill,
    "harmonic_burst": _harmonic_burst,
    "click_train": _click_train,
}
