"""Where WAV, AIFF, W64, CAF and AU files hold their samples, how many bytes they state, and how many are there.

The sizes in these headers are often wrong. Writers that cannot go back to fill them in, as into a pipe, and recorders
that lose power leave a placeholder (0, -1, or about 2**31), which means "to the end of the file"; recorders that lose
power later leave the size of a while ago; files above 4 GiB leave the size modulo 2**32; some writers count the header,
too. The size of the whole file that the header states is not used: it is wrong more often.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from skaudio.io._file_view import FileView

MAX_CHUNKS = 10_000
W64_TAIL = bytes.fromhex("f3acd3118cd100c04f8edb8a")  # of the ids of its chunks


class Layout(NamedTuple):
    """How chunks follow each other in a format."""

    first: int  # position of the first chunk
    id_bytes: int
    size_format: str  # of `struct`
    align: int
    samples_id: bytes
    n_before: int  # bytes of the chunk that come before its samples
    counts_head: bool = False  # the size is that of the whole chunk


LAYOUTS = {
    b"RIFF": Layout(12, 4, "<I", 2, b"data", 0),
    b"RIFX": Layout(12, 4, ">I", 2, b"data", 0),
    b"RF64": Layout(12, 4, "<I", 2, b"data", 0),
    b"FORM": Layout(12, 4, ">I", 2, b"SSND", 8),
    b"caff": Layout(8, 4, ">Q", 1, b"data", 4),
    b"riff": Layout(40, 16, "<Q", 8, b"data" + W64_TAIL, 0, True),
}
AU_ENDIANS = {b".snd": ">", b"dns.": "<"}
AU_UNKNOWN = 0xFFFFFFFF


class Samples(NamedTuple):
    """Where the samples of a file are."""

    begin: int
    n_stated: int | None  # bytes; None where the header leaves it open
    n_there: int  # bytes from `begin` to the end of the file
    n_unexplained: int  # bytes behind those stated that are no chunks, no tag and not all zero


def find_samples(file: FileView, head: bytes) -> Samples | None:
    """Find the samples of a file by its first bytes; None if it is in none of these formats, or holds none."""
    layout = LAYOUTS.get(head[:4])
    if layout is not None:
        return _samples_chunk(file, head, layout)
    endian = AU_ENDIANS.get(head[:4])
    if endian is None or len(head) < 24:
        return None
    begin, n_stated = struct.unpack_from(endian + "II", head, 4)
    return _judged(file, begin, None if n_stated == AU_UNKNOWN else n_stated, None)


def wav_codec(file: FileView, head: bytes) -> int | None:
    """Return the number of the codec of a WAV file, that of the subformat where it is an extensible one."""
    layout = LAYOUTS.get(head[:4])
    if layout is None or head[8:12] != b"WAVE":
        return None
    for name, begin, _ in _chunks(file, head, layout):
        if name == b"fmt ":
            content = file.bytes_at(begin, 26)
            codec = content[24:26] if content[:2] == b"\xfe\xff" else content[:2]
            return int.from_bytes(codec, "big" if head[:4] == b"RIFX" else "little")
    return None


def _samples_chunk(file: FileView, head: bytes, layout: Layout) -> Samples | None:
    stated_elsewhere = None
    for name, begin, n in _chunks(file, head, layout):
        if name == b"ds64" and head[:4] == b"RF64":
            stated_elsewhere = int.from_bytes(file.bytes_at(begin + 8, 8), "little")
        elif name == layout.samples_id:
            n_stated = stated_elsewhere if stated_elsewhere is not None and n == 0xFFFFFFFF else n
            is_open = _is_placeholder(n_stated, layout)
            n_stated = None if is_open else max(0, n_stated - layout.n_before)
            return _judged(file, begin + layout.n_before, n_stated, layout)
    return None


def _chunks(file: FileView, head: bytes, layout: Layout) -> Iterator[tuple[bytes, int, int]]:
    """Yield the id of each chunk, where its content begins, and its size."""
    position = layout.first
    n_head = layout.id_bytes + struct.calcsize(layout.size_format)
    for _ in range(MAX_CHUNKS):
        if position + n_head > file.size:
            return
        in_head = position + n_head <= len(head)
        start = head[position : position + n_head] if in_head else file.bytes_at(position, n_head)
        name = start[: layout.id_bytes]
        if not _is_id(name):
            return
        (n,) = struct.unpack_from(layout.size_format, start, layout.id_bytes)
        n = max(0, n - n_head) if layout.counts_head else n
        yield name, position + n_head, n
        position += n_head + n + -n % layout.align


def _judged(file: FileView, begin: int, n_stated: int | None, layout: Layout | None) -> Samples | None:
    n_there = file.size - begin
    if n_there < 0:
        return None
    n_unexplained = 0
    if n_stated is not None and n_stated < n_there:
        n_unexplained = _n_unexplained(file, begin + n_stated, layout, zeros_count=n_stated == 0)
    if n_unexplained and (n_stated == 0 or n_unexplained > 2**31):
        n_stated, n_unexplained = None, 0  # never filled in, or modulo 2**32
    return Samples(begin, n_stated, n_there, n_unexplained)


def _n_unexplained(file: FileView, end: int, layout: Layout | None, *, zeros_count: bool) -> int:
    """Count the bytes behind the samples that may be samples, too; zeros may be padding, or silence."""
    position = end
    if layout is not None:
        behind = layout._replace(first=end + -end % layout.align)
        for name, begin, n in _chunks(file, b"", behind):
            if name in LAYOUTS:  # another file, joined
                break
            position = min(begin + n, file.size)
    n_left = file.size - position
    if n_left < 64 or file.bytes_at(position, 3) == b"TAG":  # what is left of a chunk, a tag
        return 0
    return n_left if zeros_count or _holds_anything(file, position) else 0


def _holds_anything(file: FileView, position: int) -> bool:
    file.seek(position)
    while chunk := file.read(2**20):
        if chunk.count(0) < len(chunk):
            return True
    file.raise_failure()
    return False


def _is_id(name: bytes) -> bool:
    if len(name) == 16:
        return name[4:] == W64_TAIL or name[:4].isalnum()
    return len(name) == 4 and all(32 <= byte < 127 for byte in name) and name.strip() != b""


def _is_placeholder(n: int, layout: Layout) -> bool:
    largest = 2 ** (8 * struct.calcsize(layout.size_format)) - 1
    return n >= largest - 0xFF or (largest == 0xFFFFFFFF and 0x7FFFF000 <= n <= 0x80000100)
