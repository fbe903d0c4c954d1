"""Counts of events in tables, per recording and by clock time."""

from collections.abc import Callable, Mapping, Sequence
from numbers import Real
from typing import Any

import numpy as np

from skaudio._recording_names import pair_names
from skaudio._warnings import warn_user
from skaudio.events._event import Event
from skaudio.events.clock import bin_edges, recording_starts, table_values
from skaudio.events.counts._counting import count_table
from skaudio.events.tables import SLACK_SECONDS, event_lists, event_table, recording_names
from skaudio.io import AudioError, audio_info, clip_kind, clip_name

EFFORT = "recorded_minutes"
MICROSECONDS = 10**6


def count_events(
    events: Any,
    recordings: Sequence,
    by: Any = None,
    *,
    starts: Any = "auto",
    durations: Any = None,
    labels: Sequence | None = None,
    groups: Any = None,
    on_error: str = "raise",
) -> Any:
    """Count the events in a table, per recording or by clock time, with the recorded time.

    Parameters
    ----------
    events : DataFrame, dict of lists of events, list of lists of events, or list of paths
        A table of events, as returned by `EventDetector.predict` or `read_events`; the events of each recording, by its
        name or in order; or a label file for each.
    recordings : batch of clips
        All recordings that were searched, including those without any event. A table may name them by shorter but
        unambiguous names.
    by : str, timedelta, DateOffset or None, default=None
        Length of bins by clock time: ``"minute"``, ``"hour"``, ``"day"``, ``"week"``, ``"month"``, ``"year"``, or a
        frequency of pandas, such as ``"30min"`` or ``"D"``. If None, events are counted per recording.
    starts : {"auto", "metadata", "name"}, DataFrame, Series or dict, default="auto"
        Start times of the recordings, such as those of `recording_starts`; or where the recordings state them (see
        there). Not used if ``by`` is None.
    durations : dict, Series or DataFrame of float, float or None, default=None
        Seconds of each recording, or of all; a data frame has the columns ``recording`` and ``duration``. If None, they
        are read from the files.
    labels : sequence or None, default=None
        Classes. If None, those in the table, in order.
    groups : array-like of shape (n_recordings,), default=None
        Groups of recordings, such as sites, to count separately.
    on_error : {"raise", "warn"}, default="raise"
        What to do with a recording whose duration cannot be read: raise an error, or warn with its name and count it as
        not recorded.

    Returns
    -------
    pandas.DataFrame
        A column of integers for each class, and ``recorded_minutes``: the total duration of the recordings. A row for
        each recording; or for each bin in which something was recorded, by its ``start_time``, so that no events in a
        recorded hour, and an hour that was not recorded, differ: the former has a row of zeros, the latter no row. A
        recording that extends over several bins adds a part of its minutes to each; an event is counted in that of its
        onset. Recordings at the same time, as by several recorders, add up. Counts of a recording of 0 s are NaN. With
        ``groups``, the index has the group first.

    Raises
    ------
    ValueError
        If the table names an unknown recording, if an event begins after its recording, if a class is not among
        ``labels`` or is named ``recorded_minutes``, or if the start or the duration of a recording is unknown.
    AudioError
        If the duration of a recording cannot be read.

    See Also
    --------
    EventDetector.count : Detect and count events.

    Notes
    -----
    Bins begin at full hours, at midnight and so on in the time zone of the starts. Where clocks are changed,
    days have 23 or 25 hours, and an hour that occurs twice has two rows.

    Examples
    --------
    Two recordings of 90 minutes, with an event in each:

    >>> from skaudio.events import Event, count_events
    >>> recordings = ["20230401_050000.WAV", "20230401_080000.WAV"]
    >>> events = {recordings[0]: [Event(4000, 4002, "owl")], recordings[1]: [Event(10, 12, "owl")]}
    >>> counts = count_events(events, recordings, by="hour", durations=5400.0)
    >>> counts
                         owl  recorded_minutes
    start_time
    2023-04-01 05:00:00    0              60.0
    2023-04-01 06:00:00    1              30.0
    2023-04-01 08:00:00    1              60.0
    2023-04-01 09:00:00    0              30.0

    Events per recorded hour, by hour of the day:

    >>> by_hour = counts.groupby(counts.index.hour).sum()
    >>> (by_hour.owl / by_hour.recorded_minutes * 60).tolist()
    [0.0, 2.0, 1.0, 0.0]

    A row for each hour, NaN where nothing was recorded, as to plot them:

    >>> counts.asfreq("h").owl.tolist()
    [0.0, 1.0, nan, 1.0, 0.0]
    """
    recordings = list(recordings)
    lists = event_lists(event_table(events) if isinstance(events, Mapping) else events, recordings)
    if labels is None:
        labels = sorted({event.label for events_i in lists for event in events_i}, key=str)
    _check_labels(labels)
    if on_error not in {"raise", "warn"}:
        raise ValueError(f"on_error={on_error!r}; expected 'raise' or 'warn'.")
    names, seconds = recording_names(recordings), _durations(recordings, durations, on_error)
    for events_i, name, duration in zip(lists, names, seconds, strict=True):
        _check_events(events_i, name, duration, labels)
    if groups is not None and len(groups := list(groups)) != len(recordings):
        raise ValueError(f"Expected groups of {len(recordings)} recordings, got {len(groups)}.")
    if by is not None:
        return clock_counts(lists, recording_starts(recordings, starts), seconds, list(labels), by, groups)
    counts = count_table(names, lists, seconds, list(labels), None).assign(**{EFFORT: np.array(seconds) / 60})
    return counts if not groups else _by_group(lambda indices: counts.iloc[indices], groups)


