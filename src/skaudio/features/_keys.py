"""What a cached clip is known by."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import joblib
import numpy as np

import skaudio


def settings_digest(front_end: Any, settings: Mapping[str, Any]) -> bytes:
    """Tell front ends apart, by class, settings and version of skaudio."""
    return joblib.hash((skaudio.__version__, type(front_end).__qualname__, sorted(settings.items()))).encode()


def clip_key(item: Any, settings: bytes) -> bytes:
    """Make the key of a clip, in 16 bytes: of a file by path, size and modification time, else by its content.

    Raises
    ------
    OSError, TypeError, ValueError
        If there is no such file, or if the item is none that has a content.
    """
    digest = hashlib.blake2b(settings, digest_size=16)
    _update(digest, item)
    return digest.digest()


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
