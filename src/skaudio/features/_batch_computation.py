"""Computation of the frames of a batch of clips, with errors that name the clip."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np

from skaudio._samples import all_finite
from skaudio.features._block_extractor import BlockExtractor
from skaudio.features._clip_reader import ClipReader
from skaudio.features._collector import FrameCollector
from skaudio.io import AudioError, clip_kind

DECODED_SAMPLES = 2**17  # that wait for their frames to be computed
PLAUSIBLE_PEAK = 2.0**31  # of unscaled PCM; larger samples are implausible


class BatchComputation:
    """Computes the frames of clips of a batch; calls for different clips may run in parallel.

    Parameters
    ----------
    clips : sequence
        Batch of clips.
    reader : ClipReader
        Reader of their waveforms.
    extract : callable
        Maps a waveform to its frames; a `BlockExtractor` also processes long clips block by block.
    name : str
        Name of the front end, for errors.
    on_error : {"raise", "warn"}
        Whether to raise the error of a broken clip, or to record it.
    """

    def __init__(
        self, clips: Sequence, reader: ClipReader, extract: Callable[..., np.ndarray], *, name: str, on_error: str
    ) -> None:
        self.batch = FrameCollector(len(clips))
        self._clips, self._reader, self._extract = clips, reader, extract
        self._name, self._on_error = name, on_error
        self._kind = _kind_of_batch(clips)

    def __call__(self, indices: Sequence[int]) -> None:
        """Compute the frames of clips. Short ones are decoded a few at a time, before the frames of any of them.

        To alternate takes longer: decoder and transform displace each other in the processor's caches.
        """
        decoded: list[tuple[int, np.ndarray]] = []
        n_samples = 0
        for i in indices:
            y = self._attempt(self._decode, i, self._clips[i])
            if y is not None:
                decoded.append((i, y))
                n_samples += y.size
            if n_samples >= DECODED_SAMPLES or i == indices[-1]:
                for j, waveform in decoded:
                    self._attempt(self._put_frames, j, waveform)
                decoded, n_samples = [], 0

    def _attempt(self, function: Callable[[int, Any], Any], i: int, argument: Any) -> Any:
        """Call a function that processes clip ``i``; None if the clip is broken and ``on_error="warn"``."""
        try:
            return function(i, argument)
        except (AudioError, TypeError) as error:
            message = f"Clip {i}: {error}"
            if self._on_error == "raise":
                raise type(error)(message) from error
            self.batch.put_broken(i, message)
            return None

    def _decode(self, i: int, clip: Any) -> np.ndarray | None:
        """Return the waveform of a clip; None for a long one, whose frames are computed while it is decoded."""
        if clip_kind(clip) != self._kind:
            raise TypeError(
                f"Got kind {clip_kind(clip)!r} in a batch that began with kind {self._kind!r}. Pass all clips of a "
                "batch as one kind: an array is assumed to be at the front end's sr, a file or (y, sr) is resampled to "
                "it."
            )
        reader = self._reader
        with reader.open(clip) as opened:
            if not (isinstance(self._extract, BlockExtractor) and reader.reads_blocks(opened)):
                return reader.prepare(opened.waveform())
            passes = reader.passes(clip, opened)
            with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity are rejected below
                frames = self._extract.by_blocks(passes, opened.n_samples, partial(self.batch.room, i))
            if not all_finite(frames):
                raise non_finite_error(self._name, max(np.abs(y).max(initial=0.0) for y in next(passes)))
        self.batch.put(i, frames)
        return None

    def _put_frames(self, i: int, y: np.ndarray) -> None:
        """Compute the frames of a waveform."""
        with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity are rejected below
            if y.ndim == 2:
                frames = np.concatenate([self._extract(axis) for axis in y], axis=1)
            elif isinstance(self._extract, BlockExtractor):
                frames = self._extract(y, partial(self.batch.room, i))
            else:
                frames = self._extract(y)
        if not all_finite(frames):
            raise non_finite_error(self._name, np.abs(y).max())
        self.batch.put(i, frames)


def non_finite_error(name: str, peak: float) -> AudioError:
    """Return the error for frames of a front end that are not finite, from samples of a magnitude up to ``peak``."""
    remedy = (
        "Check their source, or scale them: y / np.abs(y).max()."
        if peak > PLAUSIBLE_PEAK
        else "Check the parameters, and the model if there is one."
    )
    return AudioError(
        f"{name} returned NaN or infinity for finite samples of a magnitude up to {peak:.3g}, with full scale [-1, 1]. "
        f"{remedy}"
    )


def _kind_of_batch(clips: Sequence) -> str | None:
    """Return the kind of the first valid clip; errors for invalid ones are raised later."""
    for clip in clips:
        with suppress(TypeError):
            return clip_kind(clip)
    return None
