"""A match of a snippet: a place in a recording."""

from typing import Any, NamedTuple


class Match(NamedTuple):
    """A match of a snippet: a place in a recording.

    Attributes
    ----------
    name : object
        Name of the recording.
    similarity : float
        Higher means more similar; see `RecordingMatcher`.
    offset : float
        Start of the snippet in the recording, in seconds.
    """

    name: Any
    similarity: float
    offset: float
