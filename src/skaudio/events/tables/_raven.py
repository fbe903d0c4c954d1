"""Selection tables of Raven, and of programs with the same format, such as BirdNET-Analyzer."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate
from typing import Any

from skaudio._recording_names import pair_names
from skaudio.events._event import Event
from skaudio.events.tables._file_names import base_name, names_or_paths
from skaudio.events.tables._rows import (
    EventTableError,
    Row,
    check_no_labels,
    columns_of,
    full_row,
    make_event,
    number,
    optional_number,
    tabbed_lines,
)

BEGIN, END = RAVEN_COLUMNS = ("Begin Time (s)", "End Time (s)")
BANDS = ("Low Freq (Hz)", "High Freq (Hz)")
LABELS = ("Annotation", "Label", "Species", "Common Name", "Species Code", "Tags", "Type")
SCORES = ("Score", "Confidence")
FILE, PATH, OFFSET = "Begin File", "Begin Path", "File Offset (s)"
NAME = "Recording Name"  # of our own: Raven keeps further columns
KNOWN = (*BANDS, *LABELS, *SCORES, FILE, PATH, NAME, OFFSET, "Selection", "View", "Channel")
NO_CALL = {"Common Name": "nocall", "Species Code": "nocall"}  # BirdNET's row for a recording without detections

Line = tuple[int, dict[str, str]]  # line number, and cells by column


def read_raven(text: str, path: object, label_column: str | None, given_label: str | None = None) -> Iterator[Row]:
    """Read a Raven selection table [1]_: tab-separated, with a header, times in seconds, in one or two views.

    The recording of a selection is ``Begin File`` or, without that column, the file in ``Begin Path``; if two paths
    have one file name, recordings are named by their paths. A column ``Recording Name``, as `write_raven` adds it, has
    their names as they were. The onset is ``File Offset (s)``. Without that column, times count from the start of the
    first recording, so that there must be only one.

    References
    ----------
    .. [1] K. Lisa Yang Center for Conservation Bioacoustics, "Raven Pro user's manual", chapter 6, Cornell Lab of
       Ornithology.
    """
    lines = tabbed_lines(text)
    _, header = next(lines, (1, []))
    places = columns_of(header, RAVEN_COLUMNS, (*KNOWN, *filter(None, [label_column])), path)
    table, needed = [], [places[name] for name in RAVEN_COLUMNS]
    for line, incomplete in lines:
        row = full_row(incomplete, len(header), needed, line, path)
        table.append((line, {name: row[place].strip() for name, place in places.items()}))
    if given_label is not None:
        label_column = _add_labels(table, given_label, path)
        places = {label_column: len(header), **places}
    label_column = _label_column(table, list(places), path) if label_column is None else label_column
    if label_column not in places:
        raise EventTableError(f"{path}, line 1: there is no column {label_column!r}; found {', '.join(places)}.")
    recordings = _recordings(table)
    if len(set(recordings)) > 1 and OFFSET not in places:
        other = next(name for name in recordings if name != recordings[0])
        raise EventTableError(
            f"{path}, line 1: the table has several recordings, such as {recordings[0]!r} and {other!r}, but no column "
            f"{OFFSET!r}, without which times in the recordings are unknown. Add it in Raven."
        )
    from_offset = OFFSET in places and recordings[:1] != [None]
    score_column = next((name for name in SCORES if name in places), SCORES[0])
    selections = _selections(table, recordings, label_column)
    has_channels = not {cells.get("Channel", "") for _, cells, _ in selections} <= {"", "1"}
    for line, cells, recording in selections:
        if NO_CALL.items() <= cells.items():
            yield Row(line, recording, None)
            continue
        event = _event(line, cells, path, label_column, score_column, from_offset, has_channels)
        yield Row(line, recording, event)


def write_raven(rows: Iterable[tuple[Any, Event]], durations: Mapping[str, float] | None) -> Iterator[str]:
    """Write a Raven selection table; several recordings follow each other, as in a sound list of Raven.

    ``Begin Time (s)`` counts from the start of the first, and ``File Offset (s)`` from that of its own. ``Begin File``
    is the file name, and ``Begin Path`` the whole; if these differ, ``Recording Name`` repeats the latter.
    """
    rows = list(rows)
    recordings = list(dict.fromkeys(recording for recording, _ in rows))
    starts = _starts(recordings, durations)
    named = [NAME] if any(base_name(str(name)) != str(name) for name in recordings) else []
    places = [FILE, PATH, OFFSET, *named]
    yield "\t".join(["Selection", "View", "Channel", BEGIN, END, *BANDS, *places, "Annotation", "Score"])
    for i, (recording, event) in enumerate(rows, start=1):
        begin, name = starts[recording], str(recording)
        channel = 1 if event.channel is None else event.channel
        cells = [i, "Spectrogram 1", channel, _seconds(begin + event.onset), _seconds(begin + event.offset)]
        cells += [_optional(event.low_frequency), _optional(event.high_frequency)]
        cells += [base_name(name), name, _seconds(event.onset), *([name] if named else [])]
        yield "\t".join(map(str, [*cells, event.label, _optional(event.score)]))


def _add_labels(table: list[Line], label: str, path: object) -> str:
    """Label all lines, which must not have labels; return the column."""
    for line, cells in table:
        filled = next((name for name in LABELS if cells.get(name)), None)
        check_no_labels(filled is not None, str(filled), label, path, line)
        cells[LABELS[0]] = label
    return LABELS[0]


def _label_column(table: list[Line], columns: list[str], path: object) -> str:
    """Return the first annotation column that is not empty."""
    known = [name for name in LABELS if name in columns]
    if not known:
        raise EventTableError(
            f"{path}, line 1: there is no known label column; found {', '.join(columns)}. Pass label_column."
        )
    return next((name for name in known if any(cells[name] for _, cells in table)), known[0])


def _recordings(table: list[Line]) -> list[str | None]:
    """Return the recording of each line; None if no column names it."""
    if not table or not {FILE, PATH, NAME} & set(table[0][1]):
        return [None] * len(table)
    if NAME in table[0][1]:
        return [cells[NAME] or None for _, cells in table]
    paths = [cells.get(PATH, "") for _, cells in table]
    files = [cells[FILE] if FILE in cells else base_name(cells[PATH]) for _, cells in table]
    return [name or None for name in names_or_paths(files, paths)]


def _selections(
    table: list[Line], recordings: list[str | None], label_column: str
) -> list[tuple[int, dict[str, str], str | None]]:
    """Drop lines that repeat an earlier selection in another view: only the view, or an empty band, may differ."""
    views_of_table = {cells["View"] for _, cells in table if "View" in cells and "Selection" in cells}
    if len(views_of_table) < 2:
        return [(line, cells, name) for (line, cells), name in zip(table, recordings, strict=True)]
    kept = []
    seen: dict[tuple, tuple[set[str], tuple[str, ...]]] = {}  # views, and the band, of each selection
    for (line, cells), recording in zip(table, recordings, strict=True):
        place = [cells.get(name, "") for name in ("Selection", BEGIN, END, OFFSET, "Channel", label_column)]
        key, view, band = (recording, *place), cells["View"], tuple(cells.get(name, "") for name in BANDS)
        views, other_band = seen.get(key, ({view}, ()))
        if view not in views and (band == other_band or "" in (*band, *other_band)):
            views.add(view)
            continue
        seen[key] = {view}, band
        kept.append((line, cells, recording))
    return kept


def _event(
    line: int,
    cells: dict[str, str],
    path: object,
    label_column: str,
    score_column: str,
    from_offset: bool,
    has_channels: bool,
) -> Event:
    begin, end = (number(cells[name], name, line, path) for name in RAVEN_COLUMNS)
    if from_offset:
        offset = number(cells[OFFSET], OFFSET, line, path)
        begin, end = offset, offset + (end - begin)
    more = [optional_number(cells.get(name), name, line, path) for name in (score_column, *BANDS)]
    channel = cells.get("Channel") if has_channels else None
    return make_event(line, path, begin, end, cells[label_column], *more, channel)


def _starts(recordings: list[Any], durations: Mapping[str, float] | None) -> dict[Any, float]:
    """Return the start of each recording on the concatenated time line."""
    if durations is None:
        if len(recordings) > 1:
            raise ValueError(
                f"A Raven selection table of {len(recordings)} recordings requires durations: pass a dict of their "
                "names and seconds."
            )
        return dict.fromkeys(recordings, 0.0)
    pairs = pair_names(recordings, durations)
    missing = [recording for recording in recordings if recording not in pairs]
    if missing:
        raise ValueError(f"durations has no entry for the recording {missing[0]!r}.")
    starts = dict(zip(durations, accumulate(durations.values(), initial=0.0), strict=False))
    return {recording: starts[pairs[recording]] for recording in recordings}


def _seconds(value: float) -> str:
    return f"{value:.9f}"


def _optional(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
