"""Detections to show on a page: their events, recordings, times, and the cells of their table."""

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import PathLike
from pathlib import Path
from typing import Any

from skaudio._event_rows import VERIFIED, event_rows, is_missing, verdict
from skaudio._recording_names import RecordingNames, is_name
from skaudio._urls import is_url, local_path
from skaudio.events import Event, event_table, read_events, recording_starts

MORE = ("score", "low_frequency", "high_frequency", "channel")
MAX_NAMES_IN_MESSAGE = 5


@dataclass(frozen=True, eq=False)
class DetectionTable:
    """Detections to show on a page.

    Attributes
    ----------
    events : list of Event
        Detections, in the order of the table.
    names : list of str
        Name of each one's recording: the shortest end of its path that no other one has.
    clips : list
        The different recordings.
    indices : list of int
        Index of each detection's recording in ``clips``.
    columns : list of str
        Columns of the table but ``verified``.
    cells : list of list of str
        Text of each row.
    verified : list of bool or None
        Verdicts of an earlier review.
    times : list of str
        Clock time of each detection; empty where unknown.
    hours : list of int or None
        Hour of the clock, where the time is known as such and not only as text.
    digest : str
        Hash of columns and cells.
    """

    events: list[Event]
    names: list[str]
    clips: list
    indices: list[int]
    columns: list[str]
    cells: list[list[str]]
    verified: list[bool | None]
    times: list[str]
    hours: list[int | None]
    digest: str


def detection_table(
    events: Any, recordings: Sequence | None, *, time_column: str | None = None, starts: Any = "auto"
) -> DetectionTable:
    """Read the detections, and find their recordings.

    Parameters
    ----------
    events : DataFrame, path, or list of lists of Event
        See `ReviewPage`.
    recordings : sequence or None
        Clips; None: the table names their files.
    time_column : str or None
        Column of clock times; None: the first one of dates and times, or those by the starts.
    starts : {"auto", "metadata", "name"}, DataFrame, Series or dict, default="auto"
        Start times of the recordings, see `skaudio.events.recording_starts`.

    Returns
    -------
    DetectionTable

    Raises
    ------
    TypeError, ValueError
        If a column is missing or invalid, or if recordings are not found.
    """
    if isinstance(recordings, (str, PathLike)):
        raise TypeError(f"recordings={os.fspath(recordings)!r}; expected a list of recordings.")
    table, folder = _frame_of(events, recordings)
    rows = _events_of(table)
    numbers = [number for number, _, _ in rows]
    names = [recording for _, recording, _ in rows]
    clips, indices = _clips_of(names, recordings, folder)
    events_found = [event for _, _, event in rows]
    column = _time_column(table, time_column) if isinstance(starts, str) else None
    if column is None:
        times = _clock_times(clips, indices, events_found, starts)
    else:
        values = list(table[column])
        times = [values[number] for number in numbers]
    verified = _verdicts(table)
    columns = [str(name) for name in table.columns if name != VERIFIED]
    texts = [list(map(_text, table[name])) for name in table.columns if name != VERIFIED]
    cells = [[column[number] for column in texts] for number in numbers]
    return DetectionTable(
        events=events_found,
        names=short_names(names),
        clips=clips,
        indices=indices,
        columns=columns,
        cells=cells,
        verified=[verified[number] for number in numbers],
        times=list(map(_time_text, times)),
        hours=[time.hour if isinstance(time, datetime) and not is_missing(time) else None for time in times],
        digest=hashlib.sha256(json.dumps([columns, cells]).encode()).hexdigest(),
    )


def _frame_of(events: Any, recordings: Sequence | None) -> tuple[Any, Path | None]:
    """Return the table as a data frame, and the folder that its file is in."""
    if isinstance(events, (str, PathLike)):
        return read_events(events, duplicates="keep"), None if is_url(events) else Path(local_path(events)).parent
    if hasattr(events, "columns"):
        return events, None
    return event_table(events, None if recordings is None else names_of(recordings)), None


def names_of(recordings: Sequence) -> list:
    """Return the names of recordings in a table: their paths, or their indices."""
    return [clip if is_name(clip) else i for i, clip in enumerate(recordings)]


