"""Event tables of other programs: label tracks of Audacity, tables of DCASE, and plain CSV.

A reader takes the text of a table and yields rows; a writer takes rows of ``(recording, Event)`` and yields lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from skaudio._event_rows import VERIFIED
from skaudio.events._event import Event
from skaudio.events.tables._csv_lines import check_swallowed, csv_lines
from skaudio.events.tables._rows import (
    EventTableError,
    Row,
    check_no_labels,
    columns_of,
    full_row,
    is_missing_text,
    make_event,
    number,
    optional_number,
    row_verdict,
    tabbed_lines,
)

CSV_COLUMNS = ("onset", "offset", "label")
CSV_MORE = ("score", "low_frequency", "high_frequency")
DCASE_HEADER = ["filename", "onset", "offset", "event_label"]

Rows = Iterable[tuple[Any, Event]]


def read_audacity(text: str, path: object, given_label: str | None = None) -> Iterator[Row]:
    r"""Read a label track of Audacity [1]_: start, end and label; below, after a backslash, optional frequencies.

    BirdNET-Analyzer adds a confidence after the label.

    References
    ----------
    .. [1] "Importing and exporting labels", Audacity manual.
    """
    pending: tuple[int, float, float, str, float | None] | None = None
    for line, cells in tabbed_lines(text):
        if cells[0] == "\\":
            if pending is None or len(cells) != 3:
                raise EventTableError(f"{path}, line {line}: expected two frequencies, after a label.")
            low, high = (number(cell, "a frequency", line, path) for cell in cells[1:])
            bounds = (None if low < 0 else low, None if high < 0 else high)  # Audacity writes -1 for unknown ones
            yield Row(pending[0], None, make_event(line, path, *pending[1:], *bounds))
            pending = None
            continue
        if pending is not None:
            yield Row(pending[0], None, make_event(pending[0], path, *pending[1:]))
        if len(cells) < 2:
            shown = "\t".join(cells).strip()
            raise EventTableError(f"{path}, line {line}: {shown!r}; expected start, end and label, separated by tabs.")
        score = None
        if len(cells) == 4 and cells[3].strip():  # as BirdNET-Analyzer writes it
            score = number(cells.pop(), "the score after the label", line, path)
        start, end, label = full_row(cells, 3, (), line, path)
        if given_label is not None:
            check_no_labels(bool(label.strip()), "column 3", given_label, path, line)
            label = given_label
        pending = (line, number(start, "start", line, path), number(end, "end", line, path), label, score)
    if pending is not None:
        yield Row(pending[0], None, make_event(pending[0], path, *pending[1:]))


def write_audacity(rows: Rows) -> Iterator[str]:
    """Write a label track of Audacity, which holds one recording and no scores."""
    rows = list(rows)
    recordings = {recording for recording, _ in rows}
    if len(recordings) > 1:
        raise ValueError(
            f"A label track of Audacity holds one recording, got {len(recordings)}. Write one file per recording, or "
            "another format."
        )
    for _, event in rows:
        yield f"{event.onset:.6f}\t{event.offset:.6f}\t{event.label}"
        if event.low_frequency is not None or event.high_frequency is not None:
            low, high = (-1.0 if f is None else f for f in (event.low_frequency, event.high_frequency))
            yield f"\\\t{low:.6f}\t{high:.6f}"


def read_dcase(text: str, path: object, given_label: str | None = None) -> Iterator[Row]:
    """Read a table of DCASE or sed_eval [1]_: tab-separated, with or without a header.

    With a header, the columns ``filename``, ``onset``, ``offset`` and ``event_label``, the last three empty or NaN for
    a file without events. Without, onset, offset and label, optionally preceded by the file, or the file and the scene.
    Cells may be enclosed in quotation marks, with inner ones doubled.

    References
    ----------
    .. [1] A. Mesaros, T. Heittola and T. Virtanen, "sed_eval: evaluation toolbox for sound event detection",
       documentation.
    """
    lines = [(line, list(map(_unquoted, cells))) for line, cells in tabbed_lines(text)]
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    headed = "onset" in header
    expected = DCASE_HEADER[1:] if given_label is None else DCASE_HEADER[1:3]
    places = columns_of(header, expected, DCASE_HEADER[:1], path) if headed else {}
    if given_label is not None:
        check_no_labels(DCASE_HEADER[3] in places, DCASE_HEADER[3], given_label, path)
    needed = [places[name] for name in expected] if headed else []
    for line, cells in lines[headed:]:
        if headed:
            cells = full_row(cells, len(header), needed, line, path, alone=places.get("filename"))
            recording = cells[places["filename"]].strip() if "filename" in places else None
            fields = _labelled([cells[place] for place in needed], given_label)
        elif given_label is not None and len(cells) in {2, 3}:
            recording = cells[0].strip() if len(cells) > 2 else None
            fields = _labelled(cells[-2:], given_label)
        elif given_label is None and len(cells) in {3, 4, 5}:
            recording = cells[0].strip() if len(cells) > 3 else None
            fields = cells[-3:]
        else:
            raise EventTableError(
                f"{path}, line {line}: {len(cells)} cells; expected onset, offset"
                f"{' and label' if given_label is None else ', preceded by the file or not'}, separated by tabs."
            )
        yield _row(line, recording, fields, path)


def write_dcase(rows: Rows) -> Iterator[str]:
    """Write a DCASE table, with a header."""
    yield "\t".join(DCASE_HEADER)
    for recording, event in rows:
        yield f"{_quoted(recording)}\t{event.onset:.6f}\t{event.offset:.6f}\t{_quoted(event.label)}"


def read_csv(text: str, path: object, given_label: str | None = None) -> Iterator[Row]:
    """Read a table with the columns onset, offset and label, and optionally recording, score and frequencies."""
    table = csv_lines(text, path)
    header = [cell.strip() for cell in next(table, (1, [], []))[2]]
    expected = CSV_COLUMNS if given_label is None else CSV_COLUMNS[:2]
    places = columns_of(header, expected, (*CSV_MORE, "channel", VERIFIED, "recording", "path"), path)
    named = next((places[name] for name in ("recording", "path") if name in places), None)
    if given_label is not None:
        check_no_labels("label" in places, "label", given_label, path)
    needed = [places[name] for name in expected]
    for line, more_lines, row in table:
        if more_lines:
            check_swallowed(line, more_lines, [places[name] for name in CSV_COLUMNS[:2]], path)
        cells = full_row(row, len(header), needed, line, path, alone=named)
        recording = None if named is None else cells[named].strip()
        more = [optional_number(cells[places[name]] if name in places else None, name, line, path) for name in CSV_MORE]
        channel = cells[places["channel"]] if "channel" in places else None
        fields = _labelled([cells[place] for place in needed], given_label)
        verified = row_verdict(cells[places[VERIFIED]], line, path) if VERIFIED in places else None
        yield _row(line, recording, fields, path, *more, channel)._replace(verified=verified)


def _row(line: int, recording: str | None, fields: Sequence[str], path: object, *more: float | str | None) -> Row:
    """Create a row; one with a recording and no onset, offset and label marks a recording without events."""
    onset, offset, label = fields
    if recording and all(map(is_missing_text, fields)):
        return Row(line, recording, None)
    times = number(onset, "onset", line, path), number(offset, "offset", line, path)
    return Row(line, recording or None, make_event(line, path, *times, label, *more))


def _labelled(fields: list[str], label: str | None) -> list[str]:
    """Add a label that is given for all events to the onset and offset of one, unless they are missing."""
    return fields if label is None else [*fields, "" if all(map(is_missing_text, fields)) else label]


def _quoted(cell: object) -> str:
    text = str(cell)
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _unquoted(cell: str) -> str:
    inner = cell[1:-1]
    is_quoted = len(cell) > 1 and cell[0] == cell[-1] == '"' and '"' not in inner.replace('""', "")
    return inner.replace('""', '"') if is_quoted else cell
