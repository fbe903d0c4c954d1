"""Events, and scores, of each recording while a table is computed, kept until all are processed.

Parts are named after their recordings, and contain the version of the file: a list that has grown, or was corrected, is
resumed, and a recording that has changed is processed again.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import numpy as np

from skaudio._parts._files import Files
from skaudio.events._event import Event

MANIFEST, PENDING = "manifest.json", "finished.json"
READS_AT_ONCE = 16


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
        self._files, self._versions = files, versions
        names = set(files.names())
        needed = (".json", ".npy") if with_scores else (".json",)
        kept = [place for place in versions if all(f"{_key(place)}{suffix}" in names for suffix in needed)]
        with ThreadPoolExecutor(READS_AT_ONCE) as pool:
            self._events = dict(zip(kept, pool.map(self._read, kept), strict=True))

    def keep(self, place: str, events: Sequence[Event], scores: np.ndarray | None) -> None:
        """Write the events of a recording, and before its scores, if they are kept."""
        if scores is not None:
            content = io.BytesIO()
            np.save(content, np.ascontiguousarray(scores), allow_pickle=False)
            self._files.write(f"{_key(place)}.npy", content.getvalue())
        part = {"version": self._versions[place], "events": [list(event) for event in events]}
        self._files.write(f"{_key(place)}.json", json.dumps(part, default=lambda value: value.item()).encode())
        self._events[place] = list(events)

    def read(self, place: str) -> list[Event] | None:
        """Return the events of a recording; None if it is not processed."""
        return self._events.get(place)

    def _read(self, place: str) -> list[Event] | None:
        part = json.loads(self._files.read(f"{_key(place)}.json"))
        if self._versions[place] not in {None, part["version"]}:
            return None
        return [Event(*fields) for fields in part["events"]]

    def read_scores(self, place: str) -> np.ndarray:
        """Read the scores of a recording."""
        return np.load(io.BytesIO(self._files.read(f"{_key(place)}.npy")), allow_pickle=False)


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
                    f"Another run writes {table!r}. Wait for it to end, or write to another file. (Of a URL, one "
                    "that was killed on another machine counts for four minutes.)"
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
