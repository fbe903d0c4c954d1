"""Tables of events, read from and written to files of several formats."""

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from skaudio._event_rows import COLUMNS, VERIFIED
from skaudio._parts._files import files_of
from skaudio._remote import is_remote_folder
from skaudio._urls import file_name, folder_of, path_or_url
from skaudio.events._event import Event
from skaudio.events.tables._dataset import is_dataset, read_dataset
from skaudio.events.tables._file_names import name_dtype
from skaudio.events.tables._label_files import events_of_files
from skaudio.events.tables._label_folders import (
    check_distinct,
    folder_contents,
    label_files,
    names_folder,
    recording_of,
)
from skaudio.events.tables._merged_marks import merge_marks
from skaudio.events.tables._named_rows import indices_of_rows
from skaudio.events.tables._reading import MORE, SUFFIXES, format_of, read_rows, rows_of
from skaudio.events.tables._rows import Row, check_rows
from skaudio.events.tables._writing import as_text, table_bytes

FOLDER = "folder"  # attribute of a table: the folder that it was read from, to which its names may be relative


def event_table(events: Any, recordings: Sequence | None = None) -> Any:
    """Convert events to a table.

    Parameters
    ----------
    events : list of lists of Event, dict of lists of Event, or list of Event
        Events of each recording, in the order of `recordings` or by name; or those of a single recording.
    recordings : sequence, default=None
        Names of the recordings. If None, their indices.

    Returns
    -------
    pandas.DataFrame
        Table with the columns ``recording``, ``onset``, ``offset`` and ``label``, and those of ``score``,
        ``low_frequency``, ``high_frequency`` and ``channel`` that any event has; times are in seconds.

    Raises
    ------
    ValueError
        If the numbers of lists and recordings differ, or if an event is invalid.

    Examples
    --------
    >>> from skaudio.events import Event, event_table
    >>> event_table({"a.wav": [Event(1, 2, "owl"), Event(4, 5, "owl")], "b.wav": []})
      recording  onset  offset label
    0     a.wav    1.0     2.0   owl
    1     a.wav    4.0     5.0   owl
    """
    if isinstance(events, Mapping):
        recordings, events = list(events), list(events.values())
    events = list(events)
    if events and isinstance(events[0], Event):
        events = [events]
    recordings = list(range(len(events))) if recordings is None else list(recordings)
    if len(recordings) != len(events):
        raise ValueError(f"Expected events of {len(recordings)} recordings, got {len(events)}.")
    rows = ((name, Event(*event)) for name, events_i in zip(recordings, events, strict=True) for event in events_i)
    return _as_frame(rows)


def event_lists(events: Any, recordings: Sequence, *, extra: str = "warn") -> list[list[Event]]:
    """Return the events of each recording.

    Parameters
    ----------
    events : DataFrame, list of lists of events, or list of paths
        One table; a list of events for each recording; or a label file for each.
    recordings : sequence
        Clips; if they are paths, a table may name them by these, or by shorter but unambiguous names (see
        `skaudio._recording_names`). Otherwise, it names them by their indices.
    extra : {"warn", "raise"}, default="warn"
        What to do if a table has events of further recordings.

    Returns
    -------
    list of lists of Event
        In order of time.

    Raises
    ------
    ValueError
        If the number of lists or files is not that of recordings, if a label file names an unknown recording, if a
        table names no known one, or if a name is ambiguous.
    """
    if hasattr(events, "columns"):
        rows = list(rows_of(events))
        named, folder = [recording for _, recording, _ in rows], getattr(events, "attrs", {}).get(FOLDER)
        indices = indices_of_rows(named, recordings, "The table of events", folder=folder, extra=extra)
        lists: list[list[Event]] = [[] for _ in recordings]
        for index, (_, _, event) in zip(indices, rows, strict=True):
            if event is not None and index is not None:
                lists[index].append(event)
        return [_by_time(events_i) for events_i in lists]
    events = list(events)
    if len(events) != len(recordings):
        raise ValueError(f"Expected events of {len(recordings)} recordings, got {len(events)}.")
    files = events_of_files(events, recordings)
    return [_by_time(files[i] if i in files else _events(events_i, i)) for i, events_i in enumerate(events)]


