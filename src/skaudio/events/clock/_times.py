"""Clock times of events."""

from typing import Any

import numpy as np

from skaudio.events.clock._recording_starts import recording_starts
from skaudio.events.tables import event_table

MICROSECONDS = 10**6


def with_clock_times(events: Any, starts: Any = "auto") -> Any:
    """Add the clock times of start and end to a table of events.

    Parameters
    ----------
    events : DataFrame, dict of lists of Event, or list of lists of Event
        Events, as taken or returned by `event_table`.
    starts : {"auto", "metadata", "name"}, DataFrame, Series or dict, default="auto"
        Start times of the recordings, such as those of `recording_starts`; or where the files that the table names
        state them (see there).

    Returns
    -------
    pandas.DataFrame
        Copy of the table with the columns ``start_time`` and ``end_time``, to the microsecond, with a time zone if the
        starts have one.

    Raises
    ------
    ValueError
        If the start of a recording is unknown, see `recording_starts`.

    See Also
    --------
    recording_starts : Start times of recordings.

    Examples
    --------
    >>> from skaudio.events import Event, with_clock_times
    >>> table = with_clock_times({"20230401_235900.WAV": [Event(90.0, 92.5, "owl")]})
    >>> print(table.start_time[0], table.end_time[0])
    2023-04-02 00:00:30 2023-04-02 00:00:32.500000
    """
    table = events if hasattr(events, "columns") else event_table(events)
    names = list(dict.fromkeys(table["recording"]))
    begins = recording_starts(names, starts)
    begins.index = names
    begin = table["recording"].map(begins) if len(table) else begins.reindex(table.index)
    times = {
        name: begin + np.round(table[column].astype(float) * MICROSECONDS).astype("timedelta64[us]")
        for name, column in (("start_time", "onset"), ("end_time", "offset"))
    }
    return table.assign(**times)
