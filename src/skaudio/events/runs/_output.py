"""Where a run writes events: one table, or a folder of label files, local or remote."""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from skaudio._parts._files import Files, files_of
from skaudio._urls import file_name, folder_of, joined
from skaudio.events._event import Event
from skaudio.events.tables import (
    RAVEN_SUFFIX,
    check_format,
    check_names,
    event_table,
    folder_contents,
    format_of,
    table_bytes,
)

Durations = Mapping[str, float] | None


@dataclass(frozen=True)
class TableOutput:
    """A table, or a folder of label files.

    Parameters
    ----------
    path : Path or str
        Path or URL.
    format : str or None
        Format of label files; None for a table, whose suffix determines it.
    """

    path: Path | str
    format: str | None = None

    @property
    def files(self) -> Files:
        """The folder of the table, or of the label files."""
        return files_of(folder_of(self.path) if self.format is None else self.path)

    @property
    def parts(self) -> Files:
        """The folder of parts."""
        name = ".parts" if self.format is not None else f".{file_name(self.path)}.parts"
        folder = self.path if self.format is not None else folder_of(self.path)
        return files_of(folder / name if isinstance(folder, Path) else joined(folder, name))

    @property
    def record(self) -> str:
        """The file name of the list of recordings."""
        return "_recordings.json" if self.format is not None else f"{file_name(self.path)}.recordings.json"

    @property
    def needs_durations(self) -> bool:
        """Whether the format requires the durations of recordings."""
        return self.format is None and str(self.path).lower().endswith(RAVEN_SUFFIX)

    def check_place(self) -> None:
        """Raise FileNotFoundError if there is no folder to write a table into."""
        if self.format is None and isinstance(self.path, Path) and not self.path.absolute().parent.is_dir():
            raise FileNotFoundError(f"There is no folder {str(self.path.parent)!r} to write {self.path.name!r} into.")

    def check(self, names: Sequence, labels: Sequence, durations: Durations) -> None:
        """Raise the errors of writing events of these recordings, before any computation."""
        if self.format is None:
            check_format(self.path, names, labels, durations)
            check_names(self.path, names)
        else:
            events = [Event(2 * i, 2 * i + 1, label) for i, label in enumerate(labels)]
            self.contents([events], names[:1], durations)

    def contents(self, events: Sequence[Sequence[Any]], names: Sequence, durations: Durations) -> dict[str, bytes]:
        """Return the files of events, by their names."""
        table = event_table(events, names)
        if self.format is not None:
            return folder_contents(self.path, table, self.format, durations, names)
        return {file_name(self.path): table_bytes(table, self.path, format_of(self.path, None), durations)}

    def present(self, files: Iterable[str]) -> dict[str, bytes]:
        """Read those files that exist."""
        contents = {}
        for name in files:
            try:
                contents[name] = self.files.read(name)
            except FileNotFoundError:
                continue
        return contents

    def exists(self) -> bool:
        """Return whether there is a table; of label files, a list of their recordings."""
        return self.files.has(self.record if self.format is not None else file_name(self.path))


def digest_of(contents: Mapping[str, bytes]) -> str:
    """Return the digest of files: of a single one, that of its content."""
    digest = hashlib.blake2b()
    for name in sorted(contents):
        if len(contents) > 1:
            digest.update(os.fsencode(f"{name} {len(contents[name])} "))
        digest.update(contents[name])
    return digest.hexdigest()[:32]