def read_events(
    path: str | PathLike,
    *,
    format: str | None = None,  # noqa: A002
    label_column: str | None = None,
    label: str | None = None,
    tier: str | None = None,
    recording: str | None = None,
    durations: Mapping[str, float] | float | None = None,
    encoding: str | None = None,
    duplicates: str = "raise",
    merge_overlapping: float | None = None,
) -> Any:
    r"""Read a table of events.

    Parameters
    ----------
    path : str or PathLike
        Path or URL of the file; or of a folder of label files, one for each recording, such as label tracks of
        Audacity, in any subfolders; or of a dataset of `EventDetector.predict_to`, which is sorted by recording.
    format : str or None, default=None
        Format of the file, one of those below. If None, it is inferred from the suffix (``.selections.txt``, ``.txt``,
        ``.tsv``, ``.csv``, ``.parquet``, ``.TextGrid``); a ``.txt`` with the header of a Raven selection table is read
        as one, and so is a ``.csv`` with that of BirdNET or Kaleidoscope.

        - ``"raven"``: selection table of Raven, or of BirdNET-Analyzer;
        - ``"audacity"``: label track of Audacity, or of BirdNET-Analyzer, with scores after the labels;
        - ``"dcase"``: tab-separated, as in DCASE and sed_eval, with or without a header;
        - ``"csv"``, ``"parquet"``: with the columns ``recording`` (or ``path``), ``onset``, ``offset``, ``label`` and,
          optionally, those of `event_table` and ``verified``;
        - ``"birdnet"``: CSV of BirdNET-Analyzer, with ``Start (s)``, ``End (s)``, ``Common name``, ``Confidence``;
        - ``"kaleidoscope"``: CSV of Kaleidoscope, with ``IN FILE``, ``OFFSET``, ``DURATION`` and labels;
        - ``"textgrid"``: TextGrid of Praat in a text format. Intervals with a text are events, and so are points, with
          a duration of 0.

        Cells at the end of a row may be missing. In a DCASE, CSV or Parquet table, a row with a recording and nothing
        else marks a recording without events, and so does a row of BirdNET with ``nocall``.
    label_column : str or None, default=None
        Column of the labels in a table of Raven, BirdNET or Kaleidoscope. If None, the first known column of labels
        that is not empty: ``MANUAL ID`` of Kaleidoscope before ``AUTO ID`` and ``TOP1MATCH``.
    label : str or None, default=None
        Label of all events, for a file without a column of labels.
    tier : str or None, default=None
        Name of the tier of a TextGrid. If None, all tiers are read.
    recording : str or None, default=None
        Name of the recording, if the file does not name it. If None, the file name without suffix.
    durations : dict of str to float, float or None, default=None
        Duration of each recording, or of all, in seconds, to reject events past the end; half a second of excess is
        allowed. A name in the table may be shorter or longer than that in the dict, if it is unambiguous.
    encoding : str or None, default=None
        Encoding of the text, such as ``"cp1252"``. If None, that of its byte order mark, as in Excel's "Unicode text",
        or else UTF-8.
    duplicates : {"raise", "keep"}, default="raise"
        Whether to raise an error for duplicate events, or keep them: those of one class, nearly at the same time and,
        where both are known, in the same band and channel.
    merge_overlapping : float or None, default=None
        If given, marks of one class are merged into one event, with their mean times, where the intersection over union
        of any two of them is at least this, such as 0.5: marks of the same events by several annotators. They do not
        count as duplicates.

    Returns
    -------
    pandas.DataFrame
        Table as returned by `event_table`, in the order of the file. Its names of recordings may be relative to the
        folder of the file: it is kept in ``attrs["folder"]``, for methods that bring the table to recordings.
        Whitespace around labels is stripped. ``channel`` is present for a table of Raven or Kaleidoscope with several
        channels.
        ``verified`` (boolean, with missing values) is present for a CSV or Parquet table that was reviewed, as on the
        page of `skaudio.inspection.ReviewPage`: true for an event that is right, false for one that is wrong, missing
        for one that nobody looked at. Wherever a table is taken (as by `EventDetector.fit` and `skaudio.metrics`), rows
        that are false are no events.

    Raises
    ------
    EventTableError
        If the file is not text in that encoding, if a column is missing, a number is invalid or infinite, a label is
        empty, an event ends before it begins or after its recording, or is a duplicate. The message names the file and
        the line.
    ValueError
        If the format or the encoding is unknown, if ``merge_overlapping`` is not above 0 and at most 1, or
        if both ``label`` and ``label_column`` are given.

    Warns
    -----
    UserWarning
        If rows of a table of Kaleidoscope have no label; they are left out.

    See Also
    --------
    write_events : Write a table of events.

    Notes
    -----
    Two rows of a Raven selection table that agree in recording, selection, times, channel, label and band, and differ
    in the view, are views of one selection, and are merged into one event.

    Raven, BirdNET and Kaleidoscope name a recording by its folder and its file: the table has the file name alone (with
    Kaleidoscope, after the name of its folder), so that it remains valid when recordings are moved; or, if two of them
    have one name, paths.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skaudio.events import read_events
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "night.txt")
    ...     _ = path.write_text("1.0\t2.5\towl\n")  # a label track of Audacity
    ...     read_events(path)
      recording  onset  offset label
    0     night    1.0     2.5   owl

    Read a file that has times alone, and one of two annotators::

        read_events("night.csv", label="owl")
        read_events("both.csv", merge_overlapping=0.5)
    """
    import pandas as pd

    path = path_or_url(path)
    if duplicates not in {"raise", "keep"}:
        raise ValueError(f"duplicates={duplicates!r}; expected 'raise' or 'keep'.")
    if label is not None and label_column is not None:
        raise ValueError(f"Got label={label!r} and label_column={label_column!r}; expected one of them.")
    if merge_overlapping is not None and not 0 < merge_overlapping <= 1:
        raise ValueError(f"merge_overlapping={merge_overlapping!r}; expected a number above 0 and at most 1, or None.")
    is_folder = is_remote_folder(path) if isinstance(path, str) else path.is_dir()
    if recording is not None and is_folder:
        raise ValueError(f"{str(path)!r} is a folder, with a recording for each file; omit recording={recording!r}.")
    if is_folder and is_dataset(path):
        table = _as_frame(read_dataset(path))
        table.attrs[FOLDER] = str(path)
        return table
    files = label_files(path, format) if is_folder else {path: recording_of(path)}
    all_rows: list[Row] = []
    labels = {"label_column": label_column, "label": label, "tier": tier}
    for file, name in files.items():
        rows = [
            row if row.recording is not None else row._replace(recording=name if recording is None else recording)
            for row in read_rows(file, format=format, encoding=encoding, **labels)
        ]
        check_rows(rows, file, durations, repeated=duplicates == "keep" or merge_overlapping is not None)
        all_rows += [row for row in rows if row.event is not None]
    pairs = [(row.recording, row.event) for row in all_rows if row.event is not None]
    if len(files) > 1 and duplicates == "raise" and merge_overlapping is None:
        check_distinct(pairs, path)
    if merge_overlapping is not None:  # of the events that nobody found wrong
        right = [pair for pair, row in zip(pairs, all_rows, strict=True) if row.verified is not False]
        table = _as_frame(merge_marks(right, merge_overlapping))
    else:
        table = _as_frame(pairs)
        if any(row.verified is not None for row in all_rows):
            table[VERIFIED] = pd.array([row.verified for row in all_rows], dtype="boolean")
    path = path.absolute() if isinstance(path, Path) else path
    table.attrs[FOLDER] = str(path if is_folder else folder_of(path))
    return table


