"""What a recording's scores become where they are computed, so that only the result returns from another process."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from skaudio.events._event import Event
from skaudio.events._score_files import rounded
from skaudio.events._track import Track
from skaudio.events.decoding._bounds import Shifts
from skaudio.events.decoding._decoder import Decoder


class Detected(NamedTuple):
    """Events of a recording.

    Attributes
    ----------
    events : list of Event
        Events.
    seconds : float
        Time of the last score, at least a step; 0 without any scores.
    scores : ndarray of shape (n_steps, n_classes) or None
        Scores, if they are kept, rounded as in files of scores.
    """

    events: list[Event]
    seconds: float
    scores: np.ndarray | None = None


@dataclass(frozen=True)
class Detect:
    """Decodes a track into events with corrected bounds.

    Parameters
    ----------
    decoder : Decoder
        Decodes tracks.
    shifts : dict of (float, float)
        Corrections of onsets and offsets of each class.
    with_scores : bool, default=False
        Whether scores are kept: events are then those of the rounded scores.
    """

    decoder: Decoder
    shifts: Shifts
    with_scores: bool = False

    def __call__(self, track: Track) -> Detected:
        kept = rounded(track.scores) if self.with_scores else None
        track = track if kept is None else Track(track.times, kept.astype(np.float32))
        seconds = max(float(track.times[-1]), self.decoder.step_seconds) if len(track.times) else 0.0
        return Detected(self.decoder.events(track, self.shifts), seconds, kept)


@dataclass(frozen=True)
class FindRuns:
    """Decodes a track into events without correcting their bounds, and states whether any score is above 0."""

    decoder: Decoder

    def __call__(self, track: Track) -> tuple[list[Event], bool]:
        return self.decoder.runs(track), bool(track.scores.any())
