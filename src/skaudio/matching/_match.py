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

    Examples
    --------
    >>> from skaudio.matching import Match
    >>> name, similarity, offset = Match("song.mp3", similarity=0.8, offset=12.5)
    >>> f"{name} from {offset} s"
    'song.mp3 from 12.5 s'
    """

    name: Any
    similarity: float
    offset: float
