"""Indexing of frames, with padding before the first frame and after the last."""

from typing import Any

import numpy as np


def gather_frames(frames: np.ndarray, index: np.ndarray, mode: str, fill: float | np.ndarray = 0.0) -> np.ndarray:
    """Take frames by index from one sequence, or from a block of equally long ones.

    Parameters
    ----------
    frames : ndarray of float32, shape (..., n_frames, n_channels)
        Sequences.
    index : ndarray of int, of any shape
        Indices of frames.
    mode : {"edge", "wrap", "constant"}
        Padding mode: the nearest frame, repetition of the sequence, or ``fill``.
    fill : float or ndarray broadcastable with (..., 1, 1), default=0.0
        Padding value of mode "constant"; NaN in a broken sequence marked by NaN, so that no part of it looks valid.

    Returns
    -------
    ndarray of float32, shape (..., *index.shape, n_channels)
        A copy.
    """
    gathered = np.take(frames, index, axis=-2, mode="wrap" if mode == "wrap" else "clip")
    outside = (index < 0) | (index >= frames.shape[-2])
    if mode == "constant" and outside.any():
        broken = np.isnan(frames).any(axis=(-2, -1), keepdims=True)
        gathered[..., outside, :] = np.where(broken, np.nan, fill)
    return gathered


def silence_of(transformer: Any) -> np.ndarray | float:
    """Return the value of digital silence in each channel that a transformer was fitted on; 0 if unknown."""
    channels = transformer._channels_in
    return 0.0 if channels is None or channels.silence is None else np.array(channels.silence, np.float32)
