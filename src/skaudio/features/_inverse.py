"""Inversion of frame sequences to waveforms."""

from collections.abc import Callable
from numbers import Integral
from typing import Any

import numpy as np

from skaudio._validation import as_frames


def invert_clips(
    front_end: Any, X: Any, length: Any, invert: Callable[[np.ndarray, int | None], np.ndarray]
) -> np.ndarray:
    """Apply ``invert(frames, length)`` to each clip of a batch of frame sequences.

    Parameters
    ----------
    front_end : FrontEnd
        Front end of the frames.
    X : batch of frame sequences
        Output of ``front_end.transform``, or similar frames.
    length : int, sequence of int, or None
        Number of samples of each clip.
    invert : callable
        The inverse for one clip.

    Returns
    -------
    ndarray
        float32 ``(n_clips, n_samples)`` where all are equally long, else a 1-D object array of waveforms: a batch of
        clips.
    """
    if front_end.channel is not None and not isinstance(front_end.channel, Integral):
        raise ValueError(
            f"{type(front_end).__name__}(channel={front_end.channel!r}) cannot be inverted: its frames are those of "
            "several channels. Use a front end for each, with channel=0, 1, ..."
        )
    frames = as_frames(X)
    n_channels = len(front_end.get_feature_names_out())
    if frames is None or frames[0].shape[1] != n_channels:
        received = (
            f"{frames[0].shape[1]} channels" if frames is not None else f"{type(X).__name__} of shape {np.shape(X)}"
        )
        raise ValueError(
            f"Expected frame sequences (n_clips, n_frames, {n_channels}), as returned by transform, got {received}."
        )
    lengths = [length] * len(frames) if length is None or np.ndim(length) == 0 else list(length)
    if len(lengths) != len(frames):
        raise ValueError(
            f"length has {len(lengths)} entries for {len(frames)} clips; expected one for each, or an int."
        )
    clips = [invert(sequence, n_samples) for sequence, n_samples in zip(frames, lengths, strict=True)]
    if len({len(y) for y in clips}) == 1:
        return np.stack(clips)
    batch = np.empty(len(clips), dtype=object)
    batch[:] = clips
    return batch
