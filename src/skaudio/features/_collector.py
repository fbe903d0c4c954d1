"""Collection of the frames of clips in a batch, without a second copy."""

from threading import Lock

import numpy as np


class FrameCollector:
    """A batch of frame sequences under construction, thread-safe.

    The first clip determines the shape of a 3-D array, into which clips are copied as long as they fit; a ragged batch
    becomes an object array, with views for the clips that fit.

    Parameters
    ----------
    n_clips : int
        Number of clips.
    """

    def __init__(self, n_clips: int) -> None:
        self._rows = [np.empty((0, 0), np.float32)] * n_clips
        self._block = np.empty((0, 0, 0), np.float32)  # allocated with the first clip
        self._ragged = self._too_large = False
        self._lock = Lock()
        self.broken: dict[int, str] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, i: int) -> np.ndarray:
        return self._rows[i]

    def room(self, i: int, shape: tuple[int, int]) -> np.ndarray:
        """Allocate memory for the frames of clip ``i``; frames written there are not copied by `put`."""
        with self._lock:
            if len(self._block) == 0 and not self._ragged:
                self._allocate(shape)
            if shape == self._block.shape[1:]:
                return self._block[i]
        return np.empty(shape, np.float32)

    def put(self, i: int, frames: np.ndarray) -> None:
        """Store the frames ``(n_frames, n_channels)`` of clip ``i``."""
        with self._lock:
            if len(self._block) == 0 and not self._ragged:
                self._allocate(frames.shape)
            fits = frames.shape == self._block.shape[1:]
            self._ragged |= not fits
        if fits:
            if not np.may_share_memory(frames, self._block[i]):
                self._block[i] = frames
            frames = self._block[i]
        elif not frames.flags.writeable:  # read from the cache: make it writable, as computed frames are
            frames = frames.copy()
        self._rows[i] = frames

    def put_broken(self, i: int, message: str) -> None:
        """Record that clip ``i`` has no frames, with its error."""
        self.broken[i] = message

    def fill_broken(self, n_channels: int) -> None:
        """Store one frame of NaN for each broken clip."""
        for i in self.broken:
            self.put(i, np.full((1, n_channels), np.nan, np.float32))

    def frames(self) -> np.ndarray:
        """Return the batch."""
        if not self._ragged:
            return self._block
        if not self._too_large and len({row.shape for row in self._rows}) == 1:
            return np.stack(self._rows)  # all differ from the allocated shape
        batch = np.empty(len(self._rows), dtype=object)
        batch[:] = self._rows
        return batch

    def _allocate(self, shape: tuple[int, ...]) -> None:
        try:
            # Memory is only committed when written to, so a wrong guess costs nothing.
            self._block = np.empty((len(self._rows), *shape), np.float32)
        except MemoryError:  # many long recordings, most likely of different lengths
            self._ragged = self._too_large = True
