"""A file that begins where another one has got to."""

import io
from typing import BinaryIO


class FileFrom:
    """The rest of a seekable binary file, from a position on, as a file of its own.

    Parameters
    ----------
    file : binary file object
        It is read and moved, and left open.
    start : int
        The byte that becomes byte 0.
    """

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._start = start
        file.seek(start)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as `io.IOBase.seek` does."""
        return self._file.seek(offset + self._start if whence == io.SEEK_SET else offset, whence) - self._start

    def tell(self) -> int:
        """Tell the position."""
        return self._file.tell() - self._start

    def read(self, n: int = -1) -> bytes:
        """Read at most `n` bytes."""
        return self._file.read(n)
