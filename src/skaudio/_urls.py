"""Names of files that are URLs, such as ``s3://bucket/night.wav``, rather than paths."""

import os
import re
from pathlib import Path
from typing import Any, TypeGuard
from urllib.parse import urlsplit
from urllib.request import url2pathname

# Two letters at least: C:// is a drive of Windows. "::" chains file systems, as in simplecache::s3://bucket/night.wav.
SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]+::)*[A-Za-z][A-Za-z0-9+.-]+://")
LOCAL = "file://"


def is_url(name: Any) -> TypeGuard[str]:
    """Return whether a name is the URL of a remote file; one of a local file, ``file://``, is a path.

    Parameters
    ----------
    name : object
        Name of a file, or anything else.

    Returns
    -------
    bool

    Examples
    --------
    >>> from skaudio._urls import is_url
    >>> is_url("s3://bucket/night.wav"), is_url("night.wav"), is_url("C:/night.wav"), is_url("file:///data/night.wav")
    (True, False, False, False)
    """
    return isinstance(name, str) and "://" in name and not name.startswith(LOCAL) and SCHEME.match(name) is not None


def local_path(name: Any) -> Any:
    """Return the path of a local file that is named by a ``file://`` URL; any other name as it is.

    Examples
    --------
    >>> from skaudio._urls import local_path
    >>> local_path("file:///data/night%201.wav"), local_path("night.wav")
    ('/data/night 1.wav', 'night.wav')
    """
    if not (isinstance(name, str) and name.startswith(LOCAL)):
        return name
    parts = urlsplit(name)
    return url2pathname(f"//{parts.netloc}{parts.path}" if parts.netloc not in {"", "localhost"} else parts.path)


def full_name(name: str | os.PathLike) -> Any:
    """Return the absolute path of a file, or its URL."""
    return name if is_url(name) else os.path.abspath(local_path(name))


def folder_of(name: Path | str) -> Path | str:
    """Return the folder of a file: of a URL, that of a remote folder."""
    return name.parent if isinstance(name, Path) else name.rpartition("/")[0]


def file_name(name: Path | str) -> str:
    """Return the name of a file without its folder."""
    return name.name if isinstance(name, Path) else name.rpartition("/")[2]


def path_or_url(name: Any) -> Path | str:
    """Return a URL as it is, and any other name of a file as a path."""
    return name if is_url(name) else Path(local_path(name))


def joined(folder: str, name: str) -> str:
    """Return the URL of a file in a remote folder, or in an archive, as ``zip://::s3://bucket/nights.zip``."""
    first, chain, rest = folder.partition("::")
    if "://" not in first:
        first, chain, rest = folder, "", ""
    slash = "" if first.endswith("/") else "/"
    return f"{first}{slash}{name}{chain}{rest}"
