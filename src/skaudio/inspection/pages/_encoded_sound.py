"""Sound of pages: MP3, which every browser plays, in the best quality that fits."""

import base64
import io

import numpy as np

from skaudio.io import resample

# Sampling rates of MP3 in Hz, and encodings in order of decreasing size, down to 2000 bytes per second.
MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
QUALITIES = (
    (22050, "VARIABLE", 0.3),
    (22050, "VARIABLE", 0.7),
    (22050, "VARIABLE", 0.99),
    (16000, "VARIABLE", 0.99),
    (16000, "CONSTANT", 0.947),
)
IN_TEXT = 4 / 3  # base64 encodes three bytes as four characters
MIN_SECONDS = 1.0


def encoded_sound(y: np.ndarray, sr: float, n_characters: float, best_quality: int = 0) -> tuple[str, float, int]:
    """Encode a waveform in the best quality that fits; if none does, its beginning, but at least a second.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        The waveform.
    sr : float
        Its sampling rate in Hz.
    n_characters : float
        Maximum length of the URI in characters.
    best_quality : int, default=0
        First quality to try, if known from another clip.

    Returns
    -------
    uri : str
        ``data:`` URI of an MP3.
    seconds : float
        Duration of the part that is encoded.
    quality : int
        Quality of the sound: 0 is best.
    """
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
