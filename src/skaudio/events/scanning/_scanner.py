"""Applying a fitted classifier along recordings."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from tqdm import tqdm

from skaudio._cluster import check_workers
from skaudio._warnings import warn_user
from skaudio.events._track import Track
from skaudio.events.scanning._reader import Reader, naming
from skaudio.events.scanning._recording_tasks import results_of
from skaudio.io import AudioError

T = TypeVar("T")


@dataclass(frozen=True)
class Scanner:
    """Computes the scores of recordings over time.

    Parameters
    ----------
    reader : Reader
        Reads recordings.
    estimator : classifier
        Fitted.
    columns : ndarray of int, shape (n_classes,)
        Indices of its scores that are those of events.
    on_error : {"raise", "warn"}
        What to do with a recording that cannot be decoded.
    n_jobs : int or None
        Number of processes. None: 1, unless in a `joblib.parallel_config` context.
    verbose : int
        Whether to show a progress bar.
    """

    reader: Reader
    estimator: Any
    columns: np.ndarray
    on_error: str
    n_jobs: int | None
    verbose: int

    def tracks(self, recordings: Sequence) -> Iterator[Track]:
        """Yield the scores of one recording after another; an empty track, with a warning, if decoding fails."""
        return self.results(recordings, _same)

    def results(self, recordings: Sequence, function: Callable[[Track], T]) -> Iterator[T]:
        """Yield a function of the scores of each recording; if decoding fails, that of none, with a warning.

        The function is called where the scores are computed: only its results return from other processes.
        """
        for result in self.attempts(recordings, function):
            if isinstance(result, AudioError):
                warn_user(f"{result} The recording is skipped.")
                yield function(self._empty())
            else:
                yield result

    def attempts(
        self, recordings: Sequence, function: Callable[[Track], T], rows: Sequence[int] | None = None
    ) -> Iterator[T | AudioError]:
        """Yield a function of the scores of recordings; or the error, if decoding fails and is not to be raised.

        Parameters
        ----------
        recordings : sequence
            Clips.
        function : callable
            Function of a track.
        rows : sequence of int or None, default=None
            Indices of those to process. If None, all.
        """
        check_workers()
        rows = range(len(recordings)) if rows is None else rows
        with tqdm(total=len(rows), unit=" recordings", disable=not self.verbose) as progress:
            task = _TrackTask(self, function, progress)
            for result in results_of(task, recordings, rows, self.n_jobs):
                if isinstance(result, AudioError) and self.on_error == "raise":
                    raise result
                yield result
                progress.update()

    def track(self, recording: Any, i: int, progress: tqdm | None = None) -> Track:
        """Return the scores of recording ``i``."""
        resolution, parts = self.reader.resolution, []
        with naming(i):
            for scores in self._scores(recording):
                parts.append(scores)
                if progress is not None:
                    minutes = round(sum(map(len, parts)) * resolution.step_seconds / 60)
                    progress.set_postfix(minutes=minutes, refresh=False)
        if not parts:
            return self._empty()
        scores = np.concatenate(parts)
        return Track(resolution.start_seconds + np.arange(len(scores)) * resolution.step_seconds, scores)

    def _scores(self, recording: Any) -> Iterator[np.ndarray]:
        """Yield the scores of a recording, of its units that are kept, if they are."""
        reader = self.reader
        if reader.kept is None:
            return self.stream(reader.pieces(recording))
        gate, units = reader.gate(), reader.kept.get(recording, reader.read_units)
        scores = reader.resolution.stream(self.estimator, [units], self.columns)
        if gate is None:
            return scores
        for _ in gate.watch(reader.pieces(recording)):
            pass
        return gate.apply(scores)

    def stream(self, pieces: Iterator[np.ndarray], **block: float) -> Iterator[np.ndarray]:
        """Yield the scores ``(n_steps, n_classes)`` of a waveform in pieces; those of digital silence are 0."""
        units, resolution = self.reader.units, self.reader.resolution
        gate = self.reader.gate()
        if gate is None:
            return resolution.stream(self.estimator, units.stream(pieces, **block), self.columns)
        return gate.apply(resolution.stream(self.estimator, units.stream(gate.watch(pieces), **block), self.columns))

    def _empty(self) -> Track:
        return Track(np.empty(0), np.empty((0, len(self.columns)), np.float32))


@dataclass(frozen=True)
class _TrackTask(Generic[T]):
    """Task of a recording; progress is shown by one in the same process."""

    scanner: Scanner
    function: Callable[[Track], T]
    progress: tqdm | None

    def __call__(self, recording: Any, i: int) -> T | AudioError:
        try:
            track = self.scanner.track(recording, i, self.progress)
        except AudioError as error:
            if self.scanner.on_error == "raise":
                raise
            return error
        return self.function(track)

    def __reduce__(self) -> tuple[type, tuple]:
        return _TrackTask, (self.scanner, self.function, None)


def _same(track: Track) -> Track:
    return track
