"""Events of one recording, from several representations."""

from os import PathLike
from typing import Any

from skaudio.events import Event
from skaudio.events.tables import event_lists


def events_of(events: Any, recording: Any = None) -> list[Event]:
    """Return the events of one recording.

    Parameters
    ----------
    events : list of (onset, offset, label), DataFrame or path
        Events; a table may have any name for the recording, if it has no other.
    recording : path, array or None, default=None
        Recording whose events are selected from a table by name. If None, all.

    Returns
    -------
    list of Event
        In order of time.

    Raises
    ------
    TypeError, ValueError
        If these are not events, or a table of other recordings.
    """
    if isinstance(events, (str, PathLike)):
        return event_lists([events], [recording])[0]
    if not hasattr(events, "columns"):
        return event_lists([list(events)], [recording])[0]
    if recording is None and "recording" in events.columns:
        names = events["recording"].unique().tolist()
        if len(names) > 1:
            raise ValueError(f"The table has events of {len(names)} recordings, {names[:5]}. Select the rows of one.")
        events = events.assign(recording=0)
    return event_lists(events, [recording], extra="raise")[0]
