"""Computation of one part of a dataset of features, in a worker."""

import errno
import socket
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import numpy as np

import skaudio
from skaudio._parts._part_folder import PartFolder, finish_part, part_name
from skaudio._parts._recording_versions import MISSING, Recorded, version_of, versions_of
from skaudio.features._feature_layout import FeatureLayout, Row, items_of
from skaudio.io import AudioBlock, AudioError, iter_blocks

BATCH = 64  # clips that are transformed together; if one of them is broken, each is transformed by itself
BATCH_SAMPLES = 2**23  # the same for windows, which wait in memory
ROW_GROUP_VALUES = 2**22  # features that wait in memory to be written
# Faults of the machine, the network or the installation: they say nothing about a recording.
FAULTS = (OSError, MemoryError, ImportError)
FIRST_ROW = "first-row"  # in place of the name of a part
Note = Callable[[Sequence[str]], None]
KILLED = "The process that computed it was killed, twice: by lack of memory, or by a fault in a library."


@dataclass(frozen=True)
class PartWriter:
    """Computes the rows of recordings and writes them to a part. Pickled with every part: it is small.

    Parameters
    ----------
    folder : PartFolder
        The dataset.
    extractor : transformer
        Fitted.
    settings : str
        Digest of what rows depend on.
    window_seconds, hop_seconds : float or None
        Windows of recordings; None for whole clips.
    channel : int or None
        Channel of windows to decode; None for their average, or all if the front end names them.
    on_error : {"raise", "warn"}
        What to do with a broken recording.
    version : str
        Version of skaudio, which that of the worker must equal.
    """

    folder: PartFolder
    extractor: Any
    settings: str
    window_seconds: float | None
    hop_seconds: float | None
    channel: int | None
    on_error: str
    version: str = skaudio.__version__

    def write(self, recordings: Sequence[Recorded], layout: FeatureLayout) -> list[Recorded]:
        """Compute and write the part of some recordings, unless it exists; return them with their errors.

        What is computed next is noted before. If the process is killed, the next attempt computes the recordings that
        it was at one by one; one at which a process is killed again is left out, with an error.
        """
        if self.version != skaudio.__version__:
            raise ImportError(
                f"The worker on {socket.gethostname()!r} has skaudio {skaudio.__version__}, but extract_to was called "
                f"by {self.version}. Install the same version on all machines."
            )
        name = part_name(self.settings, recordings)
        if self.folder.files.has(name):  # by another run
            return self.folder.recordings(name)
        errors: dict[str, str] = {}
        with (
            _naming_full_disks(name),
            self.folder.attempt(name) as (deaths, note),
            self.folder.writing(name, layout.schema()) as writer,
        ):
            computed = self._noted_rows(recordings, deaths, note)
            for rows in _groups(self._noting_errors(computed, layout, errors), len(layout.names)):
                writer.write_table(layout.table(rows))
            done = [recorded._replace(error=errors.get(recorded.recording)) for recorded in recordings]
            finish_part(writer, done)
        return done

    def first_row(self, recorded: Recorded) -> Row:
        """Return the first row of a recording, with an error if it has killed a process."""
        with self.folder.attempt(FIRST_ROW) as (deaths, note):
            if [recorded.recording] in deaths:
                return self._row(recorded, 0.0, 0.0, KILLED)
            note([recorded.recording])
            return next(self._rows([recorded]))

    def _noted_rows(self, recordings: Sequence[Recorded], deaths: Sequence[Sequence[str]], note: Note) -> Iterator[Row]:
        """Yield the rows of recordings, with a note of each batch, and without recordings that kill processes."""
        n_deaths = Counter(recording for killed in deaths for recording in killed)
        for batch in self._batches(recordings, n_deaths):
            if n_deaths[batch[0].recording] > 1:
                yield self._row(batch[0], 0.0, 0.0, KILLED)
            else:
                note([recorded.recording for recorded in batch])
                yield from self._rows(batch)

    def _batches(self, recordings: Sequence[Recorded], n_deaths: Counter[str]) -> Iterator[Sequence[Recorded]]:
        """Split recordings into batches; those at which a process was killed, and long ones, are by themselves."""
        size = BATCH if self.window_seconds is None else 1
        for is_suspect, group in groupby(recordings, key=lambda recorded: n_deaths[recorded.recording] > 0):
            members, step = list(group), 1 if is_suspect else size
            yield from (members[start : start + step] for start in range(0, len(members), step))

    def _rows(self, recordings: Sequence[Recorded]) -> Iterator[Row]:
        """Yield the rows of a batch, with features as the extractor returns them."""
        if self.window_seconds is None:
            yield from self._of_clips(recordings)
            return
        for recorded in recordings:
            yield from self._of_windows(recorded)

    def _noting_errors(self, rows: Iterator[Row], layout: FeatureLayout, errors: dict[str, str]) -> Iterator[Row]:
        """Yield rows that fit the layout, and note the first error of each recording."""
        for row in map(layout.fitted, rows):
            if row.error is not None:
                if self.on_error == "raise":
                    raise AudioError(f"{row.recording}: {row.error} Pass on_error='warn' to list it in the dataset.")
                errors.setdefault(row.recording, row.error)
            yield row

    def _of_clips(self, recordings: Sequence[Recorded]) -> Iterator[Row]:
        present = [recorded for recorded in recordings if recorded.version != MISSING]
        results = dict(zip(present, self._transformed([recorded.recording for recorded in present]), strict=True))
        versions = versions_of([recorded.recording for recorded in recordings])
        for recorded, version in zip(recordings, versions, strict=True):
            change = _change(recorded, version)
            yield self._row(recorded, 0.0, None, change or results[recorded])

    def _of_windows(self, recorded: Recorded) -> Iterator[Row]:
        change = _change(recorded, version_of(recorded.recording))
        if change is not None:
            yield self._row(recorded, 0.0, 0.0, change)
            return
        items, onset, n_rows = self._blocks(recorded.recording), 0.0, 0
        while batch := list(islice(items, self._batch_size())):
            blocks = [item for item in batch if isinstance(item, AudioBlock)]
            results = self._transformed([(block.y.T, block.sr) for block in blocks])
            for block, result in zip(blocks, results, strict=True):
                yield self._row(recorded, block.onset_seconds, block.y.shape[-1] / block.sr, result)
                onset, n_rows = block.onset_seconds + (self.hop_seconds or 0.0), n_rows + 1
            if isinstance(batch[-1], str):
                yield self._row(recorded, onset, 0.0, batch[-1])
                n_rows += 1
        nothing = None if n_rows else "The recording has no samples."
        change = _change(recorded, version_of(recorded.recording)) or nothing
        if change is not None:
            yield self._row(recorded, 0.0, 0.0, change)

    def _blocks(self, recording: str) -> Iterator[AudioBlock | str]:
        """Yield the windows of a recording, and at last the error that ended it, if any."""
        front_end = first_step(self.extractor)
        rate, names = getattr(front_end, "rate", getattr(front_end, "sr", None)), getattr(front_end, "channel", None)
        window, hop = self.window_seconds or 0.0, self.hop_seconds or 0.0
        lengths = {"block_seconds": window, "overlap_seconds": window - hop}
        try:
            yield from iter_blocks(recording, sr=rate, mono=names is None, channel=self.channel, **lengths)
        except FAULTS:
            raise
        except Exception as error:  # decoders raise exceptions of many types
            yield _reason(error)

    def _batch_size(self) -> int:
        rate = getattr(first_step(self.extractor), "rate", 48000)
        return int(np.clip(BATCH_SAMPLES // ((self.window_seconds or 1.0) * rate), 1, BATCH))

    def _transformed(self, clips: Sequence) -> list[np.ndarray | str]:
        """Return the features of each clip, or the reason why there are none."""
        if not clips:
            return []
        try:
            return list(items_of(self.extractor.transform(clips), len(clips)))
        except FAULTS:
            raise
        except Exception as error:  # transformers raise exceptions of many types
            if len(clips) == 1:
                return [_reason(error)]
        return [result for clip in clips for result in self._transformed([clip])]

    @staticmethod
    def _row(recorded: Recorded, onset: float, duration: float | None, result: np.ndarray | str) -> Row:
        features, error = (None, result) if isinstance(result, str) else (result, None)
        return Row(recorded.recording, recorded.version, onset, duration, features, error)


def first_step(extractor: Any) -> Any:
    """Return the first step of a pipeline, or any other transformer."""
    while getattr(extractor, "steps", None):
        extractor = extractor.steps[0][1]
    return extractor


def _groups(rows: Iterator[Row], n_names: int) -> Iterator[list[Row]]:
    """Group rows so that a few million values wait to be written."""
    group: list[Row] = []
    n_values = 0
    for row in rows:
        group.append(row)
        n_values += n_names if row.features is None else row.features.size
        if n_values >= ROW_GROUP_VALUES:
            yield group
            group, n_values = [], 0
    if group:
        yield group


@contextmanager
def _naming_full_disks(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise OSError(
            errno.ENOSPC,
            f"There is no space left on {socket.gethostname()!r}, where {name} was being written, in the folder of the "
            f"dataset or in {tempfile.gettempdir()!r}. Make room, and call again: what is finished is kept",
        ) from error


def _change(recorded: Recorded, version: str) -> str | None:
    """Return an error for a file that does not exist, or was changed after the run had begun."""
    if version == recorded.version != MISSING:
        return None
    return "The file does not exist." if recorded.version == MISSING else "The file was changed while it was read."


def _reason(error: Exception) -> str:
    """Return the text of an error, without the index of the clip in its batch."""
    cause = error.__cause__
    text = str(cause) if cause is not None and str(error).endswith(str(cause)) else str(error)
    return text if isinstance(error, AudioError) else f"{type(error).__name__}: {text}"
