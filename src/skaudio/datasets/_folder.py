"""`load_folder`: labelled recordings from a tree of folders, or from a CSV table of paths and labels."""

import csv
import io
import os
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.utils import Bunch

from skaudio._table_text import table_text
from skaudio.io._audio_files import AUDIO_EXTENSIONS, find_audio_files, warn_of_others

COLUMNS = ("path", "label", "group")


class _Recording(NamedTuple):
    path: Path
    label: str
    subfolder: str  # between the label's folder (with a table: the folder of the paths) and the file
    group: str | None = None  # from a table


def load_folder(
    path: str | os.PathLike,
    *,
    labels: str | os.PathLike = "folder",
    groups: str | None = None,
    extensions: Sequence[str] = AUDIO_EXTENSIONS,
    encoding: str | None = None,
) -> Bunch:
    r"""Load the paths and labels of recordings in a folder per class, or listed in a CSV table.

    No recording is opened: ``data`` contains paths, which every front end accepts.

    Parameters
    ----------
    path : str or PathLike
        A folder with one subfolder per class; recordings may be in it at any depth. Or a CSV file (ending in ``.csv``)
        with a header and the columns ``path``, ``label`` and, optionally, ``group``. Relative paths in it are relative
        to the folder of the CSV file or, if there is no such file, to the working directory.
    labels : "folder", path of a CSV file, or str, default="folder"
        Source of the labels of a folder: the names of its first-level subfolders; a CSV file as above, whose name ends
        in ``.csv`` and whose relative paths are relative to `path`, or else to the folder of the CSV file, or else to
        the working directory; or, any other string, a regular expression to search in each file name: its first group,
        or the whole match if it has none, is the label.
    groups : None, "folder" or str, default=None
        Source of the groups, which should not be split between training and test sets. None: the column ``group`` of
        the CSV file if it has one, else no groups. "folder": the folder below the label's folder, as in
        ``label/group/clip.wav`` (with a CSV file: below the folder its paths are relative to). Any other string: a
        regular expression to search in each file name; its first group, or the whole match if it has none, is the
        group.
    extensions : sequence of str, default=(".wav", ".flac", ".ogg", ...)
        Suffixes of recordings in a folder, case-insensitive. The default are the formats that `skaudio.io.load` reads
        (some, such as ``.m4a`` and ``.webm``, only if ffmpeg is installed). Hidden files and folders are ignored. A CSV
        file may list any file.
    encoding : str or None, default=None
        Encoding of the CSV file, such as ``"cp1252"``; None: that of its byte order mark, or else UTF-8.

    Returns
    -------
    Bunch
        - ``data``: ndarray of shape (n_samples,), object; paths, str, sorted by their relative path, or in the order of
          the CSV file
        - ``target``: ndarray of shape (n_samples,), str; labels
        - ``groups``: ndarray of shape (n_samples,), str; or None
        - ``target_names``: ndarray of shape (n_classes,), str; the labels, sorted
        - ``DESCR``: source of the data

    Raises
    ------
    ValueError
        If there are no recordings, a recording has no label, a row of the table is invalid, or `groups` does not fit.

    Warns
    -----
    UserWarning
        If a subfolder contains no recording; if, with the default `extensions`, other files that may contain sound,
        such as films, are left out: their number by suffix.

    Notes
    -----
    A single class is accepted, since outlier detectors train on one.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("dog/anna_1.wav", "dog/ben_1.wav", "rain/anna_2.wav"):
    ...         file = pathlib.Path(folder, name)
    ...         file.parent.mkdir(exist_ok=True)
    ...         file.touch()
    ...     clips = load_folder(folder, groups=r"^([a-z]+)_")
    >>> clips.target.tolist(), clips.groups.tolist()
    (['dog', 'dog', 'rain'], ['anna', 'ben', 'anna'])
    """
    path = Path(path).expanduser()
    if not path.exists():
        raise ValueError(f"There is no folder or CSV file {str(path)!r}.")
    if path.is_dir() and labels == "folder":
        recordings = _from_folders(path, _check_extensions(extensions))
    elif path.is_dir() and Path(labels).suffix.lower() == ".csv":
        recordings = _from_table(Path(labels).expanduser(), path, encoding)
    elif path.is_dir():
        recordings = _from_names(path, os.fspath(labels), _check_extensions(extensions))
    elif path.suffix.lower() != ".csv":
        raise ValueError(f"path must be a folder or a file that ends in .csv, got the file {str(path)!r}.")
    elif labels != "folder":
        raise ValueError(f"labels={str(labels)!r} needs a folder as path, but path is the CSV file {str(path)!r}.")
    else:
        recordings = _from_table(path, path.parent, encoding)
    target = np.array([recording.label for recording in recordings])
    return Bunch(
        data=np.array([str(recording.path) for recording in recordings], dtype=object),
        target=target,
        groups=_groups(recordings, groups),
        target_names=np.unique(target),
        DESCR=f"{len(recordings)} recordings of {len(set(target))} classes from {path}",
    )


