"""Files of a dataset in a bucket, or wherever else fsspec writes."""

import json
import os
import shutil
import socket
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from skaudio._remote import download, file_system, retried
from skaudio._urls import joined

FOOTER_BYTES = 2**17  # of a part with the names of 500 recordings: one request
BEAT_SECONDS = 30.0
DEAD_SECONDS = 240.0  # without a beat
WRITTEN = ("LastModified", "last_modified", "updated", "mtime", "created", "modified")  # time, by file system


class RemoteFiles:
    """Files below a URL, and the runs that write them, by marks that are renewed: there are no locks in a bucket.

    A file appears when it is complete, as its content is sent in one piece, from a temporary file.

    Parameters
    ----------
    url : str
        URL of the folder.
    """

    def __init__(self, url: str) -> None:
        self.name = url

    def create(self) -> None:
        """Check that files can be written there: that there is a bucket, and the right to write to it."""
        name = f".run-{uuid.uuid4().hex}.try"
        try:
            self.write(name, b"")
        except FileNotFoundError as error:
            raise FileNotFoundError(f"{self.name!r} cannot be written: there is no such bucket ({error})") from error
        self.remove(name)

    def names(self) -> list[str]:
        """Return the names of all files; none if there is no folder."""
        return sorted(self._listed())

    def times(self, pattern: str) -> dict[str, float]:
        """Return when files with names of a pattern were written, in seconds."""
        fs, _ = file_system(self.name)
        return {name: _seconds(fs, info) for name, info in self._listed().items() if fnmatchcase(name, pattern)}

    def has(self, name: str) -> bool:
        """Return whether there is a file of a name."""
        fs, path, url = self._at(name)
        fs.invalidate_cache(fs._parent(path))
        return retried(lambda: fs.exists(path), url)

    def read(self, name: str) -> bytes:
        """Read a file; raise FileNotFoundError if there is none."""
        fs, path, url = self._at(name)
        return retried(lambda: fs.cat_file(path), url)

    def write(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all."""
        fs, path, url = self._at(name)
        retried(lambda: fs.pipe_file(path, content), url, action="written")

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Yield a local path to write to, whose content is sent at the end."""
        fs, path, url = self._at(name)
        with _temporary_folder() as folder:
            yield folder / name
            retried(lambda: fs.put_file(str(folder / name), path), url, action="written")

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Yield the path of a copy."""
        with _temporary_folder() as folder:
            yield Path(download(joined(self.name, name), str(folder)))

    def footer(self, name: str) -> Any:
        """Return the end of a Parquet file, with its footer, as pyarrow reads it."""
        import pyarrow as pa

        fs, path, url = self._at(name)
        end = retried(lambda: fs.cat_file(path, start=-FOOTER_BYTES), url)
        n_bytes = int.from_bytes(end[-8:-4], "little") + 8
        if n_bytes > len(end) >= FOOTER_BYTES:
            end = retried(lambda: fs.cat_file(path, start=-n_bytes), url)
        return pa.BufferReader(end)

    def remove(self, name: str) -> None:
        """Delete a file, if there is one."""
        fs, path, url = self._at(name)
        try:
            retried(lambda: fs.rm_file(path), url, action="deleted")
        except FileNotFoundError:
            return

    def remove_unfinished(self) -> None:
        """Do nothing: what a killed process was writing is a temporary file of its machine."""

    def discard(self) -> None:
        """Do nothing: a bucket has no folders, other than those of its files."""

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: there are no locks. The marks of all runs that began before are visible to each."""
        yield

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Mark a run as in progress: with a file that is written again and again."""
        name, ended = f".run-{uuid.uuid4().hex}.mark", threading.Event()
        process = json.dumps({"host": socket.gethostname(), "process": os.getpid()}).encode()
        self.write(name, process)

        def beat() -> None:
            while not ended.wait(BEAT_SECONDS):
                try:
                    self.write(name, process)
                except OSError:  # the next may reach it
                    continue

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.remove(name)

    def is_idle(self) -> bool:
        """Return whether no run is in progress: the mark of one that was killed is not renewed.

        On this machine, one whose process is gone is known at once.
        """
        name = f".run-{uuid.uuid4().hex}.now"
        self.write(name, b"")  # the clock is that of the server
        times = self.times(".run-*")
        now = times.pop(name)
        self.remove(name)
        marks = {mark: now - time for mark, time in times.items() if mark.endswith(".mark")}
        for mark, age in marks.items():
            if age >= DEAD_SECONDS or self._has_died(mark):
                self.remove(mark)
            else:
                return False
        return True

    def _has_died(self, mark: str) -> bool:
        """Return whether a run was on this machine, and its process is gone."""
        try:
            run = json.loads(self.read(mark) or b"{}")
        except FileNotFoundError:
            return True
        if run.get("host") != socket.gethostname() or os.name != "posix":
            return False
        try:
            os.kill(run["process"], 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return False

    def _at(self, name: str) -> tuple[Any, str, str]:
        """Return the file system, the path and the URL of a file."""
        url = joined(self.name, name)
        return *file_system(url), url

    def _listed(self) -> dict[str, dict]:
        fs, root = file_system(self.name)
        fs.invalidate_cache(root)  # a listing of earlier may be out of date
        try:
            infos = retried(lambda: fs.ls(root, detail=True), self.name)
        except FileNotFoundError:
            return {}
        names = ((info["name"].rstrip("/").rpartition("/")[2], info) for info in infos if info["type"] == "file")
        return {name: info for name, info in names if name}


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    folder = tempfile.mkdtemp(prefix="skaudio-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _seconds(fs: Any, info: dict) -> float:
    """Return when a file was written."""
    time = next((info[field] for field in WRITTEN if info.get(field)), None)
    if time is None:
        time = fs.modified(info["name"])
    if isinstance(time, str):
        time = datetime.fromisoformat(time)
    return time.timestamp() if isinstance(time, datetime) else float(time)
