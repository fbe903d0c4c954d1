"""Sounds on cards of a page: a spectrogram with axes, and compressed sound."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.events import Event
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection._parts import are_bands, computed_frames
from skaudio.inspection.displays import frequency_scale
from skaudio.inspection.pages._encoded_sound import encoded_sound
from skaudio.inspection.pages._spectrogram_image import spectrogram_image
from skaudio.io import AudioError, audio_info, load

MAX_RATE = 22050.0
MAX_HEADERS = 20  # recordings whose sampling rate is looked up
PICTURE = (480, 150)  # width and height in pixels
FLOOR_PERCENTILE = 20.0  # of a spectrogram: background noise is dark
MIN_SECONDS, MAX_SECONDS = 0.5, 30.0  # of what is shown
CARD_CHARACTERS = 800  # of a card besides picture and sound
PEAK = 0.9
MAX_GAIN = 10 ** (30.0 / 20.0)
MAX_INTERVALS = 6
MIN_WHOLE = 2.0  # seconds from which on ticks are on whole ones
TICK_STEPS = [1, 2, 5, 10]
ROUND_HZ = [digit * 10.0**power for power in range(1, 6) for digit in (1, 2, 5)]
MIN_TICK_DISTANCE = 0.12  # as a share of the height


class SoundCards:
    """Encoder of the sounds of a page, each in at most a number of characters, but at least a second.

    Parameters
    ----------
    front_end : front end
        Front end that computes the spectrograms; its channels are bands.
    n_characters : float
        Maximum number of characters of each card.
    """

    def __init__(self, front_end: FrontEnd, n_characters: float) -> None:
        self.front_end = front_end
        self._n_characters = n_characters - CARD_CHARACTERS
        self._quality = 0  # of the sound of the last card: that of the next one is probably similar

    def encode(self, y: np.ndarray, start: float = 0.0, event: Event | None = None) -> dict[str, Any]:
        """Encode picture and sound, as the script of the page takes them.

        Parameters
        ----------
        y : ndarray of shape (n_samples,)
            Waveform at the sampling rate of the front end.
        start : float, default=0
            Time of its first sample in the recording, in seconds.
        event : Event or None, default=None
            Event to frame in the picture; without one, times are in seconds.

        Returns
        -------
        dict
            ``picture`` and ``sound``, ``data:`` URIs; ``seconds`` of both; ``soundSeconds``, less if the sound is
            shorter; ``box``, the left, right, lower and upper edge of the event as shares of the picture; ``xTicks``
            and ``yTicks``, pairs of a share of the picture and a text.
        """
        rate, frequencies = self.front_end.rate, np.asarray(self.front_end.channel_frequencies())
        frames, _ = computed_frames(self.front_end, [y])
        picture = spectrogram_image(
            frames[0], PICTURE, n_characters=self._n_characters / 2, floor_percentile=FLOOR_PERCENTILE
        )
        louder = y * min(MAX_GAIN, PEAK / max(float(np.abs(y).max()), 1e-9))
        sound, sound_seconds, self._quality = encoded_sound(
            louder, rate, self._n_characters - len(picture), max(0, self._quality - 1)
        )
        seconds, text = len(y) / rate, _seconds_text if event is None else time_text
        return {
            "picture": picture,
            "sound": sound,
            "seconds": round(seconds, 4),
            "soundSeconds": round(sound_seconds, 4),
            **({} if event is None else {"box": _box(event, start, seconds, frequencies)}),
            "xTicks": [[_share(time - start, seconds), text(time)] for time in _ticks(start, start + seconds)],
            "yTicks": [[_height(hz, frequencies), f"{hz / 1000:g}"] for hz in _frequency_ticks(frequencies)],
        }


def picture_front_end(front_end: FrontEnd | None, recordings: Sequence) -> FrontEnd:
    """Return the front end that computes the spectrograms of recordings.

    Parameters
    ----------
    front_end : front end or None
        The requested one. If None, a `Spectrogram` at the sampling rate of most recordings, at most 22050 Hz.
    recordings : sequence
        The recordings.

    Raises
    ------
    ValueError
        If the channels of the front end are not bands.
    """
    if front_end is None:
        return Spectrogram(sr=_usual_rate(recordings))
    if not isinstance(front_end, FrontEnd) or not are_bands(front_end.channel_frequencies()):
        raise ValueError(
            f"front_end={front_end!r}; expected a front end whose channels are bands, such as "
            "skaudio.features.MelSpectrogram(sr=48000)."
        )
    return front_end


def _usual_rate(recordings: Sequence) -> float:
    rates: Counter[float] = Counter()
    for recording in list({id(recording): recording for recording in recordings}.values())[:MAX_HEADERS]:
        try:
            rates[audio_info(recording).sr] += 1
        except AudioError:
            continue  # reported when it is shown
    return min(rates.most_common(1)[0][0], MAX_RATE) if rates else MAX_RATE


def excerpt(recording: Any, event: Event, sr: float, context_seconds: float) -> tuple[np.ndarray, float]:
    """Load an event with the time before and after it, and return the waveform and the time of its start.

    Parameters
    ----------
    recording : path, binary file object, array, pair or dict
        Its recording; a plain array is at ``sr``.
    event : Event
        The event; of a long one, the beginning is loaded.
    sr : float
        Sampling rate in Hz.
    context_seconds : float
        Time before and after the event.
    """
    start = max(0.0, event.onset - context_seconds)
    duration = min(max(event.offset + context_seconds - start, MIN_SECONDS), MAX_SECONDS)
    channel = event.channel - 1 if isinstance(event.channel, int) else None
    return load(recording, sr=sr, channel=channel, offset=start, duration=duration)[0], start


def time_text(seconds: float) -> str:
    """Return a time in a recording as text.

    Examples
    --------
    >>> from skaudio.inspection.pages._sound_card import time_text
    >>> time_text(7.0), time_text(754.5), time_text(3600.0)
    ('0:07', '12:34.5', '1:00:00')
    """
    hundredths = round(100 * seconds)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest % 100:02d}".rstrip("0").rstrip(".")
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{rest // 100:02d}{fraction}"


def _seconds_text(seconds: float) -> str:
    return f"{seconds:g} s"


def _box(event: Event, start: float, seconds: float, frequencies: np.ndarray) -> list[float]:
    low = 0.0 if event.low_frequency is None else _height(event.low_frequency, frequencies)
    high = 1.0 if event.high_frequency is None else _height(event.high_frequency, frequencies)
    return [_share(event.onset - start, seconds), _share(event.offset - start, seconds), low, high]


def _share(part: float, whole: float) -> float:
    return round(min(max(part / whole, 0.0), 1.0), 4)


def _height(frequency: float, frequencies: np.ndarray) -> float:
    """Return the height of a frequency in the picture, in which all bands are equally high."""
    middles = (np.arange(len(frequencies)) + 0.5) / len(frequencies)
    return round(float(np.interp(frequency, frequencies, middles, left=0.0, right=1.0)), 4)


def _ticks(start: float, stop: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    locator = MaxNLocator(MAX_INTERVALS, steps=TICK_STEPS, integer=stop - start >= MIN_WHOLE)
    ticks = locator.tick_values(start, stop)
    return [round(float(tick), 6) for tick in ticks if start <= tick <= stop]


def _frequency_ticks(frequencies: np.ndarray) -> list[float]:
    """Return round frequencies in Hz that are not too near each other in the picture, the lowest first."""
    if frequency_scale(frequencies) == "linear":
        return _ticks(frequencies[0], frequencies[-1])
    ticks: list[float] = []
    for hz in (hz for hz in reversed(ROUND_HZ) if frequencies[0] <= hz <= frequencies[-1]):
        if not ticks or _height(ticks[-1], frequencies) - _height(hz, frequencies) >= MIN_TICK_DISTANCE:
            ticks.append(hz)
    return ticks[::-1]
