"""What was found in each of many recordings, kept until all are done."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from skaudio.events._event import Event
from skaudio.io._replacing import replacing


class Parts:
    """A folder with a file for each recording that is done.

    Parameters
    ----------
    folder : Path
        The folder, which is there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, number: int) -> bool:
        return self._path(number).exists()

    def keep(self, number: int, events: Sequence[Event]) -> None:
        """Write the events of a recording, all or none."""
        with replacing(self._path(number)) as aside:
            aside.write_text(json.dumps([list(event) for event in events]), encoding="utf-8")

    def read(self, number: int) -> list[Event]:
        """Read them back; none of a recording that is not done."""
        if number not in self:
            return []
        return [Event(*fields) for fields in json.loads(self._path(number).read_text(encoding="utf-8"))]

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"


@contextmanager
def kept_parts(path: Path, names: Sequence, fingerprint: str) -> Iterator[Parts]:
    """Give the parts of the table that is to be written to a path; they stay if that fails, and else go away.

    Parameters
    ----------
    path : Path
        The table.
    names : sequence
        Of the recordings.
    fingerprint : str
        Of who finds events in them.

    Yields
    ------
    Parts
        Those that are there already, to go on with.

    Raises
    ------
    ValueError
        If there are parts of other recordings, or by another detector.
    """
    folder = path.with_name(f".{path.name}.parts")
    made_of = {"recordings": [str(name) for name in names], "detector": fingerprint}
    folder.mkdir(exist_ok=True)
    manifest = folder / "manifest.json"
    if manifest.exists():
        kept = json.loads(manifest.read_text(encoding="utf-8"))
        different = next((what for what in made_of if kept.get(what) != made_of[what]), None)
        if different is not None:
            raise ValueError(f"{str(folder)!r} was left by a run with another {different}. Delete it to start anew.")
    else:
        with replacing(manifest) as aside:
            aside.write_text(json.dumps(made_of), encoding="utf-8")
    yield Parts(folder)
    shutil.rmtree(folder)
