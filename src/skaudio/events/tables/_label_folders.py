"""Folders of label files, one for each recording."""

import os
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path, PurePath
from typing import Any

from skaudio._remote import remote_files, url_name
from skaudio._urls import full_name, is_url, joined, local_path
from skaudio.events.tables._file_names import base_name
from skaudio.events.tables._reading import KNOWN_BY_HEADER, RAVEN_SUFFIX, SUFFIXES, format_of, rows_of
from skaudio.events.tables._rows import EventTableError, first_repetition
from skaudio.events.tables._writing import table_bytes

OTHER_FILES = {"birdnet_analysis_params.csv"}  # BirdNET-Analyzer writes it beside its results


def label_files(folder: Path | str, format: str | None) -> dict[Path | str, str]:  # noqa: A002
    """Find the label files below a folder, at any depth, without hidden ones.

    Parameters
    ----------
    folder : Path or str
        The folder, or its URL.
    format : str or None
        Format of the files. If None, of any format, by their suffixes.

    Returns
    -------
    dict of Path or str to str
        Name of the recording of each file, if the file does not name it: the path in the folder, without suffix.

    Raises
    ------
    EventTableError
        If there are none.
    """
    of_format = next((other for other, others in KNOWN_BY_HEADER.items() if format in others), format)
    suffixes = [suffix for suffix, known in SUFFIXES.items() if format is None or known in {format, of_format}]
    files: dict[Path | str, str] = {}
    for file in sorted(_files_below(folder)):
        is_known = file.name.lower().endswith(tuple(suffixes)) and file.name.lower() not in OTHER_FILES
        if is_known and not any(part.startswith(".") for part in file.parts):
            path = folder / file if isinstance(folder, Path) else joined(folder, file.as_posix())
            files[path] = "/".join([*file.parts[:-1], recording_of(path)])
    if not files:
        raise EventTableError(f"There are no label files ({', '.join(suffixes)}) in the folder {str(folder)!r}.")
    return files


def _files_below(folder: Path | str) -> list[PurePath]:
    if isinstance(folder, str):
        return list(remote_files(folder))
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]


def recording_of(path: Path | str) -> str:
    """Return the recording that a label file is named after: night for night.Table.1.selections.txt.

    This is the naming scheme of Raven; that of BirdNET-Analyzer is night.BirdNET.selection.table.txt.
    """
    name = path.name if isinstance(path, Path) else url_name(path)
    name = name[: -len(RAVEN_SUFFIX)] if name.lower().endswith(RAVEN_SUFFIX) else PurePath(name).stem
    return re.sub(r"(?i)(?<=.)\.(table\.[^.]*|birdnet\.(selection\.table|results))$", "", name)


def check_distinct(events: Sequence[tuple[Any, Any]], folder: Path | str) -> None:
    """Raise if two files have the same event, as where a recording has two label files."""
    pair = first_repetition(events)
    if pair is not None:
        recording, event = events[pair[1]]
        raise EventTableError(
            f"{folder}: two files have {event!r} of the recording {recording!r}. Pass the format of one of them, move "
            "the other, or pass duplicates='keep'."
        )


def names_folder(path: str | os.PathLike) -> bool:
    """Return whether a path is that of a folder that exists, or, as a URL, too, ends with a slash."""
    return os.fspath(path).endswith(("/", os.sep)) or (not is_url(path) and Path(local_path(path)).is_dir())


def folder_contents(
    folder: Path | str,
    table: Any,
    format: str,  # noqa: A002
    durations: Mapping[str, float] | None,
    recordings: Sequence | None = None,
) -> dict[str, bytes]:
    """Return the label files of recordings, by their names in a folder.

    Parameters
    ----------
    folder : Path or str
        The folder, or its URL, for messages.
    table : DataFrame
        Events.
    format : str
        Format of the files, which determines their suffix.
    durations : dict of str to float or None
        See `write_events`.
    recordings : sequence or None, default=None
        Names of all recordings; one without events has an empty file, or a header. If None, those in the table.

    Raises
    ------
    ValueError
        If the format cannot hold the events, or is not for label files.
    """
    suffix = next((suffix for suffix, known in SUFFIXES.items() if known == format_of(folder, format)), None)
    if suffix is None or format == "parquet":
        raise ValueError(f"{str(folder)!r}: a folder holds label files, got format={format!r}. Expected 'audacity'.")
    suffix = ".TextGrid" if format == "textgrid" else suffix
    if recordings is None:
        recordings = list(dict.fromkeys(recording for _, recording, _ in rows_of(table)))
    events_of, none = dict(iter(table.groupby("recording", sort=False))), table.iloc[:0]
    contents = {}
    for recording, name in zip(recordings, _file_names(recordings), strict=True):
        own = events_of.get(recording, none)
        contents[f"{name}{suffix}"] = table_bytes(own, f"{folder}/{name}{suffix}", format, durations)
    return contents


def _file_names(recordings: Sequence) -> list[str]:
    """Name files after recordings, without suffix; where several have one name, also after their folders."""
    names = [os.path.splitext(base_name(str(recording)))[0] for recording in recordings]
    if not _has_repetition(names):
        return names
    parts = [re.split(r"[/\\]", full_name(str(recording))) for recording in recordings]
    levels = zip(*(part[:-1] for part in parts), strict=False)
    n_common = len(list(takewhile(lambda level: len(set(level)) == 1, levels)))
    paths = ["/".join(part[n_common:]) for part in parts]
    names = [os.path.splitext(path)[0] for path in paths]
    return paths if _has_repetition(names) else names  # of one name, but of several formats


def _has_repetition(names: Sequence[str]) -> bool:
    """Return whether names occur twice where letters of both cases are one."""
    return len({name.casefold() for name in names}) < len(names)
