"""Files of a dataset in a local folder, or in one that machines share."""

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from skaudio.io._replacing import replacing


class LocalFiles:
    """Files in a folder, and the runs that write them, by file locks: the system releases those of a killed process.

    Parameters
    ----------
    folder : Path
        The folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.name = str(folder)

    def create(self) -> None:
        """Create the folder, if it does not exist."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """Return the names of all files; none if there is no folder."""
        return sorted(path.name for path in self._folder.iterdir()) if self._folder.is_dir() else []

    def times(self, pattern: str) -> dict[str, float]:
        """Return when files with names of a pattern were written."""
        times: dict[str, float] = {}
        for path in self._folder.glob(pattern):
            try:
                times[path.name] = path.stat().st_mtime_ns
            except FileNotFoundError:  # replaced by another run that has just ended
                continue
        return times

    def has(self, name: str) -> bool:
        """Return whether there is a file of a name."""
        return (self._folder / name).exists()

    def read(self, name: str) -> bytes:
        """Read a file; raise FileNotFoundError if there is none."""
        return (self._folder / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all."""
        with replacing(self._folder / name) as temporary:
            temporary.write_bytes(content)

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """Yield a path to write to; the file has its name once it is complete."""
        return replacing(self._folder / name)

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Yield a path to read a file from."""
        yield self._folder / name

    def footer(self, name: str) -> Any:
        """Return the end of a Parquet file, with its footer, as pyarrow reads it."""
        return self._folder / name

    def remove(self, name: str) -> None:
        """Delete a file, if there is one."""
        (self._folder / name).unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """Delete what killed processes were writing; to be called while no run is in progress."""
        for path in self._folder.glob(".*.part"):
            path.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock under which runs begin and end; wait for it."""
        from filelock import FileLock

        with FileLock(self._folder / ".lock"):
            yield

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Mark a run as in progress, to be entered while `locked`."""
        from filelock import FileLock

        path = self._folder / f".run-{uuid.uuid4().hex}.lock"
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

        for path in self._folder.glob(".run-*.lock"):
            try:
                with FileLock(path, blocking=False):
                    pass
            except Timeout:
                return False
            path.unlink(missing_ok=True)  # of a run that was killed
        return True
