"""Results of recordings, each computed by a task of joblib's backend in force, whose workers may be killed."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from joblib import Parallel, delayed, effective_n_jobs
from joblib.parallel import get_active_backend

from skaudio._sent_once import SentOnce
from skaudio.io import AudioError, clip_name

# Names of exceptions, or of their bases, by which joblib's own processes, Dask and Ray state that a worker has died.
DEATHS = {"BrokenExecutor", "KilledWorker", "RayActorError", "WorkerCrashedError"}
TASKS_PER_JOB = 16  # at once, with a backend that returns nothing before all are done
T = TypeVar("T")


def results_of(
    task: Callable[[Any, int], T], recordings: Sequence, rows: Sequence[int], n_jobs: int | None
) -> Iterator[T | AudioError]:
    """Compute a result of each recording in tasks, and yield them in order.

    When a worker is killed, those recordings that may have been the reason are computed again, one at a time. One that
    kills its worker a second time yields an error, and the others continue.

    Parameters
    ----------
    task : callable
        Function of a recording and its index.
    recordings : sequence
        Clips.
    rows : sequence of int
        Indices of those to compute.
    n_jobs : int or None
        Number of processes. None: 1, unless in a `joblib.parallel_config` context.

    Yields
    ------
    object
        Result, or AudioError if the recording kills its worker.
    """
    sent_once: SentOnce[T] = SentOnce(task)
    n_done = 0
    while n_done < len(rows):
        begun = _Begun(sent_once, recordings, rows[n_done:])
        try:
            for result in _ordered(begun, n_jobs):
                n_done += 1
                begun.n -= 1
                yield result
        except Exception as error:
            if not _is_death(error):
                raise
            for i in rows[n_done : n_done + begun.n]:
                n_done += 1
                yield _alone(sent_once, recordings[i], i, n_jobs)


class _Begun(Iterator[Any]):
    """The tasks of recordings.

    Attributes
    ----------
    n : int
        Number of those that were taken; a consumer subtracts those that are finished.
    """

    def __init__(self, task: SentOnce, recordings: Sequence, rows: Sequence[int]) -> None:
        self._task, self._recordings, self._rows = task, recordings, iter(rows)
        self.n = 0

    def __next__(self) -> Any:
        i = next(self._rows)
        self.n += 1
        return delayed(self._task)(self._recordings[i], i)


def _alone(task: SentOnce, recording: Any, i: int, n_jobs: int | None) -> Any:
    try:
        return next(_ordered(iter([delayed(task)(recording, i)]), n_jobs))
    except Exception as error:
        if not _is_death(error):
            raise
        return AudioError(
            f"Recording {i}: {clip_name(recording)}: the process that computed it was killed, twice: by lack of "
            "memory, or by a fault in a library."
        )


def _ordered(jobs: Iterator[Any], n_jobs: int | None) -> Iterator[Any]:
    if get_active_backend()[0].supports_return_generator:
        yield from Parallel(n_jobs, batch_size=1, return_as="generator")(jobs)
        return
    while portion := list(islice(jobs, TASKS_PER_JOB * effective_n_jobs(n_jobs))):
        yield from Parallel(n_jobs, batch_size=1)(portion)


def _is_death(error: BaseException) -> bool:
    return any(base.__name__ in DEATHS for base in type(error).__mro__)
