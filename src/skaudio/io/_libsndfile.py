"""Workarounds for libsndfile: meaning of its errors, and its output to standard output."""

from functools import cache

import numpy as np

from skaudio.io._chunks import wav_codec
from skaudio.io._file_view import FileView

UNKNOWN_FORMAT, SYSTEM, UNIMPLEMENTED = 1, 2, 18
HEAD_BYTES = 2**12
OTHER_OGG_CODECS = (b"Speex", b"\x7fFLAC", b"theora", b"fishead", b"CELT")
WAV_CODECS = (1, 2, 3, 6, 7, 0x11, 0x31, 0x38, 0x3A, 0x3B, 0x40, 0x45, 0x50, 0x55, 0x64, 0x65, 0xFFFE)
SDS_HEAD, SDS_HEAD_BYTES, SDS_BLOCK_BYTES = b"\xf0\x7e", 21, 127


@cache
def sequential_file() -> type:
    """Return the class of files that are read sequentially from their current position.

    soundfile redundantly seeks to the current position after each read of a seekable file. That takes time, fails for
    some codecs, and resets mpg123: a frame or two of an MP3 file of variable bit rate become silent.
    """
    from soundfile import SoundFile

    class SequentialFile(SoundFile):
        def seekable(self) -> bool:
            return False

    return SequentialFile


class CannotOpenError(Exception):
    """libsndfile cannot open a file; whether another reader is tried depends on the reason.

    Parameters
    ----------
    error : soundfile.SoundFileError
        Error of soundfile.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(error_text(error))
        self.code: int = getattr(error, "code", 0)


def error_text(error: Exception) -> str:
    """Return libsndfile's message without the file name.

    libsndfile prints to standard output if asked for the text of an invalid code, such as those of mpg123.
    """
    code = getattr(error, "code", 0)
    text = f"error {code} of a decoder" if code < 0 else getattr(error, "error_string", str(error))
    return "libsndfile reports: " + text.rstrip(". ")


def is_system_error(error: Exception) -> bool:
    """Return whether the system could not read the file, so that its content is unknown."""
    return getattr(error, "code", 0) == SYSTEM


def is_unknown_format(error: CannotOpenError, file: FileView) -> bool:
    """Return whether libsndfile does not support the format or codec of a file, as opposed to a malformed file."""
    if error.code == UNKNOWN_FORMAT:
        return True
    head = file.bytes_at(0, HEAD_BYTES)
    if head[:4] in (b"OggS", b"fLaC"):
        return any(codec in head for codec in OTHER_OGG_CODECS)
    if error.code == UNIMPLEMENTED:
        return True
    codec = wav_codec(file, head)
    return codec is not None and codec not in WAV_CODECS


def is_broken_sds(file: FileView, head: bytes) -> bool:
    """Return whether this is a MIDI sample dump with missing blocks, or one that makes libsndfile print."""
    if head[:2] != SDS_HEAD or head[3:4] != b"\x01":
        return False
    content = np.frombuffer(file.bytes_at(SDS_HEAD_BYTES, file.size), np.uint8)
    blocks = content[: len(content) // SDS_BLOCK_BYTES * SDS_BLOCK_BYTES].reshape(-1, SDS_BLOCK_BYTES)
    n_samples = sum(byte << shift for byte, shift in zip(head[10:13], (0, 7, 14), strict=False))
    samples_per_block = 120 // max(2, -(-head[6] // 7)) if len(head) >= SDS_HEAD_BYTES else 0
    return len(blocks) * samples_per_block < n_samples or bool((blocks[:, :2] != [0xF0, 0x7E]).any())
