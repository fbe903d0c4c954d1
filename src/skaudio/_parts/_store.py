"""Files of a folder that runs write, local or remote."""

import os
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from skaudio._parts._remote_store import RemoteStore
from skaudio._urls import is_url, local_path
from skaudio.io._replacing import replacing


class Store(Protocol):
    """Files of a folder, by their names. A file is written whole, or not at all.

    Attributes
    ----------
    name : str
        Path or URL of the folder.
    """

    name: str

    def create(self) -> None:
        """Create the folder, if need be."""

    def names(self) -> list[str]:
        """List the files, the last written first."""

    def exists(self, name: str) -> bool:
        """Return whether there is a file."""

    def read(self, name: str) -> bytes:
        """Read a file; raise FileNotFoundError if there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""

    def opened(self, name: str) -> AbstractContextManager[Any]:
        """Open a file to read parts of it."""

    def writing(self, name: str) -> AbstractContextManager[Path]:
        """Yield the path of a local file that becomes a file of this name."""

    def remove(self, name: str) -> None:
        """Delete a file, if there is one."""

    def discard(self) -> None:
        """Delete the folder, if nothing but unfinished files is in it."""

    def locked(self) -> AbstractContextManager[None]:
        """Hold the lock under which runs begin and end; wait for it."""

    def in_progress(self) -> AbstractContextManager[None]:
        """Mark a run as in progress."""

    def is_idle(self) -> bool:
        """Return whether no run is in progress."""


def store_of(folder: str | os.PathLike) -> Store:
    """Return the files of a folder, which may not exist, by its path or URL."""
    if is_url(folder):
        return RemoteStore(folder)
    return LocalStore(Path(local_path(folder)).expanduser().absolute())


class LocalStore:
    """Files of a local folder. Runs exclude each other by locks, which the operating system releases when they die.

    Parameters
    ----------
    path : Path
        The folder.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.name = path, str(path)

    def create(self) -> None:
        """Create the folder, if need be."""
        self.path.mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        """List the files, the last written first."""
        times: dict[str, int] = {}
        for path in self.path.iterdir() if self.path.is_dir() else ():
            try:
                times[path.name] = path.stat().st_mtime_ns
            except FileNotFoundError:  # replaced by another run that has just ended
                continue
        return sorted(times, key=lambda name: (-times[name], name))

    def exists(self, name: str) -> bool:
        """Return whether there is a file."""
        return (self.path / name).exists()

    def read(self, name: str) -> bytes:
        """Read a file; raise FileNotFoundError if there is none."""
        return (self.path / name).read_bytes()

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whose name may begin with those of folders in this one."""
        if "/" in name:
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        with replacing(self.path / name) as temporary:
            temporary.write_bytes(content)

    @contextmanager
    def opened(self, name: str) -> Iterator[Any]:
        """Open a file to read parts of it."""
        with (self.path / name).open("rb") as file:
            yield file

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Yield the path of a local file that becomes a file of this name."""
        with replacing(self.path / name) as temporary:
            yield temporary

    def remove(self, name: str) -> None:
        """Delete a file, if there is one."""
        (self.path / name).unlink(missing_ok=True)

    def discard(self) -> None:
        """Delete the folder, if nothing but unfinished files is in it."""
        for path in (self.path / ".lock", *self.path.glob(".*.part")):
            path.unlink(missing_ok=True)
        with suppress(OSError):  # another run has begun
            self.path.rmdir()

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
