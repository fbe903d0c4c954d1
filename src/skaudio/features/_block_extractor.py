"""The frames of a waveform that comes piece by piece, in memory for their own and a few blocks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import numpy as np

from skaudio.io._iter_blocks import regrouped

Room = Callable[[tuple[int, int]], np.ndarray]


class BlockExtractor(ABC):
    """From a waveform to frames: at once, or from pieces of it, with the same result."""

    @abstractmethod
    def __call__(self, y: np.ndarray) -> np.ndarray:
        """Compute float32 frames ``(n_frames, n_channels)`` of a waveform ``(n_samples,)``."""

    @abstractmethod
    def by_blocks(self, passes: Iterator[Iterator[np.ndarray]], n_samples: int | None, room: Room) -> np.ndarray:
        """Compute the frames of a waveform that is decoded while they are computed.

        Parameters
        ----------
        passes : iterator of iterators of ndarrays
            Each is the waveform from its start, in pieces; for what must go through it more than once.
        n_samples : int or None
            Length of the waveform, or the most that it may be; None if that is not known.
        room : callable
            Allocates an array of a shape, in which the frames are best written.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_channels)
            The frames.
        """


def framed_blocks(
    pieces: Iterator[np.ndarray], *, hop_length: int, margin: int, kept: int
) -> Iterator[tuple[np.ndarray, slice]]:
    """Cut a waveform into blocks whose frames, where they are kept, are those of the whole.

    Each block begins earlier and ends later than what is kept of it.

    Parameters
    ----------
    pieces : iterator of ndarrays (n_samples_i,)
        The waveform.
    hop_length : int
        Samples from frame to frame.
    margin : int
        Frames at either side of which the samples beyond a block could be seen.
    kept : int
        Frames to keep of a block.

    Yields
    ------
    block : ndarray of shape (n_samples,)
        Samples.
    keep : slice
        Which of its frames to keep.
    """
    first = 0
    blocks = regrouped(pieces, (kept + 2 * margin) * hop_length, kept * hop_length)
    block = next(blocks, None)
    while block is not None:
        following = next(blocks, None)
        yield block, slice(first, None if following is None else kept + margin)
        first, block = margin, following