def _events_of(table: Any) -> list[tuple[int, Any, Event]]:
    """Return number, recording and event of each row that has an event, also of those found wrong before."""
    what, rows = "The table of detections", []
    for number, recording, fields in event_rows(table.drop(columns=VERIFIED, errors="ignore"), what, MORE):
        if fields is not None:
            try:
                rows.append((number, recording, Event(*fields)))
            except (TypeError, ValueError) as error:
                raise ValueError(f"{what}, row {number} (of {recording!r}): {error}") from None
    return rows


def _verdicts(table: Any) -> list[bool | None]:
    verdicts: list[bool | None] = []
    for number, value in enumerate(table[VERIFIED] if VERIFIED in table.columns else [None] * len(table)):
        try:
            verdicts.append(verdict(value))
        except ValueError as error:
            raise ValueError(f"The table of detections, row {number}: {error}") from None
    return verdicts


def _clips_of(names: Sequence, recordings: Sequence | None, folder: Path | None) -> tuple[list, list[int]]:
    """Return the different recordings, and the index of that of each name."""
    different = list(dict.fromkeys(names))
    if recordings is not None:
        known = RecordingNames(recordings, numbered=True)
        places = {name: known.require(name, "The table of detections") for name in different}
        return list(recordings), [places[name] for name in names]
    files = {name: _file(name, folder) for name in different}
    missing = [name for name, file in files.items() if file is None]
    if missing:
        shown = ", ".join(map(repr, missing[:MAX_NAMES_IN_MESSAGE]))
        more = f" and {len(missing) - MAX_NAMES_IN_MESSAGE} more" if len(missing) > MAX_NAMES_IN_MESSAGE else ""
        raise ValueError(
            f"{len(missing)} of {len(different)} recordings in the table are not found: {shown}{more}. Pass the "
            "recordings, too: the names in the table may then be shorter than theirs."
        )
    places = {name: i for i, name in enumerate(different)}
    return [files[name] for name in different], [places[name] for name in names]


def short_names(names: Sequence) -> list[str]:
    """Return the shortest end of each path that no other one has."""
    parts = {name: re.split(r"[/\\]", str(name)) for name in dict.fromkeys(names)}
    short: dict[Any, str] = {}
    n_parts = 1
    while len(short) < len(parts):
        ends = {name: "/".join(split[-n_parts:]) for name, split in parts.items() if name not in short}
        counts = Counter(ends.values())
        short |= {name: end for name, end in ends.items() if counts[end] == 1 or n_parts >= len(parts[name])}
        n_parts += 1
    return [short[name] for name in names]


def _file(name: Any, folder: Path | None) -> Path | str | None:
    """Find the file of a recording: relative to the folder of the table, or to the current one; a URL as it is."""
    if is_url(name) or not is_name(name):
        return name if is_url(name) else None
    folders = [Path(), *([] if folder is None else [folder])]
    return next((path for base in reversed(folders) if (path := base / os.fspath(name)).is_file()), None)


def _time_column(table: Any, time_column: str | None) -> str | None:
    if time_column is not None and time_column not in table.columns:
        raise ValueError(f"time_column={time_column!r}; found the columns {', '.join(map(str, table.columns))}.")
    if time_column is not None:
        return time_column
    return next((name for name in table.columns if table[name].dtype.kind == "M"), None)


def _clock_times(clips: Sequence, indices: Sequence[int], events: Sequence[Event], starts: Any) -> list:
    """Return the clock times of events; None for each if their recordings do not all state when they start."""
    stated = isinstance(starts, str)
    used = sorted(set(indices)) if stated else list(range(len(clips)))  # a table may name recordings by their indices
    try:
        begins = dict(zip(used, recording_starts([clips[i] for i in used], starts), strict=True))
    except ValueError:  # without a start in a name or in metadata
        if not stated or starts != "auto":
            raise
        return [None] * len(events)
    return [begins[i] + timedelta(seconds=event.onset) for i, event in zip(indices, events, strict=True)]


def _time_text(time: Any) -> str:
    is_date = isinstance(time, datetime) and not is_missing(time)
    return time.isoformat(sep=" ", timespec="seconds") if is_date else _text(time)


def _text(value: Any) -> str:
    """Return the text of a cell: `str` of a number is read back as that number."""
    return "" if is_missing(value) else str(value)
