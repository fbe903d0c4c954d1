"""Reading tables of events: files of several formats, and data frames."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from skaudio._event_rows import event_rows, is_missing
from skaudio._table_text import table_text
from skaudio.events._event import Event
from skaudio.events._raven_tables import RAVEN_COLUMNS, read_raven
from skaudio.events._table_formats import read_audacity, read_csv, read_dcase
from skaudio.events._table_rows import EventTableError, Row, check_no_labels

MORE = ["score", "low_frequency", "high_frequency", "channel"]
RAVEN_SUFFIX = ".selections.txt"
SUFFIXES = {
    RAVEN_SUFFIX: "raven",
    ".txt": "audacity",
    ".tsv": "dcase",
    ".csv": "csv",
    ".parquet": "parquet",
}


def read_rows(
    path: Path,
    *,
    format: str | None = None,  # noqa: A002
    label_column: str | None = None,
    label: str | None = None,
    encoding: str | None = None,
) -> list[Row]:
    """Read the rows of a table of events; recordings are None if the file does not name any."""
    name = format_of(path, format)
    if name == "parquet":
        return _read_parquet(path, label)
    try:
        text = table_text(path, encoding)
    except ValueError as error:
        raise EventTableError(str(error)) from None
    if format is None and name == "audacity" and RAVEN_COLUMNS[0] in re.split(r"[\r\n]", text, maxsplit=1)[0]:
        name = "raven"
    return rows_of_text(text, path, name, label_column, label)


def rows_of(table: Any, what: str = "The table of events") -> Iterable[tuple[int, Any, Event | None]]:
    """Yield the index, the recording and the event of each row of a data frame; None for a recording without events."""
    for number, recording, fields in event_rows(table, what, MORE):
        try:
            event = None if fields is None else Event(*fields)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{what}, row {number} (of {recording!r}): {error}") from None
        yield number, recording, event


def format_of(path: Path, name: str | None) -> str:
    """Return the format of a table, by its name or by the name of the file."""
    if name is None:
        name = next((known for suffix, known in SUFFIXES.items() if path.name.lower().endswith(suffix)), None)
    if name is None or name not in SUFFIXES.values():
        known = ", ".join(f"{known} ({suffix})" for suffix, known in SUFFIXES.items())
        given = "unknown suffix" if name is None else f"format={name!r}"
        raise ValueError(f"{str(path)!r}: {given}; expected one of {known}.")
    return name


def rows_of_text(
    text: str, path: Path, name: str, label_column: str | None = None, label: str | None = None
) -> list[Row]:
    """Read the rows of a table from text in a known format."""
    rows = list(
        {
            "raven": lambda: read_raven(text, path, label_column, label),
            "audacity": lambda: read_audacity(text, path, label),
            "dcase": lambda: read_dcase(text, path, label),
            "csv": lambda: read_csv(text, path, label),
        }[name]()
    )
    unnamed = next((row for row in rows if row.recording is None), None)
    if unnamed is not None and any(row.recording is not None for row in rows):
        raise EventTableError(f"{path}, line {unnamed.line}: the row does not name a recording, but others do.")
    return rows


def _read_parquet(path: Path, label: str | None = None) -> list[Row]:
    import pandas as pd

    try:
        table = pd.read_parquet(path)
    except (FileNotFoundError, ImportError):
        raise
    except Exception as error:  # damaged files raise exceptions of many types
        raise EventTableError(f"{path} is not a readable Parquet file: {type(error).__name__}: {error}") from error
    if "recording" not in table.columns and "path" in table.columns:
        table = table.rename(columns={"path": "recording"})
    if label is not None:
        check_no_labels("label" in table.columns, "label", label, path)
        onsets = table["onset"] if "onset" in table.columns else []
        table = table.assign(label=[None if is_missing(onset) else label for onset in onsets] or None)
    try:
        return [Row(number, recording, event) for number, recording, event in rows_of(table, str(path))]
    except UnicodeDecodeError as error:  # strings are decoded on access
        raise EventTableError(f"{path} is not a readable Parquet file: {error}") from error
    except ValueError as error:
        raise EventTableError(str(error)) from None
