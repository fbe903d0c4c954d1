"""Files of scores: a ZIP archive with an array for each recording, and a description in JSON; nothing is pickled."""

import json
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from skaudio.events._event_scores import EventScores
from skaudio.events._track import Track
from skaudio.io._replacing import replacing

FORMAT, VERSION = "scores of sound events", 1
DESCRIPTION = "description.json"


def write_scores(path: str | PathLike, scores: EventScores) -> None:
    """Write scores to a file atomically.

    Parameters
    ----------
    path : str or PathLike
        Path of the file, with the suffix ``.npz``; an existing file is replaced.
    scores : EventScores
        Scores, such as those of `EventDetector.predict_scores`.

    Raises
    ------
    ValueError
        If the suffix is another.

    See Also
    --------
    read_scores : Read such a file.

    Notes
    -----
    The file is a compressed archive that `numpy.load` opens without pickle: an array ``(n_steps, n_classes)`` for each
    recording, and ``description.json``, with names, classes and times. Scores in [0, 1] are rounded to float16, with an
    error of at most 0.00025: an hour of frames 20 ms apart takes up to 360 kB per class.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from skaudio.events import EventScores, Track, read_scores, write_scores
    >>> track = Track(np.array([0.0, 0.5]), np.array([[0.25], [0.75]], np.float32))
    >>> scores = EventScores([track], recordings=["night.wav"], labels=["owl"], step_seconds=0.5)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "scores.npz")
    ...     write_scores(path, scores)
    ...     read_scores(path)[0].scores.tolist()
    [[0.25], [0.75]]
    """
    path = check_suffix(path)
    with replacing(path) as temporary, score_writer(temporary, scores.labels, scores.step_seconds, "") as writer:
        for name, track in zip(scores.recordings, scores, strict=True):
            writer.add(name, track)


