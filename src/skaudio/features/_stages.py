"""Processing stages of front ends on spectra.

1. Spectra, which depend only on the samples around a frame.
2. Decibels, with a floor below the loudest value of the clip; or normalisation of each channel by its level before,
   which is carried from block to block.
3. A projection of each frame, such as that to cepstral coefficients.
4. Removal of each channel's mean over the clip, and scaling to unit variance.
5. Derivatives.

A long clip is processed block by block in 1 to 3, and its frames in place in 4 and 5. The loudest value is known only
at the end: frames that were projected above too low a floor are recomputed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio._growing_array import GrowingArray
from skaudio.dsp import delta, frame_count, normalize, power_to_db
from skaudio.features._block_extractor import BlockExtractor, Room, framed_blocks

BLOCK_SAMPLES = 2**19  # 24 s at 22.05 kHz
BLOCK_VALUES = 2**21  # of spectra: 8 MiB
DELTA_REACH = 8  # frames to either side that a derivative depends on, also near the ends of a clip


@dataclass(frozen=True)
class Stages(BlockExtractor):
    """Pipeline of stages from a waveform to frames.

    Parameters
    ----------
    spectra : callable
        Writes the spectra of a waveform to float32 ``(n_frames, n_bins)``: ``spectra(y, out=...)``.
    n_bins : int
        Number of channels of the spectra.
    n_fft, hop_length, center
        Framing parameters.
    decibels : bool, default=False
        Whether to convert power spectra to decibels.
    top_db : float or None, default=None
        Floor, in decibels below the loudest value of the clip.
    by_level : callable or None, default=None
        Maps spectra and a state, None at the start of a clip, to ``(n_frames, n_bins)`` and the state at their end.
    project : callable or None, default=None
        Maps ``(n_frames, n_bins)`` to ``(n_frames, n_channels)``, frame by frame.
    normalize : {None, "mean", "standard"}, default=None
        Normalisation of each channel.
    deltas : {0, 1, 2}, default=0
        Number of derivatives to append.
    """

    spectra: Callable[..., object]
    n_bins: int
    n_fft: int
    hop_length: int
    center: bool
    decibels: bool = False
    top_db: float | None = None
    by_level: Callable[[np.ndarray, Any], tuple[np.ndarray, Any]] | None = None
    project: Callable[[np.ndarray], np.ndarray] | None = None
    normalize: str | None = None
    deltas: int = 0

    def __call__(self, y: np.ndarray, room: Room | None = None) -> np.ndarray:
        is_output = self.project is None and not self.deltas
        frames = self._spectra_of(y, room if is_output else None)
        if self.decibels:
            power_to_db(frames, top_db=self.top_db, out=frames)
        if self.by_level is not None:
            frames[...], _ = self.by_level(frames, None)
        if self.project is not None:
            frames = self.project(frames)
        if self.normalize is not None:
            normalize(frames, variance=self.normalize == "standard", out=frames)
        if self.deltas:
            derivatives = (delta(frames, order=order) for order in range(1, self.deltas + 1))
            frames = np.concatenate([frames, *derivatives], axis=1)
        return frames

    def by_blocks(self, passes: Iterator[Iterator[np.ndarray]], n_samples: int | None, room: Room) -> np.ndarray:
        frame_array = GrowingArray(n_samples and self._n_frames(n_samples), room)
        floors, lowest, peak, level = [], [], np.float32(0.0), None
        for block, keep in self._blocks(next(passes)):
            frames = self._spectra_of(block)[keep]
            if self.decibels:
                peak = max(peak, frames.max())
                frames = power_to_db(frames, top_db=None)
                floors.append(self._floor(peak))
                lowest.append(frames.min())
            if self.by_level is not None:
                frames, level = self.by_level(frames, level)
            frame_array.append(self._projected(frames, floors), self._n_channels(frames))
        out = frame_array.all()
        static = out[:, : out.shape[1] // (1 + self.deltas)]
        if self.decibels and self.top_db is not None:
            self._raise_floor(static, floors, lowest, passes)
        if self.normalize is not None:
            normalize(static, variance=self.normalize == "standard", out=static)
        for order in range(1, self.deltas + 1):
            self._append_delta(out, static.shape[1], order)
        return out

    def _spectra_of(self, y: np.ndarray, room: Room | None = None) -> np.ndarray:
        shape = self._n_frames(len(y)), self.n_bins
        frames = np.empty(shape, np.float32) if room is None else room(shape)
        self.spectra(y, out=frames)
        return frames

    def _n_frames(self, n_samples: int) -> int:
        return frame_count(n_samples, self.n_fft, self.hop_length, center=self.center)

    def stream(self, pieces: Iterator[np.ndarray], *, kept: int) -> Iterator[np.ndarray]:
        """Yield the frames of a waveform in pieces, `kept` at a time, for stages with a level that is carried on."""
        static = self._static_stream(self.by_level, pieces, kept)
        if not self.deltas:
            yield from static
            return
        blocks = framed_blocks((frames.T for frames in static), hop_length=1, margin=DELTA_REACH, kept=kept)
        for block, keep in blocks:
            frames = np.ascontiguousarray(block.T)
            derivatives = (delta(frames, order=order) for order in range(1, self.deltas + 1))
            yield np.concatenate([frames, *derivatives], axis=1)[keep]

    def _static_stream(self, by_level: Any, pieces: Iterator[np.ndarray], kept: int) -> Iterator[np.ndarray]:
        level = None
        for block, keep in framed_blocks(pieces, hop_length=self.hop_length, margin=self._margin, kept=kept):
            frames, level = by_level(self._spectra_of(block)[keep], level)
            yield frames if self.project is None else self.project(frames)

    def _blocks(self, pieces: Iterator[np.ndarray]) -> Iterator[tuple[np.ndarray, slice]]:
        return framed_blocks(pieces, hop_length=self.hop_length, margin=self._margin, kept=self._kept)

    @property
    def _margin(self) -> int:
        return -(-self.n_fft // self.hop_length)

    @property
    def _kept(self) -> int:
        """Kept frames of a block."""
        return max(1, min(BLOCK_SAMPLES // self.hop_length, BLOCK_VALUES // self.n_fft))

    def _floor(self, peak: np.float32) -> np.float32:
        """Compute the floor of silence for a given loudest value, by the same function as for a whole clip."""
        return power_to_db(np.array([[peak, 0.0]], np.float32), top_db=self.top_db)[0, 1]

    def _projected(self, frames: np.ndarray, floors: list[np.float32]) -> np.ndarray:
        if self.project is None:
            return frames
        if self.decibels:
            np.maximum(frames, floors[-1], out=frames)
        return self.project(frames)

    def _n_channels(self, frames: np.ndarray) -> int:
        n_static = frames.shape[1] if self.project is None else self.project(frames[:1]).shape[1]
        return n_static * (1 + self.deltas)

    def _raise_floor(
        self, static: np.ndarray, floors: list[np.float32], lowest: list[np.float32], passes: Iterator
    ) -> None:
        """Apply the floor below the overall loudest value to all frames."""
        floor = floors[-1]
        if self.project is None:
            np.maximum(static, floor, out=static)
            return
        late = [i for i, low in enumerate(lowest) if low < floor and floors[i] < floor]
        if not late:
            return
        first = 0
        for i, (block, keep) in enumerate(self._blocks(next(passes))):
            n_frames = self._kept + (self._margin if i == 0 else 0)
            if i in late:
                frames = np.maximum(power_to_db(self._spectra_of(block)[keep], top_db=None), floor)
                static[first : first + len(frames)] = self.project(frames)
            if i == late[-1]:
                return
            first += n_frames

    def _append_delta(self, out: np.ndarray, n_static: int, order: int) -> None:
        step = max(1, BLOCK_VALUES // n_static)
        for start in range(0, len(out), step):
            stop = min(start + step, len(out))
            first = max(0, start - DELTA_REACH)
            derivative = delta(out[first : stop + DELTA_REACH, :n_static], order=order)
            out[start:stop, order * n_static : (order + 1) * n_static] = derivative[start - first : stop - first]
