"""Text of event tables that is read back unchanged."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from skaudio.events._event import Event
from skaudio.events._raven_tables import write_raven
from skaudio.events._table_formats import write_audacity, write_dcase
from skaudio.events._table_reading import rows_of, rows_of_text
from skaudio.events._table_rows import EventTableError, first_repetition


def as_text(table: Any, path: Path, name: str, durations: Mapping[str, float] | None) -> str:
    """Return the text of a table, checked to be read back unchanged."""
    rows = [(recording, event) for _, recording, event in rows_of(table) if event is not None]
    if name == "csv":
        text = table.to_csv(index=False, lineterminator="\n")
    else:
        lines = {
            "raven": lambda: write_raven(rows, durations),
            "audacity": lambda: write_audacity(rows),
            "dcase": lambda: write_dcase(rows),
        }[name]()
        text = "".join(f"{line}\n" for line in lines)
    _check_text(text, path, name, rows)
    return text


def _check_text(text: str, path: Path, name: str, rows: Sequence[tuple[Any, Event]]) -> None:
    """Raise if a text would not be read back as these rows: label files cannot represent every name."""
    try:
        kept = (row for row in rows_of_text(text, path, name) if row.verified is not False)
        read = [(row.recording, row.event) for row in kept if row.event is not None]
    except EventTableError as error:
        raise ValueError(f"The format {name!r} cannot represent these events: {error}") from None
    for i, (recording, event) in enumerate(rows):
        name_read, event_read = read[i] if i < len(read) else (None, None)
        if event_read is None or name_read not in {None, str(recording)} or event_read.label != str(event.label):
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
