"""Clips that are arrays."""

from typing import Any

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._quantities import check_rate
from skaudio.io._sound import Sound
from skaudio.io._waveform import FULL_SCALE


class ArraySound(Sound):
    """A mono clip in memory.

    Parameters
    ----------
    samples : array-like of shape (n_samples,)
        See `as_waveform` for the dtypes.
    sr : float
        Its sampling rate in Hz.
    name : str
        What messages call it.
    """

    n_channels = 1

    def __init__(self, samples: Any, sr: float, name: str) -> None:
        check_rate(sr, f"The sampling rate of {name}")
        self.name = name
        self.sr = sr
        self._samples = _as_array(samples, name)
        self.n_samples = len(self._samples)
        self._position = 0

    def read(self, n: int) -> np.ndarray:
        start = self._position
        self._position += n
        return self._samples[start : self._position]

    def skip(self, n: int) -> None:
        self._position += n


def _as_array(samples: Any, name: str) -> np.ndarray:
    try:
        array = np.asarray(samples)
    except (ValueError, TypeError, RuntimeError) as error:
        raise TypeError(f"{name} cannot be made an array: {error} Expected a 1-D array of numbers.") from error
    if array.ndim != 1:
        raise AudioError(
            f"{name} has shape {array.shape}; expected one dimension. Average the channels, as in y.mean(axis=0), "
            "and give several clips as several items."
        )
    if array.size == 0:
        raise AudioError(f"{name} has no samples. Expected at least one.")
    if array.dtype.kind != "f" and array.dtype != np.uint8 and array.dtype.name not in FULL_SCALE:
        raise TypeError(
            f"{name} has dtype {array.dtype}; expected floating-point numbers, or PCM as int8, int16, int32 or uint8."
            + _dtype_remedy(array.dtype)
        )
    return array


def _dtype_remedy(dtype: np.dtype) -> str:
    if dtype.kind in "iu":
        return (
            f" What full scale is cannot be told from {dtype}: convert to the width that was recorded, as in "
            "y.astype(np.int16), or scale to [-1, 1] as floats."
        )
    if dtype.kind == "c":
        return " A waveform is real: y.real, or the inverse of the transform that made it complex."
    if dtype.kind == "O":
        return " Objects come of ragged lists or of None among numbers: give each clip as its own item."
    return ""
