"""Mini-batches of frame sequences, each padded only as far as its own clips need.

Lengths are rounded up to a few values (eight per doubling), because TensorFlow does set-up work for each new shape.
This module does not depend on TensorFlow.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

POOL_BATCHES = 16  # batches per pool that is sorted by length, for little padding but enough shuffling
LENGTHS_PER_DOUBLING = 8
MAX_PREDICT_VALUES = 2**20
MAX_PREDICT_CLIPS = 256

Sampler = Callable[[np.ndarray, int, np.random.Generator], list[np.ndarray]]
Augment = Callable[[np.ndarray, np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


class Batches:
    """Iterable over the batches of an epoch.

    Parameters
    ----------
    frames : ndarray (n_clips, n_frames, n_channels) or object array of ndarrays (n_frames_i, n_channels)
        Clips, possibly memory-mapped: only the rows of one batch are read at a time.
    targets : ndarray of float32, shape (n_clips, n_outputs)
        Targets.
    weights : ndarray of float32, shape (n_clips,)
        Sample weights.
    rows : ndarray of int
        Indices of the clips to use.
    batch_size : int
        Number of clips per batch.
    stride : int
        Number that lengths are multiples of.
    fill : ndarray of float32, shape (n_channels,)
        Padding values.
    rng : numpy.random.Generator or None
        Random generator for shuffling; None: no shuffling.
    augment : callable or None
        Augmentation, from frames, lengths and targets of a batch to new ones.
    redraw : callable or None
        Returns the clips of the next epoch, which replace `frames`.
    sampler : callable or None
        From rows, batch size and a generator to the rows of each batch; without `rng`, the same in each epoch. None:
        each row once, in batches of clips of similar length.
    """

    def __init__(
        self,
        frames: np.ndarray,
        targets: np.ndarray,
        weights: np.ndarray,
        rows: np.ndarray,
        *,
        batch_size: int,
        stride: int,
        fill: np.ndarray,
        rng: np.random.Generator | None = None,
        augment: Augment | None = None,
        redraw: Callable[[], np.ndarray] | None = None,
        sampler: Sampler | None = None,
    ) -> None:
        self._frames, self._targets, self._weights, self._rows = frames, targets, weights, rows
        self._batch_size, self._stride, self._fill = batch_size, stride, fill
        self._rng, self._augment, self._redraw, self._sampler = rng, augment, redraw, sampler

    def __len__(self) -> int:
        return -(-len(self._rows) // self._batch_size)

    def __iter__(self) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]]:
        """Yield ``{"frames", "mask"}``, targets and weights of each batch of an epoch."""
        for rows in self._batch_rows():
            frames, lengths = pad_clips(self._frames, rows, self._stride, self._fill)
            targets = self._targets[rows]
            if self._augment is not None:
                frames, lengths, targets = self._augment(frames, lengths, targets)
            yield {"frames": frames, "mask": mask_of(lengths, frames.shape[1])}, targets, self._weights[rows]

    def _batch_rows(self) -> list[np.ndarray]:
        if self._redraw is not None:
            self._frames = self._redraw()
        rows, size = self._rows, self._batch_size
        if self._sampler is not None:
            return self._sampler(rows, size, np.random.default_rng(0) if self._rng is None else self._rng)
        if self._rng is None:
            return [rows[start : start + size] for start in range(0, len(rows), size)]
        rows = self._rng.permutation(rows)
        if self._frames.ndim == 3:
            return [rows[start : start + size] for start in range(0, len(rows), size)]
        batches = []
        for start in range(0, len(rows), POOL_BATCHES * size):
            pool = rows[start : start + POOL_BATCHES * size]
            pool = pool[np.argsort([len(self._frames[row]) for row in pool], kind="stable")]
            batches += [pool[i : i + size] for i in range(0, len(pool), size)]
        return [batches[i] for i in self._rng.permutation(len(batches))]


class FrameBatches(Batches):
    """Iterable over the batches of an epoch, with frame-level targets.

    ``targets`` are ``(n_clips, n_frames, n_outputs + 1)``, or an object array with those of each clip; the last column
    contains the weight of each frame. Targets are yielded as rows of steps, concatenated over all clips.
    """

    def __iter__(self) -> Iterator[tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]]:
        """Yield ``{"frames", "mask"}``, targets ``(n_clips * n_steps, n_outputs)`` and weights of each batch."""
        for rows in self._batch_rows():
            frames, lengths = pad_clips(self._frames, rows, self._stride, self._fill)
            targets, _ = pad_clips(self._targets, rows, self._stride, 0.0)
            if self._augment is not None:
                frames, lengths, targets = self._augment(frames, lengths, targets)
            mask = mask_of(lengths, frames.shape[1])
            # Padding has zero weight; the factor makes the mean over all rows that over valid frames.
            targets[..., -1] *= mask * self._weights[rows][:, np.newaxis] * (mask.size / mask.sum())
            steps = targets.reshape(-1, self._stride, targets.shape[-1]).mean(axis=1)
            yield {"frames": frames, "mask": mask}, steps[:, :-1], steps[:, -1]


def pad_clips(
    frames: np.ndarray, rows: Sequence[int] | np.ndarray, stride: int, fill: np.ndarray | float
) -> tuple[np.ndarray, np.ndarray]:
    """Stack clips in a new, padded array.

    Parameters
    ----------
    frames : ndarray (n_clips, n_frames, n_channels) or object array
        Clips.
    rows : sequence of int
        Indices of the clips to use.
    stride : int
        Number that the length is a multiple of.
    fill : ndarray (n_channels,) or float
        Padding value after the end of a clip.

    Returns
    -------
    batch : ndarray of float32, shape (n_rows, n_frames, n_channels)
        Padded clips.
    lengths : ndarray of int, shape (n_rows,)
        Their numbers of frames.
    """
    if frames.ndim == 3:
        length = frames.shape[1]
        lengths = np.full(len(rows), length)
        if length % stride == 0:
            return np.array(frames[rows], np.float32), lengths
    else:
        lengths = np.array([len(frames[row]) for row in rows])
    batch = np.empty((len(rows), rounded_length(lengths.max(), stride), frames[rows[0]].shape[-1]), np.float32)
    for clip, row, length in zip(batch, rows, lengths, strict=True):
        clip[:length] = frames[row]
        clip[length:] = fill
    return batch, lengths


def rounded_length(length: int, stride: int) -> int:
    """Round a length up to one of a few multiples of the stride."""
    step = max(1, 2 ** (int(length).bit_length() - 1) // LENGTHS_PER_DOUBLING)
    step = -(-step // stride) * stride
    return -(-int(length) // step) * step


def mask_of(lengths: np.ndarray, n_frames: int) -> np.ndarray:
    """Return the mask ``(n_clips, n_frames)``, true up to the end of each clip."""
    return np.arange(n_frames) < np.asarray(lengths)[:, np.newaxis]


def in_batches(frames: np.ndarray, stride: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield rows, padded frames and lengths for prediction, with padding independent of the other clips.

    Parameters
    ----------
    frames : ndarray (n_clips, n_frames, n_channels) or object array
        Clips.
    stride : int
        Number that lengths are multiples of.

    Yields
    ------
    rows, frames, lengths : ndarrays
        See `pad_clips`.
    """
    n_clips = len(frames)
    lengths = [frames.shape[1]] * n_clips if frames.ndim == 3 else [len(clip) for clip in frames]
    rounded = np.array([rounded_length(length, stride) for length in lengths])
    order = np.argsort(rounded, kind="stable")
    for group in np.split(order, np.flatnonzero(np.diff(rounded[order])) + 1):
        values = rounded[group[0]] * frames[0].shape[-1]
        size = int(np.clip(MAX_PREDICT_VALUES // values, 1, MAX_PREDICT_CLIPS))
        for start in range(0, len(group), size):
            rows = group[start : start + size]
            yield rows, *pad_clips(frames, rows, stride, 0.0)


def channel_statistics(frames: np.ndarray, rows: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compute mean and standard deviation of each channel over all frames, clip by clip.

    Parameters
    ----------
    frames : ndarray (n_clips, n_frames, n_channels) or object array
        Clips.
    rows : ndarray of int
        Indices of the clips to use.
    weights : ndarray of shape (n_clips,)
        Weights of the frames of each clip.

    Returns
    -------
    mean, deviation : ndarrays of float32, shape (n_channels,)
        Statistics; the standard deviation of a constant channel is set to 1.
    """
    shift = np.mean(frames[rows[0]], axis=0, dtype=np.float64)
    total, squares, count = np.zeros_like(shift), np.zeros_like(shift), 0.0
    for row in rows:
        centred = frames[row] - shift
        total += weights[row] * centred.sum(axis=0)
        squares += weights[row] * np.einsum("tc,tc->c", centred, centred)
        count += weights[row] * len(centred)
    mean = total / count
    variance = np.maximum(squares / count - mean**2, 0.0)
    scale = np.abs(shift + mean)
    constant = variance <= (1e-6 * np.maximum(scale, 1e-6)) ** 2
    deviation = np.where(constant, 1.0, np.sqrt(variance))
    return (shift + mean).astype(np.float32), deviation.astype(np.float32)
