"""Frames of MPEG audio: MP3, MP2 and MP1 files, which need not state their length.

An MP3 file may begin with a frame that contains no sound but a Xing, Info or VBRI header: the number of following
frames and bytes. Without one, libsndfile estimates the length from the file's size and the bit rate of the first frame,
and never reads beyond its estimate: possibly half of a file of variable bit rate. In concatenated files, the header
counts only the first of them. In both cases, frames are counted from header to header, which takes about 0.1 s for an
hour.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from skaudio.io._file_view import FileView

CHUNK_BYTES = 2**20
HEAD_BYTES = 2**12
SEARCH_BYTES = 2**20  # searched at a time for the next frame after junk
N_IN_A_ROW = 3  # consecutive frames required: a single sync word may be a coincidence
MAX_FRAME_BYTES = 2881
TAIL_TAG_BYTES = 2**10  # ID3v1, Lyrics3 and APE without pictures
KBPS = {
    (1, 1): (32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
KBPS[2, 3] = KBPS[2, 2]
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # by version bits
SYNC = re.compile(rb"\xff[\xe2-\xff]")
DECODER_DELAY = 529  # samples


class Frame(NamedTuple):
    """Header of a frame; `stream` is equal for frames of one stream."""

    n_bytes: int
    n_samples: int
    stream: tuple[int, int, int, bool]  # version, layer, sampling rate, mono


class LengthHeader(NamedTuple):
    """Content of a Xing, Info or VBRI header; 0 where missing."""

    is_vbri: bool
    n_frames: int
    n_bytes: int
    n_leading: int  # samples at the start added by encoder and decoder


class Run(NamedTuple):
    """Contiguous frames of one stream, with at most one length header, before them."""

    begin: int
    end: int
    n_frames: int  # with audio: without the length header's frame
    frame: Frame
    header: LengthHeader | None
    sound_begin: int  # after the length header's frame


class Frames(NamedTuple):
    """Result of `count_frames`."""

    runs: list[Run]
    n_junk_bytes: int  # between or before frames, without tags
    truncated: bool  # the last frame is incomplete


def count_frames(file: FileView) -> Frames:
    """Count the frames of a file."""
    runs: list[Run] = []
    n_junk, position, truncated = 0, 0, False
    while position < file.size:
        tag = _tag_bytes(file, position)
        frame_begin = None if tag else _next_frame(file, position)
        if tag:
            position += tag
        elif frame_begin is None:
            break
        else:
            n_junk += frame_begin - position if runs else 0
            run, truncated = _run(file, frame_begin)
            runs.append(run)
            position = file.size if truncated else run.end
    return Frames(runs, n_junk, truncated)


def length_header(file: FileView) -> tuple[int, Frame, LengthHeader] | None:
    """Read the length header, if the first frame contains one: its position, frame and content."""
    position = _after_tags(file)
    head = file.bytes_at(position, HEAD_BYTES)
    for match in SYNC.finditer(head):
        frame = frame_of(head[match.start() : match.start() + 4])
        if frame is not None:
            header = _length_header(head[match.start() : match.start() + frame.n_bytes], frame)
            return None if header is None else (position + match.start(), frame, header)
    return None


def is_stated_whole(file: FileView, stated: tuple[int, Frame, LengthHeader]) -> bool:
    """Return whether the length stated in the first frame extends to the end of the file, or beyond."""
    position, _, header = stated
    if header.is_vbri or not header.n_frames or not header.n_bytes:  # libsndfile does not support VBRI
        return False
    end = position + header.n_bytes
    n_left = file.size - end
    return n_left <= 0 or (n_left <= TAIL_TAG_BYTES and _next_frame(file, end) is None)


@lru_cache(maxsize=4096)
def frame_of(header: bytes) -> Frame | None:
    """Parse the four bytes of a frame's header; None if invalid, or of free bit rate."""
    if len(header) < 4 or header[0] != 0xFF or header[1] < 0xE2:
        return None
    version, layer = header[1] >> 3 & 3, 4 - (header[1] >> 1 & 3)
    kbps_index, rate_index, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 4 or kbps_index in (0, 15) or rate_index == 3 or header[3] & 3 == 2:
        return None
    first = version == 3
    kbps, rate = KBPS[1 if first else 2, layer][kbps_index - 1], RATES[version][rate_index]
    n_samples = 384 if layer == 1 else 576 if layer == 3 and not first else 1152
    slot = 4 if layer == 1 else 1
    n_bytes = (n_samples // 8 * 1000 * kbps // rate // slot + padding) * slot
    return Frame(n_bytes, n_samples, (version, layer, rate, header[3] >> 6 == 3))


def _run(file: FileView, begin: int) -> tuple[Run, bool]:
    """Follow frames to the next gap, stream or length header; also return whether the last one is incomplete."""
    first = frame_of(file.bytes_at(begin, 4))
    if first is None:
        raise ValueError(f"there is no frame at byte {begin}")
    header = _length_header(file.bytes_at(begin, first.n_bytes), first)
    position = sound_begin = begin if header is None else begin + first.n_bytes
    n_frames, chunk, chunk_begin = 0, b"", position
    while True:
        i = position - chunk_begin
        if i + 4 > len(chunk):
            chunk, chunk_begin, i = file.bytes_at(position, CHUNK_BYTES), position, 0
        frame = frame_of(chunk[i : i + 4])
        if frame is None or frame.stream != first.stream:
            break
        if position + frame.n_bytes > file.size:
            return Run(begin, position, n_frames, first, header, sound_begin), True
        if n_frames and _has_length_header(chunk, i, position, frame, file):
            break
        n_frames += 1
        position += frame.n_bytes
    return Run(begin, position, n_frames, first, header, sound_begin), False


def _has_length_header(chunk: bytes, i: int, position: int, frame: Frame, file: FileView) -> bool:
    whole = chunk[i : i + frame.n_bytes]
    if len(whole) < frame.n_bytes:
        whole = file.bytes_at(position, frame.n_bytes)
    return _length_header(whole, frame) is not None


def _length_header(content: bytes, frame: Frame) -> LengthHeader | None:
    version, layer, _, mono = frame.stream
    if layer != 3:
        return None
    if content[36:40] == b"VBRI":
        return LengthHeader(True, int.from_bytes(content[50:54]), int.from_bytes(content[46:50]), 0)
    begin = 4 + ((17 if mono else 32) if version == 3 else (9 if mono else 17))
    if content[begin : begin + 4] not in (b"Xing", b"Info"):
        return None
    flags = int.from_bytes(content[begin + 4 : begin + 8])
    position, fields = begin + 8, []
    for bit in (1, 2):
        fields.append(int.from_bytes(content[position : position + 4]) if flags & bit else 0)
        position += 4 if flags & bit else 0
    lame = content[position + (100 if flags & 4 else 0) + (4 if flags & 8 else 0) :]
    stated = len(lame) >= 24 and lame[0] != 0
    n_leading = (lame[21] << 4 | lame[22] >> 4) + DECODER_DELAY if stated else 0
    return LengthHeader(False, fields[0], fields[1], n_leading)


def _after_tags(file: FileView) -> int:
    position = 0
    while tag := _tag_bytes(file, position):
        position += tag
    return position


def _tag_bytes(file: FileView, position: int) -> int:
    """Return the length of the ID3v2, ID3v1 or APE tag at a position; 0 if there is none."""
    head = file.bytes_at(position, 32)
    if head[:3] == b"ID3" and len(head) >= 10:
        size = 0
        for byte in head[6:10]:  # seven bits each
            size = size << 7 | byte & 0x7F
        return 10 + size
    if head[:3] == b"TAG":
        return 128
    if head[:8] == b"APETAGEX" and len(head) == 32:
        return 32 + int.from_bytes(head[12:16], "little")
    return 0


def _next_frame(file: FileView, position: int) -> int | None:
    """Find the first of several consecutive frames; a single one counts at the start or end of the file."""
    while position < file.size:
        chunk = file.bytes_at(position, SEARCH_BYTES + N_IN_A_ROW * MAX_FRAME_BYTES)
        for match in SYNC.finditer(chunk, 0, SEARCH_BYTES + 1):
            if _frames_in_a_row(chunk, match.start(), file.size - position):
                return position + match.start()
        position += SEARCH_BYTES
    return None


def _frames_in_a_row(chunk: bytes, i: int, n_left: int) -> bool:
    stream = None
    for n in range(N_IN_A_ROW):
        frame = frame_of(chunk[i : i + 4])
        if frame is None or (stream is not None and frame.stream != stream):
            return n > 0 and i >= n_left - 3  # the file ends where the next frame would begin
        stream = frame.stream
        i += frame.n_bytes
        if i > n_left:
            return n > 0  # the last one is incomplete
    return True
