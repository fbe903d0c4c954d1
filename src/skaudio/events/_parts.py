"""What was found in each of many recordings, kept until all are done."""

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
    """A folder with a file for each recording that is done.

    Parameters
    ----------
    folder : Path
        The folder, which is there.
    recordings : sequence
        Clips; what was found in one that has changed since counts no more.
    """

    def __init__(self, folder: Path, recordings: Sequence) -> None:
        self._folder = folder
        self._keys = [_key(recording) for recording in recordings]

    def __contains__(self, number: int) -> bool:
        return self._kept(number) is not None

    def keep(self, number: int, events: Sequence[Event]) -> None:
        """Write the events of a recording, all or none."""
        part = {"recording": self._keys[number], "events": [list(event) for event in events]}
        with replacing(self._path(number)) as aside:
            aside.write_text(json.dumps(part), encoding="utf-8")

    def read(self, number: int) -> list[Event]:
        """Read them back; none of a recording that is not done."""
        return [Event(*fields) for fields in self._kept(number) or []]

    def _kept(self, number: int) -> list | None:
        if not self._path(number).exists():
            return None
        part = json.loads(self._path(number).read_text(encoding="utf-8"))
        # What is no longer there has not been replaced.
        return part["events"] if self._keys[number] in {None, part["recording"]} else None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:06d}.json"


def _key(recording: Any) -> str | None:
    """Return what changes with a file's size or time, or with an array; None where that cannot be known."""
    try:
        return clip_key(recording, b"").hex()
    except (OSError, TypeError, ValueError):
        return None


@contextmanager
def kept_parts(path: Path, names: Sequence, recordings: Sequence, fingerprint: str) -> Iterator[Parts]:
    """Give the parts of the table that is to be written to a path; they stay if that fails, and else go away.

    Parameters
    ----------
    path : Path
        The table.
    names : sequence
        Of the recordings.
    recordings : sequence
        Clips.
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
    yield Parts(folder, recordings)
    shutil.rmtree(folder)
