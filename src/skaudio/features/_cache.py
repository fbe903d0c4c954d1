"""The per-clip feature cache: each (clip, front-end settings) is computed once, in whatever folds and processes.

The store is joblib's (the one behind `joblib.Memory`): a file an entry, written aside and renamed, so that nothing
half-written is ever read, by this process or another. A clip is known by its file's path, size and modification
time, or by its samples; a front end by its class, the parameters that matter and the version of skaudio.
"""

import hashlib
import os
import pickle
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from joblib.disk import memstr_to_bytes

import skaudio

N_LOCKS = 64


class FeatureCache:
    """Store of computed frames, for the ``memory`` parameter of front ends.

    Passing a folder or a `joblib.Memory` as ``memory`` makes one with the default limit.

    Parameters
    ----------
    location : str, PathLike or joblib.Memory
        The folder, made if missing, or the memory whose store is used.
    bytes_limit : int, str or None, default="10G"
        Once the entries written take more, those unused for longest are deleted until nine tenths of it are left. None:
        never.

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
        memory = location if isinstance(location, joblib.Memory) else joblib.Memory(os.fspath(location), verbose=0)
        self.location = memory.location
        self.bytes_limit = memstr_to_bytes(bytes_limit) if isinstance(bytes_limit, str) else bytes_limit
        self._store = memory.store_backend
        self._is_plain = memory.backend == "local" and not memory.compress
        self._written = 0

    def get(self, key: tuple[str, ...]) -> np.ndarray | None:
        """Read an entry; None where there is none, or none that can be read."""
        try:
            if self._is_plain:
                # What joblib's `load_item` does for such a store, in a quarter of its time.
                with open(os.path.join(self._store.location, *key, "output.pkl"), "rb", buffering=0) as file:
                    shape, raw = pickle.loads(file.read())
            else:
                shape, raw = self._store.load_item(key)
            return np.frombuffer(raw, np.float32).reshape(shape)
        except (KeyError, FileNotFoundError):
            return None
        except Exception:  # another process may evict it meanwhile, a power cut may have emptied it: compute it again
            return None

    def put(self, key: tuple[str, ...], frames: np.ndarray) -> None:
        """Write an entry."""
        # Shape and bytes are read back several times faster than an array.
        self._store.dump_item(key, (frames.shape, frames.tobytes()))
        self._written += frames.nbytes

    @contextmanager
    def lock(self, number: int, *, blocking: bool):
        """Hold one of the `N_LOCKS` locks that processes share, and yield whether it was had.

        The operating system frees a lock when its process dies.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self._folder("locks") / f"{number:02d}")
        try:
            lock.acquire(blocking=blocking)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def enforce_limit(self) -> None:
        """Delete the entries that were not used for longest, if what was written brought the store over its limit."""
        if self.bytes_limit is None or self._written == 0:
            return
        tally = (
            self._folder("locks") / "bytes"
        )  # a walk over all entries at each call would take longer than writing them
        with self.lock(N_LOCKS, blocking=True):
            total = self._written + (int(tally.read_text() or 0) if tally.exists() else 0)
            if total > self.bytes_limit:
                self._store.enforce_store_limits(int(0.9 * self.bytes_limit))
                total = sum(item.size for item in self._store.get_items())
            tally.write_text(str(total))
        self._written = 0

    def _folder(self, name: str) -> Path:
        folder = Path(self.location) / "skaudio" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def settings_key(front_end: Any, settings: Mapping[str, Any]) -> str:
    """Name a front end's settings: the folder of its entries (no 32 hex digits: those mark joblib's entries)."""
    digest = joblib.hash(
        (skaudio.__version__, type(front_end).__qualname__, sorted(settings.items(), key=lambda kv: kv[0]))
    )
    return f"{type(front_end).__name__}-{digest[:16]}"


def clip_key(item: Any) -> str:
    """Name a clip in 32 hex digits: a file by path, size and modification time, anything else by its content.

    Raises
    ------
    OSError, TypeError, ValueError
        If there is no such file, or if the item is none that has a content.
    """
    digest = hashlib.blake2b(digest_size=16)
    _update(digest, item)
    return digest.hexdigest()


def _update(digest: Any, item: Any) -> None:
    if isinstance(item, (str, os.PathLike)):
        path = os.path.abspath(item)
        status = os.stat(path)
        digest.update(f"file {path} {status.st_size} {status.st_mtime_ns}".encode(errors="surrogatepass"))
    elif isinstance(item, bytes):
        digest.update(b"bytes " + item)
    elif hasattr(item, "read"):
        start = item.tell()
        _update(digest, item.read())
        item.seek(start)
    elif isinstance(item, Mapping):
        for name in sorted(item, key=str):
            with suppress(OSError):  # the "path" beside "bytes" is often a name only
                digest.update(f"key {name} ".encode())
                _update(digest, item[name])
    elif isinstance(item, tuple):
        for part in item:
            _update(digest, part)
    else:
        array = np.ascontiguousarray(item)
        digest.update(f"array {array.dtype.str} {array.shape} ".encode())
        digest.update(array.reshape(-1).view(np.uint8))
