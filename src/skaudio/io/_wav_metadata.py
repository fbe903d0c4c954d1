"""Start times in the metadata of WAV files: GUANO, the comment of AudioMoth, and the Broadcast Wave Format.

References
----------
- "GUANO metadata specification", version 1.0: a chunk ``guan`` of UTF-8 lines ``key: value``; its ``Timestamp`` is an
  ISO 8601 time, with or without an offset from UTC.
- AudioMoth firmware, Open Acoustic Devices: the comment ``ICMT`` of the chunk ``LIST`` begins with ``Recorded at
  05:00:00 01/04/2023 (UTC+2)``; the oldest versions state no zone.
- EBU Tech 3285, "Specification of the Broadcast Wave Format": in the chunk ``bext``, a local date and time of 10 and 8
  characters, after 320 bytes; any separator may be between their numbers.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone

from skaudio.io._chunks import LAYOUTS, iter_chunks
from skaudio.io._file_view import FileView

MAX_TEXT_BYTES = 2**20
BEXT_DATE, BEXT_BYTES = 320, 18
FIRST_YEAR, CLOCK_NOT_SET = 1980, "the clock of the recorder was not set"  # it begins in 1970
COMMENT = re.compile(  # minutes of the zone may be padded with a space
    r"Recorded at (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))? (\d\d)/(\d\d)/(\d{4})"
    r"( \(UTC(?:([+-])(\d{1,2}))?(?::([ \d]\d))?\))?"
)
BWF = re.compile(r"(\d{4})\D(\d\d)\D(\d\d)(\d\d)\D(\d\d)\D(\d\d)")


def metadata_start(file: FileView) -> tuple[datetime | None, str, list[str]]:
    """Read the start of a recording from its metadata.

    Parameters
    ----------
    file : FileView
        The file, of any format.

    Returns
    -------
    start : datetime or None
        That of the first field that states one: GUANO, then AudioMoth, then BWF. It has a time zone if that has.
    field : str
        Name of the field, for messages.
    problems : list of str
        Fields that state no valid time.
    """
    texts = dict(_texts(file))
    problems = []
    for field, parse in FIELDS.items():
        try:
            start = parse(texts[field]) if field in texts else None
            if start is not None and start.year < FIRST_YEAR:
                raise ValueError(CLOCK_NOT_SET)
        except ValueError as error:
            problems.append(f"{field} is {texts[field][:60]!r}: {error}")
            continue
        if start is not None:
            return start, field, problems
    return None, "", problems


def _texts(file: FileView) -> Iterator[tuple[str, str]]:
    """Yield the fields of a file that may state its start."""
    head = file.bytes_at(0, 12)
    if head[:4] not in {b"RIFF", b"RIFX", b"RF64"} or head[8:] != b"WAVE":
        return
    layout = LAYOUTS[head[:4]]
    for name, begin, n in iter_chunks(file, head, layout):
        if name == b"guan":
            lines = _text(file.bytes_at(begin, min(n, MAX_TEXT_BYTES))).splitlines()
            pairs = (line.partition(":") for line in lines)
            yield from ((GUANO, value.strip()) for key, _, value in pairs if key.strip() == "Timestamp")
        elif name == b"LIST" and file.bytes_at(begin, 4) == b"INFO":
            end = min(begin + n, file.size)
            part = file.part(begin + 4, end)
            for tag, at, n_tag in iter_chunks(part, b"", layout._replace(first=0)):
                if tag == b"ICMT" and (text := _text(part.bytes_at(at, min(n_tag, MAX_TEXT_BYTES)))).startswith("Rec"):
                    yield AUDIOMOTH, text
        elif name == b"bext":
            yield BEXT, _text(file.bytes_at(begin + BEXT_DATE, BEXT_BYTES))


def _text(content: bytes) -> str:
    """Decode text that is padded with null characters."""
    return content.decode("utf-8", errors="replace").rstrip("\0 ").lstrip("\ufeff")


def parse_iso(text: str) -> datetime:
    """Parse a date and time of ISO 8601; the offset from UTC may be preceded by a space."""
    compact = re.sub(r"\s+(?=[+-]\d|Z$)", "", text.strip())
    parsed = None
    with suppress(ValueError):
        parsed = datetime.fromisoformat(compact)
    if parsed is None or not re.search(r"\d[T ]?\d\d:?\d\d", compact[8:]):
        raise ValueError("expected a date and time of ISO 8601, such as 2023-04-01T05:00:00+02:00")
    return parsed


def _parse_comment(text: str) -> datetime:
    match = COMMENT.match(text)
    if match is None:
        raise ValueError("expected 'Recorded at 05:00:00 01/04/2023 (UTC)'")
    hour, minute, second, fraction, day, month, year, zone, sign, hours, minutes = match.groups()
    start = datetime(int(year), int(month), int(day), int(hour), int(minute), int(second), int(fraction or 0) * 1000)
    if zone is None:
        return start
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return start.replace(tzinfo=timezone(-offset if sign == "-" else offset))


def _parse_bext(text: str) -> datetime | None:
    if not re.search("[1-9]", text):
        return None  # the date is unknown
    match = BWF.fullmatch(text)
    if match is None:
        raise ValueError("expected 10 characters of a date and 8 of a time, such as 2023-04-01 and 05:00:00")
    year, month, day, hour, minute, second = map(int, match.groups())
    return datetime(year, month, day, hour, minute, second)


GUANO, AUDIOMOTH, BEXT = "the GUANO field Timestamp", "the comment of AudioMoth", "the origination time of BWF"
FIELDS: dict[str, Callable[[str], datetime | None]] = {
    GUANO: parse_iso,
    AUDIOMOTH: _parse_comment,
    BEXT: _parse_bext,
}
