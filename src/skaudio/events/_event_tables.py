"""Tables of events: one data frame, from files of several formats and to them."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any

from skaudio.events._event import Event
from skaudio.events._file_names import check_names, name_dtype
from skaudio.events._table_formats import (
    RAVEN_COLUMNS,
    read_audacity,
    read_csv,
    read_dcase,
    read_raven,
    write_audacity,
    write_dcase,
    write_raven,
)
from skaudio.events._table_rows import Row, checked
from skaudio.io._replacing import replacing

COLUMNS = ["recording", "onset", "offset", "label"]
MORE = ["score", "low_frequency", "high_frequency"]
RAVEN_SUFFIX = ".selections.txt"
SUFFIXES = {
    RAVEN_SUFFIX: "raven",
    ".txt": "audacity",
    ".tsv": "dcase",
    ".csv": "csv",
    ".parquet": "parquet",
}


def event_table(events: Any, recordings: Sequence | None = None) -> Any:
    """Put events into one table.

    Parameters
    ----------
    events : list of lists of Event, dict of lists of Event, or list of Event
        Those of each recording, in the order of `recordings` or by their names; or those of the only one.
    recordings : sequence, default=None
        Names of the recordings; None: their numbers, from 0.

    Returns
    -------
    pandas.DataFrame
        With the columns ``recording``, ``onset``, ``offset`` and ``label``, and of ``score``, ``low_frequency`` and
        ``high_frequency`` those that some event has; times in seconds.

    Raises
    ------
    ValueError
        If there are not as many lists as recordings, or if an event is none.

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
        raise ValueError(f"Got {len(recordings)} recordings and events of {len(events)}.")
    rows = ((name, Event(*event)) for name, own in zip(recordings, events, strict=True) for event in own)
    return _as_frame(rows)


def event_lists(events: Any, recordings: Sequence) -> list[list[Event]]:
    """Give the events of each recording, as a list of lists, however they come.

    Parameters
    ----------
    events : DataFrame, list of lists of events, or list of paths
        One table; events of each recording; or a file of labels for each.
    recordings : sequence
        Clips; where they are paths, a table may name them by these, by their file names, or by these without suffix.

    Returns
    -------
    list of lists of Event
        In order of time.

    Raises
    ------
    ValueError
        If there are not as many as recordings, or if a table names a recording that is not there.
    """
    if hasattr(events, "columns"):
        places = places_of(recordings)
        lists: list[list[Event]] = [[] for _ in recordings]
        for recording, event in _rows_of(events):
            if recording not in places:
                raise ValueError(f"The table of events names {recording!r}, which is none of the recordings.")
            lists[places[recording]].append(event)
        return [sorted(own, key=lambda event: event[:2]) for own in lists]
    events = list(events)
    if len(events) != len(recordings):
        raise ValueError(f"Got {len(recordings)} recordings and events of {len(events)}.")
    lists = []
    for i, own in enumerate(events):
        if isinstance(own, (str, PathLike)):
            if not Path(own).exists():
                raise ValueError(
                    f"Events of recording {i}: {str(own)!r} is no file of labels. Tags go into a list for each "
                    f"recording: [{str(own)!r}]."
                )
            own = [event for _, event in _rows_of(read_events(own))]
        if not isinstance(own, Iterable) or not all(map(_is_row, own)):
            raise TypeError(
                f"Events of recording {i} are {own!r:.80}; expected a list of (onset, offset, label), or a file of "
                "labels; or, for tags, a list of labels."
            )
        lists.append(sorted((Event(*event) for event in own), key=lambda event: event[:2]))
    return lists


def places_of(recordings: Sequence) -> dict[Any, int]:
    """Tell by what names tables may know recordings, and which ones these are."""
    return {name: i for i, clip in enumerate(recordings) for name in _known_as(clip, i)}


def read_events(
    path: str | PathLike,
    *,
    format: str | None = None,  # noqa: A002
    label_column: str | None = None,
    recording: str | None = None,
    durations: Mapping[str, float] | float | None = None,
) -> Any:
    r"""Read a table of events.

    Parameters
    ----------
    path : str or PathLike
        The file, in UTF-8.
    format : {"raven", "audacity", "dcase", "csv", "parquet"} or None, default=None
        What wrote it; None: by its name (``.selections.txt``, ``.txt``, ``.tsv``, ``.csv``, ``.parquet``), and a
        ``.txt`` with the header of a Raven selection table is one.

        - ``"raven"``: selection table of Raven;
        - ``"audacity"``: label track of Audacity;
        - ``"dcase"``: tab-separated, as DCASE and sed_eval have it, with a header or without;
        - ``"csv"``, ``"parquet"``: with the columns ``recording`` (or ``path``), ``onset``, ``offset``, ``label``.
    label_column : str or None, default=None
        Column that holds the labels of a Raven selection table; None: the first known of its annotation columns.
    recording : str or None, default=None
        Name of the recording, where the file does not say it; None: the name of the file, without suffix.
    durations : dict of str to float, float or None, default=None
        How long each recording is, or all are, in seconds, to find events past the end.

    Returns
    -------
    pandas.DataFrame
        As `event_table` makes it, in the order of the file.

    Raises
    ------
    EventTableError
        If a column is missing, a number is none, an event ends before it begins or after its recording, or is there
        twice (of one class, nearly at the same time). The message names the file and the line.
    ValueError
        If the format is not known.

    See Also
    --------
    write_events : The way back.

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
    """
    path = Path(path)
    if _format_of(path, format) == "parquet":
        return _read_parquet(path, durations)
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    name = _format_of(path, format)
    if format is None and name == "audacity" and lines and RAVEN_COLUMNS[0] in lines[0]:
        name = "raven"
    rows = {
        "raven": lambda: read_raven(lines, path, label_column),
        "audacity": lambda: read_audacity(lines, path),
        "dcase": lambda: read_dcase(lines, path),
        "csv": lambda: read_csv(lines, path),
    }[name]()
    recording = _stem(path) if recording is None else recording
    named = (row if row.recording is not None else row._replace(recording=recording) for row in rows)
    return _as_frame((row.recording, row.event) for row in checked(named, path, durations) if row.event is not None)


