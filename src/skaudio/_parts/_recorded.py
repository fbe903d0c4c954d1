"""Recordings in a part: which, in which version, and with which error."""

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from skaudio._remote import remote_version
from skaudio._urls import full_name, is_url
from skaudio._validation import as_array_or_sequence
from skaudio.io import clip_name

MISSING = "missing"  # version of a file that does not exist
UNKNOWN = "unknown"  # version of a remote file whose server states none
REQUESTS_AT_ONCE = 16


class Recorded(NamedTuple):
    """A recording in a part.

    Parameters
    ----------
    recording, version : str
        Full path or URL, and what changes with the content of the file.
    error : str or None
        First error of its rows.
    """

    recording: str
    version: str
    error: str | None = None


def place_of(recording: str | os.PathLike) -> str:
    """Return what identifies a recording: its full path, or its URL."""
    return full_name(os.fspath(recording))


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

    It is the size and the time of modification; of a remote file, the size and the ETag, generation or time.
    """
    try:
        if is_url(place):
            return remote_version(place)
        status = os.stat(place)
    except (FileNotFoundError, NotADirectoryError):
        return MISSING
    except ValueError:
        return UNKNOWN
    return f"{status.st_size} bytes, {status.st_mtime_ns} ns"


def recorded_now(places: Sequence[str]) -> list[Recorded]:
    """Return recordings with their present versions; those of remote files take a request each."""
    if not any(map(is_url, places)):
        return [Recorded(place, version_of(place)) for place in places]
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        return list(map(Recorded, places, pool.map(version_of, places)))


def part_name(settings: str, recordings: Sequence[Recorded]) -> str:
    """Return the name of the part of some recordings: a digest of what it depends on."""
    digest = hashlib.blake2b(settings.encode(), digest_size=12)
    for recorded in recordings:
        digest.update(f"\n{recorded.recording}\n{recorded.version}".encode())
    return f"part-{digest.hexdigest()}.parquet"
