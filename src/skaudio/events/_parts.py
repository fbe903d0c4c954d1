"""Events, and scores, of each recording while a table is computed, kept until all are processed.

Parts are named after their recordings, and contain the version of the file: a list that has grown, or was corrected, is
resumed, and a recording that has changed is processed again.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np

from skaudio._parts._files import Files
from skaudio.events._event import Event

MANIFEST, PENDING = "manifest.json", "finished.json"


class Parts:
    """Folder with a file for each processed recording.

    Parameters
    ----------
    files : Files
        The folder.
    versions : dict of str to (str or None)
        What identifies each recording, and its version; parts of another version are ignored. None if it is not known,
        as for a file that is gone, whose part counts.
    with_scores : bool
        Whether scores are kept, too.
    """

    def __init__(self, files: Files, versions: Mapping[str, str | None], *, with_scores: bool) -> None:
        self._files, self._versions, self._with_scores = files, versions, with_scores
        self._names = set(files.names())

    def keep(self, place: str, events: Sequence[Event], scores: np.ndarray | None) -> None:
        """Write the events of a recording, and before its scores, if they are kept."""
        if scores is not None:
            content = io.BytesIO()
            np.save(content, np.ascontiguousarray(scores), allow_pickle=False)
            self._write(f"{_key(place)}.npy", content.getvalue())
        part = {"version": self._versions[place], "events": [list(event) for event in events]}
        self._write(f"{_key(place)}.json", json.dumps(part, default=lambda value: value.item()).encode())

    def read(self, place: str) -> list[Event] | None:
        """Read the events of a recording; None if it is not processed."""
        name, scores = f"{_key(place)}.json", f"{_key(place)}.npy"
        if name not in self._names or (self._with_scores and scores not in self._names):
            return None
        part = json.loads(self._files.read(name))
        if self._versions[place] not in {None, part["version"]}:
            return None
        return [Event(*fields) for fields in part["events"]]

    def read_scores(self, place: str) -> np.ndarray:
        """Read the scores of a recording."""
        return np.load(io.BytesIO(self._files.read(f"{_key(place)}.npy")), allow_pickle=False)

    def _write(self, name: str, content: bytes) -> None:
        self._files.write(name, content)
        self._names.add(name)


@contextmanager
def only_run(files: Files, table: str) -> Iterator[None]:
    """Mark the only run that writes a table; its folder of parts is removed afterwards, unless an error is raised.

    Raises
    ------
    ValueError
        If another run is in progress.
    """
    files.create()
    with ExitStack() as progress:
        with files.locked():
            if not files.is_idle():
                raise ValueError(
                    f"Another run writes {table!r}. Wait for it to end, or write to another file. (One that was killed "
                    "on another machine counts for two minutes.)"
                )
            progress.enter_context(files.in_progress())
        try:
            yield
        except BaseException:
            progress.close()
            if all(name.startswith(".") for name in files.names()):  # nothing to resume
                files.discard()
            raise
        for name in files.names():
            if not name.startswith("."):
                files.remove(name)
    files.discard()


def check_detector(files: Files, detector: str) -> None:
    """Raise ValueError if there are parts of another detector; otherwise, note this one."""
    try:
        noted = json.loads(files.read(MANIFEST))["detector"]
    except FileNotFoundError:
        files.write(MANIFEST, json.dumps({"detector": detector}).encode())
        return
    if noted != detector:
        raise ValueError(
            f"{files.name!r} is from a run with another detector, or with other settings. Delete it to start again."
        )


def _key(place: str) -> str:
    return hashlib.blake2b(place.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