def write_events(
    path: str | PathLike,
    events: Any,
    *,
    format: str | None = None,  # noqa: A002
    durations: Mapping[str, float] | None = None,
) -> None:
    """Write a table of events atomically.

    Parameters
    ----------
    path : str or PathLike
        Path or URL of the file; an existing file is replaced. If it is a folder that exists, or ends with a slash, a
        label file is written into it for each recording.
    events : DataFrame, list of lists of Event, dict of lists of Event, or list of Event
        Events, as taken or returned by `event_table`.
    format : {"raven", "audacity", "dcase", "csv", "parquet", "kaleidoscope", "textgrid"} or None, default=None
        See `read_events`; that of BirdNET is not written. If None, it is inferred from the suffix; that of a folder is
        ``"audacity"``. Audacity's and TextGrids hold one recording. These and DCASE's drop scores; DCASE's,
        Kaleidoscope's and TextGrids drop frequencies.
        All but CSV and Parquet drop ``verified``, and the events for which it is false.
    durations : dict of str to float or None, default=None
        Seconds of each recording, for a Raven selection table of several: Raven concatenates them in this order; or for
        TextGrids, which otherwise end with their last event. A name in the table may be shorter or longer than that in
        the dict, if it is unambiguous.

    Raises
    ------
    ValueError
        If the format is unknown, or cannot hold these events so that `read_events` restores them: labels with tabs or
        line breaks in all but CSV and Parquet, several recordings in Audacity's, events that differ only in dropped
        fields.
    ImportError
        If the format is Parquet and pyarrow is not installed.

    Notes
    -----
    Cells are written verbatim. A spreadsheet interprets one that begins with ``=``, ``+``, ``-`` or ``@`` as a formula:
    do not open a table with labels or file names from untrusted sources in one, or import its columns as text.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skaudio.events import Event, read_events, write_events
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "calls.csv")
    ...     write_events(path, {"night.wav": [Event(1.0, 2.5, "owl", score=0.75)]})
    ...     read_events(path)
       recording  onset  offset label  score
    0  night.wav    1.0     2.5   owl   0.75
    """
    is_folder, path = names_folder(path), path_or_url(path)
    table = events if hasattr(events, "columns") else event_table(events)
    if is_folder:
        files = files_of(path)
        contents = folder_contents(path, table, "audacity" if format is None else format, durations)
        files.create()
    else:
        files = files_of(folder_of(path))
        contents = {file_name(path): table_bytes(table, path, format_of(path, format), durations)}
    for name, content in contents.items():
        files.write(name, content)


