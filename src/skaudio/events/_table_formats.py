"""Tables of events as other programs have them: Raven, Audacity, DCASE, and plain CSV.

A reader takes lines of text and yields rows; a writer takes rows of ``(recording, Event)`` and yields lines.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from skaudio.events._event import Event
from skaudio.events._table_rows import EventTableError, Row, columns_of, make_event, number, optional_number

RAVEN_COLUMNS = ("Begin Time (s)", "End Time (s)")
RAVEN_LABELS = ("Annotation", "Label", "Species", "Common Name", "Species Code", "Tags", "Type")
RAVEN_SCORES = ("Score", "Confidence")
CSV_COLUMNS = ("recording", "onset", "offset", "label")
CSV_MORE = ("score", "low_frequency", "high_frequency")
DCASE_HEADER = ["filename", "onset", "offset", "event_label"]

Rows = Iterable[tuple[str | None, Event]]


def read_raven(lines: Sequence[str], path: object, label_column: str | None) -> Iterator[Row]:
    """Read a Raven selection table [1]_: tab-separated, a header, times in seconds, one selection in one or two views.

    Where ``Begin File`` and ``File Offset (s)`` are there, a selection is of that file, from that time on; else times
    are those of the only recording.

    References
    ----------
    .. [1] K. Lisa Yang Center for Conservation Bioacoustics, "Raven Pro user's manual", chapter 6, Cornell Lab of
       Ornithology.
    """
    table = list(csv.reader(lines, delimiter="\t"))
    places = columns_of(table[0] if table else [], RAVEN_COLUMNS, path)
    if label_column is None:
        label_column = next((name for name in RAVEN_LABELS if name in places), None)
    if label_column not in places:
        raise EventTableError(
            f"{path}, line 1: no column is known to hold labels; there are {', '.join(places)}. Say which by "
            "label_column."
        )
    score_column = next((name for name in RAVEN_SCORES if name in places), None)
    of_files = "Begin File" in places and "File Offset (s)" in places
    views: set[tuple[str, ...]] = set()
    for line, cells in enumerate(table[1:], start=2):
        if not any(cells):
            continue
        if len(cells) < len(table[0]):
            raise EventTableError(f"{path}, line {line}: {len(cells)} cells; expected {len(table[0])}.")
        values = {name: cells[place] for name, place in places.items()}
        selection = (values.get("Selection", ""), values["Begin Time (s)"], values["End Time (s)"])
        if "View" in places and "Selection" in places:
            if selection in views:
                continue  # the same selection in another view
            views.add(selection)
        begin, end = (number(values[name], name, line, path) for name in RAVEN_COLUMNS)
        if of_files:
            offset = number(values["File Offset (s)"], "File Offset (s)", line, path)
            begin, end = offset, offset + (end - begin)
        more = (
            optional_number(values.get(name), name, line, path)
            for name in (score_column, "Low Freq (Hz)", "High Freq (Hz)")
        )
        event = make_event(line, path, begin, end, values[label_column], *more)
        yield Row(line, values["Begin File"] if of_files else None, event)


def write_raven(rows: Rows, durations: Mapping[str, float] | None) -> Iterator[str]:
    """Write a Raven selection table; of several recordings, on the time line that Raven lays them out on."""
    rows = list(rows)
    starts = _starts(list(dict.fromkeys(recording for recording, _ in rows)), durations)
    columns = ["Selection", "View", "Channel", *RAVEN_COLUMNS, "Low Freq (Hz)", "High Freq (Hz)"]
    columns += ["Begin File", "File Offset (s)"] if rows and rows[0][0] is not None else []
    yield "\t".join([*columns, "Annotation", "Score"])
    for i, (recording, event) in enumerate(rows, start=1):
        begin = starts[recording]
        cells = [str(i), "Spectrogram 1", "1", _seconds(begin + event.onset), _seconds(begin + event.offset)]
        cells += [_optional(event.low_frequency), _optional(event.high_frequency)]
        cells += [str(recording), _seconds(event.onset)] if recording is not None else []
        yield "\t".join([*cells, _plain(event.label), _optional(event.score)])


def read_audacity(lines: Sequence[str], path: object) -> Iterator[Row]:
    r"""Read a label track of Audacity [1]_: start, end and label; below, after a backslash, frequencies, if there are.

    References
    ----------
    .. [1] "Importing and exporting labels", Audacity manual.
    """
    pending: tuple[int, float, float, str] | None = None
    for line, text in enumerate(lines, start=1):
        cells = text.rstrip("\r\n").split("\t")
        if not text.strip():
            continue
        if cells[0] == "\\":
            if pending is None or len(cells) != 3:
                raise EventTableError(f"{path}, line {line}: frequencies of no label, or not two of them.")
            low, high = (number(cell, "a frequency", line, path) for cell in cells[1:])
            bounds = (None if low < 0 else low, None if high < 0 else high)  # how Audacity says that there is none
            yield Row(pending[0], None, make_event(line, path, *pending[1:], None, *bounds))
            pending = None
            continue
        if pending is not None:
            yield Row(pending[0], None, make_event(pending[0], path, *pending[1:]))
        if len(cells) < 2:
            raise EventTableError(f"{path}, line {line}: {text.strip()!r}; expected start, end and label, by tabs.")
        start, end = (number(cell, what, line, path) for cell, what in zip(cells, ("start", "end"), strict=False))
        pending = (line, start, end, cells[2] if len(cells) > 2 else "")
    if pending is not None:
        yield Row(pending[0], None, make_event(pending[0], path, *pending[1:]))


def write_audacity(rows: Rows) -> Iterator[str]:
    """Write a label track of Audacity, which is of one recording and has no scores."""
    rows = list(rows)
    recordings = {recording for recording, _ in rows}
    if len(recordings) > 1:
        raise ValueError(
            f"A label track of Audacity is of one recording, got {len(recordings)}. Write a file for each, or another "
            "format."
        )
    for _, event in rows:
        yield f"{event.onset:.6f}\t{event.offset:.6f}\t{_plain(event.label)}"
        if event.low_frequency is not None or event.high_frequency is not None:
            low, high = (-1.0 if f is None else f for f in (event.low_frequency, event.high_frequency))
            yield f"\\\t{low:.6f}\t{high:.6f}"


def read_dcase(lines: Sequence[str], path: object) -> Iterator[Row]:
    """Read what DCASE and sed_eval have [1]_: tab-separated, with a header or without.

    With a header, the columns ``filename``, ``onset``, ``offset`` and ``event_label``, empty where a file has no event.
    Without, onset, offset and label; and before them the file, or the file and the scene.

    References
    ----------
    .. [1] A. Mesaros, T. Heittola and T. Virtanen, "sed_eval: evaluation toolbox for sound event detection",
       documentation.
    """
    table = list(csv.reader(lines, delimiter="\t"))
    if not table:
        return
    headed = "onset" in [cell.strip() for cell in table[0]]
    places = columns_of(table[0], DCASE_HEADER[1:], path) if headed else {}
    for line, cells in enumerate(table[headed:], start=1 + headed):
        if not any(cells):
            continue
        if headed:
            cells = cells + [""] * (len(table[0]) - len(cells))
            recording = cells[places["filename"]] if "filename" in places else None
            onset, offset, label = (cells[places[name]] for name in DCASE_HEADER[1:])
            if not (onset.strip() or offset.strip() or label.strip()):
                yield Row(line, recording, None)
                continue
        elif len(cells) in {3, 4, 5}:
            recording = cells[0] if len(cells) > 3 else None
            onset, offset, label = cells[-3:]
        else:
            raise EventTableError(
                f"{path}, line {line}: {len(cells)} cells; expected onset, offset and label, by tabs."
            )
        times = number(onset, "onset", line, path), number(offset, "offset", line, path)
        yield Row(line, recording, make_event(line, path, *times, label))


def write_dcase(rows: Rows) -> Iterator[str]:
    """Write what DCASE has, with a header."""
    yield "\t".join(DCASE_HEADER)
    for recording, event in rows:
        name = "" if recording is None else str(recording)
        yield f"{name}\t{event.onset:.6f}\t{event.offset:.6f}\t{_plain(event.label)}"


def read_csv(lines: Sequence[str], path: object) -> Iterator[Row]:
    """Read a table with the columns onset, offset, label, and, if there are, recording, score and frequencies."""
    table = list(csv.reader(lines))
    places = columns_of(table[0] if table else [], CSV_COLUMNS[1:], path)
    for line, cells in enumerate(table[1:], start=2):
        if not any(cells):
            continue
        if len(cells) != len(table[0]):
            raise EventTableError(f"{path}, line {line}: {len(cells)} cells; expected {len(table[0])}.")
        values = {name: cells[place] for name, place in places.items()}
        times = (number(values[name], name, line, path) for name in ("onset", "offset"))
        more = (optional_number(values.get(name), name, line, path) for name in CSV_MORE)
        yield Row(
            line, values.get("recording", values.get("path")), make_event(line, path, *times, values["label"], *more)
        )


def _starts(recordings: list[str | None], durations: Mapping[str, float] | None) -> dict[str | None, float]:
    """Tell where each recording begins on the time line on which they are laid out one after another."""
    if durations is None:
        if len(recordings) > 1:
            raise ValueError(
                f"Raven lays {len(recordings)} recordings out one after another: pass durations, from the name of each "
                "to its seconds."
            )
        return dict.fromkeys(recordings, 0.0)
    missing = [recording for recording in recordings if recording not in durations]
    if missing:
        raise ValueError(f"durations do not name the recording {missing[0]!r}.")
    return dict(zip(durations, accumulate(durations.values(), initial=0.0), strict=False))


def _seconds(value: float) -> str:
    return f"{value:.9f}"


def _optional(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _plain(label: object) -> str:
    return " ".join(str(label).split())  # a tab or a line break would begin another cell
