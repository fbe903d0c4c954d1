"""Several concatenated clips in one file."""

from collections.abc import Callable, Sequence

import numpy as np

from skaudio.io._audio_reader import AudioReader


class ChainedReader(AudioReader):
    """The parts of a concatenated file as one clip; one part is open at a time.

    Parameters
    ----------
    openers : sequence of callable
        Each opens a part. All parts have the same sampling rate and number of channels.
    lengths : sequence of int
        Numbers of samples of the parts.
    """

    n_samples: int

    def __init__(self, openers: Sequence[Callable[[], AudioReader]], lengths: Sequence[int]) -> None:
        self._openers = openers
        self._ends = np.cumsum(lengths)
        self._index = 0
        self._part = openers[0]()
        self._position = 0
        self.name, self.sr, self.n_channels = self._part.name, self._part.sr, self._part.n_channels
        self.n_samples = int(self._ends[-1])

    def read(self, n: int) -> np.ndarray:
        pieces = []
        while n > 0 and self._position < self.n_samples:
            end = self._open_at_position()
            wanted = min(n, end - self._position)
            piece = self._part.read(wanted)
            pieces.append(piece)
            n -= len(piece)
            # A part may have slightly fewer samples than its header states.
            self._position = self._position + wanted if len(piece) == wanted else end
        if not pieces:
            return np.empty((0, self.n_channels) if self.n_channels > 1 else 0, np.float32)
        return np.concatenate(pieces) if len(pieces) > 1 else pieces[0]

    def skip(self, n: int) -> None:
        target = min(self._position + n, self.n_samples)
        while self._position < target:
            end = self._open_at_position()
            if target < end:
                self._part.skip(target - self._position)
            self._position = min(target, end)

    def close(self) -> None:
        self._part.close()
        super().close()

    def _open_at_position(self) -> int:
        """Open the part at the current position, and return its end."""
        index = int(np.searchsorted(self._ends, self._position, side="right"))
        if index != self._index:
            self._part.close()
            self._part, self._index = self._openers[index](), index
        return int(self._ends[index])
