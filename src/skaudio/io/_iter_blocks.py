"""Block-wise decoding of long recordings."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._open_clip import OpenClip
from skaudio.io._quantities import check_rate, check_seconds


class AudioBlock(NamedTuple):
    """A block of a recording.

    Attributes
    ----------
    onset_seconds : float
        Onset in the recording.
    y : ndarray of float32, shape (n_samples,) or (n_channels, n_samples)
        Waveform.
    sr : float
        Sampling rate of `y`, in Hz.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import iter_blocks
    >>> block = next(iter_blocks((np.zeros(20000), 8000), block_seconds=1))
    >>> block.onset_seconds, block.y.shape, block.sr
    (0.0, (8000,), 8000)
    """

    onset_seconds: float
    y: np.ndarray
    sr: float


def iter_blocks(
    source: Any,
    *,
    sr: float | None = None,
    mono: bool = True,
    channel: int | None = None,
    block_seconds: float = 60.0,
    overlap_seconds: float = 0.0,
    offset: float = 0.0,
    duration: float | None = None,
) -> Iterator[AudioBlock]:
    """Decode a recording block by block, with memory for a few blocks.

    Concatenated, non-overlapping blocks equal the result of `load`, including resampling.

    Parameters
    ----------
    source : path, binary file object, array, pair or dict
        See `load`.
    sr : float or None, default=None
        Target sampling rate in Hz. None: the native rate.
    mono : bool, default=True
        Whether to average the channels.
    channel : int or None, default=None
        See `load`.
    block_seconds : float, default=60.0
        Length of a block. The last one may be shorter.
    overlap_seconds : float, default=0.0
        Overlap of consecutive blocks; less than `block_seconds`.
    offset : float, default=0.0
        See `load`.
    duration : float or None, default=None
        See `load`.

    Yields
    ------
    AudioBlock
        ``(onset_seconds, y, sr)``. The onset is relative to the start of the recording, including `offset`.

    Raises
    ------
    AudioError, TypeError
        See `load`. Blocks before the damage in a file are yielded first.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import iter_blocks
    >>> recording = (np.zeros(20000), 8000)
    >>> [(block.onset_seconds, len(block.y)) for block in iter_blocks(recording, block_seconds=1, overlap_seconds=0.25)]
    [(0.0, 8000), (0.75, 8000), (1.5, 8000)]
    """
    if sr is not None:
        check_rate(sr, "sr")
    check_seconds(block_seconds, "block_seconds", above=0)
    check_seconds(overlap_seconds, "overlap_seconds")
    if not 0 <= overlap_seconds < block_seconds:
        raise AudioError(
            f"overlap_seconds must be at least 0 and below block_seconds={block_seconds!r}; got {overlap_seconds!r}."
        )
    check_seconds(offset, "offset")
    if duration is not None:
        check_seconds(duration, "duration", above=0)
    # A separate generator: parameters are checked at once, the recording is opened with the first block.
    return _blocks(source, sr, mono, channel, block_seconds, overlap_seconds, offset, duration)


def _blocks(
    source: Any,
    sr: float | None,
    mono: bool,
    channel: int | None,
    block_seconds: float,
    overlap_seconds: float,
    offset: float,
    duration: float | None,
) -> Iterator[AudioBlock]:
    with OpenClip(source, sr=sr, mono=mono, channel=channel, offset=offset, duration=duration) as clip:
        length = max(1, round(block_seconds * clip.sr))
        hop = max(1, length - round(overlap_seconds * clip.sr))
        for i, y in enumerate(regrouped(clip.waveforms(), length, hop)):
            yield AudioBlock(clip.onset_seconds + i * hop / clip.sr, y, clip.sr)


def regrouped(waveforms: Iterator[np.ndarray], length: int, hop: int) -> Iterator[np.ndarray]:
    """Regroup pieces of any length into blocks that begin every `hop` samples."""
    buffer, n_buffered = [], 0
    n_seen = 0  # samples in the buffer that the previous block included
    for y in waveforms:
        buffer.append(y)
        n_buffered += y.shape[-1]
        if n_buffered < length:
            continue
        joined = np.concatenate(buffer, axis=-1)
        while joined.shape[-1] >= length:
            yield joined[..., :length].copy()
            joined = joined[..., hop:]
        buffer, n_buffered, n_seen = [joined], joined.shape[-1], length - hop
    if n_buffered > n_seen:
        yield np.concatenate(buffer, axis=-1)
