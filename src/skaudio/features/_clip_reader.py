"""Waveforms of clips as a front end uses them: resampled, cut, trimmed, scaled and padded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from skaudio.dsp import set_level, trim_silence
from skaudio.io import AudioError, OpenClip


@dataclass(frozen=True, kw_only=True)
class ClipReader:
    """Reader of clips with the parameters of a front end.

    Attributes
    ----------
    sr : float
        Sampling rate in Hz of the waveforms.
    offset, duration, channel, trim_db, level, pad_side
        Parameters of `skaudio.features.FrontEnd`.
    trim_lengths : mapping
        Frame and hop length for `skaudio.dsp.trim_silence`.
    min_samples : int
        Number of samples to which shorter clips are padded.
    """

    sr: float
    offset: float
    duration: float | None
    channel: int | Sequence[str] | None
    trim_db: float | None
    trim_lengths: Mapping[str, int]
    level: float | None
    min_samples: int
    pad_side: str

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the channels of a clip that are processed separately; empty for a single waveform."""
        return () if self.channel is None or isinstance(self.channel, (int, Integral)) else tuple(self.channel)

    def open(self, clip: Any) -> OpenClip:
        """Open a clip at its offset; raise AudioError if it has other channels than those named."""
        channel: Any = None if self.axes else self.channel  # also an empty list, which OpenClip rejects
        mono = not self.axes
        opened = OpenClip(clip, sr=self.sr, mono=mono, channel=channel, offset=self.offset, duration=self.duration)
        if self.axes and opened.n_channels != len(self.axes):
            opened.close()
            raise AudioError(
                f"{opened.name} has {opened.n_channels} channels, but channel={self.channel!r} names {len(self.axes)}."
            )
        return opened

    def prepare(self, y: np.ndarray) -> np.ndarray:
        """Trim, scale and pad a decoded waveform ``(n_samples,)``, or those of the axes ``(n_axes, n_samples)``."""
        if self.axes:
            y = np.atleast_2d(y)
        if self.trim_db is not None:
            y = trim_silence(y, top_db=self.trim_db, **self.trim_lengths)
        if self.level is not None:
            y = set_level(y, self.level)
        missing = max(0, self.min_samples - y.shape[-1])
        padding = (missing, 0) if self.pad_side == "start" else (0, missing)
        return np.pad(y, [(0, 0)] * (y.ndim - 1) + [padding]) if missing else y

    def reads_blocks(self, opened: OpenClip) -> bool:
        """Return whether an open clip is long, and no parameter requires the whole of it."""
        short = (opened.n_samples or 0) < self.min_samples
        whole = self.trim_db is not None or self.level is not None or short or self.axes
        return opened.is_long and not whole

    def passes(self, clip: Any, opened: OpenClip) -> Iterator[Iterator[np.ndarray]]:
        """Yield iterators over the waveform of an open clip in pieces, one per pass."""
        yield opened.waveforms()
        opened.close()
        while True:
            with self.open(clip) as again:
                yield again.waveforms()
