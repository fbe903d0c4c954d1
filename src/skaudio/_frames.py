"""Frames that carry what their channels are.

A front end knows the names of its channels, and arrays lose them. `Frames` is an array of one clip
``(n_frames, n_channels)``, or of equally long ones ``(n_clips, n_frames, n_channels)``, that keeps them through what
scikit-learn and joblib do to a batch: selection of rows, lists, data frames, pickling. A ragged batch is an object
array of `Frames`, so that every clip brings its own along. Whatever else happens to the array (arithmetic, a reshape, a
choice of channels) gives an array without them: `Frames` may know nothing, but nothing that is untrue.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Channels:
    """What the channels of frames are.

    Parameters
    ----------
    names : tuple of str
        Name of each channel.
    """

    names: tuple[str, ...]


class Frames(np.ndarray):
    """Frames of one clip, or of a batch of equally long ones, with what their channels are; see `with_channels`.

    Attributes
    ----------
    channels : Channels or None
        None where nothing is known of them.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio._frames import Channels, with_channels
    >>> batch = with_channels(np.zeros((4, 10, 2), np.float32), Channels(("low", "high")))
    >>> batch[[3, 1]].channels
    Channels(names=('low', 'high'))
    >>> batch[..., ::-1].channels is None
    True
    """

    channels: Channels | None = None  # of the class: a new array knows nothing unless it is given something

    def __getitem__(self, key: Any) -> Any:
        taken = super().__getitem__(key)
        if self.channels is not None and isinstance(taken, Frames) and taken.ndim in {2, 3}:
            taken.channels = self.channels if _leaves_last_axis(key, self.ndim) else None
        return taken

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        """Return the result of arithmetic as what it would be of plain arrays."""
        if array is self:  # computed in place
            return array
        array = array.view(np.ndarray)
        return array[()] if return_scalar else array

    def __reduce_ex__(self, protocol: Any) -> tuple:
        # The array within is a plain one, which pickle and joblib know how to pass on without a copy.
        return with_channels, (self.view(np.ndarray), self.channels)


def with_channels(batch: np.ndarray, channels: Channels | None) -> np.ndarray:
    """Return frames that carry what their channels are.

    Parameters
    ----------
    batch : ndarray (n_frames, n_channels), (n_clips, n_frames, n_channels) or object array of (n_frames_i, n_channels)
        Frames of one clip or of several.
    channels : Channels or None
        What is to be carried; None: nothing.

    Returns
    -------
    Frames, or object array of Frames
        Views of the same data.
    """
    if channels is None:
        return batch
    if batch.dtype == object:
        carrying = np.empty(len(batch), dtype=object)
        carrying[:] = [with_channels(frames, channels) for frames in batch]
        return carrying
    frames = batch.view(Frames)
    frames.channels = channels
    return frames


def channels_of(clips: Sequence) -> Channels | None:
    """Return what the channels of a batch are, or None where it does not say so, or where its clips do not agree."""
    if isinstance(clips, np.ndarray) and clips.dtype != object:
        return getattr(clips, "channels", None)
    channels = getattr(clips[0], "channels", None)
    if channels is None:
        return None
    others = (getattr(frames, "channels", None) for frames in clips)
    return channels if all(other is channels or other == channels for other in others) else None


def _leaves_last_axis(key: Any, n_axes: int) -> bool:
    """Return whether an index selects clips or frames only, and all of the channels as they are."""
    keys = list(key) if isinstance(key, tuple) else [key]
    if keys and keys[-1] is Ellipsis:
        keys.pop()
    if any(part is Ellipsis for part in keys):
        return False
    return sum(map(_n_axes_indexed, keys)) < n_axes


def _n_axes_indexed(part: Any) -> int:
    if part is None:
        return 0
    if isinstance(part, (slice, int, np.integer)):
        return 1
    part = np.asarray(part)
    return part.ndim if part.dtype == bool else 1
