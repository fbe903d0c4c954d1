"""Start times of recordings, as a table."""

import warnings
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from skaudio._recording_names import pair_names
from skaudio._warnings import warn_user
from skaudio.events.tables import name_dtype, recording_names
from skaudio.io import recording_start

MAX_WARNINGS = 5


def recording_starts(
    recordings: Sequence, source: Any = "auto", *, pattern: str | None = None, timezone: Any = None
) -> Any:
    r"""Return the start times of recordings.

    Parameters
    ----------
    recordings : batch of clips
        Recordings; see `skaudio.io.load`. Arrays have no start: pass a table of them.
    source : {"auto", "metadata", "name"}, DataFrame, Series or dict, default="auto"
        Where the starts are stated: in the metadata of WAV files, in file names, or in the first of these that states
        one (see `skaudio.io.recording_start`). Or a table of them: a data frame with the columns ``recording`` and
        ``start``, or a series or dict of starts by recording. It may contain further recordings. A name in it may be
        shorter or longer than the path of a recording, if it is unambiguous; arrays are named by their indices. Starts
        are `datetime.datetime`, `pandas.Timestamp` or text in ISO 8601.
    pattern : str or None, default=None
        Pattern of the file names, if not that of common recorders; see `skaudio.io.recording_start`.
    timezone : str, tzinfo or None, default=None
        Time zone of the result, such as ``"Europe/Berlin"``, ``"UTC"`` or ``"+01:00"``. Starts without a zone are taken
        to be in it, and others are converted to it. If None, starts are returned as they are stated.

    Returns
    -------
    pandas.Series of datetime64, length n_recordings
        Start of each recording, by its path, or its index in ``recordings``. It has a time zone if the starts have one;
        if they have several offsets from UTC, UTC.

    Raises
    ------
    ValueError
        If a start is unknown or not valid; if some starts have a time zone and others do not; or if a start without a
        zone occurs twice, or never, in ``timezone``, because clocks were changed.
    AudioError
        If a file cannot be read.

    Warns
    -----
    UserWarning
        If the metadata and the name of a file disagree, or a field of the metadata is not valid. If the starts have
        several offsets from UTC, and no ``timezone``.

    See Also
    --------
    with_clock_times : Add clock times to a table of events.
    count_events : Count events by clock time.

    Examples
    --------
    >>> from skaudio.events import recording_starts
    >>> recording_starts(["site1/20230401_050000.WAV", "site1/20230401_060000.WAV"]).dt.hour.tolist()
    [5, 6]

    Recorders that write UTC into file names, for hours of the day at a place:

    >>> starts = recording_starts(["20230401_050000.WAV"], timezone="UTC").dt.tz_convert("Europe/Berlin")
    >>> print(starts.iloc[0])
    2023-04-01 07:00:00+02:00

    Starts that are in a table:

    >>> recording_starts(["a.wav", "b.wav"], {"b": "2023-04-01T06:00", "a": "2023-04-01T05:00"}).dt.hour.tolist()
    [5, 6]
    """
    recordings = list(recordings)
    names = recording_names(recordings)
    if isinstance(source, str):
        return _as_series(_stated(recordings, source, pattern), names, timezone)
    if pattern is not None:
        raise ValueError(f"pattern={pattern!r} is for file names; omit it with a table of starts.")
    return _as_series(_from_table(source, names), names, timezone)


def _stated(recordings: Sequence, source: str, pattern: str | None) -> list[Any]:
    """Return the starts that files or their names state; warnings about many files are shortened."""
    import pandas as pd

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        times = [pd.Timestamp(recording_start(clip, source=source, pattern=pattern)) for clip in recordings]
    if caught:
        shown = " ".join(str(warning.message) for warning in caught[:MAX_WARNINGS])
        n_more = len(caught) - MAX_WARNINGS
        more = f" There are {n_more} more such recordings." if n_more > 0 else ""
        warn_user(shown + more)
    return times


def _from_table(source: Any, names: Sequence) -> list[Any]:
    """Return the starts in a table, in the order of the names."""
    starts = table_values(source, "start", "starts")
    pairs = pair_names(names, starts)
    missing = next((name for name in names if name not in pairs), None)
    if missing is not None:
        raise ValueError(f"The table of starts has no entry for the recording {missing!r}.")
    return [_as_time(starts[pairs[name]], name) for name in names]


