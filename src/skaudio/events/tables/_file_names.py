"""File names in tables: file systems allow bytes that are not UTF-8, which Python stores as lone surrogates.

Text tables store them unchanged (``errors="surrogateescape"``), data frames as objects, and Parquet not at all.
"""

import re
from collections.abc import Iterable, Sequence
from os import PathLike, fsdecode
from pathlib import Path
from typing import Any


def recording_names(recordings: Sequence) -> list:
    """Return the names of recordings in tables: their paths, or their indices."""
    return [fsdecode(clip) if isinstance(clip, (str, PathLike)) else i for i, clip in enumerate(recordings)]


def base_name(path: str) -> str:
    """Return the last part of a path of any operating system."""
    return re.split(r"[/\\]", path)[-1]


def names_or_paths(names: Sequence[str], paths: Sequence[str]) -> list[str]:
    """Return names of recordings, or their paths if two different ones have one name."""
    paths_of_name: dict[str, set[str]] = {}
    for name, path in zip(names, paths, strict=True):
        paths_of_name.setdefault(name, set()).add(path)
    return list(paths if any(len(paths_i) > 1 for paths_i in paths_of_name.values()) else names)


def is_utf8(name: Any) -> bool:
    """Return whether a name can be encoded as UTF-8; True for numbers."""
    try:
        str(name).encode()
    except UnicodeEncodeError:
        return False
    return True


def name_dtype(names: Iterable) -> type | None:
    """Return the dtype of a pandas column or index of names: object if its strings cannot hold one, else None."""
    return None if all(map(is_utf8, names)) else object


def check_names(path: Path | str, names: Iterable) -> None:
    """Raise ValueError if a table, by its suffix, cannot hold the names."""
    invalid = next((name for name in names if not is_utf8(name)), None)
    if invalid is not None and str(path).lower().endswith(".parquet"):
        raise ValueError(
            f"{str(path)!r}: Parquet requires names in UTF-8, got '{invalid}'. Rename that file, or write .csv."
        )
