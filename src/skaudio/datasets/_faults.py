"""The faults of `make_machine_hum`: each adds a slight to severe fault to a clip under construction.

References
----------
.. [1] R. B. Randall and J. Antoni, "Rolling element bearing diagnostics: A tutorial", Mechanical Systems and Signal
   Processing 25(2), 485-520, 2011.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from skaudio.datasets._synthesis import band_noise, phase_of, resonance, wander
from skaudio.dsp import rms


class Run(NamedTuple):
    """A machine clip under construction."""

    sr: float
    speed: np.ndarray  # (n_samples,), turns a second
    amplitudes: np.ndarray  # (n_harmonics,), of the hum
    extra: np.ndarray  # (n_samples,), added by a fault, for a hum of unit RMS


def _bearing(rng: Generator, run: Run, severity: float) -> Run:
    """Add the resonances that a spall in a bearing excites several times per turn, with some slip [1]_."""
    slip = 1 + 0.01 * wander(rng, len(run.speed), run.sr, rate=20.0)
    turns = phase_of(rng.uniform(2.5, 5) * slip * run.speed, run.sr) / (2 * np.pi)
    knocks = np.diff(np.floor(turns), prepend=0.0)
    return _add(run, _ring(knocks, run.sr, rng.uniform(2000, 3500), 300), 0.08 + 0.4 * severity)


def _drift(rng: Generator, run: Run, severity: float) -> Run:
    """Add a drift of the speed up or down over the clip."""
    drift = rng.choice([-1, 1]) * (0.02 + 0.08 * severity) * np.linspace(-0.5, 0.5, len(run.speed))
    return run._replace(speed=run.speed * (1 + drift))


def _rattle(rng: Generator, run: Run, severity: float) -> Run:
    """Add knocks of a loose part at random times, of varying strength, with a duller resonance."""
    n_knocks = 1 + rng.poisson(40 * len(run.speed) / run.sr)
    knocks = np.zeros(len(run.speed))
    knocks[rng.integers(len(knocks), size=n_knocks)] = rng.uniform(0.2, 1.0, n_knocks)
    return _add(run, _ring(knocks, run.sr, rng.uniform(700, 1500), 400), 0.08 + 0.4 * severity)


def _harmonic(rng: Generator, run: Run, severity: float) -> Run:
    """Attenuate some harmonics, and add a tone between two others, which a normal machine lacks."""
    kept = np.ones(len(run.amplitudes))
    kept[rng.choice(len(kept), len(kept) // 6, replace=False)] = 1 - severity
    tone = np.sin((rng.integers(6, 20) + 0.5) * phase_of(run.speed, run.sr))
    return _add(run._replace(amplitudes=run.amplitudes * kept), tone, 0.05 + 0.3 * severity)


def _rub(rng: Generator, run: Run, severity: float) -> Run:
    """Add rubbing of the shaft against its seal during a part of each turn."""
    touch = np.maximum(np.sin(phase_of(run.speed, run.sr)), 0) ** 3
    hiss = band_noise(rng, len(run.speed), run.sr, rng.uniform(1500, 3500), 2000)
    return _add(run, touch * hiss, 0.08 + 0.4 * severity)


def _ring(knocks: np.ndarray, sr: float, centre: float, bandwidth: float) -> np.ndarray:
    """Return the response of a single resonance to a train of impulses, of the same length."""
    from scipy import fft

    n_fft = fft.next_fast_len(2 * len(knocks), real=True)
    response = resonance(fft.rfftfreq(n_fft, 1 / sr), centre, bandwidth)
    return fft.irfft(fft.rfft(knocks, n_fft) * response, n_fft)[: len(knocks)]


def _add(run: Run, sound: np.ndarray, level: float) -> Run:
    return run._replace(extra=run.extra + (level / rms(sound) * sound).astype(np.float32))


FAULTS: dict[str, Callable[[Generator, Run, float], Run]] = {
    "bearing": _bearing,
    "drift": _drift,
    "rattle": _rattle,
    "harmonic": _harmonic,
    "rub": _rub,
}
