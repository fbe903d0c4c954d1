"""Clips on a self-contained page: a small spectrogram, and compressed sound."""

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.features import MelSpectrogram
from skaudio.inspection._parts import computed_frames
from skaudio.io import load, resample

# Sampling rates of MP3 in Hz, and encodings in order of decreasing size, down to 2000 bytes per second.
MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
QUALITIES = (
    (22050, "VARIABLE", 0.3),
    (22050, "VARIABLE", 0.7),
    (22050, "VARIABLE", 0.99),
    (16000, "VARIABLE", 0.99),
    (16000, "CONSTANT", 0.947),
)
PICTURE = (240, 72)  # width and height in pixels
PICTURE_BANDS = 72
PICTURE_QUALITY = 60
FLOOR_DB = 60.0
IN_TEXT = 4 / 3  # base64 encodes three bytes as four characters
MIN_SECONDS = 1.0


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
    picture = _picture(y, sr)
    sound, sound_seconds, quality = _sound(y, sr, n_characters - len(picture), best_quality)
    return ClipCard(picture, sound, len(y) / sr, sound_seconds, sr / 2, quality)


def _picture(y: np.ndarray, sr: float) -> str:
    from matplotlib import colormaps
    from PIL import Image

    bands = min(PICTURE_BANDS, max(8, int(sr / 125)))  # more would be narrower than the bins
    frames = computed_frames(MelSpectrogram(sr=sr, n_mels=bands, top_db=FLOOR_DB), [y])[0][0]
    lowest = frames.min()
    shades = (frames - lowest) / max(float(np.ptp(frames)), 1e-6)
    pixels = (255 * colormaps["magma"](shades.T[::-1])[..., :3]).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).resize(PICTURE, Image.Resampling.BOX).save(file, "JPEG", quality=PICTURE_QUALITY)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


def _sound(y: np.ndarray, sr: float, n_characters: float, best_quality: int) -> tuple[str, float, int]:
    """Encode a waveform in the best quality that fits; if none does, its beginning."""
    n_bytes = n_characters / IN_TEXT - 32
    file = b""
    for quality in range(best_quality, len(QUALITIES)):
        max_rate, mode, level = QUALITIES[quality]
        rate = max((rate for rate in MP3_RATES if rate <= min(sr, max_rate)), default=MP3_RATES[0])
        file = _mp3(resample(y, sr, rate), rate, mode, level)
        if len(file) <= n_bytes:
            break
    seconds = len(y) / sr
    if len(file) > n_bytes:
        seconds = min(seconds, max(MIN_SECONDS, 0.95 * seconds * n_bytes / len(file)))
        file = _mp3(resample(y[: int(seconds * sr)], sr, rate), rate, mode, level)
    return f"data:audio/mpeg;base64,{base64.b64encode(file).decode()}", seconds, quality


def _mp3(y: np.ndarray, sr: int, mode: str, level: float) -> bytes:
    import soundfile as sf

    file = io.BytesIO()
    y = np.clip(y, -1.0, 1.0)
    sf.write(file, y, sr, format="MP3", subtype="MPEG_LAYER_III", bitrate_mode=mode, compression_level=level)
    return file.getvalue()
