"""Dataset in parts: its files, in a folder or at a URL, and what killed processes were at.

::

    features/
      _extraction.json        settings, by which those of another run are refused
      part-<digest>.parquet   rows of some recordings, written whole; named after them and the settings
      .part-*.part            being written, or left by a killed process
      .part-*.attempt         present while a part is computed: what killed processes were at
      .run-<id>.lock          locked while a run is in progress; .mark at a URL, written again and again
      .lock                   locked while a run begins and ends

The footer of a part lists its recordings, so that what is there is known without reading rows. A run only deletes files
while it holds ``.lock`` and no other run is in progress: nobody then writes.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skaudio._parts._files import files_of
from skaudio._parts._recording_versions import Recorded

if TYPE_CHECKING:
    import pyarrow.parquet as pq

RECORDINGS = "skaudio_recordings"  # key of the list of recordings in the footer of a part
N_FOOTERS = 16  # that are read at the same time


@dataclass(frozen=True)
class DatasetKind:
    """Kind of a dataset.

    Parameters
    ----------
    settings : str
        File name of its settings.
    writer : str
        Function or method that writes it, for messages.
    content : str
        What it consists of, for messages.
    """

    settings: str
    writer: str
    content: str


def check_pyarrow(kind: DatasetKind) -> None:
    """Raise ImportError if pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise ImportError(f"Datasets of {kind.content} are Parquet files: pip install pyarrow") from error


def part_name(settings: str, recordings: Sequence[Recorded]) -> str:
    """Return the name of the part of some recordings: a digest of what it depends on."""
    digest = hashlib.blake2b(settings.encode(), digest_size=12)
    for recorded in recordings:
        digest.update(f"\n{recorded.recording}\n{recorded.version}".encode())
    return f"part-{digest.hexdigest()}.parquet"


class PartFolder:
    """Dataset in a folder or at a URL.

    Parameters
    ----------
    folder : str or PathLike
        The folder, or its URL.
    kind : DatasetKind
        Kind of the dataset.

    Attributes
    ----------
    files : LocalFiles or RemoteFiles
        Its files.
    name : str
        Its path or URL.
    """

    def __init__(self, folder: str | os.PathLike, kind: DatasetKind) -> None:
        self.files = files_of(folder)
        self.name, self.kind = self.files.name, kind

    def create(self) -> None:
        """Create the folder; raise an error if there is something else in its place."""
        names = self.files.names()
        others = [name for name in names if not name.startswith(".")]
        if others and self.kind.settings not in names:
            raise FileExistsError(
                f"{self.name!r} is not a dataset of {self.kind.writer}: it has no {self.kind.settings}, but "
                f"{others[0]!r}. Name a new folder."
            )
        self.files.create()

    def settings(self) -> dict[str, Any] | None:
        """Read the settings; None if there are none."""
        try:
            return json.loads(self.files.read(self.kind.settings))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write_settings(self, settings: dict[str, Any]) -> None:
        """Write the settings."""
        self.files.write(self.kind.settings, json.dumps(settings, indent=1).encode())

    def parts(self) -> dict[str, list[Recorded]]:
        """Return the recordings of each part, the last written first."""
        times = self.files.times("part-*.parquet")
        names = sorted(times, key=lambda name: (-times[name], name))
        with ThreadPoolExecutor(N_FOOTERS) as pool:
            found = dict(zip(names, pool.map(self._recordings_or_none, names), strict=True))
        return {name: recordings for name, recordings in found.items() if recordings is not None}

    def recordings(self, name: str) -> list[Recorded]:
        """Read which recordings a part has."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            footer = pq.read_metadata(self.files.footer(name)).metadata[RECORDINGS.encode()]
        except (pa.ArrowInvalid, KeyError, TypeError) as error:
            raise ValueError(
                f"{name!r} in {self.name!r} is damaged, or not of {self.kind.writer}: {error}. Delete it; the next "
                "call computes its rows again."
            ) from error
        return [Recorded(*item) for item in json.loads(footer)]

    def _recordings_or_none(self, name: str) -> list[Recorded] | None:
        try:
            return self.recordings(name)
        except FileNotFoundError:  # replaced by another run that has just ended
            return None

    @contextmanager
    def writing(self, name: str, schema: Any) -> "Iterator[pq.ParquetWriter]":
        """Open a part to write rows to; it has its name once it is complete."""
        import pyarrow.parquet as pq

        with self.files.writing(name) as temporary, pq.ParquetWriter(temporary, schema) as writer:
            yield writer

    @contextmanager
    def attempt(self, name: str) -> Iterator[tuple[list[list[str]], Callable[[Sequence[str]], None]]]:
        """Mark a part as being computed.

        Parameters
        ----------
        name : str
            Name of the part.

        Yields
        ------
        deaths : list of lists of str
            What each process was at that was killed in a former attempt.
        note : callable
            Function to note which recordings are computed next.
        """
        deaths, marker = self.deaths(name), _attempt_of(name)

        def note(recordings: Sequence[str]) -> None:
            self.files.write(marker, json.dumps([*deaths, list(recordings)]).encode())

        note([])
        try:
            yield deaths, note
        finally:
            self.files.remove(marker)

    def deaths(self, name: str) -> list[list[str]]:
        """Return what each process was at that was killed while it computed a part."""
        try:
            return json.loads(self.files.read(_attempt_of(name)))
        except FileNotFoundError:
            return []

    def row_groups(self, name: str) -> "Iterator[Any]":
        """Yield the rows of a part in tables."""
        import pyarrow.parquet as pq

        with self.files.reading(name) as path, pq.ParquetFile(path) as file:
            for i in range(file.num_row_groups):
                yield file.read_row_group(i)

    def remove_unfinished(self) -> None:
        """Delete what killed processes have left; to be called while no run is in progress."""
        self.files.remove_unfinished()
        for name in self.files.times(".*.attempt"):
            self.files.remove(name)


def _attempt_of(name: str) -> str:
    return f".{name}.attempt"


def finish_part(writer: Any, recordings: Sequence[Recorded]) -> None:
    """Write the list of recordings to the footer of a part."""
    writer.add_key_value_metadata({RECORDINGS: json.dumps([list(recorded) for recorded in recordings])})
