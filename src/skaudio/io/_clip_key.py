"""Cache keys of clips."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import numpy as np


def clip_key(clip: Any, prefix: bytes = b"") -> bytes:
    """Compute a key that identifies a clip: a file by path, size and modification time, else by content.

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
        If there is no such file, or if the clip has no content.

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
            with suppress(OSError):  # the "path" next to "bytes" is often only a name
                digest.update(f"key {name} ".encode())
                _update(digest, item[name])
    elif isinstance(item, tuple):
        for part in item:
            _update(digest, part)
    else:
        array = np.ascontiguousarray(item)
        digest.update(f"array {array.dtype.str} {array.shape} ".encode())
        digest.update(array.reshape(-1).view(np.uint8))
