"""CSV tables of recordings and their labels."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from skaudio._table_text import table_text
from skaudio._urls import folder_of, full_name, is_url, joined, local_path

COLUMNS = ("path", "label", "group")


class Recording(NamedTuple):
    """A recording, by its path or URL."""

    path: str
    label: str
    subfolder: str  # between the label's folder (with a table: the folder of the paths) and the file
    group: str | None = None  # from a table


def recordings_of_table(table: Path | str, folder: Path | str | None, encoding: str | None) -> list[Recording]:
    """List every row of a CSV table.

    Parameters
    ----------
    table : Path or str
        The table, or its URL.
    folder : Path, str or None
        Folder or URL that relative paths are relative to, before that of the table and the working directory.
    encoding : str or None
        See `skaudio._table_text.table_text`.

    Returns
    -------
    list of Recording

    Raises
    ------
    ValueError
        If a row is not valid, or there is none.
    """
    if isinstance(table, Path) and not table.is_file():
        raise ValueError(f"There is no CSV file {str(table)!r}.")
    try:
        lines = io.StringIO(table_text(table, encoding), newline="")
    except FileNotFoundError as error:  # a URL
        raise ValueError(f"There is no CSV file {str(table)!r}.") from error
    rows = csv.DictReader(lines, skipinitialspace=True, strict=True)
    own = folder_of(table)
    bases = list(dict.fromkeys([own if folder is None else folder, own, Path()]))
    recordings: list[Recording] = []
    line_of: dict[str, int] = {}
    try:
        _check_columns(rows.fieldnames or [], table)
        for row in rows:
            where = f"{table}, line {rows.line_num}"
            recording = _read_row(row, bases, where)
            first = line_of.setdefault(full_name(recording.path), rows.line_num)
            if first != rows.line_num:
                raise ValueError(f"{where}: the file {recording.path!r} is already in line {first}.")
            recordings.append(recording)
    except csv.Error as error:
        raise ValueError(
            f"{table}, line {rows.line_num}: {error}. Quote the whole cell, and double quotation marks within it."
        ) from error
    if not recordings:
        raise ValueError(f"{table} lists no recordings.")
    return recordings


def _check_columns(names: Sequence[str], table: Path | str) -> None:
    missing = [column for column in ("path", "label") if column not in names]
    if missing:
        raise ValueError(f"{table} has no column {' and no column '.join(missing)}; it has {list(names) or None}.")
    repeated = [column for column in COLUMNS if names.count(column) > 1]
    if repeated:
        raise ValueError(f"{table} has more than one column {repeated[0]}.")


def _read_row(row: dict[str, str | None], bases: Sequence[Path | str], where: str) -> Recording:
    if None in row:  # csv's key of cells without a column
        raise ValueError(f"{where}: more cells than columns; put cells that contain a comma in quotation marks.")
    cells = {column: (row[column] or "").strip() for column in COLUMNS if column in row}
    empty = [column for column, cell in cells.items() if not cell]
    if empty:
        raise ValueError(f"{where}: the {' and the '.join(empty)} is empty.")
    broken = [column for column, cell in cells.items() if "\n" in cell or "\r" in cell]
    if broken:
        raise ValueError(f"{where}: the {broken[0]} spans several lines. Check for an unpaired quotation mark.")
    located = _located(local_path(cells["path"]), bases)
    if located is None:
        file = Path(cells["path"]).expanduser()
        tried = " or ".join(dict.fromkeys(repr(str(base / file)) for base in bases if isinstance(base, Path)))
        raise ValueError(f"{where}: there is no file {tried}.")
    path, subfolder = located
    return Recording(path, cells["label"], subfolder, cells.get("group"))


def _located(name: str, bases: Sequence[Path | str]) -> tuple[str, str] | None:
    """Return the path or URL of a recording and its folder, relative to the base; None if there is no such file.

    Remote files are not looked for, which would take a request for each.
    """
    if is_url(name):
        folders = (f"{base.rstrip('/')}/" for base in bases if isinstance(base, str))
        folder = next((folder for folder in folders if name.startswith(folder)), "")
        return name, name.removeprefix(folder).rpartition("/")[0]
    file = Path(name).expanduser()
    for base in bases:
        if isinstance(base, str) and not file.is_absolute():
            return joined(base, name), name.rpartition("/")[0]
        if isinstance(base, Path) and (base / file).is_file():
            path = base / file
            parent = path.parent.relative_to(base) if path.is_relative_to(base) else path.parent
            return str(path), "" if parent == Path() else parent.as_posix()
    return None
