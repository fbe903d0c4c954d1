"""A detection on the review page: the spectrogram around it, with axes, and its sound."""

from typing import Any

import numpy as np

from skaudio.events import Event
from skaudio.features import FrontEnd
from skaudio.inspection._encoded_sound import encoded_sound
from skaudio.inspection._parts import computed_frames
from skaudio.inspection._spectrogram_display import frequency_scale
from skaudio.inspection._spectrogram_image import spectrogram_image
from skaudio.io import load

PICTURE = (480, 150)  # width and height in pixels
PICTURE_QUALITIES = (60, 40, 20)  # of the JPEG: the first that leaves as much for the sound
FLOOR_PERCENTILE = 20.0  # of a spectrogram: background noise is dark
MIN_SECONDS, MAX_SECONDS = 0.5, 30.0  # of what is shown
PEAK = 0.9
MAX_GAIN = 10 ** (30.0 / 20.0)
MAX_INTERVALS = 6
MIN_WHOLE = 2.0  # seconds from which on ticks are on whole ones
TICK_STEPS = [1, 2, 5, 10]
ROUND_HZ = [digit * 10.0**power for power in range(1, 6) for digit in (1, 2, 5)]
MIN_TICK_DISTANCE = 0.12  # as a share of the height


def review_clip(
    recording: Any, event: Event, front_end: FrontEnd, context_seconds: float, n_characters: float, best_quality: int
) -> tuple[dict[str, Any], int]:
    """Encode picture and sound of a detection, as the script of the page takes them.

    Parameters
    ----------
    recording : path, binary file object, array, pair or dict
        Its recording; a plain array is at the rate of the front end.
    event : Event
        The detection.
    front_end : front end
        Front end whose channels are bands.
    context_seconds : float
        Time before and after the event.
    n_characters : float
        Maximum length of picture and sound together, in characters.
    best_quality : int
        First quality of the sound to try.

    Returns
    -------
    clip : dict
        ``picture`` and ``sound``, ``data:`` URIs; ``seconds`` of both; ``soundSeconds``, if the sound is shorter;
        ``box``, the left, right, lower and upper edge of the event as shares of the picture; ``xTicks`` and ``yTicks``,
        pairs of a share of the picture and a text.
    quality : int
        Quality of the sound: 0 is best.
    """
    rate, start = front_end.rate, max(0.0, event.onset - context_seconds)
    duration = min(max(event.offset + context_seconds - start, MIN_SECONDS), MAX_SECONDS)
    channel = event.channel - 1 if isinstance(event.channel, int) else None
    y, _ = load(recording, sr=rate, channel=channel, offset=start, duration=duration)
    frames, _ = computed_frames(front_end, [y])
    for picture_quality in PICTURE_QUALITIES:
        picture = spectrogram_image(frames[0], PICTURE, quality=picture_quality, floor_percentile=FLOOR_PERCENTILE)
        if len(picture) <= n_characters / 2:
            break
    louder = y * min(MAX_GAIN, PEAK / max(float(np.abs(y).max()), 1e-9))
    sound, sound_seconds, quality = encoded_sound(louder, rate, n_characters - len(picture), best_quality)
    seconds, frequencies = len(y) / rate, np.asarray(front_end.channel_frequencies())
    low = 0.0 if event.low_frequency is None else _height(event.low_frequency, frequencies)
    high = 1.0 if event.high_frequency is None else _height(event.high_frequency, frequencies)
    clip = {
        "picture": picture,
        "sound": sound,
        "seconds": round(seconds, 4),
        "soundSeconds": round(sound_seconds, 4),
        "box": [_share(event.onset - start, seconds), _share(event.offset - start, seconds), low, high],
        "xTicks": [[_share(time - start, seconds), time_text(time)] for time in _ticks(start, start + seconds)],
        "yTicks": [[_height(hz, frequencies), f"{hz / 1000:g}"] for hz in _frequency_ticks(frequencies)],
    }
    return clip, quality


def time_text(seconds: float) -> str:
    """Return a time in a recording as text.

    Examples
    --------
    >>> from skaudio.inspection._review_clip import time_text
    >>> time_text(7.0), time_text(754.5), time_text(3600.0)
    ('0:07', '12:34.5', '1:00:00')
    """
    hundredths = round(100 * seconds)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{rest % 100:02d}".rstrip("0").rstrip(".")
    return (f"{hours}:{minutes:02d}" if hours else f"{minutes}") + f":{rest // 100:02d}{fraction}"


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
