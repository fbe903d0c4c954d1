"""Location of the samples in WAV, AIFF, SVX, W64, CAF and AU files, and their stated and actual sizes.

The sizes in these headers are often wrong. Writers that cannot seek back, as in a pipe, and recorders that lose power
leave a placeholder (0, -1, or about 2**31), which means "to the end of the file"; recorders that lose power later leave
an outdated size; files above 4 GiB store the size modulo 2**32; some writers include the header. The size of the whole
file in the header is not used: it is wrong more often.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from skaudio.io._file_view import FileView

MAX_CHUNKS = 10_000
MIN_BYTES, MAX_PADDING = 64, 2**20
CHUNK_ID = re.compile(rb"(?! {4})[ -~]{4}(.{12})?", re.DOTALL)
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")  # end of its chunk ids


class Layout(NamedTuple):
    """Chunk layout of a format."""

    first: int  # position of the first chunk
    id_bytes: int
    size: struct.Struct
    align: int
    samples_id: bytes
    n_before: int  # bytes of the chunk that come before its samples
    includes_header: bool = False  # the size is that of the whole chunk


LITTLE_32, BIG_32 = struct.Struct("<I"), struct.Struct(">I")
LITTLE_64, BIG_64 = struct.Struct("<Q"), struct.Struct(">Q")
LAYOUTS = {
    b"RIFF": Layout(12, 4, LITTLE_32, 2, b"data", 0),
    b"RIFX": Layout(12, 4, BIG_32, 2, b"data", 0),
    b"RF64": Layout(12, 4, LITTLE_32, 2, b"data", 0),
    b"FORM": Layout(12, 4, BIG_32, 2, b"SSND", 8),
    b"caff": Layout(8, 4, BIG_64, 1, b"data", 4),
    b"riff": Layout(40, 16, LITTLE_64, 8, b"data" + W64_TAIL, 0, True),
}
AU_ENDIANS = {b".snd": ">", b"dns.": "<"}
AU_UNKNOWN = 0xFFFFFFFF


class Samples(NamedTuple):
    """Location of the samples in a file."""

    begin: int
    n_stated: int | None  # bytes; None if the header has a placeholder
    n_available: int  # bytes from `begin` to the end of the file
    n_unexplained: int  # bytes after those stated that are neither chunks, a tag nor zeros
    correction: tuple[int, bytes] | None = None  # of a placeholder size: its position and the bytes to replace it
    next_file: int | None = None  # start of another file concatenated to this one


def find_samples(file: FileView, head: bytes) -> Samples | None:
    """Locate the samples of a file; None if it has another format, or no samples."""
    layout = LAYOUTS.get(head[:4])
    if layout is not None:
        is_svx = head[8:12] in (b"8SVX", b"16SV")
        return _samples_chunk(file, head, layout._replace(samples_id=b"BODY", n_before=0) if is_svx else layout)
    endian = AU_ENDIANS.get(head[:4])
    if endian is None or len(head) < 24:
        return None
    begin, n_stated = struct.unpack_from(endian + "II", head, 4)
    samples = _located(file, begin, None if n_stated == AU_UNKNOWN else n_stated, None)
    return samples and _corrected(samples, 8, struct.Struct(endian + "I"), 0)


def wav_codec(file: FileView, head: bytes) -> int | None:
    """Return the codec number of a WAV file; that of the subformat if it is extensible."""
    layout = LAYOUTS.get(head[:4])
    if layout is None or head[8:12] != b"WAVE":
        return None
    for name, begin, _ in iter_chunks(file, head, layout):
        if name == b"fmt ":
            content = file.bytes_at(begin, 26)
            codec = content[24:26] if content[:2] == b"\xfe\xff" else content[:2]
            return int.from_bytes(codec, "big" if head[:4] == b"RIFX" else "little")
    return None


def _samples_chunk(file: FileView, head: bytes, layout: Layout) -> Samples | None:
    large_sizes = None
    for name, begin, n in iter_chunks(file, head, layout):
        if name == b"ds64" and head[:4] == b"RF64":
            large_sizes = begin
        elif name == layout.samples_id:
            size_at, size, more = begin - layout.size.size, layout.size, layout.n_before
            if large_sizes is not None and n == 0xFFFFFFFF:
                size_at, size = large_sizes + 8, LITTLE_64
                (n,) = size.unpack(file.bytes_at(size_at, 8))
            is_placeholder = _is_placeholder(n, size)
            samples = _located(
                file, begin + layout.n_before, None if is_placeholder else max(0, n - layout.n_before), layout
            )
            more += layout.id_bytes + layout.size.size if layout.includes_header else 0
            return samples and _corrected(samples, size_at, size, more)
    return None


def _corrected(samples: Samples, size_at: int, size: struct.Struct, more: int) -> Samples:
    """Add a correction of a placeholder size, if the field is large enough."""
    n = samples.n_available + more
    if samples.n_stated is not None or n >= 2 ** (8 * size.size):
        return samples
    return samples._replace(correction=(size_at, size.pack(n)))


def iter_chunks(file: FileView, head: bytes, layout: Layout) -> Iterator[tuple[bytes, int, int]]:
    """Yield the id, content position and stated size of each chunk."""
    position = layout.first
    data_size = None  # of RF64, whose own field of 32 bits has a placeholder
    n_head = layout.id_bytes + layout.size.size
    for _ in range(MAX_CHUNKS):
        if position + n_head > file.size:
            return
        start = head[position : position + n_head]
        if len(start) < n_head:
            start = file.bytes_at(position, n_head)
        name = start[: layout.id_bytes]
        if CHUNK_ID.fullmatch(name) is None:
            return
        (n,) = layout.size.unpack_from(start, layout.id_bytes)
        n = max(0, n - n_head) if layout.includes_header else n
        yield name, position + n_head, n
        if name == b"ds64":
            data_size = int.from_bytes(file.bytes_at(position + n_head + 8, 8), "little")
        elif name == b"data" and n == 0xFFFFFFFF and data_size is not None:
            n = data_size
        position += n_head + n + -n % layout.align


def _located(file: FileView, begin: int, n_stated: int | None, layout: Layout | None) -> Samples | None:
    n_available = file.size - begin
    if n_available < 0:
        return None
    n_unexplained = 0
    if n_stated is not None and n_stated < n_available:
        position = _end_of_chunks(file, begin + n_stated, layout)
        if file.bytes_at(position, 4) in (LAYOUTS if layout is not None else AU_ENDIANS):
            return Samples(begin, n_stated, n_available, 0, next_file=position)
        n_unexplained = _n_unexplained(file, position, zeros_count=n_stated == 0)
    if n_unexplained and (n_stated == 0 or n_unexplained > 2**31):
        n_stated, n_unexplained = None, 0  # a placeholder of 0, or modulo 2**32
    return Samples(begin, n_stated, n_available, n_unexplained)


def _end_of_chunks(file: FileView, end: int, layout: Layout | None) -> int:
    """Return the end of the last chunk after the samples, or the start of another file."""
    if layout is None or file.bytes_at(end, 4) in LAYOUTS:  # some writers do not pad the last chunk
        return end
    position = end + -end % layout.align
    for name, begin, n in iter_chunks(file, b"", layout._replace(first=position)):
        if name[:4] in LAYOUTS:
            break
        position = begin + n + -n % layout.align
    return min(position, file.size)


def _n_unexplained(file: FileView, position: int, *, zeros_count: bool) -> int:
    """Count the bytes after a position that may be further samples; zeros may be padding or silence."""
    n_left = file.size - position
    if n_left < MIN_BYTES or file.bytes_at(position, 3) == b"TAG":  # the rest of a chunk, or a tag
        return 0
    is_sound = zeros_count or n_left > MAX_PADDING or file.bytes_at(position, n_left).strip(b"\0")
    return n_left if is_sound else 0


def _is_placeholder(n: int, size: struct.Struct) -> bool:
    if size.size == 8:
        return n >= 2**62
    return n >= 0xFFFFFF00 or 0x7FFFF000 <= n <= 0x80000100
