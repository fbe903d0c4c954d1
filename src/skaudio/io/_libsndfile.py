"""Oddities of libsndfile: what its errors mean, and what it prints to standard output."""

import numpy as np

from skaudio.io._chunks import wav_codec
from skaudio.io._file_view import FileView

UNKNOWN_FORMAT, SYSTEM, UNIMPLEMENTED = 1, 2, 18
HEAD_BYTES = 2**12
OGG_CODECS = (b"vorbis", b"OpusHead")
WAV_CODECS = (1, 2, 3, 6, 7, 0x11, 0x31, 0x38, 0x3A, 0x3B, 0x40, 0x45, 0x50, 0x55, 0x64, 0x65, 0xFFFE)
SDS_HEAD, SDS_HEAD_BYTES, SDS_BLOCK_BYTES = b"\xf0\x7e", 21, 127


class CannotOpenError(Exception):
    """libsndfile cannot open a file; whether another reader may depends on why.

    Parameters
    ----------
    error : soundfile.SoundFileError
        What it says.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(error_text(error))
        self.code: int = getattr(error, "code", 0)


def error_text(error: Exception) -> str:
    """Return libsndfile's reason without its own mention of the file.

    It prints to standard output if it is asked for the text of a code that is none, as those of mpg123 are.
    """
    code = getattr(error, "code", 0)
    text = f"error {code} of a decoder" if code < 0 else getattr(error, "error_string", str(error))
    return "libsndfile says: " + text.rstrip(". ")


def is_system_error(error: Exception) -> bool:
    """Whether the system could not read the file, so that nothing is known of what it holds."""
    return getattr(error, "code", 0) == SYSTEM


def is_unknown_format(error: CannotOpenError, file: FileView) -> bool:
    """Whether libsndfile does not know the format or codec of a file at all, rather than calling it malformed."""
    if error.code in (UNKNOWN_FORMAT, UNIMPLEMENTED):
        return True
    head = file.bytes_at(0, HEAD_BYTES)
    if head[:4] == b"OggS":
        return not any(codec in head for codec in OGG_CODECS)
    codec = wav_codec(file, head)
    return codec is not None and codec not in WAV_CODECS


def is_broken_sds(file: FileView, head: bytes) -> bool:
    """Whether this is a MIDI sample dump with a block that libsndfile prints something about."""
    if head[:2] != SDS_HEAD or head[3:4] != b"\x01":
        return False
    content = np.frombuffer(file.bytes_at(SDS_HEAD_BYTES, file.size), np.uint8)
    blocks = content[: len(content) // SDS_BLOCK_BYTES * SDS_BLOCK_BYTES].reshape(-1, SDS_BLOCK_BYTES)
    return bool(len(content) < SDS_BLOCK_BYTES or (blocks[:, :2] != [0xF0, 0x7E]).any())
