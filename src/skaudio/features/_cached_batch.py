"""Filling of a batch through the cache, sharing work between processes."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from skaudio.features._cache import N_LOCKS, FeatureCache
from skaudio.features._collector import FrameCollector
from skaudio.features._threads import in_threads, portions

# A transaction takes as long as a few short clips; at most one is lost if the process is killed.
CLIPS_PER_TRANSACTION = 64


def fill_through_cache(
    cache: FeatureCache,
    key_of: Callable[[int], bytes | None],
    compute: Callable[[Sequence[int]], None],
    batch: FrameCollector,
    n_jobs: int | None,
) -> None:
    """Read cached frames; compute and store the others, each in one process only.

    Clips are distributed over locks shared by processes. The holder of a lock computes its clips; locks held by others
    are deferred, until their holders have most likely stored the results.

    Parameters
    ----------
    cache : FeatureCache
        The cache.
    key_of : callable
        Maps a clip's index to its key; None for an unreadable clip, whose error `compute` raises.
    compute : callable
        Computes the clips of the given indices into `batch`.
    batch : FrameCollector
        Batch to fill.
    n_jobs : int or None
        Number of threads.
    """
    keys: dict[int, bytes | None] = {}

    def read(indices: Iterable[int]) -> list[int]:
        """Read stored frames into the batch, and return the clips that have none."""
        for i in indices:
            if i not in keys:
                keys[i] = key_of(i)
        stored = cache.get(key for key in [keys[i] for i in indices] if key is not None)
        missing = []
        for i in indices:
            key = keys[i]
            if key in stored:
                batch.put(i, stored[key])
            else:
                missing.append(i)
        return missing

    def compute_guarded(number: int, *, wait: bool) -> int | None:
        with cache.lock(number, blocking=wait) as acquired:
            if not acquired:
                return number
            missing = read(shares[number])  # again: another process may have stored some before it released the lock
            for start in range(0, len(missing), CLIPS_PER_TRANSACTION):
                some = missing[start : start + CLIPS_PER_TRANSACTION]
                compute(some)
                cache.put({key: batch[i] for i in some if (key := keys[i]) is not None and i not in batch.broken})
        return None

    shares: dict[int, list[int]] = {}
    for missing in in_threads(read, portions(len(batch), n_jobs), n_jobs):
        for i in missing:
            key = keys[i]
            shares.setdefault(0 if key is None else key[0] % N_LOCKS, []).append(i)
    if shares:
        # In random order, so that concurrent processes start with different locks.
        order = np.random.default_rng().permutation(list(shares)).tolist()
        busy = in_threads(partial(compute_guarded, wait=False), order, n_jobs)
        in_threads(partial(compute_guarded, wait=True), [number for number in busy if number is not None], n_jobs)
        cache.enforce_limit()
    cache.warn_of_failures()
