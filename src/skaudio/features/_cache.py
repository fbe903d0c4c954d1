"""The per-clip feature cache: each (clip, front-end settings) is computed once, in whatever folds and processes.

The store is an SQLite database: one file, however many clips; a transaction is there whole or not at all, also when its
process is killed; and any number of processes of a machine may read and write at once. A folder of files, as
`joblib.Memory` keeps one, was tried: to make a file and its folder took up to ten times longer than to compute a short
clip. A clip is known by its file's path, size and modification time, or by its samples; a front end by its class, the
parameters that matter and the version of skaudio.
"""

import os
import sqlite3
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import joblib
import numpy as np
from joblib.disk import memstr_to_bytes

N_LOCKS = 16
MOST_KEYS_A_QUERY = 500
USE_IS_NOTED_EVERY = 3600.0  # seconds: to note each use would make every reader a writer
WAIT = 60.0  # seconds, for another process to end its transaction

SCHEMA = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS entries (
    key BLOB PRIMARY KEY, used REAL, size INTEGER, n_frames INTEGER, n_channels INTEGER, frames BLOB
);
CREATE INDEX IF NOT EXISTS by_use ON entries (used, size);
"""


class FeatureCache:
    """Store of computed frames, for the ``memory`` parameter of front ends.

    Passing a folder or a `joblib.Memory` as ``memory`` makes one with the default limit.

    Parameters
    ----------
    location : str, PathLike or joblib.Memory
        The folder, made if missing, or the memory whose folder is used. It must be on a disk of this machine: file
        systems that several machines share cannot lock an SQLite database as this needs.
    bytes_limit : int, str or None, default="10G"
        Once the entries take more, those unused for longest (to the hour) are deleted until nine tenths of it are left.
        None: never.

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
                raise ValueError("memory is a joblib.Memory without a location. Give it one, or pass memory=None.")
            location = location.location
        self.bytes_limit = memstr_to_bytes(bytes_limit) if isinstance(bytes_limit, str) else bytes_limit
        self._folder = Path(location).expanduser().absolute() / "skaudio"

    def get(self, keys: Iterable[bytes]) -> dict[bytes, np.ndarray]:
        """Read the entries that are there."""
        keys = list(keys)
        found = {}
        with self._database() as database:
            for start in range(0, len(keys), MOST_KEYS_A_QUERY):
                some = keys[start : start + MOST_KEYS_A_QUERY]
                where = f"key IN ({','.join('?' * len(some))})"
                rows = database.execute(
                    f"SELECT key, n_frames, n_channels, used, frames FROM entries WHERE {where}", some
                )
                oldest = now = time.time()
                for key, n_frames, n_channels, used, frames in rows:
                    found[key] = np.frombuffer(frames, np.float32).reshape(n_frames, n_channels)
                    oldest = min(oldest, used)
                if now - oldest > USE_IS_NOTED_EVERY:
                    database.execute(f"UPDATE entries SET used = ? WHERE {where}", [now, *some])
        return found

    def put(self, entries: Mapping[bytes, np.ndarray]) -> None:
        """Write entries, all or none; where the disk is full, say so and go on."""
        now = time.time()
        rows = [(key, now, frames.nbytes, *frames.shape, frames.tobytes()) for key, frames in entries.items()]
        try:
            with self._database() as database:
                database.executemany("INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?)", rows)
        except sqlite3.OperationalError as error:
            warnings.warn(f"Features are not kept: {self._folder} cannot be written to ({error}).", stacklevel=2)

    def enforce_limit(self) -> None:
        """Delete the entries that were not used for longest, if together they take more than the limit."""
        if self.bytes_limit is None:
            return
        with self._database() as database:
            excess = (database.execute("SELECT sum(size) FROM entries").fetchone()[0] or 0) - self.bytes_limit
            if excess <= 0:
                return
            excess += 0.1 * self.bytes_limit
            oldest = []
            for key, size in database.execute("SELECT key, size FROM entries ORDER BY used, rowid"):
                if excess <= 0:
                    break
                oldest.append((key,))
                excess -= size
            database.executemany("DELETE FROM entries WHERE key = ?", oldest)
        with self._database() as database:
            database.execute("PRAGMA incremental_vacuum").fetchall()

    @contextmanager
    def lock(self, number: int, *, blocking: bool) -> Iterator[bool]:
        """Hold one of the `N_LOCKS` locks that processes share, and yield whether it was had.

        The operating system frees a lock when its process dies.
        """
        from filelock import FileLock, Timeout

        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / f"{number:02d}.lock")
        try:
            lock.acquire(blocking=blocking)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """Open the database for one transaction.

        A connection is opened for each, which takes a fraction of a millisecond: none is then ever shared by threads,
        inherited by a forked process, or left open.
        """
        path = self._folder / "features.sqlite3"
        if not path.exists():
            self._create(path)
        try:
            with closing(sqlite3.connect(path, timeout=WAIT)) as database:
                database.execute("PRAGMA synchronous = NORMAL")  # a power cut may take the latest entries, no more
                with database:
                    yield database
        except sqlite3.DatabaseError as error:
            if type(error) is not sqlite3.DatabaseError:
                raise
            raise ValueError(f"{path} is damaged, or is no feature cache ({error}). Delete it.") from error

    def _create(self, path: Path) -> None:
        """Make the database aside, then give it its name: another process sees all of it or none."""
        with self.lock(N_LOCKS, blocking=True):
            if path.exists():
                return
            new = path.with_suffix(".new")
            for leftover in self._folder.glob(f"{new.name}*"):
                leftover.unlink()
            with closing(sqlite3.connect(new)) as database:
                database.executescript(SCHEMA)
            os.replace(new, path)
