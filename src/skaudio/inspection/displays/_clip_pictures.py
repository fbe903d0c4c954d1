"""Spectrograms of clips as thumbnails."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.features import FrontEnd, MelSpectrogram
from skaudio.inspection._parts import are_bands, computed_frames


def clip_pictures(front_end: FrontEnd, clips: Sequence) -> list[np.ndarray]:
    """Compute a spectrogram of each clip: by the front end, if its channels are bands, else of its waveform.

    Parameters
    ----------
    front_end : front end
        Front end of a pipeline.
    clips : sequence
        Clips that it takes.

    Returns
    -------
    list of ndarrays (n_bands, n_frames)
        Spectrograms, the lowest band first.
    """
    if are_bands(front_end.channel_frequencies()):
        return [_picture(front_end, clip) for clip in clips]
    mel = MelSpectrogram(sr=front_end.rate)
    return [_picture(mel, front_end.waveform(clip)) for clip in clips]


def _picture(front_end: FrontEnd, clip: Any) -> np.ndarray:
    return computed_frames(front_end, [clip])[0][0].T
