"""Events of scores that are still coming, told as soon as nothing can change them."""

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from skaudio.events._event import Event


def decode_live(
    batches: Iterable[np.ndarray],
    decode: Callable[[int, np.ndarray], Sequence[Event]],
    *,
    low_threshold: float,
    n_quiet: int,
) -> Iterator[Event]:
    """Decode scores stretch by stretch, each ending in the middle of a silence that parts its events from the next.

    Parameters
    ----------
    batches : iterable of ndarrays (n_steps, n_classes)
        Scores, some steps at a time.
    decode : callable
        From the number of the first step, and scores, to events.
    low_threshold : float
        Below which no event goes on.
    n_quiet : int
        Steps below it that part events for sure.

    Yields
    ------
    Event
        Those of all scores decoded together.
    """
    held, first = None, 0
    for batch in batches:
        held = batch if held is None else np.concatenate([held, batch])
        loud = np.flatnonzero((held >= low_threshold).any(axis=1))
        edges = np.concatenate([[-1], loud, [len(held)]])
        long = np.flatnonzero(np.diff(edges) > 2 * n_quiet)
        if not len(long):
            continue
        end = int(edges[long[-1]] + 1 + n_quiet)  # so much silence is told, and so much is left for what follows
        yield from decode(first, held[:end])
        held, first = held[end:], first + end
    if held is not None and len(held):
        yield from decode(first, held)
