"""Text of event tables that is read back unchanged."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skaudio._recording_names import RecordingNames
from skaudio.events._event import Event
from skaudio.events.tables._file_names import check_names
from skaudio.events.tables._formats import write_audacity, write_dcase
from skaudio.events.tables._kaleidoscope import write_kaleidoscope
from skaudio.events.tables._praat import write_textgrid
from skaudio.events.tables._raven import write_raven
from skaudio.events.tables._reading import rows_of, rows_of_text
from skaudio.events.tables._rows import EventTableError, first_repetition


def as_text(table: Any, path: Path | str, name: str, durations: Mapping[str, float] | None) -> str:
    """Return the text of a table, checked to be read back unchanged."""
    rows = [(recording, event) for _, recording, event in rows_of(table) if event is not None]
    if name == "birdnet":
        raise ValueError(f"{str(path)!r}: results of BirdNET are read only. Write the format 'csv' or 'raven'.")
    if name == "textgrid":  # in order of time
        rows.sort(key=lambda row: row[1][:3])
    if name == "csv":
        text = table.to_csv(index=False, lineterminator="\n")
    else:
        lines = {
            "raven": lambda: write_raven(rows, durations),
            "audacity": lambda: write_audacity(rows),
            "dcase": lambda: write_dcase(rows),
            "kaleidoscope": lambda: write_kaleidoscope(rows),
            "textgrid": lambda: write_textgrid(rows, durations),
        }[name]()
        text = "".join(f"{line}\n" for line in lines)
    _check_text(text, path, name, rows)
    return text


def table_bytes(table: Any, path: Path | str, name: str, durations: Mapping[str, float] | None) -> bytes:
    """Return the content of a table in some format; file names byte for byte, even if they are not UTF-8.

    Parameters
    ----------
    table : DataFrame
        Events.
    path : Path or str
        Path or URL of the file, for messages.
    name : str
        Format.
    durations : dict of str to float or None
        See `write_events`.
    """
    if name != "parquet":
        return as_text(table, path, name, durations).encode("utf-8", "surrogateescape")
    check_names(path, table["recording"] if "recording" in table.columns else ())
    content = io.BytesIO()
    bare = table.copy(deep=False)
    bare.attrs.clear()  # the folder that a table was read from does not belong in a file
    bare.to_parquet(content, index=False)
    return content.getvalue()


def _check_text(text: str, path: Path | str, name: str, rows: Sequence[tuple[Any, Event]]) -> None:
    """Raise if a text would not be read back as these rows: label files cannot represent every name."""
    try:
        kept = (row for row in rows_of_text(text, path, name) if row.verified is not False)
        read = [(row.recording, row.event) for row in kept if row.event is not None]
    except EventTableError as error:
        raise ValueError(f"The format {name!r} cannot represent these events: {error}") from None
    recordings = list(dict.fromkeys(recording for recording, _ in rows))
    names = RecordingNames(recordings)
    for i, (recording, event) in enumerate(rows):
        name_read, event_read = read[i] if i < len(read) else (None, None)
        is_same = name_read in {None, str(recording)}
        if name == "kaleidoscope" and not is_same:  # names are shortened
            index = names.find(name_read)
            is_same = index is not None and recordings[index] == recording
        if event_read is None or not is_same or event_read.label != str(event.label):
            raise ValueError(
                f"{path}: the format {name!r} cannot represent {event!r} of the recording {recording!r}, because of a "
                "tab, a line break or surrounding whitespace in the label or the name. Rename it, or write Parquet."
            )
    if first_repetition(rows) is None:
        pair = first_repetition(read)
        if pair is not None:
            raise ValueError(
                f"{path}: the format {name!r} cannot represent the difference between {rows[pair[0]][1]!r} and "
                f"{rows[pair[1]][1]!r} of the recording {rows[pair[0]][0]!r}. Write CSV or Parquet."
            )
