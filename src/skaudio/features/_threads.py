"""Processing of the clips of a batch in threads."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from joblib import effective_n_jobs, parallel_config
from joblib.parallel import get_active_backend

LOCAL_BACKENDS = "joblib._parallel_backends"  # module of joblib's backends that count the cores of this machine


def n_threads(n_jobs: int | None) -> int:
    """Return the number of threads that a call may use.

    Parameters
    ----------
    n_jobs : int or None
        As in joblib. None: 1, unless in a `joblib.parallel_config` context. Distributed backends, such as Dask, Ray and
        Spark, count the cores of the whole cluster, of which a task can only use those of its machine: with these, None
        is 1, and -1 all cores of this machine.

    Returns
    -------
    int
        1 or more.
    """
    backend, _ = get_active_backend()
    if type(backend).__module__ == LOCAL_BACKENDS:
        return effective_n_jobs(n_jobs)
    if n_jobs is None:
        return 1
    with parallel_config("threading"):
        return min(effective_n_jobs(n_jobs), effective_n_jobs(-1))


def in_threads(function: Callable[[Any], Any], arguments: Iterable[Any], n_jobs: int | None) -> list:
    """Return ``[function(argument) for argument in arguments]``, computed by `n_threads` threads.

    `joblib.Parallel` is not used: it polls for results every 10 ms, in which a thread computes a dozen clips.
    """
    n = n_threads(n_jobs)
    if n == 1:
        return [function(argument) for argument in arguments]
    pool = ThreadPoolExecutor(n)
    try:
        return list(pool.map(function, arguments))
    finally:
        pool.shutdown(cancel_futures=True)  # an error, or Ctrl-C, does not wait for the rest of the batch


def portions(n_clips: int, n_jobs: int | None) -> Sequence[range]:
    """Split a batch into portions large enough for a thread, but numerous enough to balance the load."""
    n = n_threads(n_jobs)
    size = n_clips if n == 1 else max(1, min(64, n_clips // (8 * n)))
    return [range(start, min(start + size, n_clips)) for start in range(0, n_clips, size)]
