"""A long recording as a stream of units: samples, or frames of a front end, computed block by block.

Frames are those of the whole recording: each block begins earlier and ends later than what is kept of it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from skaudio._frames import channels_of, with_channels
from skaudio._validation import as_array_or_sequence, as_frames
from skaudio.features._block_extractor import framed_blocks
from skaudio.features._spectral import stft_settings

BLOCK_SECONDS = 60.0
DELTA_FRAMES = 8  # that derivatives look at, to either side, at most
PER_CLIP = ("top_db", "trim_db", "level", "normalize", "duration")


class Units:
    """How a recording is looked at.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    front_end : front end or None
        What makes frames; None: samples are looked at.

    Attributes
    ----------
    sr : float
        As given.
    rate : float
        Units a second.

    Raises
    ------
    ValueError
        If the front end makes no frames of a spectrum, or does something that depends on the clip as a whole.
    """

    def __init__(self, sr: float, front_end: Any) -> None:
        self.sr, self._front_end = sr, front_end
        self._hop, self._margin = 1, 0
        if front_end is not None:
            if not hasattr(front_end, "hop_length"):
                raise ValueError(
                    f"front_end={front_end!r} does not make frames of a spectrum. Put it into the estimator, as in "
                    "make_pipeline(front_end, classifier)."
                )
            for name in PER_CLIP:
                if getattr(front_end, name, None) is not None:
                    raise ValueError(
                        f"front_end has {name}={getattr(front_end, name)!r}, which depends on the clip as a whole; no "
                        f"block of a recording knows it. Use {name}=None, or put the front end into the estimator."
                    )
            settings = stft_settings(front_end)
            self._hop = settings["hop_length"]
            self._margin = -(-settings["n_fft"] // self._hop) + DELTA_FRAMES
        self.rate = sr / self._hop

    def marked(self, frames: np.ndarray) -> np.ndarray:
        """Return training windows, or stretches, of frames that carry what the front end says of its own."""
        if self._front_end is None:
            return frames
        silence = np.zeros(self._margin * self._hop, np.float32)
        return with_channels(frames, channels_of(as_array_or_sequence(self._front_end.transform([silence]))))

    def stream(self, pieces: Iterable[np.ndarray], block_seconds: float = BLOCK_SECONDS) -> Iterator[np.ndarray]:
        """Yield units ``(n_units, n_channels)``, or samples ``(n_units,)``, of pieces of a waveform."""
        if self._front_end is None:
            yield from pieces
            return
        kept = max(1, round(block_seconds * self.rate))
        for block, keep in framed_blocks(iter(pieces), hop_length=self._hop, margin=self._margin, kept=kept):
            yield as_frames(self._front_end.transform([block]), allow_nan=True)[0][keep]
