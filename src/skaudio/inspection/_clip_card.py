"""Clips on a self-contained page: a small spectrogram, and compressed sound."""

from dataclasses import dataclass
from typing import Any

from skaudio.features import MelSpectrogram
from skaudio.inspection._encoded_sound import encoded_sound
from skaudio.inspection._parts import computed_frames
from skaudio.inspection._spectrogram_image import spectrogram_image
from skaudio.io import load

PICTURE = (240, 72)  # width and height in pixels
PICTURE_BANDS = 72
FLOOR_DB = 60.0


@dataclass(frozen=True)
class ClipCard:
    """Spectrogram and sound of a clip on a page.

    Attributes
    ----------
    picture, sound : str
        ``data:`` URIs, of a JPEG and of an MP3.
    seconds, sound_seconds : float
        Duration of the clip, and of the part of it in the sound.
    top_hz : float
        Highest frequency of the picture.
    quality : int
        Quality of the sound: 0 is best.
    """

    picture: str
    sound: str
    seconds: float
    sound_seconds: float
    top_hz: float
    quality: int


def clip_card(clip: Any, sr: float, n_characters: float, best_quality: int = 0) -> ClipCard:
    """Encode picture and sound of a clip in at most `n_characters` characters, but at least a second of sound.

    Parameters
    ----------
    clip : path, binary file object, array, pair or dict
        A clip; a plain array is at ``sr``.
    sr : float
        Sampling rate in Hz.
    n_characters : float
        Maximum length of both URIs together, in characters.
    best_quality : int, default=0
        First quality to try, if known from another clip.

    Returns
    -------
    ClipCard
    """
    y, _ = load(clip, sr=sr)
    bands = min(PICTURE_BANDS, max(8, int(sr / 125)))  # more would be narrower than the bins
    frames = computed_frames(MelSpectrogram(sr=sr, n_mels=bands, top_db=FLOOR_DB), [y])[0][0]
    picture = spectrogram_image(frames, PICTURE)
    sound, sound_seconds, quality = encoded_sound(y, sr, n_characters - len(picture), best_quality)
    return ClipCard(picture, sound, len(y) / sr, sound_seconds, sr / 2, quality)
