"""Sorted index of the landmarks of many recordings, for fast look-up."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

TOLERANCE = 3  # hops by which landmarks may differ in the start of a snippet
SPAN = 2**32  # of places within a recording, to encode a recording and a place as one integer

N_SHARDS = 8
MERGED_ROWS = 2**17

Run = tuple[np.ndarray, np.ndarray]  # sorted codes, and places


class Votes(NamedTuple):
    """Landmark votes for places in recordings.

    Attributes
    ----------
    places : ndarray of int64, shape (n_places,)
        Sorted; ``recording * SPAN + hop + SPAN // 2``, with ``hop`` the start of the snippet in hops of peaks.
    until : ndarray of int64, shape (n_places + 1,)
        Cumulative number of landmarks before each place.
    """

    places: np.ndarray
    until: np.ndarray

    def around(self, places: np.ndarray, tolerance: int = TOLERANCE) -> np.ndarray:
        """Count the landmarks for a place or its neighbours."""
        first = np.searchsorted(self.places, places - tolerance, "left")
        return self.until[np.searchsorted(self.places, places + tolerance, "right")] - self.until[first]

    def best(self, n_places: int) -> np.ndarray:
        """Return the places with most votes, without neighbours of better ones."""
        counts = self.around(self.places)
        kept: list[int] = []
        for place in self.places[np.argsort(-counts, kind="stable")[: 8 * n_places]]:
            if all(abs(place - other) > TOLERANCE for other in kept):
                kept.append(int(place))
            if len(kept) == n_places:
                break
        return np.array(kept, dtype=np.int64)


class LandmarkIndex:
    """Landmarks by code, in independent shards of codes: merging takes the memory of one shard.

    New landmarks are sorted separately, and merged with the others once they are as many: adding recordings one by one
    is cheap, and so are queries.
    """

    def __init__(self) -> None:
        # For each shard, runs of sorted codes and their places in recordings.
        self._shards: list[list[Run]] = [[] for _ in range(N_SHARDS)]

    def __copy__(self) -> "LandmarkIndex":
        return self._of(list(runs) for runs in self._shards)

    @classmethod
    def _of(cls, shards: Iterable[list[Run]]) -> "LandmarkIndex":
        index = cls()
        index._shards = list(shards)
        return index

    def add(self, recording: int, codes: np.ndarray, times: np.ndarray) -> None:
        """Add the landmarks of a recording, or of a part of one."""
        for runs, shard in zip(self._shards, _split_by_shard(codes), strict=True):
            _add_run(runs, codes[shard], recording * SPAN + times[shard].astype(np.int64))

    def without(self, recordings: np.ndarray) -> "LandmarkIndex":
        """Return an index without the landmarks of some recordings."""
        return self._of([_without(run, recordings) for run in runs] for runs in self._shards)

    def votes(self, codes: np.ndarray, times: np.ndarray) -> Votes:
        """Compute the votes of a snippet's landmarks for places in recordings."""
        all_places = [np.zeros(0, np.int64)]
        for runs, shard in zip(self._shards, _split_by_shard(codes), strict=True):
            for run_codes, places in runs:
                all_places.append(_find_places(run_codes, places, codes[shard], times[shard]))
        places, counts = np.unique(np.concatenate(all_places), return_counts=True)
        return Votes(places, np.concatenate([[0], np.cumsum(counts)]))


def _split_by_shard(codes: np.ndarray) -> list[np.ndarray]:
    """Return the slice of codes of each shard: by the frequency of the first peak, in the high bits."""
    shards = (codes >> 16) % N_SHARDS
    return [np.flatnonzero(shards == shard) for shard in range(N_SHARDS)]


def _without(run: Run, recordings: np.ndarray) -> Run:
    codes, places = run
    kept = ~np.isin(places // SPAN, recordings)
    return codes[kept], places[kept]


def _add_run(runs: list[Run], codes: np.ndarray, places: np.ndarray) -> None:
    order = np.argsort(codes, kind="stable")
    runs.append((codes[order], places[order]))
    while len(runs) > 1 and len(runs[-2][0]) <= 2 * len(runs[-1][0]):
        runs[-2:] = [_merge(*runs[-2:])]


def _merge(a: Run, b: Run) -> Run:
    """Merge sorted runs slice by slice: temporary memory is that of one slice."""
    ends_a = np.append(np.searchsorted(a[0], a[0][MERGED_ROWS - 1 :: MERGED_ROWS], "right"), len(a[0]))
    ends_b = np.append(np.searchsorted(b[0], a[0][ends_a[:-1] - 1], "right"), len(b[0]))
    n_rows = len(a[0]) + len(b[0])
    merged = np.empty(n_rows, a[0].dtype), np.empty(n_rows, a[1].dtype)
    begin_a = begin_b = 0
    for end_a, end_b in zip(ends_a, ends_b, strict=True):
        slices = [
            np.concatenate([x[begin_a:end_a], y[begin_b:end_b]]) for x, y in zip(a, b, strict=True)
        ]  # of codes, and of places
        order = np.argsort(slices[0], kind="stable")
        for column, values in zip(merged, slices, strict=True):
            column[begin_a + begin_b : end_a + end_b] = values[order]
        begin_a, begin_b = end_a, end_b
    return merged


def _find_places(run_codes: np.ndarray, places: np.ndarray, codes: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Find the starts of a snippet implied by each pair of its landmarks and those of a run with equal codes."""
    first, last = np.searchsorted(run_codes, codes, "left"), np.searchsorted(run_codes, codes, "right")
    counts = last - first
    indices = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    return places[indices] - np.repeat(times, counts) + SPAN // 2
