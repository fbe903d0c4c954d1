"""A run that writes the events of recordings to a dataset of Parquet files.

Only events return from other processes: this one writes the parts, so that workers need no access to the folder.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import joblib
from sklearn.utils import Bunch

import skaudio
from skaudio._parts._part_folder import PartFolder, check_pyarrow, finish_part, part_name
from skaudio._parts._parts_run import PartsRun
from skaudio._parts._recording_versions import MISSING, Recorded, places_of, recorded_now
from skaudio.events._event import Event
from skaudio.events.runs._table import Detection
from skaudio.events.tables import DETECTED, dataset_rows, dataset_schema
from skaudio.io import AudioError

RECORDINGS_PER_PART = 50


def write_dataset(
    folder: Path | str,
    recordings: Sequence,
    detection: Detection,
    *,
    part_size: int | None,
    extend: bool,
) -> Bunch:
    """Detect the events of recordings and write them to a dataset.

    Parameters
    ----------
    folder : Path or str
        Path or URL of the dataset.
    recordings : sequence of str or PathLike
        Paths or URLs.
    detection : Detection
        The detector.
    part_size : int or None
        Number of recordings in a file.
    extend : bool
        Whether other recordings of the dataset are kept.
    """
    check_pyarrow(DETECTED)
    places = places_of(recordings, "Write events of clips in memory with write_events(path, detector.predict(X)).")
    return _DetectionRun(
        PartFolder(folder, DETECTED),
        detection,
        recorded_now(places),
        part_size=part_size or RECORDINGS_PER_PART,
        extend=extend,
    )()


class _DetectionRun(PartsRun):
    def __init__(
        self,
        folder: PartFolder,
        detection: Detection,
        wanted: list[Recorded],
        *,
        part_size: int,
        extend: bool,
    ) -> None:
        self._settings = {
            "skaudio": skaudio.__version__,
            "detector": detection.scoring,
            "decoding": detection.decoding,
            "labels": [str(label) for label in detection.labels],
        }
        on_error = detection.scanner.on_error
        digest = joblib.hash(sorted(self._settings.items()))
        super().__init__(folder, digest, wanted, extend=extend, on_error=on_error)
        self._detection, self._part_size = detection, part_size
        self._schema = dataset_schema(detection.labels)

    def _begin(self) -> None:
        stored = self._folder.settings()
        if stored is None:
            self._folder.write_settings(self._settings)
            return
        different = next((name for name, value in self._settings.items() if stored.get(name) != value), None)
        if different is not None:
            raise ValueError(
                f"{self._folder.name!r} has events by another detector or with other settings ({different}). Write to "
                "another folder, or delete this one."
            )

    def _computed(self, missing: list[Recorded], *, shuffled: bool) -> Iterator[list[Recorded]]:
        parts = [missing[start : start + self._part_size] for start in range(0, len(missing), self._part_size)]
        if not shuffled:
            yield from self._written(parts)
            return
        random.Random().shuffle(parts)
        for part in parts:  # another run may compute the same: each skips what the other has finished
            name = part_name(self._digest, part)
            if self._folder.files.has(name):
                yield self._folder.recordings(name)
            else:
                yield from self._written([part])

    def _written(self, parts: Sequence[list[Recorded]]) -> Iterator[list[Recorded]]:
        """Compute and write parts; yield the recordings of each that is written."""
        present = [recorded.recording for recorded in chain.from_iterable(parts) if recorded.version != MISSING]
        results = enumerate(self._detection.scanner.attempts(present, self._detection.decode))
        for part in parts:
            events: list[list[Event]] = []
            errors: list[str | None] = []
            for recorded in part:
                found, error = ([], "The file does not exist.") if recorded.version == MISSING else _outcome(results)
                events.append(found)
                errors.append(error)
            now = recorded_now([recorded.recording for recorded in part])
            for i, (before, after) in enumerate(zip(part, now, strict=True)):
                if before.version not in {after.version, MISSING}:
                    events[i], errors[i] = [], "The file was changed while it was read."
            yield self._write(part, events, errors)

    def _write(
        self, part: Sequence[Recorded], events: Sequence[list[Event]], errors: Sequence[str | None]
    ) -> list[Recorded]:
        done = [recorded._replace(error=error) for recorded, error in zip(part, errors, strict=True)]
        with self._folder.writing(part_name(self._digest, part), self._schema) as writer:
            writer.write_table(dataset_rows(done, events, self._schema))
            finish_part(writer, done)
        return done


def _outcome(results: Iterator[tuple[int, Any]]) -> tuple[list[Event], str | None]:
    """Return the events of the next recording, or its error, without an index, which is that among missing ones."""
    i, result = next(results)
    if isinstance(result, AudioError):
        return [], str(result).removeprefix(f"Recording {i}: ")
    return result.events, None