def clock_counts(
    events: Sequence[Sequence[Event]],
    starts: Any,
    durations: Sequence[float],
    labels: Sequence,
    by: Any,
    groups: Sequence | None = None,
) -> Any:
    """Count the events of each class by clock time.

    Parameters
    ----------
    events : sequence of sequences of Event
        Events of each recording.
    starts : Series of datetime64
        Start of each recording, in their order.
    durations : sequence of float
        Seconds of each; 0 where nothing was decoded.
    labels : sequence
        Classes.
    by : str, timedelta or DateOffset
        Length of the bins.
    groups : sequence or None, default=None
        Groups of the recordings, to count separately.

    Returns
    -------
    pandas.DataFrame
        See `count_events`.
    """
    import pandas as pd

    _check_labels(labels)
    begins = pd.DatetimeIndex(starts).as_unit("us")
    length = np.round(np.asarray(durations, float) * MICROSECONDS).astype("int64")
    edges = _edges(begins, length, by)
    bounds, begin = edges.asi8, begins.asi8
    columns = {label: i for i, label in enumerate(labels)}

    def count(indices: Sequence[int]) -> Any:
        counts, minutes = np.zeros((len(bounds) - 1, len(labels)), int), np.zeros(len(bounds) - 1)
        for i in indices:
            if length[i]:
                first = np.searchsorted(bounds, begin[i], side="right") - 1
                final = np.searchsorted(bounds, begin[i] + length[i], side="left") - 1
                inner = np.clip(bounds[first : final + 2], begin[i], begin[i] + length[i])
                minutes[first : final + 1] += np.diff(inner) / (60 * MICROSECONDS)
                for event in events[i]:
                    at = np.searchsorted(bounds, begin[i] + round(event.onset * MICROSECONDS), side="right") - 1
                    counts[min(at, final), columns[event.label]] += 1
        table = pd.DataFrame(counts, index=edges[:-1].rename("start_time"), columns=list(labels))
        return table.assign(**{EFFORT: minutes})[minutes > 0]

    return count(range(len(events))) if not groups else _by_group(count, groups)


def _by_group(count: Callable[[Sequence[int]], Any], groups: Sequence) -> Any:
    """Concatenate the counts of each group of recordings, in order."""
    import pandas as pd

    indices: dict[Any, list[int]] = {}
    for i, group in enumerate(groups):
        indices.setdefault(group, []).append(i)
    return pd.concat({group: count(indices_i) for group, indices_i in indices.items()}, names=["group"])


def _edges(begins: Any, length: np.ndarray, by: Any) -> Any:
    """Return the edges of the bins that contain all recorded time."""
    import pandas as pd

    recorded = length > 0
    if not recorded.any():
        now = pd.Timestamp(0, tz=begins.tz)
        return bin_edges(now, now, by)[:1]
    ends = begins[recorded] + pd.TimedeltaIndex(length[recorded].astype("timedelta64[us]"))
    return bin_edges(begins[recorded].min(), ends.max(), by)


def _check_labels(labels: Sequence) -> None:
    if EFFORT in labels:
        raise ValueError(f"A class is named {EFFORT!r}, as is the column of recorded time. Rename it.")


def _check_events(events: Sequence[Event], name: Any, duration: float, labels: Sequence) -> None:
    for event in events:
        if event.label not in labels:
            raise ValueError(
                f"{event!r} of the recording {name!r} is of none of the classes {', '.join(map(str, labels))}. Add its "
                "label to labels, or leave the event out."
            )
        if event.onset > duration + SLACK_SECONDS or not duration:
            raise ValueError(
                f"{event!r} of the recording {name!r} begins after the recording, which has {duration:g} s. Expected "
                "times in seconds from the start of the recording."
            )


def _durations(recordings: Sequence, durations: Any, on_error: str) -> list[float]:
    """Return the seconds of each recording."""
    if durations is None:
        return [_seconds(clip, i, on_error) for i, clip in enumerate(recordings)]
    if isinstance(durations, Real):
        return [float(durations)] * len(recordings)
    names, values = recording_names(recordings), table_values(durations, "duration", "durations")
    pairs = pair_names(names, values)
    missing = next((name for name in names if name not in pairs), None)
    if missing is not None:
        raise ValueError(f"The table of durations has no entry for the recording {missing!r}.")
    seconds = [float(values[pairs[name]]) for name in names]
    wrong = next((i for i, value in enumerate(seconds) if not 0 <= value < np.inf), None)
    if wrong is not None:
        raise ValueError(
            f"The duration of the recording {names[wrong]!r} is {seconds[wrong]}; expected a finite number of seconds."
        )
    return seconds


def _seconds(clip: Any, i: int, on_error: str) -> float:
    if clip_kind(clip) == "array":
        raise ValueError(f"Recording {i} ({clip_name(clip)}) has no sampling rate. Pass durations, or pairs (y, sr).")
    try:
        return audio_info(clip).duration_seconds
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"Recording {i}: {error} Its duration can be passed in durations.") from error
        warn_user(f"Recording {i}: {error} It is counted as not recorded.")
        return 0.0
