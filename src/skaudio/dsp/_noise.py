"""Coloured noise and root mean square."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from skaudio._samples import sample_array, scaled


def shaped_noise(rng: Generator, n_samples: int, sr: float, gain: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Generate Gaussian noise with a magnitude response, at unit RMS.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random number generator.
    n_samples : int
        Length.
    sr : float
        Sampling rate in Hz.
    gain : callable
        Maps frequencies in Hz, shape (n,), to the magnitude response, shape (n,).

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        The noise.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import shaped_noise
    >>> shaped_noise(np.random.default_rng(0), 1000, 8000, lambda f: f < 1000).shape
    (1000,)
    """
    from scipy import fft

    n_fft = fft.next_fast_len(n_samples, real=True)
    spectrum = fft.rfft(rng.standard_normal(n_fft, dtype=np.float32))
    noise = fft.irfft(spectrum * gain(fft.rfftfreq(n_fft, 1 / sr)).astype(np.float32), n_fft)[:n_samples]
    return noise / rms(noise)


def coloured_noise(rng: Generator, n_samples: int, sr: float, exponent: float) -> np.ndarray:
    """Generate noise with power ``1 / f ** exponent``: 0 is white, 1 pink, 2 brown; flat below 20 Hz.

    Parameters
    ----------
    rng : numpy.random.Generator
        Random number generator.
    n_samples : int
        Length.
    sr : float
        Sampling rate in Hz.
    exponent : float
        Exponent of the decay of power.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        The noise, at unit RMS.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import coloured_noise
    >>> noise = coloured_noise(np.random.default_rng(0), 1000, 8000, exponent=1.0)
    >>> bool(abs(np.mean(noise**2) - 1) < 1e-5)
    True
    """
    return shaped_noise(rng, n_samples, sr, lambda f: np.maximum(f, 20.0) ** (-exponent / 2))


def rms(waveform: np.ndarray) -> float:
    """Compute the root mean square, with a floor to avoid division by zero.

    Parameters
    ----------
    waveform : ndarray
        Samples, of any shape.

    Returns
    -------
    float
        Root mean square of all samples, at least 1e-12.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import rms
    >>> rms(np.array([3.0, -4.0, 0.0, 5.0]))
    3.5355339059327378
    """
    return max(float(np.sqrt(np.mean(np.square(scaled(sample_array(waveform, "waveform")))))), 1e-12)
