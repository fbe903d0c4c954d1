"""Cache keys of clips."""

import hashlib
import io
import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np

from skaudio._remote import remote_version, retried, version_of
from skaudio._urls import is_url, local_path
from skaudio.io._clip import contains_clip


def clip_key(clip: Any, prefix: bytes = b"") -> bytes:
    """Compute a key that identifies a clip: a file by path, size and modification time, else by content.

    Of a remote file, the key is of its URL, its size and its ETag or generation, or else the time that its file system
    states, which takes one request. An open file is not read, if it is a local or remote one.

    Parameters
    ----------
    clip : path, binary file object, array, pair or dict
        See `load`.
    prefix : bytes, default=b""
        Further input of the key, at most 64 bytes.

    Returns
    -------
    bytes
        Key of 16 bytes.

    Raises
    ------
    OSError, TypeError, ValueError
        If there is no such file, if its file system states no version of it, or if the clip has no content.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.io import clip_key
    >>> clip_key((np.zeros(100), 8000)) == clip_key((np.zeros(100), 16000))
    False
    """
    digest = hashlib.blake2b(prefix, digest_size=16)
    _update(digest, clip)
    return digest.digest()


def _update(digest: Any, item: Any) -> None:
    if is_url(item):
        digest.update(f"url {item} {remote_version(item)}".encode(errors="surrogatepass"))
    elif isinstance(item, (str, os.PathLike)):
        path = os.path.abspath(local_path(item))
        status = os.stat(path)
        digest.update(f"file {path} {status.st_size} {status.st_mtime_ns}".encode(errors="surrogatepass"))
    elif isinstance(item, bytes):
        digest.update(b"bytes " + item)
    elif hasattr(item, "read"):
        start, version = item.tell(), _open_version(item)
        if version is not None:
            digest.update(f"open file {version} {start}".encode(errors="surrogatepass"))
        else:
            _update(digest, item.read())
            item.seek(start)
    elif isinstance(item, Mapping):
        _update_by_record(digest, item)
    elif isinstance(item, tuple):
        for part in item:
            _update(digest, part)
    else:
        array = np.ascontiguousarray(item)
        digest.update(f"array {array.dtype.str} {array.shape} ".encode())
        digest.update(array.reshape(-1).view(np.uint8))


def _update_by_record(digest: Any, record: Mapping) -> None:
    """Update a digest by the clip in a record, which must be there, and by whatever else the record contains."""
    in_memory = any(record.get(name) is not None for name in ("array", "bytes"))
    clip_name = "audio" if contains_clip(record) else "path" if not in_memory else None
    for name in sorted(record, key=str):
        digest.update(f"key {name} ".encode())
        if name == clip_name:
            _update(digest, record[name])
        elif is_url(record[name]):
            digest.update(record[name].encode(errors="surrogatepass"))
        elif record[name] is not None:
            with suppress(OSError):  # the "path" next to "bytes" is often only a name
                _update(digest, record[name])


def _open_version(file: Any) -> str | None:
    """Return what identifies the content of an open file without reading it; None if that is unknown."""
    if isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO):
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return None
        return f"{status.st_dev} {status.st_ino} {status.st_size} {status.st_mtime_ns}"
    fs: Any = getattr(file, "fs", None)
    path = getattr(file, "path", None)
    if isinstance(file, io.BytesIO) or not (hasattr(fs, "info") and isinstance(path, str)):
        return None
    with suppress(ValueError):  # of a file system that states no version
        details = getattr(file, "details", None)  # those of the version that was opened
        url = fs.unstrip_protocol(path)
        return f"{url} {version_of(fs, path, details or retried(lambda: fs.info(path), url))}"
    return None
