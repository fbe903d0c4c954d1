"""Views of a part of an open file, which record exceptions raised when libsndfile reads it."""

import io
import os
import stat
from typing import Any

HAS_PREAD = hasattr(os, "pread")


class Descriptor:
    """An open file descriptor, read without moving its position: libsndfile reads it at the same time.

    Parameters
    ----------
    path : str or bytes
        Its path.

    Attributes
    ----------
    for_libsndfile : int, str or bytes
        The descriptor, or the path where the system cannot read without moving the position.
    """

    def __init__(self, path: str | bytes) -> None:
        self._fd = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._status = os.fstat(self._fd)
        self._position = 0
        self.for_libsndfile = self._fd if HAS_PREAD else path

    def is_regular(self) -> bool:
        """Whether it is a regular file, not a folder, pipe or device."""
        return stat.S_ISREG(self._status.st_mode)

    def read_all(self) -> bytes:
        """Read a pipe to its end."""
        with open(self._fd, "rb", closefd=False) as file:
            return file.read()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position relative to the start or, if `whence` is 2, to the end."""
        self._position = offset + (self._status.st_size if whence == io.SEEK_END else 0)
        return self._position

    def read(self, n: int) -> bytes:
        """Read at most `n` bytes."""
        if HAS_PREAD:
            return os.pread(self._fd, n, self._position)
        os.lseek(self._fd, self._position, os.SEEK_SET)
        return os.read(self._fd, n)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


class FileView:
    """A part of a seekable binary file.

    libsndfile reads Python's files through callbacks. Exceptions raised there do not reach the caller: libsndfile
    reads the end of the file or uninitialised bytes instead. They are therefore stored, to be raised by
    `raise_failure` after every call of libsndfile; after a failure, the file is not read again but treated as ended:
    libsndfile would otherwise search for the next chunk forever. Short reads before the end, as of a raw stream, are
    repeated until complete.

    Parameters
    ----------
    file : binary file object
        The file; its position changes, and it is left open.
    start, stop : int
        Range of bytes; up to the end of the file if `stop` is None.
    n_zeros : int
        Number of zero bytes appended.
    correction : (int, bytes) or None
        Position and bytes of replaced content.
    """

    def __init__(
        self,
        file: Any,
        start: int = 0,
        stop: int | None = None,
        *,
        n_zeros: int = 0,
        correction: tuple[int, bytes] | None = None,
    ) -> None:
        self._failures: list[BaseException] = []  # shared by parts
        self._file = file
        self._start = start
        stop = file.seek(0, io.SEEK_END) if stop is None else stop
        self._n_bytes = max(0, stop - start)
        self.size = self._n_bytes + n_zeros
        self._position = 0
        self._correction = correction

    def part(
        self,
        start: int = 0,
        stop: int | None = None,
        *,
        n_zeros: int = 0,
        correction: tuple[int, bytes] | None = None,
    ) -> "FileView":
        """Return a view of a part of this view; positions are relative to the start of this view."""
        stop = self._n_bytes if stop is None else min(stop, self._n_bytes)
        start, stop = self._start + start, self._start + stop
        part = FileView(self._file, start, stop, n_zeros=n_zeros, correction=correction)
        part._failures = self._failures
        return part

    @property
    def failure(self) -> BaseException | None:
        """First exception raised when reading the file."""
        return self._failures[0] if self._failures else None

    def bytes_at(self, position: int, n: int) -> bytes:
        """Return at most `n` bytes from a position."""
        self._position = position
        content = self.read(n)
        self.raise_failure()
        return content

    def raise_failure(self) -> None:
        """Raise the first exception of reading the file, if any."""
        if self._failures:
            raise self._failures[0]

    def restore(self) -> None:
        """Move the file back to the start of the view."""
        if not self._failures:
            self._file.seek(self._start)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move, as `io.IOBase.seek` does."""
        self._position = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        return self.tell()

    def tell(self) -> int:
        """Return the position."""
        return self.size if self._failures else self._position

    def read(self, n: int = -1) -> bytes:
        """Read at most `n` bytes; fewer only at the end, or if the file fails."""
        n_left = max(0, self.size - self._position)
        n = n_left if n < 0 else min(n, n_left)
        n_bytes = max(0, min(n, self._n_bytes - self._position))
        content = self._bytes(n_bytes) if n_bytes and not self._failures else b""
        if n_bytes < n and len(content) == n_bytes and not self._failures:
            content += bytes(n - n_bytes)
        if self._correction is not None:
            content = self._with_correction(content, *self._correction)
        self._position += len(content)
        return content

    def _with_correction(self, content: bytes, position: int, correction: bytes) -> bytes:
        begin, end = max(position, self._position), min(position + len(correction), self._position + len(content))
        if begin >= end:
            return content
        i = self._position
        return content[: begin - i] + correction[begin - position : end - position] + content[end - i :]

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; see `read`."""
        content = self.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def _bytes(self, n: int) -> bytes:
        """Read until `n` bytes are complete, or the file ends or fails."""
        try:
            content = self._next(self._start + self._position, n)
            while 0 < len(content) < n:
                more = self._next(self._start + self._position + len(content), n - len(content))
                if not more:
                    break
                content += more
        except BaseException as error:  # stored, even a KeyboardInterrupt
            self._failures.append(error)
            return b""
        return content

    def _next(self, position: int, n: int) -> bytes:
        self._file.seek(position)
        content = self._file.read(n)
        if content is None:
            raise BlockingIOError("the file is non-blocking and has no bytes yet; expected a blocking one")
        return content
