"""Loudness of a waveform: trimming silence at its ends, and setting its level."""

import numpy as np

from skaudio._samples import sample_array, scaled
from skaudio.dsp._framing import frame_count


def trim_silence(y: np.ndarray, *, top_db: float = 60.0, frame_length: int = 2048, hop_length: int = 512) -> np.ndarray:
    """Cut leading and trailing silence, as `librosa.effects.trim` does.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_channels, n_samples)
        Waveform. Channels are cut at the same places.
    top_db : float, default=60.0
        A frame is silent if its root mean square is more than this many decibels below that of the loudest frame.
    frame_length, hop_length : int, default=2048, 512
        Length of a frame and hop between frames, in samples.

    Returns
    -------
    ndarray of shape (n_trimmed,) or (n_channels, n_trimmed)
        A view of `y` from the first non-silent frame to the last. Digital silence is returned unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import trim_silence
    >>> y = np.concatenate([np.zeros(8000), np.ones(4000), np.zeros(8000)])
    >>> len(trim_silence(y, frame_length=512, hop_length=128))
    4480
    """
    y = sample_array(y, "y")
    n_samples = y.shape[-1]
    n_frames = frame_count(n_samples, frame_length, hop_length, center=True)
    power = np.square(scaled(y), dtype=np.float64)
    energy = np.concatenate([[0.0], np.cumsum(power if power.ndim == 1 else power.sum(axis=0))])
    starts = np.arange(n_frames) * hop_length - frame_length // 2
    mean_square = energy[np.clip(starts + frame_length, 0, n_samples)] - energy[np.clip(starts, 0, n_samples)]
    loud = np.flatnonzero(mean_square > mean_square.max() * 10.0 ** (-top_db / 10.0))
    if len(loud) == 0:
        return y
    return y[..., loud[0] * hop_length : min(n_samples, (loud[-1] + 1) * hop_length)]


def set_level(y: np.ndarray, level: float) -> np.ndarray:
    """Scale a waveform to a root-mean-square level.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_channels, n_samples)
        Waveform. All channels are scaled by the same factor.
    level : float
        Target level in decibels relative to full scale (a square wave of amplitude 1 has 0 dB).

    Returns
    -------
    ndarray of float32, of the same shape
        The scaled waveform. It is not clipped. Digital silence is returned unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import set_level
    >>> set_level(np.array([0.5, -0.5]), -20.0)
    array([ 0.1, -0.1], dtype=float32)
    """
    y = scaled(sample_array(y, "y")).astype(np.float32, copy=False)
    rms = np.sqrt(np.square(y, dtype=np.float64).mean())
    return y if rms == 0 else y * np.float32(10.0 ** (level / 20.0) / rms)