def read_scores(path: str | PathLike) -> EventScores:
    """Read a file of scores.

    Parameters
    ----------
    path : str or PathLike
        Path of a file by `write_scores` or `EventDetector.predict_to`.

    Returns
    -------
    EventScores
        Scores; those of a recording are read from the file when they are needed.

    Raises
    ------
    ValueError
        If it is not such a file, or damaged.
    FileNotFoundError
        If there is no such file.

    See Also
    --------
    write_scores : Write such a file.

    Examples
    --------
    Decode the scores of a season with another threshold::

        detector.set_params(threshold=0.8).predict(read_scores("season.npz"))
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            description = json.loads(archive.read(DESCRIPTION))
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as error:
        raise ValueError(f"{str(path)!r} is not a file of scores: {error}. Write it with write_scores.") from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ValueError(f"{str(path)!r} is not a file of scores: expected format {FORMAT!r}. Use write_scores.")
    if description["version"] != VERSION:
        raise ValueError(f"{str(path)!r} has version {description['version']!r}; expected {VERSION}. Update skaudio.")
    entries = description["recordings"]
    return EventScores(
        StoredTracks(path, entries, len(description["labels"]), description["step_seconds"]),
        recordings=[entry["name"] for entry in entries],
        labels=description["labels"],
        step_seconds=description["step_seconds"],
    )


def scores_of(path: Path | None, detector: str) -> dict[str | int, Callable[[], Track]]:
    """Return functions that read the scores by a detector from a file, by recording; none if there is no such file.

    Parameters
    ----------
    path : Path or None
        File of scores.
    detector : str
        Fingerprint of what the scores depend on.
    """
    if path is None or not path.exists():
        return {}
    scores = read_scores(path)
    with zipfile.ZipFile(path) as archive:
        if json.loads(archive.read(DESCRIPTION)).get("detector") != detector:
            return {}
    return {name: partial(scores.__getitem__, i) for i, name in enumerate(scores.recordings)}


class StoredTracks(Sequence[Track]):
    """Tracks in a file, read when they are needed.

    Parameters
    ----------
    path : Path
        File of scores.
    entries : list of dict
        Description of each track.
    n_classes : int
        Number of columns.
    step_seconds : float
        Time from one score to the next.
    """

    def __init__(self, path: Path, entries: Sequence[dict], n_classes: int, step_seconds: float) -> None:
        self._path, self._entries, self._n_classes, self._step_seconds = path, entries, n_classes, step_seconds

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: Any) -> Any:
        with zipfile.ZipFile(self._path) as archive:
            return self._read(archive, self._entries[index])

    def __iter__(self) -> Iterator[Track]:
        with zipfile.ZipFile(self._path) as archive:
            for entry in self._entries:
                yield self._read(archive, entry)

    def _read(self, archive: zipfile.ZipFile, entry: dict) -> Track:
        try:
            with archive.open(entry["array"]) as file:
                scores = np.lib.format.read_array(file, allow_pickle=False)
        except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError) as error:
            raise ValueError(
                f"{str(self._path)!r} is damaged: the scores of {entry['name']!r} cannot be read ({error}). Compute "
                "them again."
            ) from error
        if scores.shape != (entry["n_steps"], self._n_classes):
            raise ValueError(
                f"{str(self._path)!r} is damaged: the scores of {entry['name']!r} have shape {scores.shape}; expected "
                f"({entry['n_steps']}, {self._n_classes}). Compute them again."
            )
        times = entry["first_seconds"] + np.arange(len(scores)) * self._step_seconds
        return Track(times, scores.astype(np.float32))


class ScoreWriter:
    """Adds the tracks of recordings to a file, one by one; see `score_writer`."""

    def __init__(self, archive: zipfile.ZipFile, labels: Sequence, step_seconds: float, detector: str) -> None:
        self._archive = archive
        self._entries: list[dict] = []
        self._labels, self._step_seconds, self._detector = list(labels), step_seconds, detector

    def add(self, name: str | int, track: Track) -> None:
        """Write the scores of a recording."""
        array = f"{len(self._entries):06d}.npy"
        with self._archive.open(array, "w", force_zip64=True) as file:
            np.lib.format.write_array(file, np.ascontiguousarray(rounded(track.scores)), allow_pickle=False)
        first = float(track.times[0]) if len(track.times) else 0.0
        self._entries.append({"name": name, "array": array, "first_seconds": first, "n_steps": len(track.scores)})

    def finish(self) -> None:
        """Write the description, without which the file is not complete."""
        description = {"format": FORMAT, "version": VERSION, "detector": self._detector, "labels": self._labels}
        description |= {"step_seconds": self._step_seconds, "recordings": self._entries}
        text = json.dumps(description, default=lambda value: value.item())  # labels may be NumPy's numbers
        self._archive.writestr(DESCRIPTION, text)


@contextmanager
def score_writer(path: Path, labels: Sequence, step_seconds: float, detector: str) -> Iterator[ScoreWriter]:
    """Yield a writer of a file of scores, which is complete at the end.

    Parameters
    ----------
    path : Path
        The file.
    labels : sequence
        Classes.
    step_seconds : float
        Time from one score to the next.
    detector : str
        Fingerprint of what the scores depend on; empty if unknown.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = ScoreWriter(archive, labels, step_seconds, detector)
        yield writer
        writer.finish()


def rounded(scores: np.ndarray) -> np.ndarray:
    """Round scores in [0, 1] to float16, as they are stored."""
    fits = np.abs(scores).max(initial=0.0) <= 1.0
    return scores.astype(np.float16 if fits else np.float32)


def check_suffix(path: str | PathLike) -> Path:
    """Return the path of a file of scores; raise ValueError if its suffix is not ``.npz``."""
    path = Path(path)
    if path.suffix.lower() != ".npz":
        raise ValueError(f"{str(path)!r}: unknown suffix of a file of scores; expected .npz.")
    return path
