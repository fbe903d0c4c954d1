"""Folder of a dataset in parts: its files, and the runs that write it.

::

    features/
      _extraction.json        settings, by which those of another run are refused
      part-<digest>.parquet   rows of some recordings, written whole; named after them and the settings
      .part-*.part            being written, or left by a killed process; in a local folder
      .part-*.attempt         present while a part is computed: what a killed process was at
      .run-<id>.lock          locked while a run is in progress; in a remote folder, its signs of life
      .lock                   locked while a run begins and ends; in a local folder

The footer of a part lists its recordings, so that what is there is known without reading rows. A run only deletes files
while no other run is in progress: nobody then writes.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from skaudio._parts._recorded import Recorded
from skaudio._parts._store import Store, store_of

if TYPE_CHECKING:
    import pyarrow.parquet as pq

RECORDINGS = "skaudio_recordings"  # key of the list of recordings in the footer of a part


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


class PartFolder:
    """Folder of a dataset in parts.

    Parameters
    ----------
    folder : str or PathLike
        Its path or URL.
    kind : DatasetKind
        Kind of the dataset.

    Attributes
    ----------
    store : Store
        Its files.
    name : str
        Its path or URL.
    """

    def __init__(self, folder: str | os.PathLike, kind: DatasetKind) -> None:
        self.store: Store = store_of(folder)
        self.name, self.kind = self.store.name, kind

    def create(self) -> None:
        """Create the folder; raise an error if there is something else in its place."""
        others = [name for name in sorted(self.store.names()) if not name.startswith(".")]
        if others and self.kind.settings not in others:
            raise FileExistsError(
                f"{self.name!r} is not a dataset of {self.kind.writer}: it has no {self.kind.settings}, but "
                f"{others[0]!r}. Name a new folder."
            )
        self.store.create()

    def settings(self) -> dict[str, Any] | None:
        """Read the settings; None if there are none."""
        try:
            return json.loads(self.store.read(self.kind.settings))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write_settings(self, settings: dict[str, Any]) -> None:
        """Write the settings."""
        self.store.write(self.kind.settings, json.dumps(settings, indent=1).encode())

    def has(self, name: str) -> bool:
        """Return whether there is a part of a name."""
        return self.store.exists(name)

    def parts(self) -> dict[str, list[Recorded]]:
        """Return the recordings of each part, the last written first."""
        found = {}
        for name in self.store.names():
            if name.startswith("part-") and name.endswith(".parquet"):
                try:
                    found[name] = self.recordings(name)
                except FileNotFoundError:  # replaced by another run that has just ended
                    continue
        return found

    def recordings(self, name: str) -> list[Recorded]:
        """Read which recordings a part has."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with self.store.opened(name) as file:
                footer = pq.read_metadata(file).metadata[RECORDINGS.encode()]
        except (pa.ArrowInvalid, KeyError, TypeError) as error:
            raise ValueError(
                f"{self.name}/{name} is damaged, or not of {self.kind.writer}: {error}. Delete it; the next call "
                "computes its rows again."
            ) from error
        return [Recorded(*item) for item in json.loads(footer)]

    @contextmanager
    def writing(self, name: str, schema: Any) -> "Iterator[pq.ParquetWriter]":
        """Open a part to write rows to; it has its name once it is complete."""
        import pyarrow.parquet as pq

        with self.store.writing(name) as temporary, pq.ParquetWriter(temporary, schema) as writer:
            yield writer

    @contextmanager
    def attempt(self, name: str) -> Iterator[tuple[list[str] | None, Callable[[str], None]]]:
        """Mark a part as being computed.

        Parameters
        ----------
        name : str
            Name of the part.

        Yields
        ------
        killers : list of str or None
            Recordings at which the processes of former attempts were killed; None if there was no former attempt.
        note : callable
            Function to note which recording is computed next.
        """
        killers, mark = self.killers(name), _attempt_of(name)

        def note(recording: str) -> None:
            self.store.write(mark, json.dumps([*(killers or []), recording]).encode())

        note("")
        try:
            yield killers, note
        finally:
            self.store.remove(mark)

    def killers(self, name: str) -> list[str] | None:
        """Return at which recordings the processes of a part were killed, as far as noted; None if there were none."""
        try:
            noted = self.store.read(_attempt_of(name))
        except FileNotFoundError:
            return None
        return [recording for recording in json.loads(noted) if recording]

    def row_groups(self, name: str) -> "Iterator[Any]":
        """Yield the rows of a part in tables."""
        import pyarrow.parquet as pq

        with self.store.opened(name) as source, pq.ParquetFile(source) as file:
            for i in range(file.num_row_groups):
                yield file.read_row_group(i)

    def remove_unfinished(self) -> None:
        """Delete what killed processes were writing; to be called while no run is in progress."""
        for name in self.store.names():
            if name.startswith(".") and name.endswith((".part", ".attempt")):
                self.store.remove(name)


def finish_part(writer: Any, recordings: Sequence[Recorded]) -> None:
    """Write the list of recordings to the footer of a part."""
    writer.add_key_value_metadata({RECORDINGS: json.dumps([list(recorded) for recorded in recordings])})


def _attempt_of(part: str) -> str:
    return f".{part}.attempt"
