"""Filling a batch through the cache, so that processes which want the same clips share the work."""

from collections.abc import Callable, Sequence

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from skaudio.features._cache import N_LOCKS, FeatureCache
from skaudio.features._collector import FrameCollector

Key = tuple[str, str]


def portions(n_clips: int, n_jobs: int | None) -> list[range]:
    """Cut a batch into portions worth handing to a thread, but so many that all threads are busy to the end."""
    n_threads = effective_n_jobs(n_jobs)
    size = n_clips if n_threads == 1 else max(1, min(64, n_clips // (8 * n_threads)))
    return [range(start, min(start + size, n_clips)) for start in range(0, n_clips, size)]


def fill_through_cache(
    cache: FeatureCache,
    key_of: Callable[[int], Key | None],
    compute: Callable[[Sequence[int]], None],
    batch: FrameCollector,
    parallel: Parallel,
) -> None:
    """Read the frames that are stored, compute and store the others, each in one process only.

    Clips are spread over locks that processes share. Who holds a lock computes the clips it guards; locks held
    elsewhere are left for last, when whoever held them has most likely stored what they guard.

    Parameters
    ----------
    cache : FeatureCache
        The store.
    key_of : callable
        From a clip's index to its key; None for a clip that cannot be read, whose error is for `compute` to tell.
    compute : callable
        Computes the clips of the given indices into `batch`.
    batch : FrameCollector
        What is filled.
    parallel : joblib.Parallel
        Runs the work, in threads.
    """
    keys: dict[int, Key | None] = {}

    def read(indices: Sequence[int]) -> list[int]:
        missing = []
        for i in indices:
            if i not in keys:
                keys[i] = key_of(i)
            frames = None if keys[i] is None else cache.get(keys[i])
            if frames is None:
                missing.append(i)
            else:
                batch.put(i, frames)
        return missing

    def compute_guarded(number: int, indices: list[int], *, wait: bool) -> int | None:
        with cache.lock(number, blocking=wait) as held:
            if not held:
                return number
            for i in read(indices):  # once more: another process may have stored some before it let the lock go
                compute([i])
                if keys[i] is not None and i not in batch.broken:
                    cache.put(keys[i], batch[i])
        return None

    shares: dict[int, list[int]] = {}
    for missing in parallel(delayed(read)(indices) for indices in portions(len(batch), parallel.n_jobs)):
        for i in missing:
            shares.setdefault(int(keys[i][1], 16) % N_LOCKS if keys[i] else 0, []).append(i)
    turns = np.random.default_rng().permutation(list(shares)).tolist()  # processes that start together part ways
    busy = parallel(delayed(compute_guarded)(number, shares[number], wait=False) for number in turns)
    parallel(delayed(compute_guarded)(number, shares[number], wait=True) for number in busy if number is not None)
    cache.enforce_limit()
