"""Work on the clips of a batch in threads."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from joblib import effective_n_jobs


def in_threads(function: Callable[[Any], Any], arguments: Iterable[Any], n_jobs: int | None) -> list:
    """Give ``[function(argument) for argument in arguments]``, by as many threads as joblib makes of `n_jobs`.

    Not by `joblib.Parallel`: that looks for results every 10 ms, in which time a thread computes a dozen clips.
    """
    n_threads = effective_n_jobs(n_jobs)
    if n_threads == 1:
        return [function(argument) for argument in arguments]
    pool = ThreadPoolExecutor(n_threads)
    try:
        return list(pool.map(function, arguments))
    finally:
        pool.shutdown(cancel_futures=True)  # an error, or Ctrl-C, does not wait for the rest of the batch


def portions(n_clips: int, n_jobs: int | None) -> Sequence[range]:
    """Cut a batch into portions worth handing to a thread, but so many that all threads are busy to the end."""
    n_threads = effective_n_jobs(n_jobs)
    size = n_clips if n_threads == 1 else max(1, min(64, n_clips // (8 * n_threads)))
    return [range(start, min(start + size, n_clips)) for start in range(0, n_clips, size)]