def _check_extensions(extensions: Sequence[str]) -> tuple[str, ...]:
    if isinstance(extensions, str) or not all(str(extension).startswith(".") for extension in extensions):
        raise ValueError(f"extensions must be a list of suffixes with dots, as ['.wav'], got {extensions!r}.")
    return tuple(extension.lower() for extension in extensions)


def _from_folders(root: Path, extensions: tuple[str, ...]) -> list[_Recording]:
    """List every recording below the first-level subfolders of ``root``, which are the labels."""
    visible = (entry for entry in root.iterdir() if not entry.name.startswith("."))
    entries = sorted(visible, key=lambda entry: entry.name)
    unlabelled = [entry.name for entry in entries if entry.is_file() and entry.suffix.lower() in extensions]
    if unlabelled:
        raise ValueError(
            f"Recordings directly in {str(root)!r} have no label: {_name_some(unlabelled)}. Put them into one "
            f"subfolder per class, or list them with their labels in a CSV file."
        )
    files_by_folder: dict[Path, list[Path]] = {}
    others: Counter[str] = Counter()
    for entry in filter(Path.is_dir, entries):
        files_by_folder[entry], folder_others = find_audio_files(entry, extensions)
        others += folder_others
    if extensions == AUDIO_EXTENSIONS:
        warn_of_others(root, others, stacklevel=3)
    if not any(files_by_folder.values()):
        raise ValueError(f"There are no recordings ({', '.join(extensions)}) in the subfolders of {str(root)!r}.")
    empty = [folder.name for folder, files in files_by_folder.items() if not files]
    if empty:
        warnings.warn(f"No recordings in these subfolders of {str(root)!r}: {_name_some(empty)}.", stacklevel=3)
    return [
        _Recording(folder / file, folder.name, "/".join(file.parts[:-1]))
        for folder, files in files_by_folder.items()
        for file in files
    ]


def _from_names(root: Path, pattern: str, extensions: tuple[str, ...]) -> list[_Recording]:
    """List every recording below ``root``, with the label in its name."""
    files, others = find_audio_files(root, extensions)
    if extensions == AUDIO_EXTENSIONS:
        warn_of_others(root, others, stacklevel=3)
    if not files:
        raise ValueError(f"There are no recordings ({', '.join(extensions)}) in {str(root)!r}.")
    labels = _search_names([file.name for file in files], pattern, "labels")
    return [
        _Recording(root / file, label, "/".join(file.parts[:-1])) for file, label in zip(files, labels, strict=True)
    ]


