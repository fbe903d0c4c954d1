"""Clips that libsndfile decodes: WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF and more."""

from contextlib import ExitStack
from typing import Any, BinaryIO

import numpy as np

from skaudio.io._audio_error import AudioError
from skaudio.io._container import OGG_JUNK, how_cut, how_ogg_is_cut, samples_of_unfinished_wav, states_length
from skaudio.io._sound import Sound

UNKNOWN_LENGTH = 2**63 - 1
# An MP3 may end a frame or two before what it states, and encoders disagree on whether the header is a frame: 50 ms.
MP3_SLACK = 2 * 1152
# What may be left of an MP3 file after its last sample was read: what the decoder has read ahead, tags.
MP3_REST_BYTES = 2**14


class FileSound(Sound):
    """An encoded clip, opened by soundfile.

    Parameters
    ----------
    source : str, bytes or seekable binary file object
        Path, or file, which is left open.
    name : str
        What messages call it.

    Raises
    ------
    soundfile.LibsndfileError, OSError
        If libsndfile cannot open it.
    AudioError
        If its length is not known.
    """

    def __init__(self, source: str | bytes | BinaryIO, name: str) -> None:
        self.name = name
        self._source = source
        self._position = 0
        self._estimated: BinaryIO | None = None  # an MP3 file that does not state its length
        self._exit = ExitStack()
        try:
            if not isinstance(source, (str, bytes)):
                self._exit.callback(source.seek, 0)
            self._open()
        except BaseException:
            self.close()
            raise

    def read(self, n: int) -> np.ndarray:
        from soundfile import SoundFileError

        try:
            out = np.empty((n, self.n_channels) if self.n_channels > 1 else n, self._dtype)
            n_read = self._file.buffer_read_into(out, self._dtype)
        except MemoryError as error:
            raise AudioError(
                f"{self.name} has {n} samples by its header, which do not fit into memory. Read a part, by offset "
                "and duration, or block by block, with skaudio.io.iter_blocks."
            ) from error
        except SoundFileError as error:
            raise AudioError(self._damaged(f"libsndfile says: {error}")) from error
        self._position += n_read
        self._check_end(n - n_read)
        return out[:n_read]

    def skip(self, n: int) -> None:
        from soundfile import SoundFileError

        target = self._position + n
        try:
            self._position = self._file.seek(target)
        except SoundFileError as error:
            raise AudioError(self._damaged(f"libsndfile cannot go to sample {target}: {error}")) from error
        if self._position != target:
            raise AudioError(self._damaged(f"libsndfile cannot go to sample {target}."))

    def close(self) -> None:
        self._exit.close()

    def _open(self) -> None:
        self._file = self._sound_file(self._source)
        container = self._file.format
        if container == "MP3":
            self._look_at_mp3()
        elif container == "OGG":
            self._look_at_ogg()
        elif container != "FLAC":
            self.cut = how_cut(container, self._file.extra_info)
            if self._file.frames == 0 and container in ("WAV", "WAVEX"):
                self._look_for_samples()
        self.sr = self._file.samplerate
        self.n_channels = self._file.channels
        self.n_samples = self._file.frames
        # Scaling 16-bit integers in NumPy takes half the time that libsndfile's own conversion does.
        self._dtype = "int16" if self._file.subtype == "PCM_16" else "float32"
        self._slack = MP3_SLACK if container == "MP3" else 0
        if self.n_samples == UNKNOWN_LENGTH:
            raise AudioError(
                "its header does not say how many samples it has, as encoders leave it that write to a pipe (`ffmpeg "
                "-i old new` completes it)"
            )

    def _sound_file(self, source: Any, **raw: Any) -> Any:
        from soundfile import SoundFile

        return self._exit.enter_context(SoundFile(source, **raw))

    def _bytes(self) -> BinaryIO:
        path = isinstance(self._source, (str, bytes))
        return self._exit.enter_context(open(self._source, "rb")) if path else self._source

    def _look_at_mp3(self) -> None:
        file = self._bytes()
        position = file.tell()
        stated = states_length(file)
        file.seek(position)
        if not stated:
            self._file = self._sound_file(file)
            self._estimated = file

    def _look_at_ogg(self) -> None:
        if OGG_JUNK in self._file.extra_info:
            file = self._bytes()
            position = file.tell()
            self.cut = how_ogg_is_cut(file)
            file.seek(position)

    def _look_for_samples(self) -> None:
        samples = samples_of_unfinished_wav(self._bytes())
        if samples is not None:
            header = self._file
            facts = {"samplerate": header.samplerate, "channels": header.channels, "subtype": header.subtype}
            self._file = self._sound_file(samples, format="RAW", endian="LITTLE", **facts)

    def _check_end(self, n_missing: int) -> None:
        """Compare what is there with what the header promised."""
        if self._estimated is None:
            if n_missing > self._slack:
                raise AudioError(self._damaged(f"{n_missing} samples that its header promises are not there."))
        elif self._position >= self.n_samples:
            position = self._estimated.tell()
            n_left = self._estimated.seek(0, 2) - position
            self._estimated.seek(position)
            if n_left > MP3_REST_BYTES:
                raise AudioError(
                    f"{self.name} is an MP3 file of variable bit rate that does not state its length; libsndfile stops "
                    f"at {self._position / self.sr:.2f} s, {n_left} bytes before the end. Have the length written, as "
                    "by `ffmpeg -i old.mp3 -c copy new.mp3`."
                )

    def _damaged(self, how: str) -> str:
        return (
            f"{self.name} is damaged or cut short after {self._position / self.sr:.2f} s of the "
            f"{self.n_samples / self.sr:.2f} s in its header: {how} Copy or record it again, or read only a whole "
            "part, by offset and duration."
        )
