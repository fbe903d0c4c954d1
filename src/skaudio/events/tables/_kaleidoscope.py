"""CSV tables of Kaleidoscope, and of programs with the same format, such as BirdNET-Analyzer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from skaudio._warnings import warn_user
from skaudio.events._event import Event
from skaudio.events.tables._csv_lines import check_swallowed, csv_lines
from skaudio.events.tables._file_names import names_or_paths
from skaudio.events.tables._rows import EventTableError, Row, columns_of, full_row, make_event, number, optional_number

FILE, OFFSET, DURATION = KALEIDOSCOPE_COLUMNS = ("IN FILE", "OFFSET", "DURATION")
ROOT, FOLDER, CHANNEL = "INDIR", "FOLDER", "CHANNEL"
LABELS = ("MANUAL ID", "AUTO ID", "AUTO ID*", "TOP1MATCH", "common_name", "scientific_name")
SCORE = "confidence"
PATH_PARTS = re.compile(r"(?:(?:(.*)[/\\])?([^/\\]*)[/\\])?([^/\\]*)", re.DOTALL)


def read_kaleidoscope(text: str, path: object, label_column: str | None) -> Iterator[Row]:
    """Read a table of Kaleidoscope [1]_: CSV with files in folders, offsets and durations in seconds, and labels.

    The label is in ``label_column`` or, if that is None, in the first of the columns ``MANUAL ID``, ``AUTO ID``,
    ``TOP1MATCH``, ``common_name`` and ``scientific_name`` that is not empty. Rows without a label are left out, with a
    warning. A recording is named by ``FOLDER`` and ``IN FILE``; if two in different ``INDIR`` have these in common, by
    its path. Channels, from 0, are numbered as in Raven, from 1. Frequencies are not read: their unit is that of the
    kind of analysis. A column ``confidence``, or ``TOP1DIST`` beside ``scientific_name``, of BirdNET-Analyzer, has
    scores; that of Kaleidoscope has distances.

    References
    ----------
    .. [1] Wildlife Acoustics, "Kaleidoscope Pro documentation", output files.
    """
    lines = csv_lines(text, path)
    header = [cell.strip() for cell in next(lines, (1, [], []))[2]]
    places = columns_of(header, KALEIDOSCOPE_COLUMNS, (ROOT, FOLDER, CHANNEL, *LABELS, SCORE), path)
    needed = [places[name] for name in KALEIDOSCOPE_COLUMNS]
    table = []
    for line, more_lines, incomplete in lines:
        check_swallowed(line, more_lines, needed[1:], path)
        row = full_row(incomplete, len(header), needed, line, path)
        table.append((line, {name: row[place].strip() for name, place in places.items()}))
    label_column = _label_column([cells for _, cells in table], header, path, label_column)
    score_column = "TOP1DIST" if SCORE not in places and "scientific_name" in places else SCORE
    has_channels = not {cells.get(CHANNEL, "") for _, cells in table} <= {"", "0"}
    unlabelled = []
    for (line, cells), name in zip(table, _recordings([cells for _, cells in table]), strict=True):
        if not cells[label_column]:
            unlabelled.append(line)
            continue
        begin, duration = (number(cells[column], column, line, path) for column in KALEIDOSCOPE_COLUMNS[1:])
        score = optional_number(cells.get(score_column), score_column, line, path)
        index = optional_number(cells.get(CHANNEL), CHANNEL, line, path) if has_channels else None
        channel = None if index is None else int(index) + 1
        values = begin, round(begin + duration, 9), cells[label_column], score, None, None, channel
        yield Row(line, name, make_event(line, path, *values))
    if unlabelled:
        warn_user(
            f"{path}: {len(unlabelled)} of {len(table)} rows, such as line {unlabelled[0]}, have no {label_column} and "
            f"are left out. Its columns of labels are {', '.join(name for name in LABELS if name in places)}: pass one "
            "of them as label_column.",
        )


def write_kaleidoscope(rows: Iterable[tuple[Any, Event]]) -> Iterator[str]:
    """Write a table of Kaleidoscope, with labels as ``MANUAL ID``, and without frequencies."""
    rows = list(rows)
    channels = {event.channel for _, event in rows} - {None}
    has_channels = not channels <= {1} and all(isinstance(channel, int) for channel in channels)
    has_scores = any(event.score is not None for _, event in rows)
    more = [*([CHANNEL] if has_channels else []), *([SCORE] if has_scores else [])]
    yield ",".join([ROOT, FOLDER, FILE, OFFSET, DURATION, LABELS[0], *more])
    for recording, event in rows:
        root, folder, name = PATH_PARTS.fullmatch(str(recording)).groups(default="")  # type: ignore[union-attr]
        cells = [root, folder, name, f"{event.onset:.9f}", f"{event.duration:.9f}", event.label]
        cells += [str((event.channel or 1) - 1)] if has_channels else []  # type: ignore[operator]
        cells += ["" if event.score is None else f"{event.score:.6g}"] if has_scores else []
        yield ",".join(map(_quoted, cells))


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\r\n') else cell


def _label_column(
    table: Sequence[dict[str, str]], header: Sequence[str], path: object, label_column: str | None
) -> str:
    """Return the column of labels: the first known one that is not empty, unless it is chosen."""
    if label_column is not None:
        if label_column not in header:
            raise EventTableError(f"{path}, line 1: there is no column {label_column!r}; found {', '.join(header)}.")
        return label_column
    known = [name for name in LABELS if name in header]
    if not known:
        raise EventTableError(
            f"{path}, line 1: there is no known label column; found {', '.join(header)}. Pass label_column."
        )
    return next((name for name in known if any(cells[name] for cells in table)), known[0])


def _recordings(table: Sequence[dict[str, str]]) -> list[str]:
    """Return the name of the recording of each row."""
    files = ["/".join(filter(None, [cells.get(FOLDER, "").strip("/\\"), cells[FILE]])) for cells in table]
    roots = [cells.get(ROOT, "") for cells in table]
    paths = [root.rstrip("/\\") + "/" + file if root else file for root, file in zip(roots, files, strict=True)]
    return names_or_paths(files, paths)
