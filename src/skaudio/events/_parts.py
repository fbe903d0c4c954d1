"""Cache of the events of each recording, kept until all are processed."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from skaudio.events._event import Event
from skaudio.io import clip_key
from skaudio.io._replacing import replacing


class Parts:
    """Folder with a file for each processed recording.

    Parameters
    ----------
    folder : Path
        An existing folder.
    recordings : sequence
        Clips; cached events of one that has changed are ignored.
    """

    def __init__(self, folder: Path, recordings: Sequence) -> None:
        self._folder = folder
        self._keys = [_key(recording) for recording in recordings]

    def __contains__(self, number: int) -> bool:
        return self._read_part(number) is not None

    def keep(self, number: int, events: Sequence[Event]) -> None:
        """Write the events of a recording atomically."""
        part = {"recording": self._keys[number], "events": [list(event) for event in events]}
        with replacing(self._path(number)) as temporary:
            temporary.write_text(json.dumps(part), encoding="utf-8")

    def read(self, number: int) -> list[Event]:
        """Read the events of a recording; none if it is not processed."""
        return [Event(*fields) for fields in self._read_part(number) or []]

    def _read_part(self, number: int) -> list | None:
        if not self._path(number).exists():
            return None
        part = json.loads(self._path(number).read_text(encoding="utf-8"))
        # Recordings without a key, such as deleted files, count as unchanged.
        return part["events"] if self._keys[number] in {None, part["recording"]} else None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"


def _key(recording: Any) -> str | None:
    """Return a key that changes with a file's size or time, or with an array; None if unknown."""
    try:
        return clip_key(recording, b"").hex()
    except (OSError, TypeError, ValueError):
        return None


@contextmanager
def kept_parts(path: Path, names: Sequence, recordings: Sequence, fingerprint: str) -> Iterator[Parts]:
    """Open the cached parts of a table; they are removed afterwards, unless an error is raised.

    Parameters
    ----------
    path : Path
        Path of the table.
    names : sequence
        Names of the recordings.
    recordings : sequence
        Clips.
    fingerprint : str
        Fingerprint of the detector.

    Yields
    ------
    Parts
        Existing parts, to resume from.

    Raises
    ------
    ValueError
        If there are parts of other recordings or another detector.
    """
    folder = path.with_name(f".{path.name}.parts")
    manifest_content = {"recordings": [str(name) for name in names], "detector": fingerprint}
    folder.mkdir(exist_ok=True)
    manifest = folder / "manifest.json"
    if manifest.exists():
        existing = json.loads(manifest.read_text(encoding="utf-8"))
        different = next((key for key in manifest_content if existing.get(key) != manifest_content[key]), None)
        if different is not None:
            raise ValueError(
                f"{str(folder)!r} is from a run with another value of {different}. Delete it to start again."
            )
    else:
        with replacing(manifest) as temporary:
            temporary.write_text(json.dumps(manifest_content), encoding="utf-8")
    yield Parts(folder, recordings)
    shutil.rmtree(folder)
