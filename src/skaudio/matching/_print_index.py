"""Index of recordings by landmarks and prints: finds identical sound in noise and at any level."""

from collections.abc import Iterable, Iterator
from copy import copy
from itertools import islice
from typing import Self

import numpy as np

from skaudio._growing_array import GrowingArray
from skaudio.matching._alignment import correlate
from skaudio.matching._landmark_index import SPAN, LandmarkIndex, Votes
from skaudio.matching._prints import PEAK_HOP, PRINT_HOP, Prints, iter_prints, join_prints
from skaudio.matching._recording import Recording

HOPS = PRINT_HOP // PEAK_HOP
VOTE_WEIGHT = 0.1  # of the log number of landmarks for a place, added to the correlation
N_PLACES = 50  # proposed by landmarks, in an index too large for an exhaustive search
PARTS_PER_BLOCK = 64  # a few minutes of a recording

Place = tuple[int, float, float]


class PrintIndex:
    """Index of the landmarks and prints of recordings.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    method : {"auto", "landmark", "align"}
        Similarity: based on both, the share of matching landmarks, or the correlation of prints.
    exhaustive_hours : float
        Amount of sound that is searched exhaustively, rather than at places proposed by landmarks.
    """

    def __init__(self, sr: float, method: str, exhaustive_hours: float) -> None:
        self._sr, self._method = sr, method
        self._exhaustive_frames = exhaustive_hours * 3600 * sr / PRINT_HOP
        self._frames: dict[int, np.ndarray] = {}
        self._landmarks = LandmarkIndex()

    def describe(self, recording: Recording) -> Prints:
        """Compute the landmarks and prints of a recording or snippet."""
        return join_prints(self.describe_parts(recording))

    def describe_parts(self, recording: Recording) -> Iterator[Prints]:
        """Compute the same part by part, for `with_more`, which stores them while the recording is decoded."""
        return iter_prints(recording.pieces(), self._sr)

    def with_more(self, recordings: Iterable[tuple[int, Iterable[Prints]]]) -> Self:
        """Return an index with further recordings, by number, each in parts."""
        index = copy(self)
        index._frames, index._landmarks = dict(self._frames), copy(self._landmarks)
        for number, parts in recordings:
            frames, parts = GrowingArray(), iter(parts)
            while block := list(islice(parts, PARTS_PER_BLOCK)):
                prints = join_prints(block)
                index._landmarks.add(number, prints.codes, prints.times)
                frames.append(prints.frames)
            index._frames[number] = frames.all()
        return index

    def without(self, numbers: list[int]) -> Self:
        """Return an index without some recordings."""
        index, dropped = copy(self), set(numbers)
        index._frames = {number: frames for number, frames in self._frames.items() if number not in dropped}
        index._landmarks = self._landmarks.without(np.array(numbers))
        return index

    def ranked(self, prints: Prints) -> list[Place]:
        """Return recordings, their best similarities and offsets in seconds, in descending order of similarity."""
        votes = self._landmarks.votes(prints.codes, prints.times)
        n_frames = sum(map(len, self._frames.values()))
        exhaustive = self._method == "align" or n_frames <= self._exhaustive_frames
        if self._method != "landmark" and exhaustive:
            places = [self._best_place(number, prints.frames, votes) for number in self._frames]
        else:
            places = [self._evaluate_place(int(place), prints, votes) for place in votes.best(N_PLACES)]
        best: dict[int, Place] = {}
        for place in filter(None, places):
            if place[1] > best.get(place[0], (0, -np.inf, 0))[1]:
                best[place[0]] = place
        return sorted(best.values(), key=lambda place: -place[1])

    def _best_place(self, number: int, snippet: np.ndarray, votes: Votes) -> Place | None:
        """Search a recording exhaustively."""
        frames = self._frames[number]
        if len(frames) < len(snippet):
            return None
        similarity = correlate(frames, snippet.astype(np.float32))
        if self._method == "auto":
            first, last = np.searchsorted(votes.places, (number * SPAN, (number + 1) * SPAN))
            hops = (votes.places[first:last] - number * SPAN - SPAN // 2) // HOPS
            candidates = np.unique(np.clip(hops[:, np.newaxis] + np.arange(-1, 3), 0, len(similarity) - 1))
            places = number * SPAN + SPAN // 2 + candidates * HOPS
            similarity[candidates] += VOTE_WEIGHT * np.log1p(votes.around(places))
        offset = int(np.argmax(similarity))
        return number, float(similarity[offset]), offset * PRINT_HOP / self._sr

    def _evaluate_place(self, place: int, prints: Prints, votes: Votes) -> Place | None:
        """Evaluate a place proposed by landmarks."""
        number, hop = place // SPAN, place % SPAN - SPAN // 2
        count = int(votes.around(np.array([place]))[0])
        if self._method == "landmark":
            return number, count / max(1, len(prints.codes)), max(0, hop) * PEAK_HOP / self._sr
        frames, length = self._frames[number], len(prints.frames)
        first = int(np.clip(round(hop / HOPS) - 2, 0, max(0, len(frames) - length)))
        part = frames[first : first + length + 4]
        if len(part) < length:
            return None
        similarity = correlate(part, prints.frames.astype(np.float32))
        offset = int(np.argmax(similarity))
        return (
            number,
            float(similarity[offset] + VOTE_WEIGHT * np.log1p(count)),
            (first + offset) * PRINT_HOP / self._sr,
        )
