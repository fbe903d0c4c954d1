"""Label files of recordings, one for each or one for several."""

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path

from skaudio._recording_names import RecordingNames, is_name
from skaudio._urls import folder_of, is_url, local_path, path_or_url
from skaudio.events._event import Event
from skaudio.events.tables._reading import read_rows
from skaudio.events.tables._rows import check_rows
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
    indices_of_file: dict[str, list[int]] = {}
    for i, item in enumerate(events):
        if isinstance(item, (str, PathLike)):
            if not is_url(item) and not Path(local_path(item)).exists():
                raise ValueError(
                    f"Events of recording {i}: the label file {str(item)!r} does not exist. Pass tags as a list of "
                    f"labels per recording: [{str(item)!r}]."
                )
            indices_of_file.setdefault(fspath(item), []).append(i)
    events_by_index: dict[int, list[Event]] = {}
    for path, indices in indices_of_file.items():
        events_by_index.update(_events_of_file(path_or_url(path), indices, [recordings[i] for i in indices]))
    return events_by_index


def _events_of_file(path: Path | str, indices: Sequence[int], recordings: Sequence) -> dict[int, list[Event]]:
    """Return the events of the recordings that share a label file, by their indices.

    A file that names no recording applies to each of them, and so does one with a single name, if theirs are unknown.
    """
    rows = read_rows(path)
    check_rows(rows, path, None, repeated=False)
    names_in_file = {row.recording for row in rows}
    if names_in_file <= {None} or (len(names_in_file) == 1 and not any(map(is_name, recordings))):
        return {i: [row.event for row in rows if row.event is not None] for i in indices}
    given_names = [clip if is_name(clip) else i for i, clip in zip(indices, recordings, strict=True)]
    names = RecordingNames(given_names, folder=folder_of(path))
    events_by_index: dict[int, list[Event]] = {i: [] for i in indices}
    for row in rows:
        index = names.find(row.recording)
        if index is None:
            given = " and ".join(map(clip_name, recordings[:3])) + (" and others" if len(recordings) > 3 else "")
            raise ValueError(
                f"{path}, line {row.line}: the file was passed for {given}, but names another recording, "
                f"{row.recording!r}. Pass one table for all, read_events({str(path)!r}), or the rows of this recording."
            )
        if row.event is not None:
            events_by_index[indices[index]].append(row.event)
    return events_by_index
