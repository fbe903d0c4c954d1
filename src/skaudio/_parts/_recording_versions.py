"""What identifies a recording of a dataset, and its content: a path and size and time, or a URL and its ETag."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from skaudio._remote import file_system, remote_version, retried
from skaudio._urls import full_name, is_url
from skaudio._validation import as_array_or_sequence
from skaudio.io import clip_name

MISSING = "missing"  # version of a file that does not exist
N_REQUESTS = 32  # at the same time


class Recorded(NamedTuple):
    """A recording in a part.

    Parameters
    ----------
    recording, version : str
        Path or URL, and what changes with the content of the file.
    error : str or None
        First error of its rows.
    """

    recording: str
    version: str
    error: str | None = None


def place_of(recording: str | os.PathLike) -> str:
    """Return what identifies a recording: its full path, or its URL."""
    return full_name(recording if is_url(recording) else os.fspath(recording))


def places_of(recordings: Any, instead: str) -> list[str]:
    """Return the full paths or URLs of recordings, each once.

    Parameters
    ----------
    recordings : sequence of str or PathLike
        Paths or URLs.
    instead : str
        What to do with clips in memory, for messages.
    """
    if isinstance(recordings, (str, os.PathLike)):
        raise TypeError(f"Expected a sequence of paths, got a single one. Pass a list: [{recordings!r}].")
    places: dict[str, None] = {}
    for i, clip in enumerate(as_array_or_sequence(recordings)):
        if not isinstance(clip, (str, os.PathLike)):
            raise TypeError(f"Expected paths of recordings, got {clip_name(clip, i)}. {instead}")
        place = place_of(clip)
        try:
            place.encode()
        except UnicodeEncodeError as error:
            raise ValueError(f"Parquet requires names in UTF-8, got {place!r}. Rename that file.") from error
        places[place] = None
    if not places:
        raise ValueError("Found 0 recordings; a minimum of 1 is required.")
    return list(places)


def version_of(place: str) -> str:
    """Return what changes with the content of a file; `MISSING` without a file.

    Of a local file, its size and time of modification. Of a remote one, its size and its ETag or generation, or else
    its time; its size alone if its server states nothing else.
    """
    try:
        if is_url(place):
            return _remote_version(place)
        status = os.stat(place)
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    return f"{status.st_size} bytes, {status.st_mtime_ns} ns"


def versions_of(places: Sequence[str]) -> list[str]:
    """Return `version_of` each file, with many requests at the same time."""
    if not any(map(is_url, places)):
        return list(map(version_of, places))
    with ThreadPoolExecutor(min(N_REQUESTS, len(places))) as pool:
        return list(pool.map(version_of, places))


def recorded_now(places: Sequence[str]) -> list[Recorded]:
    """Return recordings in their present versions."""
    return list(map(Recorded, places, versions_of(places)))


def _remote_version(url: str) -> str:
    try:
        return remote_version(url)
    except ValueError:
        fs, path = file_system(url)
        return f"{retried(lambda: fs.info(path), url).get('size')} bytes"
