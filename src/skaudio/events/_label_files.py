"""Label files of recordings, one for each or one for several."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from skaudio._recording_names import RecordingNames, is_name
from skaudio.events._event import Event
from skaudio.events._table_reading import read_rows
from skaudio.events._table_rows import check_rows
from skaudio.io import clip_name


def events_of_files(events: Sequence, recordings: Sequence) -> dict[int, list[Event]]:
    """Read the label files of recordings, each file once.

    Parameters
    ----------
    events : sequence
        Events of each recording, some of them as label files.
    recordings : sequence
        Clips.

    Returns
    -------
    dict of int to list of Event
        Events of the recordings with a label file, by their indices.

    Raises
    ------
    ValueError
        If a file does not exist, or names other recordings.
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
    """Return the events of the recordings that share a label file, by their indices.

    A file that names no recording applies to each of them, and so does one with a single name, if theirs are unknown.
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
