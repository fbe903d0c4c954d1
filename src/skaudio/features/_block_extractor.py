"""Frames of a waveform in pieces, with memory for the result and a few blocks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator

import numpy as np

from skaudio.io._iter_blocks import regrouped

Room = Callable[[tuple[int, int]], np.ndarray]


class BlockExtractor(ABC):
    """Extractor of frames from a waveform, whole or in pieces, with the same result.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import BlockExtractor, MFCC
    >>> extract = MFCC(sr=8000, n_mfcc=5).extractor()
    >>> isinstance(extract, BlockExtractor)
    True
    >>> y = np.sin(0.1 * np.arange(4000, dtype=np.float32))
    >>> passes = (iter([y[:1000], y[1000:]]) for _ in range(2))
    >>> frames = extract.by_blocks(passes, n_samples=4000, room=lambda shape: np.empty(shape, np.float32))
    >>> bool(np.array_equal(frames, extract(y)))
    True
    """

    @abstractmethod
    def __call__(self, y: np.ndarray, room: Room | None = None) -> np.ndarray:
        """Compute the frames of a whole waveform.

        Parameters
        ----------
        y : ndarray of float32, shape (n_samples,)
            The waveform.
        room : callable or None, default=None
            Allocates an output array of a given shape, to avoid a copy. Its use is optional.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_channels)
            The frames.
        """

    @abstractmethod
    def by_blocks(self, passes: Iterator[Iterator[np.ndarray]], n_samples: int | None, room: Room) -> np.ndarray:
        """Compute the frames of a waveform while it is decoded.

        Parameters
        ----------
        passes : iterator of iterators of ndarrays
            Each yields the waveform from its start, in pieces, for algorithms with several passes.
        n_samples : int or None
            Length of the waveform, or an upper bound; None if unknown.
        room : callable
            Allocates an output array of a given shape, to avoid a copy.

        Returns
        -------
        ndarray of float32, shape (n_frames, n_channels)
            The frames.
        """


def framed_blocks(
    pieces: Iterator[np.ndarray], *, hop_length: int, margin: int, kept: int
) -> Iterator[tuple[np.ndarray, slice]]:
    """Cut a waveform into overlapping blocks whose kept frames equal those of the whole waveform.

    Each block extends beyond its kept frames on both sides.

    Parameters
    ----------
    pieces : iterator of ndarrays (n_samples_i,)
        The waveform.
    hop_length : int
        Samples between neighbouring frames.
    margin : int
        Number of frames at either side that depend on samples beyond the block.
    kept : int
        Number of frames to keep of a block.

    Yields
    ------
    block : ndarray of shape (n_samples,)
        Samples.
    keep : slice
        Frames to keep.
    """
    first = 0
    blocks = regrouped(pieces, (kept + 2 * margin) * hop_length, kept * hop_length)
    block = next(blocks, None)
    while block is not None:
        following = next(blocks, None)
        yield block, slice(first, None if following is None else kept + margin)
        first, block = margin, following
