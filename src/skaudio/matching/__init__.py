"""Audio fingerprinting: identification of the recording that a snippet is from."""

from skaudio.matching._match import Match
from skaudio.matching._recording_matcher import RecordingMatcher

__all__ = ["Match", "RecordingMatcher"]
