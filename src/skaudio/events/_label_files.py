"""Files of labels that are given for recordings, one for each or one for several."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from skaudio._recording_names import RecordingNames, is_name
from skaudio.events._event import Event
from skaudio.events._table_reading import read_rows
from skaudio.events._table_rows import check_rows
from skaudio.io import clip_name


def events_of_files(events: Sequence, recordings: Sequence) -> dict[int, list[Event]]:
    """Read files of labels, each once, for the recordings that it is given for.

    Parameters
    ----------
    events : sequence
        What is given for each recording, files of labels among it.
    recordings : sequence
        Clips.

    Returns
    -------
    dict of int to list of Event
        Events of those recordings for which a file is given, by their numbers.

    Raises
    ------
    ValueError
        If there is no such file, or if it names other recordings.
    """
    given: dict[str, list[int]] = {}
    for i, own in enumerate(events):
        if isinstance(own, (str, PathLike)):
            if not Path(own).exists():
                raise ValueError(
                    f"Events of recording {i}: {str(own)!r} is no file of labels. Tags go into a list for each "
                    f"recording: [{str(own)!r}]."
                )
            given.setdefault(fspath(own), []).append(i)
    found: dict[int, list[Event]] = {}
    for path, places in given.items():
        found.update(_events_of_file(Path(path), places, [recordings[i] for i in places]))
    return found


def _events_of_file(path: Path, places: Sequence[int], recordings: Sequence) -> dict[int, list[Event]]:
    """Return the events of the recordings, by their places, that a file of labels is given for.

    One that names no recording is of each of them, and so is one that names a single recording, if theirs is not known.
    """
    rows = read_rows(path)
    check_rows(rows, path, None, repeated=False)
    named = {row.recording for row in rows}
    if named <= {None} or (len(named) == 1 and not any(map(is_name, recordings))):
        return {i: [row.event for row in rows if row.event is not None] for i in places}
    names = RecordingNames([clip if is_name(clip) else i for i, clip in zip(places, recordings, strict=True)])
    found: dict[int, list[Event]] = {i: [] for i in places}
    for row in rows:
        place = names.find(row.recording)
        if place is None:
            of = " and ".join(map(clip_name, recordings[:3])) + (" and others" if len(recordings) > 3 else "")
            raise ValueError(
                f"{path}, line {row.line}: the file is given for {of}, and names another recording, "
                f"{row.recording!r}. Pass one table of all, read_events({str(path)!r}), or the rows of this recording."
            )
        if row.event is not None:
            found[places[place]].append(row.event)
    return found
