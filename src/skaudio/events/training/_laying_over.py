"""Augmentation by mixing events with other backgrounds, to separate calls from their context."""

from collections.abc import Iterator, Sequence

import numpy as np

from skaudio.events._event import Event
from skaudio.io import audio_info, load

FADE_SECONDS = 0.05
GAIN_DB = (-10.0, 3.0)
MAX_TRIES = 20  # to find a place without events


def laid_over(
    recordings: Sequence,
    events: Sequence[Sequence[Event]],
    *,
    sr: float,
    margin_seconds: float,
    n_times: int,
    rng: np.random.Generator,
    channel: int | None = None,
) -> Iterator[tuple[np.ndarray, Event]]:
    """Yield each event mixed with segments of recordings without events.

    Parameters
    ----------
    recordings : sequence
        Clips.
    events : sequence of sequences of Event
        Events of each recording.
    sr : float
        Sampling rate in Hz.
    margin_seconds : float
        Duration of the background before and after the event.
    n_times : int
        Number of times that each event is mixed with another background; fewer if no segment is long enough.
    rng : numpy.random.Generator
        Random number generator.
    channel : int or None, default=None
        Index of the channel. If None, channels are averaged.

    Yields
    ------
    waveform : ndarray of float32, shape (n_samples,)
        Mix of background and event.
    event : Event
        The event at its time in the mix.
    """
    lengths = [audio_info(recording, sr=sr).duration_seconds for recording in recordings]
    for recording, events_i in zip(recordings, events, strict=True):
        for event in events_i:
            first = max(0.0, event.onset - FADE_SECONDS)
            duration = event.offset - first + FADE_SECONDS
            call, _ = load(recording, sr=sr, channel=channel, offset=first, duration=duration)
            call = call * _fade(len(call), int(FADE_SECONDS * sr))
            for _ in range(n_times):
                length = event.duration + 2 * margin_seconds
                segment = _find_free_segment(lengths, events, length, rng)
                if segment is None:
                    continue
                background, _ = load(recordings[segment[0]], sr=sr, channel=channel, offset=segment[1], duration=length)
                background = background.copy()  # may be a view of the user's array
                start = int((margin_seconds - (event.onset - first)) * sr)
                part = background[start : start + len(call)]
                part += 10 ** (rng.uniform(*GAIN_DB) / 20) * call[: len(part)]
                yield background, event._replace(onset=margin_seconds, offset=margin_seconds + event.duration)


def _find_free_segment(
    lengths: Sequence[float], events: Sequence[Sequence[Event]], seconds: float, rng: np.random.Generator
) -> tuple[int, float] | None:
    """Find a segment of a recording without events."""
    for _ in range(MAX_TRIES):
        number = int(rng.integers(len(lengths)))
        if lengths[number] <= seconds:
            continue
        start = rng.uniform(0.0, lengths[number] - seconds)
        if all(event.offset <= start or event.onset >= start + seconds for event in events[number]):
            return number, start
    return None


def _fade(n_samples: int, n_fade: int) -> np.ndarray:
    ramp = np.minimum(np.arange(n_samples) + 1.0, np.arange(n_samples, 0, -1.0)) / max(1, n_fade)
    return np.minimum(ramp, 1.0).astype(np.float32)
