"""Validation and scaling of samples, for every kind of clip.

- Floating-point numbers are used unchanged, [-1, 1] being full scale.
- Integers are PCM, whose dtype determines full scale: int8, int16 and int32 are divided by 2**7, 2**15 and 2**31, and
  silence in uint8 is 128.
- Other integers are rejected, as their full scale is unknown.

Single clips, tables of clips, rows of a data frame, nested lists and blocks of a stream all use it.
"""

import math
from typing import Any

import numpy as np

# Powers of two: scaling by them is exact, and the same as in libsndfile.
FULL_SCALE = {"int8": 2.0**7, "int16": 2.0**15, "int32": 2.0**31}
PCM = (*FULL_SCALE, "uint8")
# A 2-D array is interpreted as channels of one clip if they are few, and have many more samples each.
MAX_CHANNELS = 32
SAMPLES_PER_CHANNEL = 8


def sample_array(array: Any, name: str) -> np.ndarray:
    """Convert samples to an array of a dtype that `scaled` accepts.

    Parameters
    ----------
    array : array-like of any shape
        A list, an array, a tensor or a column of another library.
    name : str
        Name used in messages.

    Returns
    -------
    ndarray
        Floating-point numbers or PCM, not copied if `array` is an ndarray.

    Raises
    ------
    TypeError
        If it cannot be converted to an array, or if its dtype does not determine full scale.
    """
    try:
        samples = np.asarray(array)
    except (ValueError, TypeError, RuntimeError) as error:
        raise TypeError(f"{name} cannot be converted to an array: {error} Expected an array of numbers.") from error
    if samples.dtype.kind != "f" and samples.dtype.name not in PCM:
        raise TypeError(
            f"{name} has dtype {samples.dtype}; expected floating-point numbers, or PCM as int8, int16, int32 or uint8."
            + _dtype_remedy(samples)
        )
    return samples


def scaled(samples: np.ndarray) -> np.ndarray:
    """Scale PCM to [-1, 1], as float32; floating-point numbers are returned unchanged."""
    if samples.dtype.kind == "f":
        return samples
    y = samples.astype(np.float32)
    if samples.dtype == np.uint8:
        y -= 128
        y /= 128
    else:
        y *= np.float32(2.0 ** (1 - 8 * samples.dtype.itemsize))
    return y


def all_finite(array: np.ndarray) -> bool:
    """Return whether no value is NaN or infinite; a single cheap pass for valid data."""
    flat = array.ravel()
    return math.isfinite(np.vdot(flat, flat)) or bool(np.isfinite(flat).all())  # the sum of squares may overflow


def without_channel_axis(samples: np.ndarray) -> np.ndarray:
    """Return ``(n_samples,)`` for a single channel of shape ``(n_samples, 1)`` or ``(1, n_samples)``."""
    return samples.reshape(-1) if samples.ndim == 2 and 1 in samples.shape else samples


def look_like_channels(samples: np.ndarray) -> bool:
    """Return whether one axis of a 2-D array is so much shorter than the other that it is the channel axis."""
    few, many = sorted(samples.shape)
    return few <= MAX_CHANNELS and many >= SAMPLES_PER_CHANNEL * few


def channels_remedy(samples: np.ndarray) -> str:
    """Return advice on converting an array of another shape to one channel ``(n_samples,)``."""
    y, separate = _scaling(samples.dtype), "pass clips as separate items"
    if samples.ndim != 2:
        return "Pass each clip as a separate item of shape (n_samples,)."
    if not look_like_channels(samples):
        return (
            f"If each column is a channel, average them, as in {y}.mean(axis=1); if each row is, as in "
            f"{y}.mean(axis=0); if each row is a clip, {separate}, as in list(y)."
        )
    few = min(samples.shape)
    axis, lines = (0, "rows") if few == len(samples) else (1, "columns")
    return f"Its {few} {lines} look like channels: average them, as in {y}.mean(axis={axis}), and {separate}."


def _scaling(dtype: np.dtype) -> str:
    """Return the expression that scales samples ``y`` to [-1, 1]; a mean of PCM would lose full scale."""
    if dtype.name in FULL_SCALE:
        return f"(y / {FULL_SCALE[dtype.name]:.0f})"
    return "((y - 128.0) / 128)" if dtype == np.uint8 else "y"


def _dtype_remedy(samples: np.ndarray) -> str:
    dtype = samples.dtype
    if dtype.kind == "i":
        fits = samples.size == 0 or (samples.min() >= -(2**15) and samples.max() < 2**15)
        width = "y.astype(np.int16)" if fits else "y.astype(np.int32) for 32 bits"
        return (
            f" {dtype} does not determine full scale: convert to the recorded bit depth, as in {width}, or scale to "
            "[-1, 1] as floats, as in y / 2**23 for 24 bits."
        )
    if dtype.kind == "u":
        middle = 2 ** (8 * dtype.itemsize - 1)
        return (
            f" {dtype} does not determine full scale: scale to [-1, 1] as floats, as in y / {middle} - 1 if silence "
            f"is {middle}."
        )
    if dtype.kind == "c":
        return " A waveform is real: pass y.real, or invert the transform that made it complex."
    if dtype.kind == "O":
        return " Objects result from ragged lists or from None among numbers: pass each clip as a separate item."
    if dtype.kind == "V":
        return " Convert them to a floating-point dtype of NumPy: y.astype(np.float32)."
    return ""