def check_format(
    path: str | PathLike, recordings: Sequence, labels: Sequence, durations: Mapping[str, float] | None = None
) -> None:
    """Raise the errors of writing a table of these recordings and labels, before any computation."""
    path = path_or_url(path)
    name = format_of(path, None)
    of_one = {"audacity": "label track of Audacity", "textgrid": "TextGrid of Praat"}
    if name in of_one and len(recordings) > 1:
        others = ", ".join(suffix for suffix, known in SUFFIXES.items() if known not in of_one)
        raise ValueError(
            f"{str(path)!r}: a {of_one[name]} holds one recording, got {len(recordings)}. Write one file per "
            f"recording, or another format: {others}."
        )
    if name != "parquet":
        n_rows = max(len(recordings), len(labels))
        events = [[Event(i, i + 1, labels[i % len(labels)])] for i in range(n_rows)]
        table = event_table(events, [recordings[i % len(recordings)] for i in range(n_rows)])
        as_text(table, path, name, dict.fromkeys(recordings, 0.0) if durations is None else durations)


def _as_frame(rows: Iterable[tuple[Any, Event]]) -> Any:
    import pandas as pd

    cells = [(recording, *event) for recording, event in rows]
    table = pd.DataFrame(cells, columns=[*COLUMNS, *MORE], dtype=name_dtype(row[0] for row in cells))
    table = table.astype(dict.fromkeys(["onset", "offset", *MORE[:-1]], float))  # channels are numbers or names
    return table.drop(columns=[name for name in MORE if table[name].isna().all()])


def _events(rows: Any, i: int) -> list[Event]:
    if not isinstance(rows, Iterable) or isinstance(rows, (str, PathLike)) or not all(map(_is_row, rows := list(rows))):
        raise TypeError(
            f"Events of recording {i} are {rows!r:.80}; expected a list of (onset, offset, label), a label file "
            "or, for tags, a list of labels."
        )
    try:
        return [Event(*event) for event in rows]
    except (TypeError, ValueError) as error:
        raise type(error)(f"Events of recording {i}: {error}") from None


def _by_time(events: list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event[:2])


def _is_row(event: Any) -> bool:
    return isinstance(event, Iterable) and not isinstance(event, (str, bytes))
