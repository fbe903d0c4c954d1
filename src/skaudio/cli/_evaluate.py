"""``skaudio evaluate``: precision, recall and false alarms of a detector on recordings with known events."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from skaudio._recording_names import pair_names
from skaudio.cli._backends import backend_in_force
from skaudio.cli._detect import load_detector
from skaudio.cli._files import audio_files
from skaudio.cli._messages import warn, warnings_as_messages
from skaudio.cli._rows import output_of, write_rows
from skaudio.events import read_events
from skaudio.io import AudioError, audio_info
from skaudio.metrics import event_based_scores, false_alarms_per_hour

HEADER = ["label", "n_true", "n_detected", "precision", "recall", "f1", "false_alarms_per_hour"]
ALL = "(all)"
Rows = Iterator[list]


def evaluate(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio evaluate ...``.
    results : text stream
        Stream that results are written to.
    """
    output = output_of(arguments)
    paths = [path for name in arguments.recordings for path in audio_files(name)]
    with warnings_as_messages(), backend_in_force(arguments.backend, arguments.jobs):
        detector = load_detector(arguments)
        seconds = {path: duration for path in paths if (duration := _seconds(path, arguments.on_error)) is not None}
        marked = _of_recordings(read_events(arguments.marks, label=arguments.label), list(seconds))
        detected = detector.predict(list(seconds))
        rows = _rows(marked, detected, list(seconds), detector.labels_, sum(seconds.values()) / 3600, arguments.collar)
        write_rows(output or results, HEADER, rows)


def _seconds(path: str, on_error: str) -> float | None:
    """Return the duration of a recording; None for one that cannot be read, which is left out."""
    try:
        return audio_info(path).duration_seconds
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"{error} Pass --on-error warn to leave it out.") from error
        warn(f"{error} It is left out.")
        return None


def _of_recordings(events: Any, paths: Sequence[str]) -> Any:
    """Return the events of these recordings, named by their paths."""
    named = pair_names(events["recording"], paths)
    others = sorted(set(events["recording"]) - set(named))
    if others:
        warn(f"{len(others)} recordings of the marks are not evaluated, such as {others[0]!r}.")
    events = events[events["recording"].isin(named)]
    return events.assign(recording=events["recording"].map(named))


def _rows(marked: Any, detected: Any, paths: Sequence[str], labels: Sequence, hours: float, collar: float) -> Rows:
    """Yield the scores of each class and, of several, those of all."""
    for name in [*labels, ALL] if len(labels) > 1 else labels:
        some = {str(label) for label in (labels if name == ALL else [name])}
        own, found = (_lists(table, paths, some) for table in (marked, detected))
        scores = event_based_scores(own, found, onset_collar=collar, offset_collar=None)
        alarms = false_alarms_per_hour(own, found, hours=hours, onset_collar=collar, offset_collar=None)
        yield [name, *(sum(map(len, lists)) for lists in (own, found)), *(f"{x:.3f}" for x in scores), f"{alarms:.2f}"]


def _lists(table: Any, paths: Sequence[str], labels: set[str]) -> list[list[tuple]]:
    """Return the events of some classes as a list for each recording."""
    events: dict[str, list[tuple]] = {path: [] for path in paths}
    for row in table.itertuples():
        if str(row.label) in labels and getattr(row, "verified", None) is not False:
            events[row.recording].append((row.onset, row.offset, str(row.label)))
    return list(events.values())
