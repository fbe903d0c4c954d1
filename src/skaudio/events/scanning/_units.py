"""A long recording as a stream of units: samples, or frames of a front end, computed block by block.

Frames equal those of the whole recording, as blocks are computed with a margin. Those of a pretrained model are centred
on multiples of the hop, with silence before the recording.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from numbers import Integral
from typing import Any

import numpy as np

from skaudio._frames import with_channels
from skaudio.features import SpectralFrontEnd

BLOCK_SECONDS = 60.0


class Units:
    """Units in which a recording is processed.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    front_end : front end or None
        Front end that computes frames. If None, units are samples.

    Attributes
    ----------
    sr : float
        Sampling rate in Hz.
    rate : float
        Units per second.

    Raises
    ------
    ValueError
        If the front end does not compute frames in blocks, or depends on the clip as a whole.
    """

    def __init__(self, sr: float, front_end: Any) -> None:
        self.sr, self._front_end = sr, front_end
        self.rate = sr
        if front_end is not None:
            if not hasattr(front_end, "stream"):
                raise ValueError(
                    f"front_end={front_end!r}; expected one that computes frames block by block: of a spectrum, or "
                    "a PretrainedEmbedding with pooling=None. Put others into the estimator, as in "
                    "make_pipeline(front_end, classifier)."
                )
            if names := front_end.clip_params():
                name = names[0]
                raise ValueError(
                    f"front_end has {name}={getattr(front_end, name)!r}, which depends on the whole clip and cannot be "
                    f"computed by blocks. Use {name}=None, or put the front end into the estimator."
                )
            if not (front_end.channel is None or isinstance(front_end.channel, Integral)):
                raise ValueError(
                    f"front_end has channel={front_end.channel!r}; expected the index of one channel, or None for "
                    "their average."
                )
            channels = front_end.channels_out()
            self.rate = 1 / channels.hop_seconds
            # Windows of pretrained models last seconds; half of an FFT's is within the tolerance of bounds.
            is_spectral = isinstance(front_end, SpectralFrontEnd)
            self._n_before = 0 if is_spectral else round(channels.start_seconds * sr)

    def marked(self, frames: np.ndarray) -> np.ndarray:
        """Return training windows with the channel metadata of the front end."""
        if self._front_end is None:
            return frames
        return with_channels(frames, self._front_end.channels_out())

    def stream(self, pieces: Iterable[np.ndarray], block_seconds: float = BLOCK_SECONDS) -> Iterator[np.ndarray]:
        """Yield units ``(n_units, n_channels)``, or samples ``(n_units,)``, of the pieces of a waveform."""
        if self._front_end is None:
            yield from pieces
            return
        if self._n_before:
            pieces = chain([np.zeros(self._n_before, np.float32)], pieces)
        yield from self._front_end.stream(pieces, block_seconds=block_seconds)
