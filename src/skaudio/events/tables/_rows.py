"""Rows of event tables, parsed without pandas so that every error message can name the line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from skaudio._event_rows import verdict
from skaudio._recording_names import pair_names
from skaudio.events._event import Event

SAME = 0.9  # minimum intersection over union of the times, and of the bands, of duplicates of one class
SLACK_SECONDS = 0.5  # tolerance for ends after the recording, from hand-drawn bounds or windows across the end
MISSING = {"", "nan", "na", "<na>", "nat", "none", "null"}  # representations of missing numbers


class EventTableError(ValueError):
    r"""Error for an event table that violates its format; the message names the file and the line.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from skaudio.events import EventTableError, read_events
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "calls.csv")
    ...     _ = path.write_text("onset,offset,label\n1.5,2.0,owl\n3.0,2.5,owl\n")
    ...     try:
    ...         read_events(path)
    ...     except EventTableError as error:
    ...         "calls.csv" in str(error), "line 3" in str(error)
    (True, True)
    """


class Row(NamedTuple):
    """Content of a line of a table.

    Attributes
    ----------
    line : int
        Line number, from 1.
    recording : str or None
        The recording, or None if not named.
    event : Event or None
        The event, or None if the recording has none.
    verified : bool or None
        Whether a person found the event right, or None if nobody looked.
    """

    line: int
    recording: str | None
    event: Event | None
    verified: bool | None = None


def as_number(text: str) -> float | None:
    """Convert text to a number, or to None."""
    try:
        return None if "_" in text else float(text)  # Python literals may contain underscores
    except ValueError:
        return None


def number(text: str, what: str, line: int, path: object) -> float:
    """Parse a number."""
    value = as_number(text)
    if value is None:
        raise EventTableError(f"{path}, line {line}: {what} is {text!r}; expected a number.")
    return value


def optional_number(text: str | None, what: str, line: int, path: object) -> float | None:
    """Parse a number that may be missing; NaN counts as missing."""
    value = as_number(text) if text else None
    return value if value is not None or not text or is_missing_text(text) else number(text, what, line, path)


def is_missing_text(text: str) -> bool:
    """Return whether a cell marks a missing number."""
    return text.strip().lower() in MISSING


def row_verdict(value: Any, line: int, path: object) -> bool | None:
    """Return whether a reviewed event is right, or None if it was not reviewed."""
    try:
        return verdict(value)
    except ValueError as error:
        raise EventTableError(f"{path}, line {line}: {error}") from None


def make_event(line: int, path: object, *values: Any) -> Event:
    """Create an event from the content of a line."""
    try:
        return Event(*values)
    except ValueError as error:
        raise EventTableError(f"{path}, line {line}: {error}") from None


def columns_of(header: Sequence[str], needed: Iterable[str], known: Iterable[str], path: object) -> dict[str, int]:
    """Find columns by their names.

    Parameters
    ----------
    header : sequence of str
        Names of all columns.
    needed, known : iterables of str
        Required and optional columns; none of them may occur twice.
    path : object
        Path of the file, for error messages.

    Returns
    -------
    dict of str to int
        Indices of all columns.
    """
    names = [name.strip() for name in header]
    for name in needed:
        if name not in names:
            raise EventTableError(f"{path}, line 1: there is no column {name!r}; found {', '.join(names)}.")
    for name in (*needed, *known):
        if names.count(name) > 1:
            raise EventTableError(f"{path}, line 1: there is more than one column {name!r}.")
    return {name: place for place, name in enumerate(names)}


def check_no_labels(labelled: bool, column: str, label: str, path: object, line: int = 1) -> None:
    """Raise if a file has labels where a label for all of its events is given."""
    if labelled:
        raise EventTableError(
            f"{path}, line {line}: the file has labels, in {column!r}, and label={label!r} is given. Omit one of them."
        )


def tabbed_lines(text: str) -> Iterator[tuple[int, list[str]]]:
    r"""Yield the number and the cells of each non-empty line; lines end at ``\n``, ``\r\n`` and ``\r`` alone."""
    for line, row in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if row.strip():
            yield line, row.split("\t")


def full_row(
    cells: list[str], n_columns: int, needed: Sequence[int], line: int, path: object, *, alone: int | None = None
) -> list[str]:
    """Pad a row that lacks empty cells at its end.

    Parameters
    ----------
    cells : list of str
        The row.
    n_columns : int
        Number of columns.
    needed : sequence of int
        Indices of required cells.
    line : int
        Line number, for error messages.
    path : object
        Path of the file, for error messages.
    alone : int or None, default=None
        Index of a cell that may be the only one that is not empty.

    Returns
    -------
    list of str, of length n_columns

    Raises
    ------
    EventTableError
        If a required cell is missing, or if there are more cells than columns.
    """
    if len(cells) == n_columns:
        return cells
    filled = {place for place, cell in enumerate(cells) if cell.strip()}
    is_short = any(place >= len(cells) for place in needed) and filled != {alone}
    if is_short or any(place >= n_columns for place in filled):
        hint = "" if is_short else " Does a cell contain the separator?"
        raise EventTableError(f"{path}, line {line}: {len(cells)} cells; expected {n_columns}.{hint}")
    return cells[:n_columns] + [""] * (n_columns - len(cells))


def check_rows(
    rows: Sequence[Row], path: object, durations: Mapping[str, float] | float | None, *, repeated: bool
) -> None:
    """Raise for events past the end of their recording and, unless ``repeated``, for duplicate events.

    Parameters
    ----------
    rows : sequence of Row
        Rows of the table.
    path : object
        Path of the file, for error messages.
    durations : dict of str to float, float or None
        Seconds of each recording, or of all; None if unknown.
    repeated : bool
        Whether duplicate events are allowed.
    """
    rows = [row for row in rows if row.verified is not False]
    events = [(row.recording, row.event) for row in rows if row.event is not None]
    lines = [row.line for row in rows if row.event is not None]
    if durations is not None:
        _check_ends(events, lines, path, durations)
    pair = None if repeated else first_repetition(events)
    if pair is not None:
        earlier, later = pair
        raise EventTableError(
            f"{path}, line {lines[later]}: {events[later][1]!r} duplicates line {lines[earlier]}. Delete one of them, "
            "or pass duplicates='keep'."
        )


def first_repetition(events: Sequence[tuple[Any, Event]]) -> tuple[int, int] | None:
    """Find the first duplicate: two events of one class and recording with nearly the same time and band.

    Parameters
    ----------
    events : sequence of (recording, Event)
        Events to search.

    Returns
    -------
    (int, int) or None
        Indices of the earlier and the later event, or None if there are no duplicates.
    """
    groups: dict[tuple, int] = {}
    group = np.array([groups.setdefault((name, event[2], event.channel), len(groups)) for name, event in events], int)
    onset, offset = (np.array([event[i] for _, event in events], float) for i in (0, 1))
    low, high = (np.array([event[i] for _, event in events], float) for i in (4, 5))  # NaN where it is None
    order = np.lexsort((onset, group))
    first, step = np.arange(len(order)), 1
    while len(first):
        # In order of onset, duplicates of an event begin within a tenth of its duration.
        first = first[first + step < len(order)]
        i, j = order[first], order[first + step]
        near = (group[i] == group[j]) & (onset[j] - onset[i] <= (1 - SAME) * (offset[i] - onset[i]) + 1e-9)
        first, i, j = first[near], i[near], j[near]
        same = _share(onset, offset, i, j) >= SAME
        same &= np.where(np.isnan(low + high)[[i, j]].any(axis=0), ~_differ(low, high, i, j), True)
        same &= ~(_share(low, high, i, j) < SAME)  # NaN where a band is not known
        if same.any():
            pairs = np.sort(np.stack([i[same], j[same]]), axis=0)
            return tuple(pairs[:, pairs[1].argmin()].tolist())
        step += 1
    return None


def _share(begin: np.ndarray, end: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return the intersection over union of two spans; 1 for the same point."""
    both = np.minimum(end[i], end[j]) - np.maximum(begin[i], begin[j])
    either = np.maximum(end[i], end[j]) - np.minimum(begin[i], begin[j])
    return np.divide(both, either, out=np.where(np.isnan(either), np.nan, 1.0), where=either > 0)


