"""Record of the recordings in a finished table of events, in a file beside it.

The table can be extended by it: recordings that are in the table, and have not changed since, are not processed again.
Their events are kept, too, as formats of tables drop fields, or the folders of recordings.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from skaudio._remote import remote_version
from skaudio._urls import is_url
from skaudio.events._event import Event
from skaudio.io._replacing import replacing

VERSION = 1
PENDING = "finished.json"


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
    def of(cls, name: str, events: Sequence[Event]) -> Self:
        """Return the present state of a recording with these events."""
        fields = [list(event) for event in events]
        if is_url(name):
            return cls(name, None, None, fields, version=_version_of(name))
        try:
            status = os.stat(name)
        except OSError:
            return cls(name, None, None, fields)
        return cls(name, status.st_size, status.st_mtime_ns, fields)

    def has_changed(self) -> bool:
        """Return whether the file has another size or modification time, or version; not known for one that is gone."""
        now = RecordedFile.of(self.name, [])
        if now.version is not None:
            return self.version not in {None, now.version}
        return None not in {now.size, self.size} and (now.size, now.modified_ns) != (self.size, self.modified_ns)


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
        Digest of the file.
    detector, decoding : str
        Fingerprints of what the scores depend on, and of the settings with which they were decoded.
    recordings : list of RecordedFile
        Recordings in the table, with or without events.
    """

    table: str
    detector: str
    decoding: str
    recordings: list[RecordedFile]

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """Read the record of a table; None if there is no such table.

        Raises
        ------
        ValueError
            If there is a table without a record, or if that is damaged or of another version.
        """
        record = record_path(path)
        if not path.exists():
            return None
        if not record.exists():
            raise ValueError(
                f"{str(path)!r} exists, but not {record.name!r}, the list of its recordings, so that it cannot be "
                "extended. Write to another file; or pass extend=False, to replace it."
            )
        try:
            content = json.loads(record.read_text(encoding="utf-8"))
            if content.pop("version") != VERSION:
                raise ValueError(f"expected version {VERSION}")
            recordings = [RecordedFile(**entry) for entry in content.pop("recordings")]
            return cls(recordings=recordings, **content)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ValueError(
                f"{str(record)!r} is damaged: {error}. Pass extend=False, to replace the table."
            ) from error

    def write(self, path: Path) -> None:
        """Write the record to a file atomically."""
        content: dict[str, Any] = {"version": VERSION, **asdict(self)}
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(content), encoding="utf-8")

    def check_unedited(self, path: Path) -> None:
        """Raise ValueError if a table is not as it was written: what was edited would be lost."""
        if digest_of(path) != self.table:
            raise ValueError(
                f"{str(path)!r} was edited since it was written, so that it cannot be extended. Write to another file; "
                "or pass extend=False, to replace it."
            )


def record_path(path: Path) -> Path:
    """Return the path of the record of a table."""
    return path.with_name(f"{path.name}.recordings.json")


def digest_of(path: Path) -> str:
    """Return the digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def replace_table(path: Path, staged: Path, record: FinishedTable) -> None:
    """Move a new table to its place, and write its record.

    The record is kept beside the new table before: `complete_replacement` finishes what was interrupted in between.
    """
    pending = staged.with_name(PENDING)
    record.write(pending)
    os.replace(staged, path)
    os.replace(pending, record_path(path))


def complete_replacement(path: Path, folder: Path) -> None:
    """Finish a run that was interrupted when its table had been moved to its place, but not its record."""
    pending = folder / PENDING
    if not path.exists() or not pending.exists():
        return
    if json.loads(pending.read_text(encoding="utf-8"))["table"] == digest_of(path):
        os.replace(pending, record_path(path))
        shutil.rmtree(folder)
