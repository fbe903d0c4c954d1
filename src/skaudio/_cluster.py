"""Work on clusters, by the active joblib backend."""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor
from itertools import islice
from typing import Any

N_NAMED = 5
# Errors of Dask and of Ray for a task whose workers were killed, as often as they repeat it, by name.
DEATHS = ("KilledWorker", "ActorDiedError", "ActorUnavailableError", "WorkerCrashedError", "OutOfMemoryError")
WAIT_SECONDS = 300  # for a worker: those of a cluster that adapts, or that were killed, are being started
VERSION = "__import__('skaudio').__version__"  # evaluated by workers, which may not have the package


def check_workers() -> None:
    """Check that the workers of the Dask cluster of the active joblib backend, if any, have this version of skaudio.

    A function of a package that a worker does not have would fail there without the name of the worker.

    Raises
    ------
    ImportError
        If one of them cannot import skaudio, or has another version. It names the workers.
    """
    client = _dask_client()
    if client is not None:
        check_versions(client.run(eval, VERSION, on_error="return"))


def check_versions(versions: Mapping[str, Any]) -> None:
    """Raise ImportError for workers whose version of skaudio is not this one, or is the error of its import.

    Examples
    --------
    >>> from skaudio import __version__
    >>> from skaudio._cluster import check_versions
    >>> check_versions({"tcp://10.0.0.1:4000": __version__})
    >>> check_versions({"tcp://10.0.0.2:4000": ModuleNotFoundError("No module named 'skaudio'")})
    Traceback (most recent call last):
        ...
    ImportError: The worker tcp://10.0.0.2:4000 cannot import skaudio: No module named 'skaudio'. ...
    """
    from skaudio import __version__

    wrong = [
        f"{worker} cannot import skaudio: {version}" if isinstance(version, Exception) else f"{worker} has {version}"
        for worker, version in versions.items()
        if version != __version__
    ]
    if wrong:
        more = f"; and {len(wrong) - N_NAMED} more" if len(wrong) > N_NAMED else ""
        raise ImportError(
            f"The worker {'; '.join(wrong[:N_NAMED])}{more}. Install skaudio {__version__} on all machines of the "
            "cluster, as on this one."
        )


def completed(tasks: Iterable, n_jobs: int | None) -> Iterator[Any]:
    """Yield the results of delayed calls by the active joblib backend, in the order in which they are completed.

    On Dask, the calls are submitted to its client, with little waiting at a time. By joblib 1.6, a task whose workers
    are killed as often as Dask allows is waited for without end, and a cluster with one core is not used at all: the
    calls are made in this process, which they may kill. Of Ray, results come together in the end.

    Parameters
    ----------
    tasks : iterable
        Results of `joblib.delayed`.
    n_jobs : int or None
        Number of processes.

    Yields
    ------
    object
        What a call returns; its exceptions are raised.
    """
    from joblib import Parallel
    from joblib.parallel import get_active_backend

    client = _dask_client()
    if client is not None:
        yield from _completed_by_dask(client, iter(tasks))
        return
    streams = get_active_backend()[0].supports_return_generator
    yield from Parallel(n_jobs, batch_size=1, return_as="generator_unordered" if streams else "list")(tasks)


def is_death(error: Exception) -> bool:
    """Return whether an exception states that the process of a task was killed."""
    return isinstance(error, BrokenExecutor) or type(error).__name__ in DEATHS


def _completed_by_dask(client: Any, tasks: Iterator) -> Iterator[Any]:
    from distributed import as_completed

    client.wait_for_workers(1, timeout=WAIT_SECONDS)
    running = as_completed()
    futures = set()

    def submit(n_calls: int) -> None:
        for function, args, kwargs in islice(tasks, n_calls):
            future = client.submit(function, *args, **kwargs, pure=False)
            futures.add(future)
            running.add(future)

    submit(2 * sum(client.ncores().values()))
    try:
        for future in running:
            futures.remove(future)
            yield future.result()
            # Workers may have come or gone.
            submit(max(0, 2 * sum(client.ncores().values()) - len(futures)))
    finally:
        client.cancel(list(futures))


def _dask_client() -> Any:
    """Return the client of the active joblib backend; None if that is not Dask."""
    from joblib.parallel import get_active_backend

    backend, _ = get_active_backend()
    return backend.client if type(backend).__name__ == "DaskDistributedBackend" else None
