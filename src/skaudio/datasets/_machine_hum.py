"""`make_machine_hum`: synthetic machine sounds, normal and faulty."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from numpy.random import Generator, RandomState
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params

from skaudio.datasets._faults import FAULTS, Run
from skaudio.datasets._synthesis import (
    band_noise,
    fade,
    harmonics,
    make_rng,
    phase_of,
    wander,
    within_full_scale,
)
from skaudio.dsp import coloured_noise, rms

_DESCR = """\
Synthetic machine hum
=====================
Clips of rotating machines: the harmonics of a speed that follows the load, the noise of the bearings, the beat of the
rotation, the noise of the hall. Anomalous clips have one fault each: bearing (clicks at the rate of a damaged bearing),
drift (the speed drifts), rattle (a loose part), harmonic (harmonics vanish and a new tone appears between them),
rub (friction once a turn); slight to severe. `target` is 1 for normal and -1 for anomalous, as scikit-learn's outlier
detectors predict. Machines differ (`groups`); a model of the normal sound is fitted to normal clips only.
"""


_HUM_RMS = 0.05
_INCIDENT_PROBABILITY = 0.15


class _Machine(NamedTuple):
    speed: float  # turns a second at middle load
    amplitudes: np.ndarray  # (n_harmonics,)
    beat: float  # modulation depth of the rotation
    bearing_centre: float  # Hz
    bearing_level: float  # noise of the intact bearings relative to the hum
    noise_exponent: float  # colour of the hall's noise


@validate_params(
    {
        "n_samples": [Interval(Integral, 1, None, closed="left")],
        "anomaly_fraction": [Interval(Real, 0, 1, closed="both")],
        "n_machines": [Interval(Integral, 1, None, closed="left")],
        "sr": [Interval(Real, 8000, None, closed="left")],
        "duration": [Interval(Real, 0.25, None, closed="left")],
        "snr_db": [Interval(Real, None, None, closed="neither")],
        "random_state": ["random_state"],
        "return_X_y": ["boolean"],
    },
    prefer_skip_nested_validation=True,
)
def make_machine_hum(
    n_samples: int = 200,
    *,
    anomaly_fraction: float = 0.25,
    n_machines: int = 4,
    sr: float = 16000,
    duration: float = 2.0,
    snr_db: float = 6.0,
    random_state: int | RandomState | None = None,
    return_X_y: bool = False,
) -> Bunch | tuple[np.ndarray, np.ndarray]:
    """Generate machine sounds, some of them faulty, for anomalous sound detection.

    Parameters
    ----------
    n_samples : int, default=200
        Number of clips.
    anomaly_fraction : float, default=0.25
        Fraction of clips with a fault, in [0, 1]; rounded to whole clips.
    n_machines : int, default=4
        Number of machines, with about equal numbers of clips and faults.
    sr : float, default=16000
        Sampling rate in Hz, at least 8000.
    duration : float, default=2.0
        Length of a clip in seconds, at least 0.25.
    snr_db : float, default=6.0
        Ratio of the power of the machine to that of the background noise, in dB.
    random_state : int, RandomState instance or None, default=None
        Seed; pass an int for reproducible output across calls.
    return_X_y : bool, default=False
        Whether to return ``(data, target)`` instead of a Bunch.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (n_samples, duration * sr), float32, in [-1, 1]
        - ``target``: ndarray of shape (n_samples,), int64; 1 normal, -1 anomalous
        - ``groups``: ndarray of shape (n_samples,), int64; the machines
        - ``target_names``: ndarray of shape (2,), str; the names of -1 and 1, in that order
        - ``fault``: ndarray of shape (n_samples,), str; "none", "bearing", "drift", "rattle", "harmonic" or "rub"
        - ``severity``: ndarray of shape (n_samples,), float64; 0 for a normal clip, else in (0, 1]
        - ``sr``: sampling rate in Hz
        - ``DESCR``: description

    References
    ----------
    .. [1] R. B. Randall and J. Antoni, "Rolling element bearing diagnostics: A tutorial", Mechanical Systems and Signal
       Processing 25(2), 485-520, 2011.

    Examples
    --------
    >>> from skaudio.datasets import make_machine_hum
    >>> machines = make_machine_hum(8, duration=0.5, random_state=0)
    >>> machines.data.shape, machines.target.tolist().count(-1)
    ((8, 8000), 2)
    >>> normal = machines.data[machines.target == 1]
    """
    rng = make_rng(random_state)
    machines = [_draw_machine(rng) for _ in range(n_machines)]
    order = rng.permutation(n_samples)
    is_faulty = order < round(anomaly_fraction * n_samples)
    machine = order % n_machines
    # The faults of a machine alternate over its faulty clips.
    fault = np.where(is_faulty, np.array(list(FAULTS))[order // n_machines % len(FAULTS)], "none")
    severity = np.where(is_faulty, rng.uniform(0.2, 1.0, n_samples), 0.0)
    data = np.empty((n_samples, round(duration * sr)), dtype=np.float32)
    for index in range(n_samples):
        run = _start(rng, machines[machine[index]], data.shape[1], sr)
        if is_faulty[index]:
            run = FAULTS[fault[index]](rng, run, severity[index])
        data[index] = _record(rng, machines[machine[index]], run, snr_db)
    target = np.where(is_faulty, -1, 1)
    if return_X_y:
        return data, target
    return Bunch(
        data=data,
        target=target,
        groups=machine,
        target_names=np.array(["anomalous", "normal"]),
        fault=fault,
        severity=severity,
        sr=sr,
        DESCR=_DESCR,
    )


def _draw_machine(rng: Generator) -> _Machine:
    amplitudes = np.arange(1, 25) ** -rng.uniform(0.5, 1.0) * 2 ** rng.normal(0, 0.7, 24)
    amplitudes[rng.integers(8, 24)] += rng.uniform(0.3, 1.0)  # the teeth of a gear
    return _Machine(
        speed=rng.uniform(20, 60),
        amplitudes=amplitudes,
        beat=rng.uniform(0.05, 0.3),
        bearing_centre=rng.uniform(1500, 3200),
        bearing_level=rng.uniform(0.1, 0.4),
        noise_exponent=rng.uniform(0.5, 1.5),
    )


def _start(rng: Generator, machine: _Machine, n_samples: int, sr: float) -> Run:
    """Start a clip with a random load, which slightly changes the speed and the balance of harmonics."""
    load = rng.uniform(-1, 1)
    speed = machine.speed * (1 + 0.02 * load + 0.002 * wander(rng, n_samples, sr, rate=1.0))
    tilt = np.arange(1, len(machine.amplitudes) + 1) ** (0.1 * load)
    amplitudes = machine.amplitudes * tilt * 2 ** rng.normal(0, 0.1, len(tilt))
    return Run(sr, speed, amplitudes, np.zeros(n_samples, dtype=np.float32))


def _record(rng: Generator, machine: _Machine, run: Run, snr_db: float) -> np.ndarray:
    sr = run.sr
    phase = phase_of(run.speed, sr)
    hum = harmonics(phase, run.amplitudes)
    bearing = band_noise(rng, len(phase), sr, machine.bearing_centre, machine.bearing_centre)
    sound = hum / rms(hum) + machine.bearing_level * 2 ** rng.normal(0, 0.3) * bearing
    sound *= 1 + machine.beat * np.sin(phase + rng.uniform(0, 2 * np.pi)).astype(np.float32)
    # Relative to the machine without its fault, which does not change the background noise.
    noise = rms(sound) * 10 ** (-(snr_db + rng.normal(0, 1)) / 20) * _hall(rng, len(phase), sr, machine.noise_exponent)
    return within_full_scale(_HUM_RMS * 10 ** (rng.normal(0, 1) / 20) * (sound + run.extra + noise))


def _hall(rng: Generator, n_samples: int, sr: float, exponent: float) -> np.ndarray:
    """Return background noise of other machines, with occasional harmless events."""
    noise = coloured_noise(rng, n_samples, sr, exponent + rng.normal(0, 0.1))
    if rng.uniform() < _INCIDENT_PROBABILITY:
        length = int(rng.uniform(0.1, 0.9) * n_samples)
        start = rng.integers(0, n_samples - length)
        incident = band_noise(rng, length, sr, rng.uniform(300, 2500), 800) * fade(length, int(0.02 * sr), length // 2)
        noise[start : start + length] += rng.uniform(0.3, 1.0) * incident
    return noise
