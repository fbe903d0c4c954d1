"""Names of files in tables: file systems allow bytes that are no UTF-8, which Python keeps as lone surrogates.

Tables of text hold them as they are (``errors="surrogateescape"``), data frames as objects, and Parquet does not.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any


def is_utf8(name: Any) -> bool:
    """Return whether a name can be written as UTF-8; numbers can."""
    try:
        str(name).encode()
    except UnicodeEncodeError:
        return False
    return True


def name_dtype(names: Iterable) -> type | None:
    """Return the dtype of a pandas column or index of names: object where its strings would refuse one, else None."""
    return None if all(map(is_utf8, names)) else object


def check_names(path: Path, names: Iterable) -> None:
    """Raise ValueError if a table, by the ending of its name, cannot hold the names."""
    wrong = next((name for name in names if not is_utf8(name)), None)
    if wrong is not None and path.name.lower().endswith(".parquet"):
        raise ValueError(
            f"{str(path)!r}: Parquet holds names in UTF-8 only, and '{wrong}' is not. Rename that file, or write .csv."
        )
