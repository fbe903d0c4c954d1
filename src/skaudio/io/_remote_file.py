"""Remote files, read in blocks: small ones at first, as a part of a file needs, then larger ones."""

import io
import tempfile
from typing import Any

from skaudio._remote import download, file_system, retried

# The first block after every jump; as long as a file is read in sequence, each is twice as long as the one before.
FIRST_BLOCK_BYTES, MAX_BLOCK_BYTES = 2**17, 2**22
SMALL_FILE_BYTES = 2**19  # read at once: several requests take longer
NO_RANGES = "range requests"  # in the message of fsspec


class RemoteFile:
    """A seekable binary file at a URL.

    The file is downloaded to a temporary one if its server does not send parts of it, or does not state its size.

    Parameters
    ----------
    url : str
        Its URL.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, PermissionError, OSError
        See `skaudio._remote.retried`; the methods raise the same.
    ImportError, ValueError
        See `skaudio._remote.file_system`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._folder: tempfile.TemporaryDirectory | None = None
        fs, path = file_system(url)
        fs.invalidate_cache(path)  # listings of earlier would state an earlier size
        # Caches of fsspec would read further ahead, up to 50 MiB of S3; those in a chain are asked for.
        settings = {} if "::" in url else {"cache_type": "none"}
        self._file = retried(lambda: fs.open(path, "rb", **settings), url)
        if isinstance(self._file, io.BytesIO):  # of memory://, one object for all who open it
            self._file = io.BytesIO(self._file.getvalue())
        self._size = self._stated_size()
        if self._size == 0 and fs.isdir(path):  # opened by s3fs
            raise IsADirectoryError(url)
        self._position = 0
        self._blocks: list[tuple[int, bytes]] = []  # the first of all, and the latest
        self._block_bytes = FIRST_BLOCK_BYTES

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position relative to the start or, if `whence` is 2, to the end."""
        self._position = offset + (self._size if whence == io.SEEK_END else 0)
        return self._position

    def read(self, n: int) -> bytes:
        """Read `n` bytes, fewer only at the end."""
        start, stop = self._position, min(self._position + n, self._size)
        pieces = []
        while start < stop:
            begin, content = self._block_at(start, stop)
            pieces.append(content[start - begin : stop - begin])
            start += len(pieces[-1])
        self._position = max(start, self._position)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def close(self) -> None:
        """Close the file, and delete its copy."""
        self._blocks = []
        self._file.close()
        if self._folder is not None:
            self._folder.cleanup()

    def _block_at(self, start: int, stop: int) -> tuple[int, bytes]:
        """Return a block that contains the byte at `start`, and where it begins."""
        for begin, content in self._blocks:
            if begin <= start < begin + len(content):
                return begin, content
        follows = bool(self._blocks) and start == self._blocks[-1][0] + len(self._blocks[-1][1])
        self._block_bytes = min(2 * self._block_bytes, MAX_BLOCK_BYTES) if follows else FIRST_BLOCK_BYTES
        n_ahead = self._size if self._size <= SMALL_FILE_BYTES else self._block_bytes
        block = start, self._fetched(start, min(max(stop, start + n_ahead), self._size))
        self._blocks = [*self._blocks[:1], block]
        return block

    def _fetched(self, start: int, stop: int) -> bytes:
        try:
            return retried(lambda: self._bytes(start, stop), self._url)
        except OSError as error:
            if self._folder is not None or NO_RANGES not in str(error.__cause__):
                raise
        self._download()
        return self._fetched(start, stop)

    def _bytes(self, start: int, stop: int) -> bytes:
        self._file.seek(start)
        content = self._file.read(stop - start)
        while len(content) < stop - start:
            more = self._file.read(stop - start - len(content))
            if not more:  # it would be taken for the end of a damaged file
                raise ConnectionError(f"{len(content)} of {stop - start} bytes arrived")
            content += more
        return content

    def _stated_size(self) -> int:
        size: Any = getattr(self._file, "size", None)
        if isinstance(size, int):
            return size
        try:
            return self._file.seek(0, io.SEEK_END)
        except (ValueError, OSError):  # a stream
            self._download()
            return self._file.seek(0, io.SEEK_END)

    def _download(self) -> None:
        self._file.close()
        self._folder = tempfile.TemporaryDirectory(prefix="skaudio-")
        self._file = open(download(self._url, self._folder.name), "rb")  # noqa: SIM115
