"""What the containers of audio tell, and libsndfile keeps to its log or does not look for.

- **Cut files.** Where WAV, AIFF, AU, W64 or RF64 promise more bytes than there are, libsndfile lowers the number of
  samples and notes ``(should be N)`` in its log. Ogg has no total: a file that ends inside a page is cut, one that ends
  between pages may be the recording of a stream. (libsndfile's note on a missing end-of-stream bit comes and goes.)
- **Writers that cannot go back** to fill in sizes, as into a pipe, leave a placeholder: about 2**31 or 2**32 - 1, which
  libsndfile takes as "to the end of the file", or 0, which it takes as "empty" (but where the RIFF size is 8).
- **MP3** states its length in the Xing/Info or VBRI header of its first frame, or not at all: then libsndfile estimates
  it from the file's size and the first frame's bit rate, and never reads beyond the estimate.
"""

import io
import re
from typing import Any, BinaryIO

from skaudio.io._file_from import FileFrom

HEAD_BYTES = 2**16
OGG_PAGE_BYTES = 27 + 255 + 255 * 255  # at most
OGG_JUNK = "Junk after the last page"
# The log is kept to 2 kB: after long metadata the line of the samples may be missing, the first line never is.
WHOLE = re.compile(r"^(?:RIFF|FORM|riff|  Riff size)\s*: (\d+) \(should be (\d+)\)", re.MULTILINE)
SAMPLES = re.compile(r"^ *(?:data|SSND|Data Size) *: (\d+)(?: \(should be (\d+)\))?$", re.MULTILINE)
WITHOUT_DATA_LINE = ("W64", "RF64")


def how_cut(container: str, log: str) -> str | None:
    """Say how a file's end is missing, by libsndfile's log; None where it is whole."""
    if "(should be" not in log:
        return None
    samples = None if container in WITHOUT_DATA_LINE else SAMPLES.search(log)
    sizes = samples or WHOLE.search(log)
    if sizes is None or sizes[2] is None or int(sizes[2]) >= int(sizes[1]) or _is_placeholder(int(sizes[1])):
        return None
    return f"its header promises {sizes[1]} bytes, {sizes[2]} are there."


def how_ogg_is_cut(file: BinaryIO) -> str | None:
    """Say whether an Ogg file ends inside a page; None where it does not."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - OGG_PAGE_BYTES))
    tail = file.read(OGG_PAGE_BYTES)
    begin = tail.rfind(b"OggS")
    if begin < 0:
        return None
    page = tail[begin:]
    n_segments = page[26] if len(page) > 26 else 1
    if len(page) < 27 + n_segments + sum(page[27 : 27 + n_segments]):
        return "it ends inside a page of its Ogg stream."
    return None


def samples_of_unfinished_wav(file: BinaryIO) -> FileFrom | None:
    """Find the samples of a WAV file whose sizes are 0; None where it really is empty."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    begin = head.find(b"data\0\0\0\0") + 8
    riff_end = 8 + int.from_bytes(head[4:8], "little")
    unfinished = riff_end <= begin or _is_placeholder(riff_end - 8)
    if head[:4] != b"RIFF" or begin < 8 or begin >= len(head) or not unfinished:
        return None
    return FileFrom(file, begin)


def states_length(mp3: Any) -> bool:
    """Tell whether an MP3 file says how long it is."""
    mp3.seek(0)
    head = mp3.read(10)
    if head[:3] == b"ID3":
        size = 0
        for byte in head[6:10]:  # seven bits each
            size = size << 7 | byte & 0x7F
        mp3.seek(10 + size)
    head = mp3.read(4096)
    return any(tag in head for tag in (b"Xing", b"Info", b"VBRI"))


def _is_placeholder(size: int) -> bool:
    return size >= 0xFFFFFF00 or 0x7FFFF000 <= size <= 0x80000100
