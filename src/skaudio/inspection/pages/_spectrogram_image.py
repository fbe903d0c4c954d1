"""Spectrograms as small images of pages."""

import base64
import io

import numpy as np

QUALITIES = (60, 40, 20)  # of the JPEG


def spectrogram_image(
    frames: np.ndarray, size: tuple[int, int], *, n_characters: float, floor_percentile: float
) -> str:
    """Encode a spectrogram as a JPEG, in the best quality that fits, or in the lowest.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_bands)
        Spectrogram of a clip, the lowest band first.
    size : (int, int)
        Width and height in pixels.
    n_characters : float
        Maximum length of the URI in characters.
    floor_percentile : float
        Percentile of the values that is black, and all below it; the largest value is the brightest.

    Returns
    -------
    str
        ``data:`` URI.
    """
    from matplotlib import colormaps
    from PIL import Image

    lowest, highest = np.percentile(frames, [floor_percentile, 100.0])
    shades = np.clip((frames.T[::-1] - lowest) / max(float(highest - lowest), 1e-6), 0.0, 1.0).astype(np.float32)
    resized = Image.fromarray(shades).resize(size, Image.Resampling.BOX)
    pixels = (255 * colormaps["magma"](np.asarray(resized))[..., :3]).astype(np.uint8)
    for quality in QUALITIES:
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "JPEG", quality=quality)
        uri = f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
        if len(uri) <= n_characters:
            break
    return uri
