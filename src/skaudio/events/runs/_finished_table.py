"""Record of the recordings in a finished table of events, in a file beside it.

The table can be extended by it: recordings that are in the table, and have not changed since, are not processed again.
Their events are kept, too, as formats of tables drop fields, or the folders of recordings.
"""

import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from skaudio._remote import remote_version
from skaudio._urls import file_name, is_url, local_path
from skaudio.events._event import Event
from skaudio.events.runs._output import TableOutput, digest_of
from skaudio.events.runs._parts import PENDING

VERSION = 1
REQUESTS_AT_ONCE = 16


@dataclass(frozen=True)
class RecordedFile:
    """State of a recording when it was processed.

    Parameters
    ----------
    name : str
        Its name in the table.
    size, modified_ns : int or None
        Size in bytes and modification time in nanoseconds; None if it is not a local file.
    events : list of lists
        Fields of its events.
    seconds : float or None
        Duration, if it was needed.
    version : str or None
        Version of a remote file, such as its ETag; None if it is not known.
    """

    name: str
    size: int | None
    modified_ns: int | None
    events: list[list]
    seconds: float | None = None
    version: str | None = None

    @classmethod
    def of(cls, name: str) -> Self:
        """Return the present state of a recording, without events."""
        if is_url(name):
            return cls(name, None, None, [], version=_version_of(name))
        try:
            status = os.stat(local_path(name))
        except OSError:
            return cls(name, None, None, [])
        return cls(name, status.st_size, status.st_mtime_ns, [])

    def with_events(self, events: Sequence[Event], seconds: float | None) -> Self:
        """Return the state with these events, and a duration."""
        return replace(self, events=[list(event) for event in events], seconds=seconds)

    def stated_version(self) -> str | None:
        """Return what changes with the content of the file; None if it is not known, as for one that is gone."""
        return self.version if self.size is None else f"{self.size} bytes, {self.modified_ns} ns"

    def differs_from(self, now: "RecordedFile") -> bool:
        """Return whether the file has another version now; not known for one that is gone."""
        versions = {self.stated_version(), now.stated_version()}
        return None not in versions and len(versions) > 1


def states_of(names: Sequence[str]) -> list[RecordedFile]:
    """Return the present states of recordings; those of remote files take a request each."""
    if not any(map(is_url, names)):
        return list(map(RecordedFile.of, names))
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        return list(pool.map(RecordedFile.of, names))


def _version_of(url: str) -> str | None:
    try:
        return remote_version(url)
    except (FileNotFoundError, ValueError):  # it is gone, or its server states no version
        return None


@dataclass(frozen=True)
class FinishedTable:
    """Record of a finished table.

    Parameters
    ----------
    table : str
        Digest of the file, or files.
    detector, decoding : str
        Fingerprints of what the scores depend on, and of the settings with which they were decoded.
    recordings : list of RecordedFile
        Recordings in the table, with or without events.
    files : list of str
        Names of label files; empty for a table.
    """

    table: str
    detector: str
    decoding: str
    recordings: list[RecordedFile]
    files: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, output: TableOutput) -> Self | None:
        """Read the record of a table; None if there is no such table.

        Raises
        ------
        ValueError
            If there is a table without a record, or if that is damaged or of another version.
        """
        path = str(output.path)
        if not output.exists():
            return None
        try:
            text = output.files.read(output.record)
        except FileNotFoundError:
            raise ValueError(
                f"{path!r} exists, but not {output.record!r}, the list of its recordings, so that it cannot be "
                "extended. Write to another file; or pass extend=False, to replace it."
            ) from None
        try:
            content = json.loads(text)
            if content.pop("version") != VERSION:
                raise ValueError(f"expected version {VERSION}")
            recordings = [RecordedFile(**entry) for entry in content.pop("recordings")]
            return cls(recordings=recordings, **content)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            where = str(output.path.with_name(output.record)) if isinstance(output.path, Path) else output.record
            raise ValueError(f"{where!r} is damaged: {error}. Pass extend=False, to replace the table.") from error

    def text(self) -> bytes:
        """Return the content of the file."""
        return json.dumps({"version": VERSION, **asdict(self)}, default=lambda value: value.item()).encode()

    def check_unedited(self, output: TableOutput) -> None:
        """Raise ValueError if a table is not as it was written: what was edited would be lost."""
        if digest_of(output.present(self.files or [file_name(output.path)])) != self.table:
            raise ValueError(
                f"{str(output.path)!r} was edited since it was written, so that it cannot be extended. Write to "
                "another file; or pass extend=False, to replace it."
            )


def replace_table(output: TableOutput, contents: Mapping[str, bytes], finished: FinishedTable) -> None:
    """Write a table and its record.

    The record is kept among the parts before: `complete_replacement` finishes what was interrupted in between.
    """
    text = finished.text()
    output.parts.write(PENDING, text)
    for name, content in contents.items():
        output.files.write(name, content)
    output.files.write(output.record, text)


def complete_replacement(output: TableOutput) -> bool:
    """Finish a run that was interrupted when its table had been written, but not its record.

    Returns
    -------
    bool
        Whether a run was interrupted while it wrote its table, so that this may be neither old nor new.
    """
    try:
        text = output.parts.read(PENDING)
    except FileNotFoundError:
        return False
    pending = json.loads(text)
    if digest_of(output.present(pending["files"] or [file_name(output.path)])) != pending["table"]:
        return True
    output.files.write(output.record, text)
    for name in output.parts.names():
        if not name.startswith("."):
            output.parts.remove(name)
    return False
