"""Cutting waveforms into windows, and applying a model to them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np

from skaudio._growing_array import GrowingArray
from skaudio._warnings import warn_user
from skaudio.features import BlockExtractor
from skaudio.io import AudioError
from skaudio.pretrained._window_model import WINDOWS_PER_BATCH, WindowModel


def windows_of(
    pieces: Iterable[np.ndarray], n_samples: int, hop: int, batch_size: int = WINDOWS_PER_BATCH
) -> Iterator[np.ndarray]:
    """Yield the full windows ``(n_windows, n_samples)`` of a waveform, as views, then one padded with silence.

    The last is omitted if the others cover the waveform. Windows of a waveform in pieces are yielded in full
    batches as long as possible, by default like those of a whole waveform.
    """
    buffer = np.empty(0, np.float32)
    n_whole = n_total = skip = 0  # skip: samples between the buffered ones and the next window
    for piece in pieces:
        n_total += len(piece)
        new = piece[skip:]
        skip = max(0, skip - len(piece))
        buffer = np.concatenate([buffer, new]) if len(buffer) else new
        n_ready = _count_windows(buffer, n_samples, hop) // batch_size * batch_size
        if n_ready:
            yield _full_windows(buffer, n_samples, hop)[:n_ready]
            n_whole += n_ready
            skip = max(0, n_ready * hop - len(buffer))
            buffer = buffer[n_ready * hop :]
    n_ready = _count_windows(buffer, n_samples, hop)
    if n_ready:
        yield _full_windows(buffer, n_samples, hop)
        n_whole += n_ready
        buffer = buffer[n_ready * hop :]
    if n_whole == 0 or max(n_whole * hop, (n_whole - 1) * hop + n_samples) < n_total:
        last = np.zeros((1, n_samples), np.float32)
        last[0, : len(buffer)] = buffer
        yield last


def _count_windows(buffer: np.ndarray, n_samples: int, hop: int) -> int:
    return 1 + (len(buffer) - n_samples) // hop if len(buffer) >= n_samples else 0


def _full_windows(buffer: np.ndarray, n_samples: int, hop: int) -> np.ndarray:
    return np.lib.stride_tricks.sliding_window_view(buffer, n_samples)[::hop]


class WindowOutputs(BlockExtractor):
    """Outputs of a model for each window of a waveform.

    Parameters
    ----------
    model : WindowModel
        Maps windows ``(n_windows, n_samples)`` to float32 ``(n_windows, n_outputs)``.
    n_samples, hop : int
        Length of a window, and distance between windows, in samples.
    sr : float
        Sampling rate in Hz, for the warning of clips shorter than a window, issued once.
    name : str
        Name of the model in messages.
    n_context : int, default=0
        Number of samples by which the first window begins before the waveform.
    """

    def __init__(self, model: WindowModel, n_samples: int, hop: int, sr: float, name: str, n_context: int = 0) -> None:
        self._model, self._n_samples, self._hop, self._sr, self._name = model, n_samples, hop, sr, name
        self._n_context = n_context
        self._warned = False

    def __call__(self, y: np.ndarray, room: Callable | None = None) -> np.ndarray:
        return self.by_blocks(iter([iter([y])]), len(y), room)

    def by_blocks(
        self, passes: Iterator[Iterator[np.ndarray]], n_samples: int | None, room: Callable | None
    ) -> np.ndarray:
        array = GrowingArray(None if n_samples is None else self._n_windows(n_samples), room)
        for outputs in self.stream(next(passes)):
            array.append(outputs)
        return array.all()

    def _n_windows(self, n_samples: int) -> int:
        n_samples += self._n_context
        n_whole = 1 + (n_samples - self._n_samples) // self._hop if n_samples >= self._n_samples else 0
        covered = max(n_whole * self._hop, (n_whole - 1) * self._hop + self._n_samples) if n_whole else 0
        return n_whole + (covered < n_samples)

    def stream(self, pieces: Iterable[np.ndarray], batch_size: int = WINDOWS_PER_BATCH) -> Iterator[np.ndarray]:
        """Yield outputs ``(n_windows, n_outputs)`` of a waveform in pieces, batch by batch.

        Raises
        ------
        AudioError
            If the model returns NaN or infinity.
        """
        n_total = n_windows = 0

        def counted() -> Iterator[np.ndarray]:
            nonlocal n_total
            for piece in pieces:
                n_total += len(piece)
                yield piece

        model, context = self._model.session(), np.zeros(self._n_context, np.float32)
        for windows in windows_of(chain([context], counted()), self._n_samples, self._hop, batch_size):
            outputs = model(windows)
            self._check_finite(outputs, n_windows)
            n_windows += len(outputs)
            yield outputs
        if n_total + self._n_context < self._n_samples and not self._warned:
            self._warned = True
            # The same words for all clips, so that Python shows them once, however clips are batched.
            warn_user(
                f"Clips shorter than the model's window of {self._n_samples / self._sr:.3g} s are padded with silence.",
            )

    def _check_finite(self, outputs: np.ndarray, n_before: int) -> None:
        invalid = ~np.isfinite(outputs).all(axis=1)
        if invalid.any():
            first = n_before + int(invalid.argmax())
            raise AudioError(
                f"{self._name} returned NaN or infinity for {invalid.sum()} of {len(outputs)} windows of a batch, "
                f"first for window {first}, {first * self._hop / self._sr:.3g} s from the start."
            )


class PooledOutputs(BlockExtractor):
    """Outputs of a model for the windows of a waveform, pooled incrementally to one frame.

    Parameters
    ----------
    outputs : WindowOutputs
        Outputs to pool.
    stats : sequence of {"mean", "max"}
        Statistics, concatenated.
    """

    def __init__(self, outputs: WindowOutputs, stats: Sequence[str]) -> None:
        self._outputs, self._stats = outputs, stats

    def __call__(self, y: np.ndarray, room: Callable | None = None) -> np.ndarray:  # noqa: ARG002
        return self._pool([y])

    def by_blocks(self, passes: Iterator[Iterator[np.ndarray]], n_samples: int | None, room: Callable) -> np.ndarray:  # noqa: ARG002
        return self._pool(next(passes))

    def _pool(self, pieces: Iterable[np.ndarray]) -> np.ndarray:
        n_windows, total, largest = 0, np.float64(0.0), np.float32(-np.inf)
        for outputs in self._outputs.stream(pieces):
            n_windows += len(outputs)
            total = total + outputs.sum(axis=0, dtype=np.float64)
            largest = np.maximum(largest, outputs.max(axis=0))
        pooled = {"mean": total / n_windows, "max": largest}
        return np.concatenate([pooled[stat] for stat in self._stats])[np.newaxis].astype(np.float32)
