"""Applying a fitted classifier along recordings."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from tqdm import tqdm

from skaudio.events._reader import Reader, naming
from skaudio.events._track import Track
from skaudio.io import AudioError


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
        Number of processes.
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
        numbered = list(enumerate(recordings))
        with tqdm(total=len(numbered), unit=" recordings", disable=not self.verbose) as progress:
            if self.n_jobs in {None, 1}:
                tracks = (self._track_or_error(recording, i, progress) for i, recording in numbered)
            else:
                jobs = (delayed(self._track_or_error)(recording, i) for i, recording in numbered)
                tracks = Parallel(n_jobs=self.n_jobs, return_as="generator")(jobs)
            for track in tracks:
                if isinstance(track, AudioError):
                    warnings.warn(f"{track} The recording is skipped.", stacklevel=2)
                    track = self._empty()
                yield track
                progress.update()

    def track(self, recording: Any, i: int, progress: tqdm | None = None) -> Track:
        """Return the scores of recording ``i``."""
        resolution, parts = self.reader.resolution, []
        with naming(i):
            for scores in self.stream(self.reader.pieces(recording)):
                parts.append(scores)
                if progress is not None:
                    minutes = round(sum(map(len, parts)) * resolution.step_seconds / 60)
                    progress.set_postfix(minutes=minutes, refresh=False)
        if not parts:
            return self._empty()
        scores = np.concatenate(parts)
        return Track(resolution.start_seconds + np.arange(len(scores)) * resolution.step_seconds, scores)

    def stream(self, pieces: Iterator[np.ndarray], **block: float) -> Iterator[np.ndarray]:
        """Yield the scores ``(n_steps, n_classes)`` of a waveform in pieces; those of digital silence are 0."""
        units, resolution = self.reader.units, self.reader.resolution
        gate = self.reader.gate()
        if gate is None:
            return resolution.stream(self.estimator, units.stream(pieces, **block), self.columns)
        return gate.apply(resolution.stream(self.estimator, units.stream(gate.watch(pieces), **block), self.columns))

    def _track_or_error(self, recording: Any, i: int, progress: tqdm | None = None) -> Track | AudioError:
        try:
            return self.track(recording, i, progress)
        except AudioError as error:
            if self.on_error == "raise":
                raise
            return error

    def _empty(self) -> Track:
        return Track(np.empty(0), np.empty((0, len(self.columns)), np.float32))
