"""Start times in file names."""

import re
from datetime import UTC, datetime, timedelta, timezone

from skaudio.io._wav_metadata import CLOCK_NOT_SET, FIRST_YEAR

# 20230401_050000, as of AudioMoth and Song Meter, and the same with other separators; an offset from UTC may follow.
DATE_TIME = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<date>[-.]?)(?P<month>\d\d)(?P=date)(?P<day>\d\d)(?:[T_ -]|__)?"
    r"(?P<hour>\d\d)(?P<time>[-.:]?)(?P<minute>\d\d)(?P=time)(?P<second>\d\d)"
    r"(?P<zone>Z|[+-](?:0\d|1[0-4]):?(?:00|15|30|45))?(?!\d)"
)
DIGITS = {"Y": 4, "m": 2, "d": 2, "H": 2, "I": 2, "M": 2, "S": 2, "y": 2, "j": 3}
DIRECTIVES = {directive: rf"\d{{{n}}}" for directive, n in DIGITS.items()} | {
    "f": r"\d{1,6}",
    "z": r"(?:Z|[+-]\d\d:?\d\d)",
    "p": "[AaPp][Mm]",
    **dict.fromkeys("aAbB", r"[^\W\d_]+"),
    "%": "%",
}
NEEDED = ("year", "month", "day", "hour")
GROUPS = (*NEEDED, "minute", "second", "fraction", "zone")


def name_start(path: str, pattern: str | None) -> datetime | None:
    """Find the start of a recording in its file name.

    Parameters
    ----------
    path : str
        Path of the recording.
    pattern : str or None
        See `recording_start`.

    Returns
    -------
    datetime or None
        The start, with a time zone if the name has one; None if nothing matches.

    Raises
    ------
    ValueError
        If the pattern is not valid, or what matches is no time.
    """
    path = path.replace("\\", "/")
    name = path.rpartition("/")[2]
    if pattern is None:
        matches = {match[0]: _from_groups(match) for match in DATE_TIME.finditer(name)}
        if len(set(matches.values())) > 1:
            raise ValueError(f"the file name has several times, {' and '.join(matches)}; pass pattern")
        text, start = next(iter(matches.items()), ("", None))
        if start is not None and start.year < FIRST_YEAR:
            raise ValueError(f"{text!r} in the file name: {CLOCK_NOT_SET}")
        return start
    text = path if "/" in pattern else name
    if "%" in pattern and "(?P<" not in pattern:
        return _by_format(text, pattern)
    match = _compiled(pattern).search(text)
    return None if match is None else _from_groups(match)


def _by_format(text: str, pattern: str) -> datetime | None:
    """Parse the part of a name that has a format of strptime."""
    pieces = re.split(r"%(.)", pattern, flags=re.DOTALL)
    unknown = [directive for directive in pieces[1::2] if directive not in DIRECTIVES]
    if unknown or len(pieces) == 1:
        raise ValueError(
            f"pattern={pattern!r}: %{''.join(unknown[:1])} is not supported; expected a format of strptime with "
            f"{', '.join('%' + directive for directive in DIRECTIVES)}"
        )
    expression = "".join(DIRECTIVES[piece] if i % 2 else re.escape(piece) for i, piece in enumerate(pieces))
    # A number is not a part of a longer one.
    before = r"(?<!\d)" if expression.startswith(r"\d") else ""
    after = r"(?!\d)" if expression.endswith("}") else ""
    match = re.search(before + expression + after, text)
    if match is None:
        return None
    try:
        return datetime.strptime(match[0], pattern)
    except ValueError as error:
        raise ValueError(f"{match[0]!r} in the file name is no time: {error}") from None


def _compiled(pattern: str) -> re.Pattern:
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"pattern={pattern!r} is no regular expression: {error}") from None
    missing = [name for name in NEEDED if name not in expression.groupindex]
    if missing:
        raise ValueError(
            f"pattern={pattern!r} has no group {missing[0]!r}; expected a regular expression with the named groups "
            f"{', '.join(GROUPS)}, the last four of them optional, or a format of strptime, such as '%Y%m%d_%H%M%S'"
        )
    return expression


def _from_groups(match: re.Match) -> datetime:
    """Return the time in the named groups of a match."""
    fields = {name: text for name, text in match.groupdict().items() if name in GROUPS and text}
    zone = fields.pop("zone", None)
    fraction = fields.pop("fraction", "")
    try:
        year, month, day, hour, minute, second = (int(fields.get(name, 0)) for name in GROUPS[:6])
        year += 2000 if len(fields.get("year", "")) == 2 else 0
        start = datetime(year, month, day, hour, minute, second, int(f"{fraction:0<6.6}"))
        return start if zone is None else start.replace(tzinfo=_zone(zone))
    except ValueError as error:
        raise ValueError(f"{match[0]!r} in the file name is no time: {error}") from None


def _zone(text: str) -> timezone:
    """Return the zone of an offset from UTC, such as Z, +02, +0200 or -03:30."""
    match = re.fullmatch(r"([+-])(\d\d):?(\d\d)?", text)
    if match is None:
        if text.upper() in {"Z", "UTC"}:
            return UTC
        raise ValueError(f"the zone is {text!r}; expected Z or an offset such as +0200")
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset)
