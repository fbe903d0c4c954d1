"""Recordings and snippets: their waveforms, decoded in pieces if long."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from skaudio.io import AudioError, OpenClip


class Recording:
    """A clip that can be iterated over repeatedly.

    Parameters
    ----------
    clip : clip
        See `skaudio.io.load`.
    sr : float
        Sampling rate in Hz to which it is resampled, or that of an array.
    name : str, default="A part of a recording"
        Name used in messages.

    Attributes
    ----------
    clip : clip
        The clip, decoded if short.

    Raises
    ------
    AudioError, TypeError
        If it cannot be decoded; a long clip is decoded later.
    """

    def __init__(self, clip: Any, sr: float, name: str = "A part of a recording") -> None:
        self._sr, self._name = sr, name
        self._n_samples: int | None = None
        with self.named_errors(), OpenClip(clip, sr=sr) as opened:
            self.clip = clip if opened.is_long else opened.waveform()

    @contextmanager
    def named_errors(self) -> Iterator[None]:
        """Prefix decoding errors with the name of the recording."""
        try:
            yield
        except (AudioError, TypeError) as error:
            raise type(error)(f"{self._name}: {error}") from error

    @property
    def n_samples(self) -> int:
        """Number of samples; decodes the clip if not done before."""
        if self._n_samples is None:
            self._n_samples = sum(map(len, self.pieces()))
        return self._n_samples

    def pieces(self) -> Iterator[np.ndarray]:
        """Yield the waveform, piece by piece."""
        n_samples = 0
        with self.named_errors(), OpenClip(self.clip, sr=self._sr) as opened:
            for piece in opened.waveforms() if opened.is_long else [opened.waveform()]:
                n_samples += len(piece)
                yield piece
        self._n_samples = n_samples

    def parts(self, spans: Sequence[tuple[int, int]]) -> list[np.ndarray]:
        """Return parts, specified by first sample and length, in one pass."""
        parts = [np.empty(size, np.float32) for _, size in spans]
        position, end = 0, max((start + size for start, size in spans), default=0)
        for piece in self.pieces() if spans else ():
            for (start, size), part in zip(spans, parts, strict=True):
                first, last = max(start, position), min(start + size, position + len(piece))
                if first < last:
                    part[first - start : last - start] = piece[first - position : last - position]
            position += len(piece)
            if position >= end:
                break
        return parts
