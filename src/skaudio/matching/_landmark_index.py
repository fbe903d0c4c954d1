"""Landmarks of many recordings, sorted, so that a snippet's are found without looking at the others."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

TOLERANCE = 3  # hops by which landmarks may disagree on where a snippet begins
SPAN = 2**32  # of places within a recording, so that a recording and a place make one number

MOST_MERGED = 2**22  # landmarks, of about an hour: merging takes as much memory again


class Votes(NamedTuple):
    """How many landmarks speak for which places.

    Attributes
    ----------
    places : ndarray of int64, shape (n_places,)
        Sorted; ``recording * SPAN + hop`` where the snippet would begin there, in hops of peaks, ``SPAN // 2`` added.
    until : ndarray of int64, shape (n_places + 1,)
        Number of landmarks for the places before each.
    """

    places: np.ndarray
    until: np.ndarray

    def around(self, places: np.ndarray, tolerance: int = TOLERANCE) -> np.ndarray:
        """Count the landmarks for a place or one next to it."""
        first = np.searchsorted(self.places, places - tolerance, "left")
        return self.until[np.searchsorted(self.places, places + tolerance, "right")] - self.until[first]

    def best(self, n_places: int) -> np.ndarray:
        """Give the places that most speak for, none beside a better one."""
        counts = self.around(self.places)
        kept: list[int] = []
        for place in self.places[np.argsort(-counts, kind="stable")[: 8 * n_places]]:
            if all(abs(place - other) > TOLERANCE for other in kept):
                kept.append(int(place))
            if len(kept) == n_places:
                break
        return np.array(kept, dtype=np.int64)


class LandmarkIndex:
    """Landmarks by their codes.

    Recordings that are added are sorted apart, and merged with others once they are as many: adding one after
    another costs little, and asking too.
    """

    def __init__(self, pairs: Iterable[tuple[np.ndarray, np.ndarray]] = ()) -> None:
        self._sorted = list(pairs)  # codes, and places where the recording has them

    def __copy__(self) -> "LandmarkIndex":
        return LandmarkIndex(self._sorted)

    def add(self, recording: int, codes: np.ndarray, times: np.ndarray) -> None:
        """Add the landmarks of a recording."""
        order = np.argsort(codes, kind="stable")
        self._sorted.append((codes[order], recording * SPAN + times[order].astype(np.int64)))
        while len(self._sorted) > 1 and self._is_worth_merging(*(len(codes) for codes, _ in self._sorted[-2:])):
            codes, places = map(np.concatenate, zip(*self._sorted[-2:], strict=True))
            order = np.argsort(codes, kind="stable")
            self._sorted[-2:] = [(codes[order], places[order])]

    @staticmethod
    def _is_worth_merging(n_before: int, n_last: int) -> bool:
        return n_before <= 2 * n_last and n_before + n_last <= MOST_MERGED

    def without(self, recordings: np.ndarray) -> "LandmarkIndex":
        """Return an index that lacks the landmarks of some recordings."""
        kept = [~np.isin(places // SPAN, recordings) for _, places in self._sorted]
        return LandmarkIndex((c[keep], p[keep]) for (c, p), keep in zip(self._sorted, kept, strict=True))

    def votes(self, codes: np.ndarray, times: np.ndarray) -> Votes:
        """Find the places at which landmarks of a snippet stand as they do in a recording."""
        found = [np.zeros(0, np.int64)]
        for known, places in self._sorted:
            first, last = np.searchsorted(known, codes, "left"), np.searchsorted(known, codes, "right")
            counts = last - first
            where = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
            found.append(places[where] - np.repeat(times, counts) + SPAN // 2)
        places, counts = np.unique(np.concatenate(found), return_counts=True)
        return Votes(places, np.concatenate([[0], np.cumsum(counts)]))
