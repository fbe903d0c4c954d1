"""Digital silence, from muted recorders or channels that cancel out, in which predictions are not meaningful."""

from collections.abc import Iterable, Iterator

import numpy as np

CHUNKS_PER_REACH = 8  # time resolution of silence
EMPTY = (np.inf, -np.inf)  # minimum and maximum of no samples


def swing_of(level_dbfs: float) -> float:
    """Return the peak-to-peak amplitude of a peak level."""
    return 2 * 10 ** (level_dbfs / 20)


class SilenceGate:
    """Set the scores of steps to 0 where all samples around them are equal, or nearly so.

    A constant offset of the waveform counts as silence.

    Parameters
    ----------
    step : int
        Samples from one step to the next.
    reach : int
        Samples to either side of a step that are considered. Sound up to a quarter further away also counts.
    swing : float
        Peak-to-peak amplitude of the loudest silence; see `swing_of`.
    start : int, default=0
        Sample of the first step.
    """

    def __init__(self, step: int, reach: int, swing: float, start: int = 0) -> None:
        self._step, self._reach, self._swing, self._start = step, reach, swing, start
        self._chunk = max(1, reach // CHUNKS_PER_REACH)
        self._width = -(-2 * reach // self._chunk) + 1  # number of chunks considered around a step
        # Minimum and maximum of each chunk; the first chunks, before the start, are empty.
        self._first = -self._width
        self._bounds = np.column_stack([EMPTY] * self._width)
        self._rest = np.empty(0, np.float32)

    def watch(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the pieces of a waveform, and track their minima and maxima."""
        for piece in pieces:
            y = np.concatenate([self._rest, piece])
            n_whole = len(y) // self._chunk * self._chunk
            chunks, self._rest = y[:n_whole].reshape(-1, self._chunk), y[n_whole:]
            self._bounds = np.concatenate([self._bounds, [chunks.min(axis=1), chunks.max(axis=1)]], axis=1)
            yield piece

    def apply(self, batches: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the scores ``(n_steps, n_classes)`` of the watched waveform, those of silence set to 0."""
        n_done = 0
        for scores in batches:
            steps = n_done + np.arange(len(scores))
            yield np.where(self._is_silent(steps)[:, np.newaxis], scores.dtype.type(0), scores)
            n_done += len(scores)
            n_past = (n_done * self._step + self._start - self._reach) // self._chunk - self._first
            n_past = min(n_past, self._bounds.shape[1])
            self._bounds, self._first = self._bounds[:, n_past:], self._first + n_past

    def _is_silent(self, steps: np.ndarray) -> np.ndarray:
        rest = [self._rest.min(), self._rest.max()] if len(self._rest) else EMPTY
        bounds = np.column_stack([self._bounds, rest, EMPTY])  # the last column is for chunks not received yet
        first = (steps * self._step + self._start - self._reach) // self._chunk - self._first
        chunks = np.minimum(first[:, np.newaxis] + np.arange(self._width), bounds.shape[1] - 1)
        return bounds[1, chunks].max(axis=1) - bounds[0, chunks].min(axis=1) <= self._swing