def write_events(
    path: str | PathLike,
    events: Any,
    *,
    format: str | None = None,  # noqa: A002
    durations: Mapping[str, float] | None = None,
) -> None:
    """Write a table of events: whole, or not at all.

    Parameters
    ----------
    path : str or PathLike
        The file, which is replaced if it is there.
    events : DataFrame, list of lists of Event, dict of lists of Event, or list of Event
        As `event_table` makes or takes them.
    format : {"raven", "audacity", "dcase", "csv", "parquet"} or None, default=None
        See `read_events`. Audacity's is of one recording; scores are lost in Audacity's and DCASE's, frequencies in
        DCASE's.
    durations : dict of str to float or None, default=None
        Seconds of each recording, for a Raven selection table of several: Raven lays them out one after another, in
        this order.

    Raises
    ------
    ValueError
        If the format is not known, or cannot hold these events.
    ImportError
        If Parquet is asked for and pyarrow is not there.

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
    path = Path(path)
    table = events if hasattr(events, "columns") else event_table(events)
    name = _format_of(path, format)
    check_names(path, table["recording"] if "recording" in table.columns else ())
    with replacing(path) as aside:
        if name == "csv":
            table.to_csv(aside, index=False, errors="surrogateescape")
        elif name == "parquet":
            table.to_parquet(aside, index=False)
        else:
            rows = list(_rows_of(table))
            lines = {
                "raven": lambda: write_raven(rows, durations),
                "audacity": lambda: write_audacity(rows),
                "dcase": lambda: write_dcase(rows),
            }[name]()
            text = "".join(chain.from_iterable((line, "\n") for line in lines))
            aside.write_text(text, encoding="utf-8", errors="surrogateescape")


def _is_row(event: Any) -> bool:
    return isinstance(event, Iterable) and not isinstance(event, (str, bytes))


def check_format(path: str | PathLike, n_recordings: int) -> None:
    """Raise, before any work is done, what writing a table of so many recordings would."""
    if _format_of(Path(path), None) == "audacity" and n_recordings > 1:
        raise ValueError(
            f"{str(path)!r}: a label track of Audacity is of one recording, got {n_recordings}. Write a file for each, "
            f"or another format: {', '.join(suffix for suffix in SUFFIXES if suffix != '.txt')}."
        )


def _known_as(clip: Any, number: int) -> list:
    if not isinstance(clip, (str, PathLike)):
        return [number]
    path = Path(clip)
    return [number, path.stem, path.name, str(path), clip]


def _format_of(path: Path, name: str | None) -> str:
    if name is None:
        name = next((known for suffix, known in SUFFIXES.items() if path.name.lower().endswith(suffix)), None)
    if name not in SUFFIXES.values():
        known = ", ".join(f"{known} ({suffix})" for suffix, known in SUFFIXES.items())
        asked = "of its name" if name is None else repr(name)
        raise ValueError(f"{str(path)!r}: the format {asked} is not known; expected one of {known}.")
    return name


def _stem(path: Path) -> str:
    """Give the name of the recording that a file of labels is named after: night.Table.1.selections.txt is of night."""
    name = path.name[: -len(RAVEN_SUFFIX)] if path.name.lower().endswith(RAVEN_SUFFIX) else path.stem
    parts = name.split(".")
    return ".".join(parts[:-2]) if len(parts) > 2 and parts[-2].lower() == "table" else name


def _as_frame(rows: Iterable[tuple[Any, Event]]) -> Any:
    import pandas as pd

    rows = [(recording, *event) for recording, event in rows]
    table = pd.DataFrame(rows, columns=[*COLUMNS, *MORE], dtype=name_dtype(row[0] for row in rows))
    table = table.astype({"onset": float, "offset": float, **dict.fromkeys(MORE, float)})
    return table.drop(columns=[name for name in MORE if table[name].isna().all()])


def _rows_of(table: Any) -> Iterable[tuple[Any, Event]]:
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise ValueError(f"The table has no column {missing[0]!r}; expected the columns {', '.join(COLUMNS)}.")
    more = [table[name].tolist() if name in table.columns else [None] * len(table) for name in MORE]
    for recording, *event in zip(*(table[name].tolist() for name in COLUMNS), *more, strict=True):
        yield recording, Event(*event[:3], *(None if value is None or value != value else value for value in event[3:]))


def _read_parquet(path: Path, durations: Mapping[str, float] | float | None) -> Any:
    import pandas as pd

    rows = (Row(i, recording, event) for i, (recording, event) in enumerate(_rows_of(pd.read_parquet(path)), start=1))
    return _as_frame((row.recording, row.event) for row in checked(rows, path, durations))
