"""Reading tables of events: files of several formats, and data frames."""

import io
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from skaudio._event_rows import VERIFIED, event_rows, is_missing
from skaudio._remote import remote_bytes
from skaudio._table_text import table_text
from skaudio.events._event import Event
from skaudio.events.tables._birdnet import BIRDNET_COLUMNS, read_birdnet
from skaudio.events.tables._formats import read_audacity, read_csv, read_dcase
from skaudio.events.tables._kaleidoscope import KALEIDOSCOPE_COLUMNS, read_kaleidoscope
from skaudio.events.tables._praat import read_textgrid
from skaudio.events.tables._raven import RAVEN_COLUMNS, read_raven
from skaudio.events.tables._rows import EventTableError, Row, check_no_labels, row_verdict

MORE = ["score", "low_frequency", "high_frequency", "channel"]
RAVEN_SUFFIX = ".selections.txt"
SUFFIXES = {
    RAVEN_SUFFIX: "raven",
    ".txt": "audacity",
    ".tsv": "dcase",
    ".csv": "csv",
    ".parquet": "parquet",
    ".textgrid": "textgrid",
}
# Formats that share the suffix of another, and are known by columns in their header.
KNOWN_BY_HEADER: dict[str, dict[str, tuple[str, ...]]] = {
    "audacity": {"raven": RAVEN_COLUMNS[:1]},
    "csv": {"birdnet": BIRDNET_COLUMNS, "kaleidoscope": KALEIDOSCOPE_COLUMNS},
}
FORMATS = {*SUFFIXES.values(), *(name for others in KNOWN_BY_HEADER.values() for name in others)}


def read_rows(
    path: Path | str,
    *,
    format: str | None = None,  # noqa: A002
    label_column: str | None = None,
    label: str | None = None,
    tier: str | None = None,
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
    if format is None:
        header = re.split(r"[\r\n]", text, maxsplit=1)[0]
        others = KNOWN_BY_HEADER.get(name, {}).items()
        name = next((other for other, columns in others if all(column in header for column in columns)), name)
    return rows_of_text(text, path, name, label_column, label, tier)


def rows_of(table: Any, what: str = "The table of events") -> Iterable[tuple[int, Any, Event | None]]:
    """Yield the index, the recording and the event of each row of a data frame; None for a recording without events."""
    for number, recording, fields in event_rows(table, what, MORE):
        try:
            event = None if fields is None else Event(*fields)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{what}, row {number} (of {recording!r}): {error}") from None
        yield number, recording, event


def format_of(path: Path | str, name: str | None) -> str:
    """Return the format of a table, by its name or by the name of the file."""
    if name is None:
        name = next((known for suffix, known in SUFFIXES.items() if str(path).lower().endswith(suffix)), None)
    if name is None or name not in FORMATS:
        known = ", ".join(f"{known} ({suffix})" for suffix, known in SUFFIXES.items()) + ", birdnet, kaleidoscope"
        given = "unknown suffix" if name is None else f"format={name!r}"
        raise ValueError(f"{str(path)!r}: {given}; expected one of {known}.")
    return name


def rows_of_text(
    text: str,
    path: Path | str,
    name: str,
    label_column: str | None = None,
    label: str | None = None,
    tier: str | None = None,
) -> list[Row]:
    """Read the rows of a table from text in a known format."""
    if label is not None and name in {"birdnet", "kaleidoscope", "textgrid"}:
        check_no_labels(True, name, label, path)
    rows = list(
        {
            "raven": lambda: read_raven(text, path, label_column, label),
            "audacity": lambda: read_audacity(text, path, label),
            "dcase": lambda: read_dcase(text, path, label),
            "csv": lambda: read_csv(text, path, label),
            "birdnet": lambda: read_birdnet(text, path, label_column),
            "kaleidoscope": lambda: read_kaleidoscope(text, path, label_column),
            "textgrid": lambda: read_textgrid(text, path, tier),
        }[name]()
    )
    unnamed = next((row for row in rows if row.recording is None), None)
    if unnamed is not None and any(row.recording is not None for row in rows):
        raise EventTableError(f"{path}, line {unnamed.line}: the row does not name a recording, but others do.")
    return rows


def _read_parquet(path: Path | str, label: str | None = None) -> list[Row]:
    import pandas as pd

    file = path if isinstance(path, Path) else io.BytesIO(remote_bytes(path))
    try:
        table = pd.read_parquet(file)
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
        values = list(table[VERIFIED]) if VERIFIED in table.columns else [None] * len(table)
        rows = rows_of(table.drop(columns=VERIFIED, errors="ignore"), str(path))  # all of them, also those found wrong
        return [Row(i, recording, event, row_verdict(values[i], i, path)) for i, recording, event in rows]
    except UnicodeDecodeError as error:  # strings are decoded on access
        raise EventTableError(f"{path} is not a readable Parquet file: {error}") from error
    except ValueError as error:
        raise EventTableError(str(error)) from None
