"""Sampling of pairs and triplets for training, redrawn for each epoch and independent of the loss."""

from collections.abc import Callable

import numpy as np

CLIPS_PER_CLASS = 4  # in a batch for triplets

Draw = Callable[[np.ndarray, int, np.random.Generator], tuple[np.ndarray, np.ndarray]]


class PairSampler:
    """Sampler of batches of pairs: the first clips of all pairs, then the second ones.

    Parameters
    ----------
    draw : callable
        From rows, number of pairs and generator to the rows of as many pairs, genuine and impostor alternating.
    """

    def __init__(self, draw: Draw) -> None:
        self._draw = draw

    def __call__(self, rows: np.ndarray, batch_size: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Draw as many batches as the rows would fill, each of ``batch_size // 2`` pairs, but at least one."""
        size, n_batches = max(1, batch_size // 2), -(-len(rows) // batch_size)
        first, second = self._draw(rows, size * n_batches, rng)
        return [np.concatenate([first[i : i + size], second[i : i + size]]) for i in range(0, len(first), size)]


class ClassPairs:
    """Pairs of labelled clips, balanced over classes and over pairs of classes.

    Parameters
    ----------
    classes : ndarray of int, shape (n_clips,)
        Classes.
    """

    def __init__(self, classes: np.ndarray) -> None:
        self._classes = classes

    def __call__(self, rows: np.ndarray, n_pairs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw pairs of these rows."""
        members, start, count = _by_class(rows, self._classes)
        eligible = np.flatnonzero(count > 1)
        n_genuine = _count_genuine(n_pairs, len(eligible) > 0, len(count) > 1)
        which = eligible[rng.integers(len(eligible), size=n_genuine)] if n_genuine else eligible[:0]
        first = rng.integers(count[which])
        second = (first + rng.integers(1, count[which])) % count[which]  # another one
        genuine = members[start[which] + first], members[start[which] + second]
        which = rng.integers(len(count), size=n_pairs - n_genuine)
        other = (which + rng.integers(1, max(2, len(count)), size=len(which))) % len(count)
        impostors = (members[start[k] + rng.integers(count[k])] for k in (which, other))
        first, second = (_interleave(*rows) for rows in zip(genuine, impostors, strict=True))
        return first, second


class GivenPairs:
    """Pairs labelled as same or different class, without class labels.

    Parameters
    ----------
    same : ndarray of bool, shape (n_pairs,)
        Whether pairs are genuine. Pair ``i`` consists of the rows ``i`` and ``n_pairs + i``.
    """

    def __init__(self, same: np.ndarray) -> None:
        self._same = same

    def __call__(self, rows: np.ndarray, n_pairs: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Draw pairs of these rows."""
        known = rows[rows < len(self._same)]
        genuine, impostors = known[self._same[known]], known[~self._same[known]]
        n_genuine = _count_genuine(n_pairs, len(genuine) > 0, len(impostors) > 0)
        first = _interleave(
            _draw_in_rounds(genuine, n_genuine, rng), _draw_in_rounds(impostors, n_pairs - n_genuine, rng)
        )
        return first, first + len(self._same)


def triplet_batches(
    classes: np.ndarray, rows: np.ndarray, batch_size: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Draw batches of a few clips from each of several classes, from which triplets can be formed.

    Parameters
    ----------
    classes : ndarray of int, shape (n_clips,)
        Classes.
    rows : ndarray of int
        Clips to draw from.
    batch_size : int
        Approximate number of clips per batch; at least two of each of two classes.
    rng : numpy.random.Generator
        Random generator.

    Returns
    -------
    list of ndarrays of int
        Rows of each batch, for as many batches as the rows would fill.
    """
    members, start, count = _by_class(rows, classes)
    n_classes = min(len(count), max(2, batch_size // CLIPS_PER_CLASS))
    n_clips = max(2, batch_size // n_classes)
    batches = []
    for _ in range(-(-len(rows) // batch_size)):
        chosen = rng.choice(len(count), n_classes, replace=False)
        clips = [rng.permutation(members[start[k] : start[k] + count[k]])[:n_clips] for k in chosen]
        batches.append(np.concatenate(clips))
    return batches


def _by_class(rows: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sort rows by class; also return the start and the number of rows of each class."""
    members = rows[np.argsort(classes[rows], kind="stable")]
    _, start, count = np.unique(classes[members], return_index=True, return_counts=True)
    return members, start, count


def _count_genuine(n_pairs: int, genuine: bool, impostors: bool) -> int:
    """Return the number of genuine pairs to draw: half of them, if there are both kinds."""
    return n_pairs * genuine if genuine != impostors else -(-n_pairs // 2)


def _draw_in_rounds(pairs: np.ndarray, n_pairs: int, rng: np.random.Generator) -> np.ndarray:
    """Draw pairs, without repetition until all have been drawn."""
    rounds = [rng.permutation(pairs) for _ in range(-(-n_pairs // max(1, len(pairs))))]
    return np.concatenate([*rounds, pairs[:0]])[:n_pairs]


def _interleave(even: np.ndarray, odd: np.ndarray) -> np.ndarray:
    """Interleave two sequences, the first at most one longer; if one is empty, return the other."""
    if not len(even) or not len(odd):
        return np.concatenate([even, odd])
    both = np.empty(len(even) + len(odd), int)
    both[::2], both[1::2] = even, odd
    return both
