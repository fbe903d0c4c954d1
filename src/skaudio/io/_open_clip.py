"""Open clips: their length, and their waveform, whole or piece by piece."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np

from skaudio.io._channel import channel_of_clip, check_channel
from skaudio.io._open_reader import open_reader
from skaudio.io._resample import fit_length, resample, resample_stream, resampled_length
from skaudio.io._waveform import as_waveform

LONG_SAMPLES = 2**23  # 6 minutes at 22.05 kHz, 32 MiB
PIECE_SAMPLES = 2**17  # 3 s at 44.1 kHz
UNKNOWN_PIECE_SAMPLES = 2**20


class OpenClip:
    """An opened clip, or a part of it, not decoded yet.

    Parameters
    ----------
    source : path, binary file object, array, pair or dict
        See `load`, also for the other parameters and exceptions.
    sr : float or None
        Target sampling rate in Hz. None: the native rate.
    mono : bool, default=True
        Whether to average the channels.
    channel : int or None, default=None
        Index of the only channel to decode, from 0, regardless of `mono`.
    offset : float, default=0.0
        Start of the part, in seconds.
    duration : float or None, default=None
        Maximum duration of the part, in seconds.

    Attributes
    ----------
    name : str
        Name used in messages.
    n_channels : int
        Number of channels.
    sr : float
        Sampling rate of the waveform, in Hz.
    onset_seconds : float
        Onset of the part in the clip.
    n_samples : int or None
        Length of the waveform, or an upper bound; None if only known after decoding.
    is_long : bool
        Whether to decode it in pieces, repeatedly if needed: it is long, or of unknown length, and can be reopened,
        unlike a file object that is not seekable.

    See Also
    --------
    load : Load the whole waveform.
    iter_blocks : Yield blocks of equal length.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import OpenClip
    >>> with OpenClip((np.zeros(4000), 8000), sr=16000) as clip:
    ...     clip.n_samples, len(clip.waveform())
    (8000, 8000)
    """

    def __init__(
        self,
        source: Any,
        *,
        sr: float | None,
        mono: bool = True,
        channel: int | None = None,
        offset: float = 0.0,
        duration: float | None = None,
    ) -> None:
        self._reader = open_reader(source, sr, several=channel is not None or not mono)
        self._channel = channel_of_clip(source, channel)
        try:
            check_channel(self._channel, self._reader.n_channels, self._reader.name)
            start, self._n = self._reader.go_to(offset, duration)
        except BaseException:
            self.close()
            raise
        self._mono = mono or self._channel is not None
        self.name, self.n_channels = self._reader.name, self._reader.n_channels
        self.sr = self._reader.sr if sr is None else sr
        self.onset_seconds = start / self._reader.sr
        self.n_samples = None if self._n is None else resampled_length(self._n, self._reader.sr, self.sr)
        can_reopen = not hasattr(source, "read") or (hasattr(source, "seekable") and source.seekable())
        self.is_long = can_reopen and (self.n_samples is None or self.n_samples > LONG_SAMPLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release resources. The position of a file object is restored."""
        self._reader.close()

    def waveform(self) -> np.ndarray:
        """Decode the whole waveform.

        Returns
        -------
        ndarray of float32, shape (n_samples,) or (n_channels, n_samples)
            The waveform.
        """
        # Limit the allocation by a wrong header to what a file of this size can contain.
        n = self._n if self._n and self._n <= self._reader.max_plausible_samples else UNKNOWN_PIECE_SAMPLES
        pieces = list(self._reader.pieces(self._n, n))
        raw = pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
        y = as_waveform(raw, self._reader.name, mono=self._mono, channel=self._channel)
        return y if self.sr == self._reader.sr else resample(y, self._reader.sr, self.sr)

    def waveforms(self) -> Iterator[np.ndarray]:
        """Decode the waveform piece by piece.

        Yields
        ------
        ndarray of float32, shape (n_samples_i,) or (n_channels, n_samples_i)
            A piece; concatenated along time, the pieces equal `waveform`.
        """
        pieces = self._reader.pieces(self._n, PIECE_SAMPLES)
        waveforms = (as_waveform(piece, self._reader.name, mono=self._mono, channel=self._channel) for piece in pieces)
        if self.sr == self._reader.sr:
            return waveforms
        return resampled(waveforms, self._reader.sr, self.sr, 1 if self._mono else self._reader.n_channels)


def resampled(
    waveforms: Iterator[np.ndarray], sr: float, target_sr: float, n_channels: int = 1
) -> Iterator[np.ndarray]:
    """Resample a waveform in pieces, with the same result as in one piece."""
    stream = resample_stream(sr, target_sr, n_channels)
    n_in = n_out = 0
    for y in waveforms:
        n_in += y.shape[-1]
        piece = stream.resample_chunk(y.T).T
        n_out += piece.shape[-1]
        yield piece
    empty = np.empty((0, n_channels) if n_channels > 1 else 0, np.float32)
    n_left = max(0, resampled_length(n_in, sr, target_sr) - n_out)
    yield fit_length(stream.resample_chunk(empty, last=True).T, n_left)
