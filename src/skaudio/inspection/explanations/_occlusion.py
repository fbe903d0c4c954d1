"""Occlusion: decrease of a score when tiles over time and channels are replaced, one after the other [1]_.

References
----------
.. [1] M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV, 2014.
"""

from collections.abc import Callable, Sequence

import numpy as np

MIN_SECONDS = 0.1  # minimum duration of a tile
PARTS = (8, 4)  # numbers of adjacent tiles along each axis, for two sizes of tiles
TILES_PER_BATCH = 64
MAX_BLOCK_VALUES = 2**24  # of altered copies of a clip

Tile = tuple[slice, np.ndarray]  # frames, and channels


def tiles_of(n_frames: int, positions: np.ndarray, hop_seconds: float | None) -> list[Tile]:
    """Cover a clip with tiles that overlap by half: an eighth and a quarter as long and as high as the clip.

    Small tiles localize a sound; the score only misses a larger one if a large tile occludes all of it.

    Parameters
    ----------
    n_frames : int
        Length of the clip.
    positions : ndarray of shape (n_channels,)
        Positions of channels, on a scale on which tiles have equal height; those of one position are in the same tiles.
    hop_seconds : float or None
        Time from one frame to the next, if known.

    Returns
    -------
    list of (slice, ndarray of int)
        Frames and channels of each tile.
    """
    min_frames = 1.0 if hop_seconds is None else MIN_SECONDS / hop_seconds
    bands = [np.flatnonzero((positions >= low) & (positions <= high)) for low, high in _bands(np.unique(positions))]
    spans = _windows(n_frames, [max(min_frames, n_frames / parts) for parts in PARTS])
    return [(slice(start, stop), band) for start, stop in spans for band in bands]


def occluded(
    clip: np.ndarray,
    baseline: np.ndarray,
    change: np.ndarray,
    tiles: list[Tile],
    score: float,
    scores_of: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Compute the decrease of the score by each tile, and distribute it over its cells by their change.

    Parameters
    ----------
    clip, baseline : ndarray of shape (n_frames, n_channels)
        The clip, and the replacement of its tiles.
    change : ndarray of shape (n_frames, n_channels)
        Change of each cell by that.
    tiles : list of (slice, ndarray of int)
        See `tiles_of`.
    score : float
        Score of the whole clip.
    scores_of : callable
        Function from altered clips ``(n_tiles, n_frames, n_channels)`` to their scores.

    Returns
    -------
    ndarray of shape (n_frames, n_channels)
        Values, averaged over overlapping tiles.
    """
    values, counts = np.zeros(clip.shape), np.zeros(clip.shape)
    tiles = [tile for tile in tiles if change[tile].any()] or tiles[:1]  # others have no effect
    size = int(np.clip(MAX_BLOCK_VALUES // clip.size, 1, TILES_PER_BATCH))
    for start in range(0, len(tiles), size):
        batch = tiles[start : start + size]
        altered = np.repeat(clip[np.newaxis], len(batch), axis=0)
        for copy, tile in zip(altered, batch, strict=True):
            copy[tile] = baseline[tile]
        for tile, decrease in zip(batch, score - scores_of(altered), strict=True):
            total = change[tile].sum(dtype=np.float64)
            values[tile] += decrease * change[tile] / (total if total > 0.0 else 1.0)
            counts[tile] += 1
    return values / np.maximum(counts, 1)


def _bands(positions: np.ndarray) -> list[tuple[float, float]]:
    """Return the lowest and the highest of increasing positions in each of some intervals of equal height."""
    height = (positions[-1] - positions[0]) * (1.0 + 1e-9)  # margin for rounding, to include the last position
    bands: dict[tuple[float, float], None] = {}
    for parts in PARTS:
        for low in positions[0] + np.arange(2 * parts - 1) * height / (2 * parts):
            inside = positions[(positions >= low) & (positions <= low + height / parts)]
            if len(inside):
                bands[inside[0], inside[-1]] = None
    return list(bands)


def _windows(length: int, widths: Sequence[float]) -> list[tuple[int, int]]:
    """Return starts and stops of windows of some widths that overlap by half and cover the whole length."""
    windows: dict[tuple[int, int], None] = {}
    for width in widths:
        whole = min(length, max(1, round(width)))
        for start in range(0, length - whole + max(1, whole // 2), max(1, whole // 2)):
            windows[start, min(start + whole, length)] = None
    return list(windows)
