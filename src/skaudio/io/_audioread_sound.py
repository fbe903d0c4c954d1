"""Clips that libsndfile cannot decode, such as M4A and WMA: through the optional package audioread."""

from typing import Any

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._quantities import check_rate
from skaudio.io._sound import Sound


class AudioreadSound(Sound):
    """An encoded clip, opened by audioread: by ffmpeg or the decoders of the system.

    Parameters
    ----------
    path : str
        The file.
    name : str
        What messages call it.

    Raises
    ------
    ImportError
        If audioread is not installed.
    audioread.DecodeError, AudioError
        If it finds no decoder, or one that finds no sampling rate.
    """

    def __init__(self, path: str, name: str) -> None:
        import audioread

        self.name = name
        self._decode_error = audioread.DecodeError
        self._file: Any = audioread.audio_open(path)
        self._blocks = iter(self._file)
        self._held = bytearray()
        self.sr = self._file.samplerate
        self.n_channels = self._file.channels
        check_rate(self.sr, "The sampling rate")

    def read(self, n: int) -> np.ndarray:
        n_bytes = n * self.n_channels * 2
        try:
            while len(self._held) < n_bytes:
                self._held += next(self._blocks)
        except StopIteration:
            pass
        except self._decode_error as error:
            raise AudioError(f"{self.name} cannot be decoded to its end: audioread says {error!r}.") from error
        raw = np.frombuffer(bytes(self._held[:n_bytes]), "<i2")
        del self._held[:n_bytes]
        return raw.reshape(-1, self.n_channels) if self.n_channels > 1 else raw

    def close(self) -> None:
        self._file.close()
