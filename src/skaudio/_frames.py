"""Frame arrays with channel metadata.

A front end defines the meaning of its channels and the times of its frames, which plain arrays do not store. `Frames`
is an array of one clip ``(n_frames, n_channels)``, or of equally long ones ``(n_clips, n_frames, n_channels)``, that
keeps a `Channels` through the operations of scikit-learn and joblib on a batch: row selection, lists, data frames,
pickling. A ragged batch is an object array of `Frames`, each with its metadata. Any other operation (arithmetic,
reshape, selection of channels) returns an array without it: metadata may be absent, but never wrong. Rows keep their
identity in the index of a data frame (see `skaudio._frames_output`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import numpy as np

Kind = Literal["bands", "cepstra", "spectrum", "waveform", "embedding", "scores", "unknown"]


@dataclass(frozen=True)
class Channels:
    """Metadata of frames: their channels and times.

    Parameters
    ----------
    names : tuple of str
        Name of each channel.
    kind : {"bands", "cepstra", "spectrum", "waveform", "embedding", "scores", "unknown"}, default="unknown"
        "bands" are adjacent in frequency; a "spectrum" is complex, real parts before imaginary parts.
    decibels : bool, default=False
        Whether bands are in decibels.
    deltas : int, default=0
        Number of derivatives: each adds a block of channels as long as the first.
    sr : float or None, default=None
        Sampling rate of the waveforms in Hz.
    frequencies : tuple of float or None, default=None
        Frequency of each channel in Hz, if any.
    start_seconds, hop_seconds : float or None, default=None
        Time of the middle of the first frame, and distance between frames.
    silence : tuple of float or None, default=None
        Value of each channel in digital silence.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import MelSpectrogram
    >>> channels = MelSpectrogram(sr=8000, n_mels=3).fit_transform(np.ones((1, 800))).channels
    >>> channels.names, channels.kind, channels.decibels
    (('mel_0', 'mel_1', 'mel_2'), 'bands', True)
    >>> channels.times(n_frames=3).round(3)
    array([0.   , 0.008, 0.016])
    """

    names: tuple[str, ...]
    kind: Kind = "unknown"
    decibels: bool = False
    deltas: int = 0
    sr: float | None = None
    frequencies: tuple[float, ...] | None = None
    start_seconds: float | None = None
    hop_seconds: float | None = None
    silence: tuple[float, ...] | None = None

    def of_axes(self, axes: Sequence[str]) -> "Channels":
        """Return the metadata of the concatenated channels of several waveforms.

        Their kind is unknown: channels are adjacent in frequency only within one waveform.

        Parameters
        ----------
        axes : sequence of str
            Name of each waveform.

        Returns
        -------
        Channels
            Metadata with the names ``{axis}_{name}``.
        """
        n = len(axes)
        return replace(
            self,
            names=tuple(f"{axis}_{name}" for axis in axes for name in self.names),
            kind="unknown",
            decibels=False,
            deltas=0,
            frequencies=None if self.frequencies is None else self.frequencies * n,
            silence=None if self.silence is None else self.silence * n,
        )

    def times(self, n_frames: int) -> np.ndarray | None:
        """Return the times of the middles of a clip's frames.

        Parameters
        ----------
        n_frames : int
            Number of frames.

        Returns
        -------
        ndarray of shape (n_frames,) or None
            Times in seconds; None if unknown.
        """
        if self.start_seconds is None or self.hop_seconds is None:
            return None
        return self.start_seconds + self.hop_seconds * np.arange(n_frames)

    def difference(self, other: "Channels") -> str | None:
        """Describe the first difference from other metadata, names excluded.

        Parameters
        ----------
        other : Channels
            Metadata to compare with.

        Returns
        -------
        str or None
            Description of the difference; None if there is none, or if it concerns only what is unknown to one of both.
        """
        for field in fields(self)[1:-1]:
            ours, theirs = getattr(self, field.name), getattr(other, field.name)
            if "unknown" in (self.kind, other.kind) and field.name in {"kind", "decibels", "deltas"}:
                continue
            if ours is None or theirs is None or np.array_equal(ours, theirs):
                continue
            if field.name != "frequencies":
                return f"{field.name}={ours!r} and {field.name}={theirs!r}"
            if len(ours) != len(theirs):
                return f"{len(ours)} and {len(theirs)} channels"
            if not np.allclose(ours, theirs, rtol=1e-4):
                i = int(np.argmax(~np.isclose(ours, theirs, rtol=1e-4)))
                return f"channel {i} at {ours[i]:.1f} Hz and at {theirs[i]:.1f} Hz"
        return None


class Frames(np.ndarray):
    """Frames of one clip, or of a batch of equally long ones, with channel metadata; see `with_channels`.

    Attributes
    ----------
    channels : Channels or None
        None where unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio._frames import Channels, with_channels
    >>> batch = with_channels(np.zeros((4, 10, 2), np.float32), Channels(("low", "high")))
    >>> batch[[3, 1]].channels.names
    ('low', 'high')
    >>> batch[..., ::-1].channels is None
    True
    """

    channels: Channels | None = None  # class attribute: the default of new arrays

    def __getitem__(self, key: Any) -> Any:
        item = super().__getitem__(key)
        if self.channels is not None and isinstance(item, Frames) and item.ndim in {2, 3}:
            item.channels = self._channels_of_item(key, self.channels)
        return item

    def _channels_of_item(self, key: Any, channels: Channels) -> Channels | None:
        axes = _axes_indexed(key)
        if axes is None or self.ndim - 1 in axes:
            return None
        if self.ndim - 2 in axes:  # a selection of frames, or another order
            return replace(channels, start_seconds=None, hop_seconds=None)
        return channels

    def __array_wrap__(self, array: np.ndarray, context: Any = None, return_scalar: bool = False) -> Any:
        """Return the result of arithmetic as a plain array; in place, only names are kept."""
        if array is self:  # computed in place
            self.channels = Channels(self.channels.names) if self.channels is not None else None
            return array
        array = array.view(np.ndarray)
        return array[()] if return_scalar else array

    def __reduce_ex__(self, protocol: Any) -> tuple:
        # Pickle and joblib can pass on a plain array without a copy.
        return with_channels, (self.view(np.ndarray), self.channels)


def with_channels(batch: np.ndarray, channels: Channels | None) -> np.ndarray:
    """Return frames with channel metadata.

    Parameters
    ----------
    batch : ndarray (n_frames, n_channels), (n_clips, n_frames, n_channels) or object array of (n_frames_i, n_channels)
        Frames of one clip or of several.
    channels : Channels or None
        Metadata to attach, if any.

    Returns
    -------
    Frames, or object array of Frames
        Views of the same data.
    """
    if channels is None:
        return batch
    if batch.dtype == object:
        with_metadata = np.empty(len(batch), dtype=object)
        with_metadata[:] = [with_channels(frames, channels) for frames in batch]
        return with_metadata
    frames = batch.view(Frames)
    frames.channels = channels
    return frames


def channels_of(clips: Sequence | np.ndarray) -> Channels | None:
    """Return the channel metadata of a batch, or None if it has none or its clips differ.

    If clips differ only in the times of frames, the result has none.
    """
    if isinstance(clips, np.ndarray) and clips.dtype != object:
        return _own_channels(clips)
    channels = _own_channels(clips[0])
    if channels is None:
        return None
    others = list({id(other): other for other in map(_own_channels, clips)}.values())
    if all(other == channels for other in others):
        return channels
    without_times = [other and replace(other, start_seconds=None, hop_seconds=None) for other in others]
    return without_times[0] if all(other == without_times[0] for other in without_times) else None


def _own_channels(frames: Any) -> Channels | None:
    return frames.channels if isinstance(frames, Frames) else None


def _axes_indexed(key: Any) -> set[int] | None:
    """Return the axes that an index does not select in full; None if that is not easily determined."""
    keys = list(key) if isinstance(key, tuple) else [key]
    if keys and keys[-1] is Ellipsis:
        keys.pop()
    if any(part is Ellipsis for part in keys):
        return None
    axes: set[int] = set()
    axis = 0
    for part in keys:
        n_axes = _n_axes_indexed(part)
        if not (isinstance(part, slice) and part == slice(None)):
            axes.update(range(axis, axis + n_axes))
        axis += n_axes
    return axes


def _n_axes_indexed(part: Any) -> int:
    if part is None:
        return 0
    if isinstance(part, (slice, int, np.integer)):
        return 1
    part = np.asarray(part)
    return part.ndim if part.dtype == bool else 1
