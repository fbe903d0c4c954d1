"""Pictures of clips for displays that show them beside something else."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio._validation import as_frames
from skaudio.features import FrontEnd, MelSpectrogram
from skaudio.inspection._parts import are_bands


def clip_pictures(front_end: FrontEnd, clips: Sequence) -> list[np.ndarray]:
    """Give a spectrogram of each clip: by the front end, if its channels are bands, else of what it hears.

    Parameters
    ----------
    front_end : front end
        Of a pipeline.
    clips : sequence
        Clips as it takes them.

    Returns
    -------
    list of ndarrays (n_bands, n_frames)
        The lowest band first.
    """
    if are_bands(front_end.channel_frequencies()):
        return [_picture(front_end, clip) for clip in clips]
    heard = [front_end.waveform(clip) for clip in clips]
    return [_picture(MelSpectrogram(sr=front_end.rate), y) for y in heard]


def _picture(front_end: FrontEnd, clip: Any) -> np.ndarray:
    return as_frames(front_end.transform([clip]), allow_nan=True)[0].T
