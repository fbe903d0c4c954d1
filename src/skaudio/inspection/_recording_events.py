"""Events of one recording, however they come."""

from os import PathLike
from typing import Any

from skaudio.events import Event
from skaudio.events._event_tables import event_lists


def events_of(events: Any, recording: Any = None) -> list[Event]:
    """Give the events of one recording.

    Parameters
    ----------
    events : list of (onset, offset, label), DataFrame or path
        A table may name the recording as it likes, if it names no other.
    recording : path, array or None, default=None
        By whose name those of a table are chosen; None: all.

    Returns
    -------
    list of Event
        In order of time.

    Raises
    ------
    TypeError, ValueError
        If these are no events, or a table of other recordings.
    """
    if isinstance(events, (str, PathLike)):
        return event_lists([events], [recording])[0]
    if not hasattr(events, "columns"):
        return event_lists([list(events)], [recording])[0]
    if recording is None and "recording" in events.columns:
        names = events["recording"].unique().tolist()
        if len(names) > 1:
            raise ValueError(f"The table has events of {len(names)} recordings, {names[:5]}; choose the rows of one.")
        events = events.assign(recording=0)
    return event_lists(events, [recording])[0]
