"""Noise of any colour, and levels of sounds against one another."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from skaudio._samples import sample_array, scaled


def shaped_noise(rng: Generator, n_samples: int, sr: float, gain: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Draw Gaussian noise with a magnitude response, at unit RMS.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where chance comes from.
    n_samples : int
        Length.
    sr : float
        Sampling rate in Hz.
    gain : callable
        Takes frequencies in Hz, shape (n,), and gives the magnitude response at them, shape (n,).

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
    """Draw noise whose power falls as ``1 / f ** exponent``: 0 is white, 1 pink, 2 brown; flat below 20 Hz.

    Parameters
    ----------
    rng, n_samples, sr
        See `shaped_noise`.
    exponent : float
        How steeply the power falls.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        At unit RMS.

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
    """Give the root mean square, with a floor that keeps a division by it finite.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import rms
    >>> rms(np.array([3.0, -4.0, 0.0, 5.0]))
    3.5355339059327378
    """
    return max(float(np.sqrt(np.mean(np.square(scaled(sample_array(waveform, "waveform")))))), 1e-12)
