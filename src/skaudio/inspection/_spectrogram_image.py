"""Spectrograms as small images of pages."""

import base64
import io

import numpy as np


def spectrogram_image(
    frames: np.ndarray, size: tuple[int, int], *, quality: int = 60, floor_percentile: float = 0.0
) -> str:
    """Encode a spectrogram as a JPEG.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_bands)
        Spectrogram of a clip, the lowest band first.
    size : (int, int)
        Width and height in pixels.
    quality : int, default=60
        Quality of the JPEG, from 0 to 95.
    floor_percentile : float, default=0
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
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=quality)
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
