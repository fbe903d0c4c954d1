"""Folder of a dataset of features: its files, and the runs that write it.

::

    features/
      _extraction.json        settings, by which another extractor is refused
      part-<digest>.parquet   rows of some recordings, written whole; named after them and the settings
      .part-*.part            being written, or left by a killed process
      .part-*.attempt         present while a part is computed: what a killed process was at
      .run-<id>.lock          locked while a run is in progress
      .lock                   locked while a run begins and ends

The footer of a part lists its recordings, so that what is there is known without reading rows. The operating system
releases the locks of a process that dies. A run only deletes files while it holds ``.lock`` and no other run is in
progress: nobody then writes.
"""

import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from skaudio.io._replacing import replacing

if TYPE_CHECKING:
    import pyarrow.parquet as pq

RECORDINGS = "skaudio_recordings"  # key of the list of recordings in the footer of a part
SETTINGS = "_extraction.json"
MISSING = "missing"  # version of a file that does not exist


class Recorded(NamedTuple):
    """A recording in a part.

    Parameters
    ----------
    recording, version : str
        Path, and what changes with the content of the file.
    error : str or None
        First error of its rows.
    """

    recording: str
    version: str
    error: str | None = None


def check_pyarrow() -> None:
    """Raise ImportError if pyarrow is not installed."""
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise ImportError("Datasets of features are Parquet files: pip install pyarrow") from error


def place_of(recording: str | os.PathLike) -> str:
    """Return what identifies a recording: its full path."""
    return os.path.abspath(os.fspath(recording))


def version_of(place: str) -> str:
    """Return what changes with the content of a file: its size and time of modification; `MISSING` without a file."""
    try:
        status = os.stat(place)
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    return f"{status.st_size} bytes, {status.st_mtime_ns} ns"


def part_name(settings: str, recordings: Sequence[Recorded]) -> str:
    """Return the name of the part of some recordings: a digest of what it depends on."""
    digest = hashlib.blake2b(settings.encode(), digest_size=12)
    for recorded in recordings:
        digest.update(f"\n{recorded.recording}\n{recorded.version}".encode())
    return f"part-{digest.hexdigest()}.parquet"


class ExtractionFolder:
    """Folder of a dataset of features.

    Parameters
    ----------
    folder : str or PathLike
        The folder.
    """

    def __init__(self, folder: str | os.PathLike) -> None:
        self.path = Path(folder).expanduser().absolute()

    def create(self) -> None:
        """Create the folder; raise an error if there is something else in its place."""
        if self.path.is_dir() and not (self.path / SETTINGS).exists():
            others = sorted(file.name for file in self.path.iterdir() if not file.name.startswith("."))
            if others:
                raise FileExistsError(
                    f"{str(self.path)!r} is not a dataset of extract_to: it has no {SETTINGS}, but {others[0]!r}. Name "
                    "a new folder."
                )
        self.path.mkdir(parents=True, exist_ok=True)

    def settings(self) -> dict[str, Any] | None:
        """Read the settings; None if there are none."""
        path = self.path / SETTINGS
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def write_settings(self, settings: dict[str, Any]) -> None:
        """Write the settings."""
        with replacing(self.path / SETTINGS) as temporary:
            temporary.write_text(json.dumps(settings, indent=1), encoding="utf-8")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock under which runs begin and end; wait for it."""
        from filelock import FileLock

        with FileLock(self.path / ".lock"):
            yield

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Mark a run as in progress, to be entered while `locked`."""
        from filelock import FileLock

        path = self.path / f".run-{uuid.uuid4().hex}.lock"
        mark = FileLock(path)
        mark.acquire()
        try:
            yield
        finally:
            mark.release()
            path.unlink(missing_ok=True)

    def is_idle(self) -> bool:
        """Return whether no run is in progress; to be called while `locked`."""
        from filelock import FileLock, Timeout

        for path in self.path.glob(".run-*.lock"):
            try:
                with FileLock(path, blocking=False):
                    pass
            except Timeout:
                return False
            path.unlink(missing_ok=True)  # of a run that was killed
        return True

    def has(self, name: str) -> bool:
        """Return whether there is a part of a name."""
        return (self.path / name).exists()

    def parts(self) -> dict[str, list[Recorded]]:
        """Return the recordings of each part, the last written first."""
        times = {}
        for path in self.path.glob("part-*.parquet"):
            try:
                times[path.name] = path.stat().st_mtime_ns
            except FileNotFoundError:  # replaced by another run that has just ended
                continue
        found = {}
        for name in sorted(times, key=lambda name: (-times[name], name)):
            try:
                found[name] = self.recordings(name)
            except FileNotFoundError:
                continue
        return found

    def recordings(self, name: str) -> list[Recorded]:
        """Read which recordings a part has."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.path / name
        try:
            footer = pq.read_metadata(path).metadata[RECORDINGS.encode()]
        except (pa.ArrowInvalid, KeyError, TypeError) as error:
            raise ValueError(
                f"{str(path)!r} is damaged, or not of extract_to: {error}. Delete it; the next call computes its rows "
                "again."
            ) from error
        return [Recorded(*item) for item in json.loads(footer)]

    @contextmanager
    def writing(self, name: str, schema: Any) -> "Iterator[pq.ParquetWriter]":
        """Open a part to write rows to; it has its name once it is complete."""
        import pyarrow.parquet as pq

        with replacing(self.path / name) as temporary, pq.ParquetWriter(temporary, schema) as writer:
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
        killers, path = self.killers(name), self._attempt_path(name)

        def note(recording: str) -> None:
            with replacing(path) as temporary:
                temporary.write_text(json.dumps([*(killers or []), recording]), encoding="utf-8")

        note("")
        try:
            yield killers, note
        finally:
            path.unlink(missing_ok=True)

    def killers(self, name: str) -> list[str] | None:
        """Return at which recordings the processes of a part were killed, as far as noted; None if there were none."""
        try:
            noted = self._attempt_path(name).read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        return [recording for recording in json.loads(noted) if recording]

    def _attempt_path(self, name: str) -> Path:
        return self.path / f".{name}.attempt"

    def row_groups(self, name: str) -> "Iterator[Any]":
        """Yield the rows of a part in tables."""
        import pyarrow.parquet as pq

        with pq.ParquetFile(self.path / name) as file:
            for i in range(file.num_row_groups):
                yield file.read_row_group(i)

    def remove(self, name: str) -> None:
        """Delete a part."""
        (self.path / name).unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """Delete what killed processes were writing; to be called while no run is in progress."""
        for pattern in (".*.part", ".*.attempt"):
            for path in self.path.glob(pattern):
                path.unlink(missing_ok=True)


def finish_part(writer: Any, recordings: Sequence[Recorded]) -> None:
    """Write the list of recordings to the footer of a part."""
    writer.add_key_value_metadata({RECORDINGS: json.dumps([list(recorded) for recorded in recordings])})
