"""Files of a remote folder, by fsspec.

Object stores have no locks. A run in progress therefore has a file of its own, ``.run-*.json``, which it writes again
every few seconds; one that has stopped doing so was killed. Times are those of the store, so that clocks of machines do
not matter.
"""

import json
import os
import socket
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from skaudio._remote import file_system, modified, retried
from skaudio._urls import joined

SIGN_SECONDS, SILENT_SECONDS = 20.0, 120.0  # between signs of a run; after which one without a sign was killed
FOOTER_BYTES = 2**18
# File systems without folders: to create one could create a bucket.
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "memory"}


class RemoteStore:
    """Files of a remote folder.

    Parameters
    ----------
    url : str
        URL of the folder.
    """

    def __init__(self, url: str) -> None:
        self.name = url.rstrip("/")
        self._mark = f".run-{uuid.uuid4().hex}.json"

    def create(self) -> None:
        """Create the folder, if need be."""
        fs, root = file_system(self.name)
        if not self._in_object_store(fs):
            retried(lambda: fs.makedirs(root, exist_ok=True), self.name, "written")

    @staticmethod
    def _in_object_store(fs: Any) -> bool:
        return bool(OBJECT_STORES & ({fs.protocol} if isinstance(fs.protocol, str) else set(fs.protocol)))

    def names(self) -> list[str]:
        """List the files, the last written first."""
        times = self._times()
        return sorted(times, key=lambda name: (-times[name], name))

    def _times(self) -> dict[str, float]:
        fs, root = file_system(self.name)
        fs.invalidate_cache(root)  # a listing of earlier may be out of date
        try:
            infos = retried(lambda: fs.ls(root, detail=True), self.name)
        except FileNotFoundError:
            return {}
        files = {info["name"].rstrip("/").rpartition("/")[2]: info for info in infos if info["type"] == "file"}
        return {name: modified(fs, info["name"], info) for name, info in files.items()}

    def exists(self, name: str) -> bool:
        """Return whether there is a file."""
        fs, path, url = self._place(name)
        fs.invalidate_cache(path)
        try:
            retried(lambda: fs.info(path), url)
        except FileNotFoundError:
            return False
        return True

    def read(self, name: str) -> bytes:
        """Read a file; raise FileNotFoundError if there is none."""
        fs, path, url = self._place(name)
        return retried(lambda: fs.cat_file(path), url)

    def write(self, name: str, content: bytes) -> None:
        """Write a file."""
        fs, path, url = self._place(name)
        retried(lambda: fs.pipe_file(path, content), url, "written")

    @contextmanager
    def opened(self, name: str) -> Iterator[Any]:
        """Open a file to read parts of it."""
        fs, path, url = self._place(name)
        file = retried(lambda: fs.open(path, "rb", block_size=FOOTER_BYTES), url)
        with file:
            yield file

    @contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Yield the path of a local file that becomes a file of this name."""
        fs, path, url = self._place(name)
        with tempfile.TemporaryDirectory(prefix="skaudio-") as folder:
            temporary = Path(folder, name)
            yield temporary
            retried(lambda: fs.put_file(str(temporary), path), url, "written")

    def remove(self, name: str) -> None:
        """Delete a file, if there is one."""
        fs, path, url = self._place(name)
        with suppress(FileNotFoundError):
            retried(lambda: fs.rm_file(path), url, "written")

    def discard(self) -> None:
        """Delete the folder, if nothing is in it."""
        fs, root = file_system(self.name)
        if not self._in_object_store(fs) and not self.names():
            retried(lambda: fs.rmdir(root), self.name, "written")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Do nothing: there are no locks, and runs need none, as they only delete what other files contain."""
        yield

    @contextmanager
    def in_progress(self) -> Iterator[None]:
        """Mark a run as in progress."""
        ended = threading.Event()
        content = json.dumps({"host": socket.gethostname(), "process": os.getpid()}).encode()

        def give_signs() -> None:
            while not ended.wait(SIGN_SECONDS):
                with suppress(OSError):  # the next sign may arrive
                    self.write(self._mark, content)

        self.write(self._mark, content)
        signs = threading.Thread(target=give_signs, daemon=True)
        signs.start()
        try:
            yield
        finally:
            ended.set()
            signs.join()
            self.remove(self._mark)

    def is_idle(self) -> bool:
        """Return whether no other run is in progress; remove the marks of those that were killed."""
        marks = {name: time for name, time in self._times().items() if name.startswith(".run-") and name != self._mark}
        if not marks:
            return True
        now = self._now()
        for name, time in marks.items():
            if now - time < SILENT_SECONDS and not self._has_died(name):
                return False
            self.remove(name)
        return True

    def _now(self) -> float:
        """Return the time by the clock of the store."""
        name = f".now-{uuid.uuid4().hex}"
        self.write(name, b"")
        try:
            fs, path, url = self._place(name)
            fs.invalidate_cache(path)
            return modified(fs, path, retried(lambda: fs.info(path), url))
        finally:
            self.remove(name)

    def _has_died(self, mark: str) -> bool:
        """Return whether a run was on this machine, and its process is gone."""
        try:
            run = json.loads(self.read(mark))
        except FileNotFoundError:
            return True
        if run["host"] != socket.gethostname() or os.name != "posix":
            return False
        try:
            os.kill(run["process"], 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return False

    def _place(self, name: str) -> tuple[Any, str, str]:
        url = joined(self.name, name)
        fs, path = file_system(url)
        return fs, path, url
