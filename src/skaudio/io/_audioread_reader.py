"""Clips that libsndfile cannot decode, such as M4A and WMA, decoded by the optional package audioread."""

from typing import Any

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._audio_reader import AudioReader
from skaudio.io._quantities import check_stated_rate

# Tolerance of the durations stated by containers.
TOLERANCE, TOLERANCE_SECONDS = 0.01, 0.25
STATES_DURATION = (b"\x1a\x45\xdf\xa3", b"\x30\x26\xb2\x75", b"RIFF")


class AudioreadReader(AudioReader):
    """An encoded clip, opened by audioread with ffmpeg or a decoder of the system.

    Parameters
    ----------
    path : str
        The file.
    name : str
        Name used in messages.

    Raises
    ------
    ImportError
        If audioread is not installed.
    audioread.DecodeError, AudioError
        If it finds no decoder, or no sampling rate.
    """

    def __init__(self, path: str, name: str) -> None:
        import audioread

        self.name = name
        self._file: Any = audioread.audio_open(path)
        self.call_at_close(self._file.close)
        self._blocks = iter(self._file)
        self._buffer = bytearray()
        self._n_read = 0
        self.sr, self.n_channels = self._file.samplerate, self._file.channels
        # Without a container, ffmpeg estimates the duration from the bit rate.
        self._seconds_stated = getattr(self._file, "duration", None) if _states_duration(path) else None
        try:
            check_stated_rate(self.sr, name)
        except AudioError:
            self.close()
            raise

    def read(self, n: int) -> np.ndarray:
        n_bytes = n * self.n_channels * 2
        try:
            while len(self._buffer) < n_bytes:
                self._buffer += next(self._blocks)
        except StopIteration:
            self._check_end()
        except Exception as error:  # its backends raise any exception
            raise AudioError(f"{self.name} cannot be decoded completely: audioread raised {error!r}.") from error
        frame_bytes = self.n_channels * 2
        whole = bytes(self._buffer[: min(n_bytes, len(self._buffer) // frame_bytes * frame_bytes)])
        del self._buffer[:n_bytes]
        raw = np.frombuffer(whole, "<i2").reshape(-1, self.n_channels)
        self._n_read += len(raw)
        return raw if self.n_channels > 1 else raw[:, 0]

    def _check_end(self) -> None:
        n_samples = self._n_read + len(self._buffer) // (self.n_channels * 2)
        if self._seconds_stated and n_samples / self.sr < self._seconds_stated * (1 - TOLERANCE) - TOLERANCE_SECONDS:
            raise AudioError(
                f"{self.name} is damaged or cut short after {n_samples / self.sr:.2f} s of the "
                f"{self._seconds_stated:.2f} s in its header. Copy or record it again, or read an intact part, by "
                "offset and duration."
            )


def _states_duration(path: str) -> bool:
    """Return whether a file is MP4, Matroska (WebM), ASF (WMA), WAV or AVI, whose headers state a duration."""
    with open(path, "rb") as file:
        head = file.read(8)
    return head[4:] in (b"ftyp", b"moov", b"mdat") or head[:4] in STATES_DURATION
