"""A place in a recording that a snippet may be from."""

from typing import Any, NamedTuple


class Match(NamedTuple):
    """A place in a recording that a snippet may be from.

    Attributes
    ----------
    name : object
        Of the recording.
    similarity : float
        Higher is more alike; see `RecordingMatcher`.
    offset : float
        Where in the recording the snippet begins, in seconds.
    """

    name: Any
    similarity: float
    offset: float
