"""Files decoded by libsndfile."""

import io
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._audio_reader import AudioReader
from skaudio.io._file_view import FileView
from skaudio.io._libsndfile import CannotOpenError, error_text, is_system_error, sequential_file
from skaudio.io._quantities import check_stated_rate

# An MP3 frame may need the last bytes of up to ten before it; mpg123 rewinds by fewer and decodes silence.
MPEG_RUN_IN = 20 * 1152


class FileReader(AudioReader):
    """An encoded clip, opened by soundfile.

    Parameters
    ----------
    source : int, str, bytes, BytesIO or FileView
        Descriptor (left open), path or file.
    name : str
        Name used in messages.
    raw : dict, optional
        Arguments of `soundfile.SoundFile` for samples without a header.

    Attributes
    ----------
    file : soundfile.SoundFile
    container, subtype : str
        Format and codec, as named by soundfile.
    n_missing_tolerated : int
        Number of missing samples that is tolerated.
    check_end : callable or None
        Called at the end of the file; returns a further warning.

    Raises
    ------
    CannotOpenError
        If libsndfile cannot open it.
    AudioError
        If its sampling rate is implausible.
    Exception
        Any exception raised when reading the file, if not a path.
    """

    n_samples: int
    n_missing_tolerated = 0
    check_end: Callable[[], str | None] | None = None

    def __init__(self, source: int | str | bytes | io.BytesIO | FileView, name: str, **raw: Any) -> None:
        self.name = name
        self._source = source
        self._view = source if isinstance(source, FileView) else None
        self._position = self._n_leading = 0
        self.file: Any = None
        self.file = self._call(sequential_file(), source, closefd=False, **raw)
        self.call_at_close(self.file.close)
        self.sr, self.n_channels, self.n_samples = self.file.samplerate, self.file.channels, self.file.frames
        self.container, self.subtype = self.file.format, self.file.subtype
        # Scaling 16-bit integers in NumPy takes half the time of libsndfile's conversion.
        self._n_run_in = MPEG_RUN_IN if self.subtype.startswith("MPEG") else 0
        self._dtype = "int16" if self.subtype == "PCM_16" else "float32"
        try:
            check_stated_rate(self.sr, name)
        except AudioError:
            self.close()
            raise

    def restrict(self, n_leading: int, n_samples: int) -> None:
        """Skip samples at the start, and override libsndfile's length."""
        self._n_leading, self.n_samples = n_leading, n_samples
        if n_leading:
            self._go_to(0)

    def read(self, n: int) -> np.ndarray:
        out, n_read = self._call(self._read, n)
        self._position += n_read
        if n - n_read > self.n_missing_tolerated:
            raise AudioError(self._damaged(f"{n - n_read} samples stated in its header are missing."))
        if self._position == self.n_samples and self.check_end is not None:
            self.length_warning, self.check_end = self.check_end(), None
            self.warn_of_length()
        return out[:n_read]

    def bytes_read(self) -> int | None:
        """Return libsndfile's position in the file; None if it opened a path."""
        if isinstance(self._source, int):
            return os.lseek(self._source, 0, os.SEEK_CUR)
        return None if isinstance(self._source, (str, bytes)) else self._source.tell()

    def skip(self, n: int) -> None:
        self._go_to(self._position + n)

    def _read(self, n: int) -> tuple[np.ndarray, int]:
        out = np.empty((n, self.n_channels) if self.n_channels > 1 else n, self._dtype)
        return out, self.file.buffer_read_into(out, self._dtype)

    def _go_to(self, target: int) -> None:
        target += self._n_leading
        start = max(0, target - self._n_run_in)
        position = self._call(self.file.seek, start)
        if position == start and start < target:
            position += self._call(self._read, target - start)[1]
        self._position = position - self._n_leading
        if position != target:
            raise AudioError(self._damaged(f"libsndfile cannot seek to sample {target - self._n_leading}."))

    def _call(self, call: Callable, *args: Any, **kwargs: Any) -> Any:
        """Call soundfile; raise exceptions of reading the file rather than libsndfile's resulting error."""
        try:
            result = call(*args, **kwargs)
        except Exception as error:  # also MemoryError and ValueError, due to a damaged header
            if self._view is not None:
                self._view.raise_failure()
            raise self._converted_error(error) from error
        if self._view is not None:
            self._view.raise_failure()
        return result

    def _converted_error(self, error: Exception) -> Exception:
        from soundfile import SoundFileError

        if isinstance(error, SoundFileError) and is_system_error(error):
            return OSError(f"{self.name} cannot be read: {error_text(error)}.")
        if isinstance(error, SoundFileError):
            return CannotOpenError(error) if self.file is None else AudioError(self._damaged(error_text(error) + "."))
        if isinstance(error, MemoryError) and self.file is not None:
            return AudioError(
                f"{self.name} states {self.n_samples} samples in its header, which do not fit into memory. Read a "
                "part, by offset and duration, or block by block, with skaudio.io.iter_blocks."
            )
        return AudioError(f"{self.name} cannot be decoded: {error!r}. Copy or record it again.")

    def _damaged(self, reason: str) -> str:
        return (
            f"{self.name} is damaged or cut short after {self._position / self.sr:.2f} s of the "
            f"{self.n_samples / self.sr:.2f} s in its header: {reason} Copy or record it again, or read an intact "
            "part, by offset and duration."
        )