def _differ(low: np.ndarray, high: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """Return where bands differ in an edge that is known for both."""
    return (np.abs(low[i] - low[j]) > 0) | (np.abs(high[i] - high[j]) > 0)


def _check_ends(
    events: Sequence[tuple[Any, Event]], lines: Sequence[int], path: object, durations: Mapping[str, float] | float
) -> None:
    names = dict.fromkeys(recording for recording, _ in events)
    if isinstance(durations, Mapping):
        try:
            pairs = pair_names(names, durations)
        except ValueError as error:
            raise EventTableError(f"{path}, with durations: {error}") from None
        ends = {name: durations[other] for name, other in pairs.items()}
    else:
        ends = dict.fromkeys(names, durations)
    for line, (recording, event) in zip(lines, events, strict=True):
        if recording not in ends:
            raise EventTableError(f"{path}, line {line}: durations has no entry for the recording {recording!r}.")
        if event.offset > ends[recording] + SLACK_SECONDS:
            raise EventTableError(f"{path}, line {line}: {ends_late(event, ends[recording])}")


def ends_late(event: Event, duration: float) -> str:
    """Return the message for an event that ends after its recording."""
    return (
        f"{event!r} ends more than {SLACK_SECONDS:g} s after the recording, which has {duration:g} s. Expected times "
        "in seconds from the start of the recording."
    )