def table_values(source: Any, column: str, what: str) -> dict[Any, Any]:
    """Return a table of values by recording as a dict.

    Parameters
    ----------
    source : DataFrame, Series or dict
        With the columns ``recording`` and that of the values; or by recording.
    column : str
        Name of the column of values.
    what : str
        What it contains, for messages.

    Returns
    -------
    dict

    Raises
    ------
    ValueError
        If it is no table, has no such column, or a recording twice with different values.
    """
    if hasattr(source, "columns"):
        missing = next((name for name in ("recording", column) if name not in source.columns), None)
        if missing is not None:
            found = ", ".join(map(str, source.columns))
            raise ValueError(f"The table of {what} has no column {missing!r}; found {found}.")
        pairs = list(zip(source["recording"], source[column], strict=True))
    elif isinstance(source, Mapping) or hasattr(source, "items"):
        pairs = list(source.items())
    else:
        raise ValueError(
            f"Expected {what} as a data frame with the columns recording and {column}, or a series or dict by "
            f"recording; got {type(source).__name__}."
        )
    values: dict[Any, Any] = {}
    for name, value in pairs:
        if name in values and values[name] != value:
            raise ValueError(f"The table of {what} has {values[name]} and {value} for the recording {name!r}.")
        values[name] = value
    return values


def _as_time(value: Any, name: Any) -> Any:
    """Convert an entry of a table to a pandas.Timestamp."""
    import pandas as pd

    time = pd.NaT
    if isinstance(value, (str, date, np.datetime64)):
        try:
            time = pd.to_datetime(value, format="ISO8601") if isinstance(value, str) else pd.Timestamp(value)
        except ValueError:
            time = pd.NaT
    if time is pd.NaT:
        raise ValueError(
            f"The start of the recording {name!r} is {value!r}; expected a datetime, or text in ISO 8601, such as "
            "'2023-04-01T05:00:00+02:00'."
        )
    return time


def _as_series(times: list[Any], names: Sequence, timezone: Any) -> Any:
    """Return times as a series with one time zone, or none."""
    import pandas as pd

    if timezone is not None:
        times = [_in_zone(time, name, timezone) for time, name in zip(times, names, strict=True)]
    else:
        _check_zones(times, names)
    # A fixed offset has several spellings.
    zones = {str(time.tz): time.tz for time in times}
    if len(zones) > 1:
        offsets = {time.utcoffset() for time in times}
        zone = times[0].tz if len(offsets) == 1 else "UTC"
        times = [time.tz_convert(zone) for time in times]
        if len(offsets) > 1:
            warn_user(
                f"The starts of the recordings have {len(offsets)} offsets from UTC: all are converted to UTC. Pass "
                "timezone to recording_starts for the hours of a place.",
            )
    index = pd.Index(list(names), name="recording", dtype=name_dtype(names))
    return pd.Series(pd.DatetimeIndex(times).as_unit("us"), index=index, name="start")


def _in_zone(time: Any, name: Any, timezone: Any) -> Any:
    try:
        if time.tz is not None:
            return time.tz_convert(timezone)
        local = time.tz_localize(timezone, ambiguous="NaT", nonexistent="NaT")
    except (KeyError, ValueError):
        raise ValueError(
            f"timezone={timezone!r} is unknown; expected a name such as 'Europe/Berlin' or 'UTC', or an offset such as "
            "'+01:00'."
        ) from None
    if local == local:  # not NaT
        return local
    raise ValueError(
        f"timezone={timezone!r}: the start {time} of the recording {name!r} occurs twice there, or never, as clocks "
        "are changed. Pass the offset of the recorder's clock, such as '+01:00', and convert the result by "
        ".dt.tz_convert."
    )


def _check_zones(times: Sequence, names: Sequence) -> None:
    aware = next((i for i, time in enumerate(times) if time.tz is not None), None)
    naive = next((i for i, time in enumerate(times) if time.tz is None), None)
    if aware is not None and naive is not None:
        raise ValueError(
            f"The start of {names[aware]!r} has a time zone ({times[aware]}), but that of {names[naive]!r} has none "
            f"({times[naive]}). Pass the zone of the latter to recording_starts, such as timezone='UTC'."
        )