def _from_table(table: Path, base: Path, encoding: str | None) -> list[_Recording]:
    """List every row of a CSV table; relative paths are relative to ``base``, the table's or the working directory."""
    if not table.is_file():
        raise ValueError(f"There is no CSV file {str(table)!r}.")
    lines = io.StringIO(table_text(table, encoding), newline="")
    rows = csv.DictReader(lines, skipinitialspace=True, strict=True)
    bases = list(dict.fromkeys([base, table.parent, Path()]))
    recordings: list[_Recording] = []
    line_of: dict[str, int] = {}
    try:
        _check_columns(rows.fieldnames or [], table)
        for row in rows:
            where = f"{table}, line {rows.line_num}"
            recording = _read_row(row, bases, where)
            first = line_of.setdefault(os.path.abspath(recording.path), rows.line_num)
            if first != rows.line_num:
                raise ValueError(f"{where}: the file {str(recording.path)!r} is already in line {first}.")
            recordings.append(recording)
    except csv.Error as error:
        raise ValueError(
            f"{table}, line {rows.line_num}: {error}. Quote the whole cell, and double quotation marks within it."
        ) from error
    if not recordings:
        raise ValueError(f"{table} lists no recordings.")
    return recordings


def _check_columns(names: Sequence[str], table: Path) -> None:
    missing = [column for column in ("path", "label") if column not in names]
    if missing:
        raise ValueError(f"{table} has no column {' and no column '.join(missing)}; it has {list(names) or None}.")
    repeated = [column for column in COLUMNS if names.count(column) > 1]
    if repeated:
        raise ValueError(f"{table} has more than one column {repeated[0]}.")


def _read_row(row: dict[str, str | None], bases: Sequence[Path], where: str) -> _Recording:
    if None in row:  # csv's key of cells without a column
        raise ValueError(f"{where}: more cells than columns; put cells that contain a comma in quotation marks.")
    cells = {column: (row[column] or "").strip() for column in COLUMNS if column in row}
    empty = [column for column, cell in cells.items() if not cell]
    if empty:
        raise ValueError(f"{where}: the {' and the '.join(empty)} is empty.")
    broken = [column for column, cell in cells.items() if "\n" in cell or "\r" in cell]
    if broken:
        raise ValueError(f"{where}: the {broken[0]} spans several lines. Check for an unpaired quotation mark.")
    file = Path(cells["path"]).expanduser()
    base = next((base for base in bases if (base / file).is_file()), None)
    if base is None:
        tried = " or ".join(dict.fromkeys(repr(str(base / file)) for base in bases))
        raise ValueError(f"{where}: there is no file {tried}.")
    path = base / file
    parent = path.parent.relative_to(base) if path.is_relative_to(base) else path.parent
    return _Recording(path, cells["label"], "" if parent == Path() else parent.as_posix(), cells.get("group"))


def _groups(recordings: list[_Recording], groups: str | None) -> np.ndarray | None:
    """Return the group of each recording, from the table, the folders or the file names."""
    if groups is None:
        return None if recordings[0].group is None else np.array([recording.group for recording in recordings])
    if groups == "folder":
        flat = [str(recording.path) for recording in recordings if not recording.subfolder]
        if flat:
            raise ValueError(f"groups='folder' needs a folder per group, but there is none for {_name_some(flat)}.")
        return np.array([recording.subfolder for recording in recordings])
    return np.array(_search_names([recording.path.name for recording in recordings], groups, "groups"))


def _search_names(names: Sequence[str], expression: str, parameter: str) -> list[str]:
    """Return the first group of the expression in each name, or the whole match if it has none."""
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise ValueError(f"{parameter}={expression!r} is not a regular expression: {error}.") from error
    matches = [pattern.search(name) for name in names]
    texts = [match.group(min(pattern.groups, 1)) if match else "" for match in matches]
    unmatched = [name for name, text in zip(names, texts, strict=True) if not text]
    if unmatched:
        raise ValueError(
            f"{parameter}={expression!r} does not match {len(unmatched)} file name(s): {_name_some(unmatched)}."
        )
    return texts


def _name_some(names: Sequence[str], n_named: int = 5) -> str:
    """List the first few and count the rest."""
    rest = len(names) - n_named
    return ", ".join(map(repr, names[:n_named])) + (f" and {rest} more" if rest > 0 else "")
