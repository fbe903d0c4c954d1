"""Pages of Ogg files.

Ogg does not state a total length: a file that ends inside a page is truncated, one that ends between pages may be a
recorded stream. Concatenated files are a chain of streams, of which libsndfile reads the first; its log is then the
same as for a truncated file.
"""

import io

from skaudio.io._file_view import FileView

PAGE_HEAD_BYTES = 27 + 255
PAGE_BYTES = PAGE_HEAD_BYTES + 255 * 255  # at most
LOG_OF_ODD_END = "Junk after the last page"
FIRST_OF_STREAM = 2


def ogg_links(file: FileView) -> list[tuple[int, int]]:
    """Return the starts and ends of the links of a chain; streams that begin together, as in a video, are one."""
    starts, position, at_start = [], 0, False
    while (page := _page(file, position)) is not None:
        n, is_first = page
        if is_first and not at_start:
            starts.append(position)
        at_start = is_first
        position += n
    return list(zip(starts, [*starts[1:], file.size], strict=True))


def describe_ogg_truncation(file: FileView) -> str | None:
    """Describe the truncation of an Ogg file inside a page; None if there is none."""
    file.seek(max(0, file.size - PAGE_BYTES), io.SEEK_SET)
    tail = file.read()
    file.raise_failure()
    begin = tail.rfind(b"OggS")
    if begin < 0:
        return None
    page = tail[begin:]
    n_segments = page[26] if len(page) > 26 else 1
    if len(page) < 27 + n_segments + sum(page[27 : 27 + n_segments]):
        return "it ends inside a page of its Ogg stream."
    return None


def _page(file: FileView, position: int) -> tuple[int, bool] | None:
    """Return the length of the page at a position, and whether it is the first one of its stream."""
    head = file.bytes_at(position, PAGE_HEAD_BYTES)
    if head[:4] != b"OggS" or len(head) < 27:
        return None
    n_segments = head[26]
    return 27 + n_segments + sum(head[27 : 27 + n_segments]), bool(head[5] & FIRST_OF_STREAM)
