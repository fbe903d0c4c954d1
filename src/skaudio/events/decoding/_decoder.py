"""Decoding of tracks into events with the settings of a detector."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from skaudio.events._event import Event
from skaudio.events._track import Track
from skaudio.events.decoding._bounds import Shifts, shifted
from skaudio.events.decoding._functions import decode_events, smooth_scores, steps_of


@dataclass(frozen=True)
class Decoder:
    """Settings with which tracks are decoded.

    Parameters
    ----------
    labels : list
        Classes, in the order of the scores.
    step_seconds : float
        Time from one score to the next.
    settings : dict
        ``threshold``, ``low_threshold``, ``min_duration`` and ``max_gap`` of `decode_events`.
    peak_distance : float or None
        See `decode_events`.
    smoothing : float
        Length of the median filter, in seconds.
    """

    labels: list
    step_seconds: float
    settings: Mapping[str, Any]
    peak_distance: float | None
    smoothing: float

    def runs(self, track: Track) -> list[Event]:
        """Decode a track into events, without correcting their bounds."""
        return decode_events(
            track.scores,
            self.labels,
            hop_seconds=self.step_seconds,
            first_seconds=track.times[0] if len(track.times) else 0.0,
            peak_distance=self.peak_distance,
            smoothing=self.smoothing,
            **self.settings,
        )

    def events(self, track: Track, shifts: Shifts) -> list[Event]:
        """Decode a track into events with corrected bounds, rounded to microseconds for readable tables."""
        events = shifted(self.runs(track), shifts)
        return [event._replace(onset=round(event.onset, 6), offset=round(event.offset, 6)) for event in events]

    def with_settings(self, settings: Mapping[str, Any]) -> Self:
        """Return a decoder that differs in its settings."""
        return replace(self, settings=settings)

    def smoothed(self, tracks: Sequence[Track]) -> tuple[Self, list[Track]]:
        """Return smoothed tracks, and a decoder of these that does not smooth them again."""
        n_steps = steps_of(self.smoothing, self.step_seconds)
        smooth = [Track(track.times, smooth_scores(track.scores, n_steps)) for track in tracks]
        return replace(self, smoothing=0.0), smooth
