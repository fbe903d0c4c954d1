"""The per-clip feature cache: each (clip, front-end settings) is computed once, across folds and processes.

The store is an SQLite database: one file for any number of clips; transactions are atomic, even if the process is
killed; and any number of processes of a machine may read and write concurrently. With a folder of files, as in
`joblib.Memory`, creating a file and its folder took up to ten times longer than computing a short clip. A clip is
identified by its file's path, size and modification time, or by its samples; a front end by its class, the relevant
parameters and the version of skaudio.

An entry ends with a checksum: damaged ones are ignored and recomputed. Failures of the store (a full or read-only disk,
a damaged or deleted file) do not prevent computation; they cause one warning. Reading does not write.
"""

import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import joblib
import numpy as np
from joblib.disk import memstr_to_bytes

from skaudio._warnings import warn_user

FLOAT_BYTES = np.dtype(np.float32).itemsize
N_LOCKS = 16
MAX_KEYS_PER_QUERY = 500
ACCESS_UPDATE_SECONDS = 3600.0  # seconds: recording each use would make every read a write
TIMEOUT_SECONDS = 60.0  # for another process to end its transaction

SCHEMA = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, used REAL, size INTEGER, n_frames INTEGER, n_channels INTEGER, frames BLOB
);
CREATE INDEX IF NOT EXISTS by_use ON entries (used, size);
"""


class FeatureCache:
    """Cache of computed frames, for the ``memory`` parameter of front ends.

    Passing a folder or a `joblib.Memory` as ``memory`` creates one with the default limit.

    Parameters
    ----------
    location : str, PathLike or joblib.Memory
        The folder, created if missing, or the memory whose folder is used. It must be on a local disk: network file
        systems do not support the locks that SQLite needs. On a cluster, each machine has a folder of this name.
    bytes_limit : int, str or None, default="10G"
        Once the entries exceed it, the least recently used ones (to the hour) are deleted down to 90 % of it. None: no
        limit.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skaudio.features import FeatureCache, MFCC
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     front_end = MFCC(memory=FeatureCache(folder, bytes_limit="1G"))
    ...     frames = front_end.fit_transform([np.ones(22050)])  # computed
    ...     bool(np.array_equal(frames, front_end.transform([np.ones(22050)])))  # read
    True
    """

    def __init__(self, location: str | os.PathLike | joblib.Memory, *, bytes_limit: int | str | None = "10G") -> None:
        if isinstance(location, joblib.Memory):
            if location.location is None:
                raise ValueError("memory is a joblib.Memory without a location. Set its location, or pass memory=None.")
            location = location.location
        self.bytes_limit = memstr_to_bytes(bytes_limit) if isinstance(bytes_limit, str) else bytes_limit
        self._folder = Path(location).expanduser().absolute() / "skaudio"
        self._path = self._folder / "features.sqlite3"
        self._messages: set[str] = set()  # messages of failures, for one warning
        self._damaged: set[bytes] = set()

    def get(self, keys: Iterable[bytes]) -> dict[bytes, np.ndarray]:
        """Read the entries that exist and are not damaged.

        Parameters
        ----------
        keys : iterable of bytes
            Keys of the entries.

        Returns
        -------
        dict of ndarrays
            Frames of each entry that was found.
        """
        keys = list(keys)
        if not self._path.exists():
            return {}
        try:
            return self._read(keys, f"{self._path.as_uri()}?mode=rw")
        except sqlite3.Error:
            try:  # opening creates files next to it, except in immutable mode, for read-only disks
                return self._read(keys, f"{self._path.as_uri()}?immutable=1")
            except sqlite3.Error as error:
                self._messages.add(
                    f"Features are computed, as {self._path} cannot be read ({error}). Delete it if it is damaged."
                )
                return {}

    def put(self, entries: Mapping[bytes, np.ndarray]) -> None:
        """Write entries atomically; record failures without raising.

        Parameters
        ----------
        entries : mapping of bytes to ndarrays of shape (n_frames, n_channels)
            Frames of each key.
        """
        now = time.time()
        rows = [
            (key, now, frames.nbytes, *frames.shape, _with_checksum(key, frames)) for key, frames in entries.items()
        ]
        with self._recording_failure(), self._database() as database:
            database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)

    def enforce_limit(self) -> None:
        """Delete the least recently used entries if their total size exceeds the limit."""
        if self.bytes_limit is None:
            return
        with self._recording_failure():
            self._evict(self.bytes_limit)

    def warn_of_failures(self) -> None:
        """Warn once of all failures since the last call."""
        if self._damaged:
            self._messages.add(f"{len(self._damaged)} entries of {self._path} are damaged, and were recomputed.")
        if self._messages:
            warn_user("\n".join(sorted(self._messages)))
        self._messages, self._damaged = set(), set()

    def _read(self, keys: list[bytes], uri: str) -> dict[bytes, np.ndarray]:
        entries, now, stale = {}, time.time(), []
        with closing(sqlite3.connect(uri, timeout=TIMEOUT_SECONDS, uri=True)) as database:
            for start in range(0, len(keys), MAX_KEYS_PER_QUERY):
                some = keys[start : start + MAX_KEYS_PER_QUERY]
                where = f"key IN ({','.join('?' * len(some))})"
                rows = database.execute(
                    f"SELECT key, n_frames, n_channels, used, frames FROM entries WHERE {where}", some
                )
                for key, n_frames, n_channels, used, content in rows:
                    try:
                        frames = _without_checksum(key, n_frames, n_channels, content)
                    except (TypeError, ValueError):
                        self._damaged.add(key)
                        continue
                    if frames is not None:
                        entries[key] = frames
                    if not isinstance(used, float) or now - used > ACCESS_UPDATE_SECONDS:
                        stale.append(key)
            with suppress(sqlite3.Error), database:  # a read succeeds even if the time of use cannot be written
                database.executemany("UPDATE entries SET used = ? WHERE key = ?", [(now, key) for key in stale])
        return entries

    def _evict(self, limit: int) -> None:
        with self._database() as database:
            excess = (database.execute("SELECT sum(size) FROM entries").fetchone()[0] or 0) - limit
            if excess <= 0:
                return
            excess += 0.1 * limit
            oldest = []
            for key, size in database.execute("SELECT key, CAST(size AS INTEGER) FROM entries ORDER BY used, rowid"):
                if excess <= 0:
                    break
                oldest.append((key,))
                excess -= size or 0
            database.executemany("DELETE FROM entries WHERE key = ?", oldest)
        with self._database() as database:
            database.execute("PRAGMA incremental_vacuum").fetchall()

    @contextmanager
    def lock(self, number: int, *, blocking: bool) -> Iterator[bool]:
        """Hold one of the `N_LOCKS` locks shared by processes, and yield whether it was acquired.

        The operating system releases a lock when its process dies. Where locking is impossible (on a full or read-only
        disk), it counts as acquired: the work is then duplicated rather than shared.

        Parameters
        ----------
        number : int
            Number of the lock.
        blocking : bool
            Whether to wait until another process releases it.

        Yields
        ------
        bool
            Whether the lock was acquired.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder / f"{number:02d}.lock")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock.acquire(blocking=blocking)
        except Timeout:
            yield False
            return
        except (OSError, NotImplementedError):
            yield True
            return
        try:
            yield True
        finally:
            lock.release()

    @contextmanager
    def _recording_failure(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            self._messages.add(f"Features are not cached: {self._folder} cannot be written to ({error}).")

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction.

        A connection is opened for each, which takes a fraction of a millisecond: none is shared by threads, inherited
        by a forked process, or left open.
        """
        if not self._path.exists():
            self._create()
        with closing(sqlite3.connect(self._path, timeout=TIMEOUT_SECONDS)) as database:
            database.execute("PRAGMA synchronous = NORMAL")  # a power failure loses at most the latest entries
            with database:
                yield database

    def _create(self) -> None:
        """Create the database under another name, then rename it: other processes never open an incomplete one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self.lock(N_LOCKS, blocking=True):
            if self._path.exists():
                return
            new = self._path.with_suffix(".new")
            for leftover in self._folder.glob(f"{new.name}*"):
                leftover.unlink()
            with closing(sqlite3.connect(new)) as database:
                database.executescript(SCHEMA)
            os.replace(new, self._path)


def _with_checksum(key: bytes, frames: np.ndarray) -> bytes:
    """Return the frames of an entry, followed by a checksum of the whole entry."""
    values = frames.tobytes()
    return values + _checksum(key, frames.shape, values)


def _without_checksum(key: bytes, n_frames: int, n_channels: int, content: bytes) -> np.ndarray | None:
    """Return the frames of an entry; None if it is of a version without checksums.

    Raises
    ------
    TypeError, ValueError
        If the entry is damaged.
    """
    n_bytes = FLOAT_BYTES * n_frames * n_channels
    if len(content) == n_bytes:
        return None
    values = memoryview(content)[:n_bytes]
    if content[n_bytes:] != _checksum(key, (n_frames, n_channels), values):
        raise ValueError("The checksum of the entry is wrong.")
    return np.frombuffer(values, np.float32).reshape(n_frames, n_channels)


def _checksum(key: bytes, shape: tuple[int, int], values: bytes | memoryview) -> bytes:
    # CRC-32 takes 0.4 ms per megabyte, BLAKE2 1.5 ms.
    return zlib.crc32(values, zlib.crc32(b"%b %d %d" % (key, *shape))).to_bytes(4, "little")
