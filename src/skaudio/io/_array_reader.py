"""Clips in memory."""

from typing import Any

import numpy as np

from skaudio._samples import channels_remedy, look_like_channels, sample_array, without_channel_axis
from skaudio.io._audio_error import AudioError
from skaudio.io._audio_reader import AudioReader
from skaudio.io._quantities import check_rate


class ArrayReader(AudioReader):
    """A clip in memory.

    Parameters
    ----------
    samples : ndarray of shape (n_samples,) or (n_samples, n_channels)
        Samples of a dtype that `skaudio._samples.sample_array` accepts.
    sr : float
        Sampling rate in Hz.
    name : str
        Name used in messages.

    Raises
    ------
    AudioError, TypeError
        If there are no samples, or if the rate is invalid.
    """

    def __init__(self, samples: np.ndarray, sr: float, name: str) -> None:
        check_rate(sr, f"The sampling rate of {name}")
        if samples.size == 0:
            raise AudioError(f"{name} has no samples. Expected at least one.")
        self.name = name
        self.sr = sr
        self.n_channels = 1 if samples.ndim == 1 else samples.shape[1]
        self._samples = samples
        self.n_samples = len(samples)
        self._position = 0

    def read(self, n: int) -> np.ndarray:
        start = self._position
        self._position += n
        return self._samples[start : self._position]

    def skip(self, n: int) -> None:
        self._position += n


def clip_samples(clip: Any, name: str, *, several: bool) -> np.ndarray:
    """Convert a clip to an array ``(n_samples,)``, or ``(n_samples, n_channels)`` if several channels are allowed.

    A single channel may have its own axis. With several, the much shorter axis is that of the channels.

    Raises
    ------
    AudioError, TypeError
        If it has another shape, or if its numbers are not samples.
    """
    samples = without_channel_axis(sample_array(clip, name))
    if several and samples.ndim == 2 and look_like_channels(samples):
        return samples if samples.shape[1] <= samples.shape[0] else samples.T
    if samples.ndim != 1:
        raise AudioError(f"{name} has shape {samples.shape}; expected one dimension. {channels_remedy(samples)}")
    return samples
