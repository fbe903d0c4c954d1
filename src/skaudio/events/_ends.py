"""Check that events lie within their recordings."""

from collections.abc import Sequence
from typing import Any

from skaudio.events._event import Event
from skaudio.events._event_scores import EventScores
from skaudio.events.tables import SLACK_SECONDS, ends_late
from skaudio.io import AudioError, audio_info, clip_name, iter_blocks


def check_ends(events: Sequence[Sequence[Event]], recordings: Sequence, sr: float) -> None:
    """Raise if an event is past the end of its recording, as with a wrong unit or recording.

    Parameters
    ----------
    events : sequence of sequences of Event
        Events of each recording.
    recordings : sequence
        Clips.
    sr : float
        Sampling rate of plain arrays, in Hz.

    Raises
    ------
    ValueError
        If an event begins after its recording, or ends more than half a second after it.
    """
    for i, (events_i, recording) in enumerate(zip(events, recordings, strict=True)):
        last = max(events_i, key=lambda event: event.offset, default=None)
        if last is None or last.offset <= stated_seconds(recording, sr) + SLACK_SECONDS:
            continue
        # Headers may understate the duration: count the samples before raising an error.
        duration = _counted_seconds(recording, i, sr)
        if last.offset > duration + SLACK_SECONDS:
            late = next(event for event in events_i if event.offset > duration + SLACK_SECONDS)
            raise ValueError(f"Events of recording {i} ({clip_name(recording)}): {ends_late(late, duration)}")


def check_ends_of_scores(events: Sequence[Sequence[Event]], scores: EventScores) -> None:
    """Raise ValueError if an event is past the end of the scores of its recording.

    Scores end up to a step before or after the recording, or are empty if it could not be decoded.
    """
    for events_i, track, name in zip(events, scores, scores.recordings, strict=True):
        duration = track.times[-1] + scores.step_seconds if len(track.times) else float("inf")
        late = next((event for event in events_i if event.offset > duration + SLACK_SECONDS), None)
        if late is not None:
            raise ValueError(f"Events of the scores of {name!r}: {ends_late(late, duration)}")


def stated_seconds(recording: Any, sr: float) -> float:
    """Return the duration of a recording according to its header, in seconds; 0 if it cannot be decoded."""
    try:
        return audio_info(recording, sr=sr).duration_seconds
    except AudioError:
        return 0.0  # decoding raises a specific error


def _counted_seconds(recording: Any, i: int, sr: float) -> float:
    try:
        return sum(len(block.y) for block in iter_blocks(recording, sr=sr)) / sr
    except AudioError as error:
        raise AudioError(f"Recording {i}: {error}") from error
