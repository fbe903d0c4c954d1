"""Cache of the events, and of the scores, of each recording, kept until all are processed."""

import json
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from skaudio.events._event import Event
from skaudio.events._event_scores import EventScores
from skaudio.events._score_files import read_scores, write_scores
from skaudio.events._track import Track
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
    with_scores : bool
        Whether scores are kept, too.

    Attributes
    ----------
    folder : Path
        The folder.
    with_scores : bool
        Whether scores are kept, too.
    """

    def __init__(self, folder: Path, recordings: Sequence, *, with_scores: bool) -> None:
        self.folder = folder
        self._keys = [_key(recording) for recording in recordings]
        self.with_scores = with_scores

    def __contains__(self, number: int) -> bool:
        return self._read_part(number) is not None and (not self.with_scores or self._scores_path(number).exists())

    def keep_scores(self, number: int, track: Track, labels: Sequence, step_seconds: float) -> Track:
        """Write the scores of a recording, and return them as they are stored."""
        path = self._scores_path(number)
        scores = EventScores([track], recordings=[number], labels=labels, step_seconds=step_seconds)
        write_scores(path, scores)
        return read_scores(path)[0]

    def read_scores(self, number: int) -> Track:
        """Read the scores of a recording."""
        return read_scores(self._scores_path(number))[0]

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

    def _scores_path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.npz"

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:06d}.json"


def _key(recording: Any) -> str | None:
    """Return a key that changes with a file's size or time, or with an array; None if unknown."""
    try:
        return clip_key(recording, b"").hex()
    except (OSError, TypeError, ValueError):
        return None


@contextmanager
def kept_parts(
    path: Path, names: Sequence, recordings: Sequence, fingerprint: str, *, with_scores: bool = False
) -> Iterator[Parts]:
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
    with_scores : bool, default=False
        Whether scores are kept, too.

    Yields
    ------
    Parts
        Existing parts, to resume from.

    Raises
    ------
    ValueError
        If there are parts of other recordings or another detector.
    """
    folder = parts_folder(path)
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
    yield Parts(folder, recordings, with_scores=with_scores)
    shutil.rmtree(folder)


def parts_folder(path: Path) -> Path:
    """Return the folder of the parts of a table, which may not exist."""
    return path.with_name(f".{path.name}.parts")
