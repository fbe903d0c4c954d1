"""Building blocks of synthetic sound: random numbers, resonances, harmonics, random curves, fades and levels.

Conventions: time is in samples, frequency in Hz, level in dB; every random draw uses the generator passed in, so that
one seed determines a whole data set and NumPy's global state is never used.
"""

import numpy as np
from numpy.random import Generator, RandomState

from skaudio.dsp import rms, shaped_noise


def make_rng(random_state: int | RandomState | None) -> Generator:
    """Convert scikit-learn's ``random_state`` to a NumPy generator, without using NumPy's global state.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        A seed; a RandomState, which is advanced; or None for different results in each call.

    Returns
    -------
    numpy.random.Generator
    """
    if isinstance(random_state, RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    return np.random.default_rng(random_state)


def band_noise(rng: Generator, n_samples: int, sr: float, centre: float, bandwidth: float) -> np.ndarray:
    """Generate noise filtered by one resonance, at unit RMS."""
    return shaped_noise(rng, n_samples, sr, lambda f: np.abs(resonance(f, centre, bandwidth)))


def resonance(frequencies: np.ndarray, centre: np.ndarray | float, bandwidth: np.ndarray | float) -> np.ndarray:
    """Compute the complex response of a second-order resonance, 1 at 0 Hz: a formant or a machine part.

    Parameters
    ----------
    frequencies, centre, bandwidth : array-like
        Values in Hz, broadcastable.

    Returns
    -------
    ndarray, complex, of the broadcast shape

    References
    ----------
    .. [1] G. Fant, "Acoustic Theory of Speech Production", Mouton, 1960.
    """
    return centre**2 / (centre**2 - frequencies**2 + 1j * frequencies * bandwidth)


def harmonics(phase: np.ndarray, amplitudes: np.ndarray) -> np.ndarray:
    """Sum the sines ``amplitudes[k] * sin((k + 1) * phase)``.

    Parameters
    ----------
    phase : ndarray of shape (n_samples,)
        Phase of the fundamental in radians.
    amplitudes : ndarray of shape (n_harmonics,)

    Returns
    -------
    ndarray of shape (n_samples,), float32
    """
    # Powers of the fundamental's phasor: one complex product per harmonic instead of one sine.
    fundamental = np.exp(1j * (phase % (2 * np.pi))).astype(np.complex64)
    total = np.zeros(len(phase), dtype=np.float32)
    phasor = np.ones_like(fundamental)
    for amplitude in amplitudes:
        phasor = phasor * fundamental
        total += np.float32(amplitude) * phasor.imag
    return total


def phase_of(frequency: np.ndarray, sr: float) -> np.ndarray:
    """Compute the phase in radians, float64, of an oscillator with ``frequency`` (Hz, one value per sample)."""
    return 2 * np.pi * np.cumsum(frequency, dtype=np.float64) / sr


def wander(rng: Generator, n_samples: int, sr: float, rate: float) -> np.ndarray:
    """Draw a smooth random curve of roughly unit variance that oscillates about ``rate`` times per second.

    Returns
    -------
    ndarray of shape (n_samples,), float32
    """
    n_knots = int(np.ceil(n_samples / sr * rate)) + 2
    # A random starting point; otherwise, all curves would have their knots, and thus their extrema, at the same times.
    position = rng.uniform() + np.arange(n_samples) * (rate / sr)
    left = np.minimum(position.astype(np.int64), n_knots - 1)
    knots = rng.standard_normal(n_knots + 1)
    mix = 0.5 - 0.5 * np.cos(np.pi * (position - left))
    return ((1 - mix) * knots[left] + mix * knots[left + 1]).astype(np.float32)


def fade(n_samples: int, n_attack: int, n_release: int) -> np.ndarray:
    """Compute an envelope that rises from 0 to 1, stays, and falls to 0, with raised-cosine flanks.

    The flanks are shortened where they do not fit. The envelope is above 0 at every sample, so that its span is exactly
    ``n_samples``.

    Returns
    -------
    ndarray of shape (n_samples,), float32
    """
    n_attack, n_release = min(n_attack, n_samples // 2), min(n_release, n_samples // 2)
    envelope = np.ones(n_samples, dtype=np.float32)
    envelope[:n_attack] = np.sin(0.5 * np.pi * (np.arange(n_attack) + 1) / (n_attack + 1)) ** 2
    envelope[n_samples - n_release :] = np.sin(0.5 * np.pi * (np.arange(n_release, 0, -1)) / (n_release + 1)) ** 2
    return envelope


def as_range(value: float | tuple[float, float], name: str) -> tuple[float, float]:
    """Return a pair (lowest, highest), of a number twice; raise ValueError for anything else."""
    limits = value if isinstance(value, tuple) else (value, value)
    if len(limits) != 2 or not limits[0] <= limits[1]:
        raise ValueError(f"{name}={value}; expected a pair (lowest, highest).")
    return limits


def scale_to_snr(signal: np.ndarray, noise: np.ndarray, snr_db: float) -> np.ndarray:
    """Scale ``signal`` to a power ``snr_db`` above that of ``noise``."""
    return signal * np.float32(rms(noise) / rms(signal) * 10 ** (snr_db / 20))


def within_full_scale(waveform: np.ndarray) -> np.ndarray:
    """Reduce the level if the waveform exceeds [-1, 1]; otherwise leave it unchanged."""
    return waveform / max(np.abs(waveform).max(), 1.0)
