"""`recording_start`: the date and time at which a recording begins."""

import os
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from skaudio._urls import is_url, local_path
from skaudio._warnings import warn_user
from skaudio.io._audio_error import AudioError
from skaudio.io._clip import clip_name, contains_clip
from skaudio.io._file_view import FileView
from skaudio.io._name_start import name_start
from skaudio.io._remote_file import RemoteFile
from skaudio.io._wav_metadata import metadata_start

SOURCES = ("auto", "metadata", "name")
TOLERANCE_SECONDS = 60.0  # recorders name a file before they begin to record, or round to minutes


def recording_start(recording: Any, *, source: str = "auto", pattern: str | None = None) -> datetime:
    r"""Return the date and time at which a recording begins, as its metadata or its file name state it.

    Parameters
    ----------
    recording : path, binary file object or dict
        The recording; see `load`. Arrays have no start.
    source : {"auto", "metadata", "name"}, default="auto"
        Where the start is stated.

        - ``"metadata"``: in a WAV file, the field ``Timestamp`` of GUANO [1]_; or the comment of AudioMoth [2]_; or the
          origination date and time of the Broadcast Wave Format [3]_;
        - ``"name"``: in the file name, such as ``20230401_050000.WAV`` (AudioMoth), ``SITE1_20230401_050000.wav`` (Song
          Meter), ``20230401T050000+0200.flac`` or ``2023-04-01 05-00-00.wav``, with or without an offset from UTC;
        - ``"auto"``: in the metadata or, without these, in the name. A file that does not exist is known by its name.
    pattern : str or None, default=None
        Pattern of the file names, which implies ``source="name"``: a regular expression with the named groups ``year``,
        ``month``, ``day``, ``hour`` and, optionally, ``minute``, ``second``, ``fraction`` (of a second) and ``zone``
        (``Z`` or an offset such as ``+0200``); or a format of `datetime.datetime.strptime`, such as ``"%d%m%y-%H%M"``.
        It is searched in the file name; one with a slash, in the path, with slashes between folders.

    Returns
    -------
    datetime.datetime
        The start. It has a time zone if the source states one; otherwise, it is a time of the recorder's clock.

    Raises
    ------
    ValueError
        If no start is stated, or it is not valid; the message names the recording.
    AudioError
        If the file cannot be read.

    Warns
    -----
    UserWarning
        If the metadata and the file name disagree by more than a minute, whatever the time zone: the metadata is used.
        If a field of the metadata is not valid, but another or the name states the start.

    See Also
    --------
    skaudio.events.recording_starts : Start times of many recordings, as a table.

    References
    ----------
    .. [1] "GUANO metadata specification", version 1.0, 2017.
    .. [2] "AudioMoth firmware", Open Acoustic Devices.
    .. [3] EBU Tech 3285, "Specification of the Broadcast Wave Format", version 2, 2011.

    Examples
    --------
    >>> from skaudio.io import recording_start
    >>> print(recording_start("site1/20230401_050000.WAV"))
    2023-04-01 05:00:00
    >>> print(recording_start("20230401_050000+0200.flac"))
    2023-04-01 05:00:00+02:00
    >>> pattern = r"(?P<day>\d+)\.(?P<month>\d+)\.(?P<year>\d+) (?P<hour>\d+)h"
    >>> print(recording_start("dawn 1.4.23 5h.wav", pattern=pattern))
    2023-04-01 05:00:00
    >>> print(recording_start("2023-04-01/050000.wav", pattern="%Y-%m-%d/%H%M%S"))
    2023-04-01 05:00:00
    """
    if source not in SOURCES:
        raise ValueError(f"source={source!r}; expected one of {', '.join(map(repr, SOURCES))}.")
    name, path = clip_name(recording), _path_of(recording)
    source = source if pattern is None else "name"
    stated, field, problems = (None, "", []) if source == "name" else _metadata_start(recording, name, source)
    named = None
    if path is not None and source != "metadata":
        try:
            named = name_start(path, pattern)
        except ValueError as error:
            problems.append(str(error))
    start = stated or named
    if start is None:
        raise ValueError(_unknown(name, source, pattern, problems))
    if problems:
        warn_user(f"{name}: {'; '.join(problems)}. Its start is taken as {start}.")
    if stated is not None and named is not None and not _agree(stated, named):
        warn_user(
            f"{name} begins at {stated} according to {field}, but its file name states {named}. The former is used; "
            "pass source='name' for the latter.",
        )
    return start


def _path_of(recording: Any) -> str | None:
    """Return the path of a recording, if it has one."""
    if isinstance(recording, (str, os.PathLike)):
        return os.fsdecode(recording)
    if isinstance(recording, Mapping):
        path = recording["audio"] if contains_clip(recording) else recording.get("path")
        return None if path is recording else _path_of(path)
    name = getattr(recording, "name", None)
    return name if isinstance(name, str) else None


def _metadata_start(recording: Any, name: str, source: str) -> tuple[datetime | None, str, list[str]]:
    path = _path_of(recording)
    content = recording.get("bytes") if isinstance(recording, Mapping) else None
    if hasattr(recording, "seekable"):
        content = recording if recording.seekable() else b""  # what is read of a pipe could not be decoded later
    is_optional = source == "auto" and content is None
    if content is None and (path is None or (is_optional and _is_gone(path))):
        return None, "", []
    try:
        with _view_of(path if content is None else content, name) as view:
            return metadata_start(view)
    except FileNotFoundError as error:  # a URL
        if is_optional:
            return None, "", []
        raise AudioError(f"{error} Expected a file, or source='name' for its name alone.") from error


def _is_gone(path: str) -> bool:
    return not is_url(path) and not os.path.exists(local_path(path))


@contextmanager
def _view_of(source: Any, name: str) -> Iterator[FileView]:
    """Open a path, the bytes of a record or a file object, whose position is restored."""
    if hasattr(source, "read"):
        view = FileView(source, source.tell())
        yield view
        view.restore()
    elif not isinstance(source, str):
        yield FileView(BytesIO(source))
    elif is_url(source):
        with closing(RemoteFile(source)) as remote:
            yield FileView(remote)
    else:
        try:
            file = open(local_path(source), "rb")  # noqa: SIM115
        except OSError as error:
            raise AudioError(
                f"{name} cannot be read: {error.strerror}. Expected a file, or source='name' for its name alone."
            ) from error
        with file:
            yield FileView(file)


def _agree(stated: datetime, named: datetime) -> bool:
    """Return whether two times are the same; one without a zone may be in that of the other, or in UTC."""
    if (stated.tzinfo is None) == (named.tzinfo is None):
        differences = [stated - named]
    else:
        aware, naive = (stated, named) if named.tzinfo is None else (named, stated)
        differences = [aware.replace(tzinfo=None) - naive, aware.astimezone(UTC).replace(tzinfo=None) - naive]
    return any(abs(difference.total_seconds()) <= TOLERANCE_SECONDS for difference in differences)


def _unknown(name: str, source: str, pattern: str | None, problems: list[str]) -> str:
    """Return the message for a recording whose start is unknown."""
    if problems:
        looked = "; ".join(problems)
    elif pattern is not None:
        looked = f"pattern={pattern!r} does not match its name"
    else:
        places = {"metadata": "metadata (GUANO, AudioMoth, BWF)", "name": "file name (such as 20230401_050000)"}
        looked = f"its {' and '.join(places[place] for place in places if source in {place, 'auto'})} state no time"
    remedy = "Pass a pattern of the file names" if source != "metadata" else "Pass source='name'"
    return f"The start of {name} is unknown: {looked}. {remedy}, or a table of starts where one is accepted."
