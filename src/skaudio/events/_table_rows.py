"""Reading tables of events by hand, so that every error can name the line."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from skaudio.events._event import Event

SAME = 0.9  # of the time that two events of a class cover together: what overlaps more is there twice


class EventTableError(ValueError):
    """A table of events is not what its format says; the message names the file and the line."""


class Row(NamedTuple):
    """What a line of a table says.

    Attributes
    ----------
    line : int
        Which line, from 1.
    recording : str or None
        Of which recording; None: of the only one.
    event : Event or None
        The event; None: the line says that the recording has none.
    """

    line: int
    recording: str | None
    event: Event | None


def number(text: str, what: str, line: int, path: object) -> float:
    """Read a number."""
    try:
        return float(text)
    except ValueError:
        raise EventTableError(f"{path}, line {line}: {what} is {text!r}; expected a number.") from None


def optional_number(text: str | None, what: str, line: int, path: object) -> float | None:
    """Read a number that need not be there."""
    return None if text is None or not text.strip() else number(text, what, line, path)


def make_event(line: int, path: object, *values: float | str | None) -> Event:
    """Make an event of what a line says."""
    try:
        return Event(*values)
    except ValueError as error:
        raise EventTableError(f"{path}, line {line}: {error}") from None


def columns_of(header: list[str], needed: Iterable[str], path: object) -> dict[str, int]:
    """Find columns by their names."""
    places = {name.strip(): place for place, name in enumerate(header)}
    missing = [name for name in needed if name not in places]
    if missing:
        raise EventTableError(f"{path}, line 1: there is no column {missing[0]!r}, only {', '.join(places)}.")
    return places


def checked(rows: Iterable[Row], path: object, durations: Mapping[str, float] | float | None) -> Iterator[Row]:
    """Refuse events past the end of their recording, and events that are there twice."""
    seen: dict[tuple[str | None, str], list[Row]] = {}
    for row in rows:
        if row.event is not None:
            _check_end(row, path, durations)
            earlier = seen.setdefault((row.recording, row.event.label), [])
            for other in earlier:
                both = max(row.event.offset, other.event.offset) - min(row.event.onset, other.event.onset)
                if row.event.overlap(other.event) >= SAME * both:
                    raise EventTableError(f"{path}, line {row.line}: {row.event!r} is in line {other.line} already.")
            earlier.append(row)
        yield row


def _check_end(row: Row, path: object, durations: Mapping[str, float] | float | None) -> None:
    if durations is None:
        return
    if isinstance(durations, Mapping):
        if row.recording not in durations:
            raise EventTableError(f"{path}, line {row.line}: durations do not name the recording {row.recording!r}.")
        end = durations[row.recording]
    else:
        end = durations
    if row.event.offset > end:
        raise EventTableError(f"{path}, line {row.line}: {row.event!r} ends after the recording, which has {end:g} s.")
