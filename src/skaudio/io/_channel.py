"""Selection of a channel of a clip."""

from collections.abc import Mapping, Sequence
from numbers import Integral
from typing import Any

from skaudio.io._audio_error import AudioError
from skaudio.io._audio_info import audio_info
from skaudio.io._clip import clip_kind, clip_name, contains_clip


def channel_of_clip(clip: Any, channel: int | None) -> int | None:
    """Return the channel specified by a record, such as ``{"path": "a.wav", "channel": 1}``, else `channel`."""
    # A column "channel" next to "audio" may have another meaning.
    if isinstance(clip, Mapping) and not contains_clip(clip) and clip.get("channel") is not None:
        return clip["channel"]
    return channel


def check_channel(channel: Any, n_channels: int, name: str) -> None:
    """Raise an AudioError if a clip has no such channel."""
    if channel is None:
        return
    if not isinstance(channel, Integral) or isinstance(channel, bool):
        raise AudioError(f"channel={channel!r} of {name} is of type {type(channel).__name__}; expected an int.")
    if channel not in range(n_channels):
        available = "only channel 0" if n_channels == 1 else f"{n_channels} channels, 0 to {n_channels - 1}"
        raise AudioError(f"{name} has no channel {channel}: it has {available}.")


def split_channels(clips: Sequence[Any]) -> list[dict[str, Any]]:
    """Split clips into their channels, each a separate clip.

    Parameters
    ----------
    clips : sequence of paths, pairs ``(y, sr)`` or records
        See `load`. Nothing is decoded; of files, only the header is read.

    Returns
    -------
    list of dict
        Records such as ``{"path": "night.wav", "channel": 1}``, ordered by clip, then by channel. They are accepted
        wherever a clip is.

    Raises
    ------
    AudioError, TypeError
        If a clip cannot be opened, or has no sampling rate, as a bare array.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import load, split_channels
    >>> stereo = (np.array([[0.5, -0.5], [0.25, -0.25]] * 8, np.float32), 8000)
    >>> left, right = split_channels([stereo])
    >>> load(right, sr=None)[0][:2]
    array([-0.5 , -0.25], dtype=float32)
    """
    return [
        _record(clip) | {"channel": channel} for i, clip in enumerate(clips) for channel in range(_n_channels(clip, i))
    ]


def _n_channels(clip: Any, i: int) -> int:
    try:
        return audio_info(clip, sr=None).n_channels
    except AudioError as error:
        raise AudioError(f"Clip {i}: {error}") from error


def _record(clip: Any) -> dict[str, Any]:
    kind = clip_kind(clip)
    if kind == "record" and isinstance(clip, Mapping):
        return _record(clip["audio"]) if contains_clip(clip) else dict(clip)
    if kind == "pair":
        return {"array": clip[0], "sampling_rate": clip[1]}
    if kind == "file" and not hasattr(clip, "read"):
        return {"path": clip}
    raise TypeError(f"{clip_name(clip)} cannot be split; expected a path, a pair (y, sr) or a dict.")
