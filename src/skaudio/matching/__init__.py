"""Finding recordings: which one a snippet is from, and where in it."""

from skaudio.matching._match import Match
from skaudio.matching._recording_matcher import RecordingMatcher

__all__ = ["Match", "RecordingMatcher"]
