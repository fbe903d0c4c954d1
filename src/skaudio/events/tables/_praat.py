"""TextGrids of Praat: intervals and points of one recording, in tiers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from skaudio._recording_names import pair_names
from skaudio.events._event import Event
from skaudio.events.tables._rows import EventTableError, Row, make_event

# What Praat reads: strings, flags and numbers between white space; all other words are comments.
TOKEN = re.compile(
    r"""(?:(?<=\s)|\A)(?:"(?P<string>(?:[^"]|"")*)"(?=\s|\Z)|<(?P<flag>\w+)>(?=\s|\Z)"""
    r"""|(?P<number>[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?=\s|\Z)|(?P<comment>![^\n]*)|(?P<open>"))"""
)
KINDS = {"string": "a string in quotation marks", "flag": "a flag", "number": "a number"}
INTERVALS, POINTS = "IntervalTier", "TextTier"


class Token(NamedTuple):
    """A string, flag or number, and its line."""

    kind: str
    text: str
    line: int


def read_textgrid(text: str, path: object, tier: str | None) -> Iterator[Row]:
    """Read a TextGrid of Praat [1]_ in the long or the short text format, in order of time.

    Intervals with a text are events, and so are points, with a duration of 0; those without a text are pauses. All
    tiers are read, or those with one name.

    References
    ----------
    .. [1] P. Boersma and D. Weenink, "Praat: doing phonetics by computer", manual, "TextGrid file formats".
    """
    tokens = Tokens(text, path)
    header = [tokens.next("string").text for _ in range(2)]
    if not header[0].startswith("ooTextFile") or header[1] != "TextGrid":
        raise EventTableError(f"{path}, line 1: the file contains {header}; expected a TextGrid in a text format.")
    tokens.times()
    rows, names = [], []
    for _ in range(tokens.count() if tokens.next("flag").text == "exists" else 0):
        kind, name = tokens.next("string"), tokens.next("string").text
        if kind.text not in {INTERVALS, POINTS}:
            raise EventTableError(
                f"{path}, line {kind.line}: the class of a tier is {kind.text!r}; expected {INTERVALS} or {POINTS}."
            )
        tokens.times()
        names.append(name)
        for _ in range(tokens.count()):
            begin = tokens.next("number")
            end = tokens.next("number") if kind.text == INTERVALS else begin
            label = tokens.next("string").text.replace('""', '"')
            if label.strip() and tier in {None, name}:
                event = make_event(begin.line, path, float(begin.text), float(end.text), label)
                rows.append((event[:3], Row(begin.line, None, event)))
    if tier is not None and tier not in names:
        raise EventTableError(f"{path}: there is no tier {tier!r}; found {', '.join(map(repr, names)) or 'none'}.")
    yield from (row for _, row in sorted(rows, key=lambda pair: pair[0]))


def write_textgrid(rows: Iterable[tuple[Any, Event]], durations: Mapping[Any, float] | None) -> Iterator[str]:
    """Write a TextGrid in the long text format; events that overlap are in several tiers."""
    rows = list(rows)
    recordings = list(dict.fromkeys(recording for recording, _ in rows))
    if len(recordings) > 1:
        raise ValueError(
            f"A TextGrid holds one recording, got {len(recordings)}. Write to a folder, with one file per recording, "
            "or another format."
        )
    known = [durations[name] for name in pair_names(recordings, durations).values()] if durations else []
    seconds = float(max([*(event.offset for _, event in rows), *known], default=1.0))
    tiers = _tiers([event for _, event in rows])
    yield 'File type = "ooTextFile"\nObject class = "TextGrid"\n'
    yield f"xmin = 0\nxmax = {seconds!r}\ntiers? <exists>\nsize = {len(tiers)}\nitem []:"
    for i, (name, is_points, events) in enumerate(tiers, start=1):
        items = "points" if is_points else "intervals"
        texts = [_point(event) for event in events] if is_points else list(_intervals(events, seconds))
        yield f'    item [{i}]:\n        class = "{POINTS if is_points else INTERVALS}"\n        name = "{name}"'
        yield f"        xmin = 0\n        xmax = {seconds!r}\n        {items}: size = {len(texts)}"
        for n, text in enumerate(texts, start=1):
            yield f"        {items} [{n}]:\n{text}"


class Tokens:
    """Strings, flags and numbers of a TextGrid, one after the other.

    Parameters
    ----------
    text : str
        Content of the file.
    path : object
        Path of the file, for error messages.
    """

    def __init__(self, text: str, path: object) -> None:
        self._path = path
        self._tokens = self._of(text.replace("\r\n", "\n").replace("\r", "\n"))
        self._line = 1

    def _of(self, text: str) -> Iterator[Token]:
        last = 0
        for match in TOKEN.finditer(text):
            self._line += text.count("\n", last, match.start())
            last = match.start()
            if match.lastgroup == "open":
                raise EventTableError(
                    f"{self._path}, line {self._line}: a quotation mark is not closed. Those in a text must be doubled."
                )
            if match.lastgroup in KINDS:
                yield Token(match.lastgroup, match[match.lastgroup], self._line)

    def next(self, kind: str) -> Token:
        """Return the next token, which must be of a kind."""
        token = next(self._tokens, None)
        if token is None or token.kind != kind:
            got = "the file ends" if token is None else f"got {token.text!r}"
            raise EventTableError(f"{self._path}, line {self._line}: {got}; expected {KINDS[kind]} of a TextGrid.")
        return token

    def times(self) -> None:
        """Skip a start and an end time."""
        self.next("number")
        self.next("number")

    def count(self) -> int:
        """Return a number of items."""
        token = self.next("number")
        if not token.text.isdecimal():
            raise EventTableError(f"{self._path}, line {token.line}: the number of items is {token.text!r}.")
        return int(token.text)


def _tiers(events: Sequence[Event]) -> list[tuple[str, bool, list[Event]]]:
    """Distribute events to tiers in which they do not overlap."""
    tiers: list[list[Event]] = [[]]
    for event in sorted(events):
        if event.duration:
            free = [tier for tier in tiers if not tier or tier[-1].offset <= event.onset]
            if not free:
                tiers.append([])
                free = tiers[-1:]
            free[0].append(event)
    points = [event for event in sorted(events) if not event.duration]
    named = [("events" if i == 1 else f"events {i}", False, tier) for i, tier in enumerate(tiers, start=1)]
    return [*named, *([("points", True, points)] if points else [])]


def _intervals(events: Sequence[Event], seconds: float) -> Iterator[str]:
    """Yield the intervals of a tier, and those between them, which have no text."""
    last = 0.0
    for event in events:
        if event.onset > last:
            yield _interval(last, event.onset, "")
        yield _interval(event.onset, event.offset, event.label)
        last = event.offset
    if seconds > last:
        yield _interval(last, seconds, "")


def _interval(begin: float, end: float, label: str) -> str:
    indent = " " * 12
    return f"{indent}xmin = {begin!r}\n{indent}xmax = {end!r}\n{indent}text = {_string(label)}"


def _point(event: Event) -> str:
    indent = " " * 12
    return f"{indent}number = {event.onset!r}\n{indent}mark = {_string(event.label)}"


def _string(text: str) -> str:
    return '"' + str(text).replace('"', '""') + '"'
