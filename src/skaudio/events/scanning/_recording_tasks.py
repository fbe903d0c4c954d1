"""Results of recordings, each computed by a task of the active joblib backend, whose workers may be killed."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from joblib import delayed, effective_n_jobs
from joblib.parallel import get_active_backend

from skaudio._cluster import completed, is_death
from skaudio._sent_once import SentOnce
from skaudio.io import AudioError, clip_name

TASKS_PER_JOB = 16  # at once, with a backend that returns nothing before all are done
T = TypeVar("T")


def results_of(
    task: Callable[[Any, int], T], recordings: Sequence, rows: Sequence[int], n_jobs: int | None
) -> Iterator[T | AudioError]:
    """Compute a result of each recording in tasks, and yield them in order.

    When a worker is killed, those recordings that may have been the reason are computed again, one at a time. One that
    kills its worker a second time yields an error, and the others continue. (Dask starts a task of a killed worker
    again by itself, several times.)

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
    numbered = SentOnce(_Numbered(task))
    found: dict[int, T | AudioError] = {}  # that wait for earlier ones
    order = deque(rows)

    def next_ones() -> Iterator[T | AudioError]:
        while order and order[0] in found:
            yield found.pop(order.popleft())

    tasks = _Tasks(numbered, recordings, rows)
    while order:
        try:
            for i, result in _completed(tasks, n_jobs):
                found[i] = result
                del tasks.running[i]
                yield from next_ones()
        except Exception as error:
            if not is_death(error) or not tasks.running:
                raise
            for i in list(tasks.running):
                del tasks.running[i]
                found[i] = _alone(numbered, recordings[i], i, n_jobs)
                yield from next_ones()


class _Tasks(Iterator[Any]):
    """Tasks of recordings.

    Attributes
    ----------
    running : dict of int to None
        Indices of those that were taken, in order, less those that a consumer deletes as they are finished.
    """

    def __init__(self, function: SentOnce, recordings: Sequence, rows: Sequence[int]) -> None:
        self._function, self._recordings, self._rows = function, recordings, iter(rows)
        self.running: dict[int, None] = {}

    def __next__(self) -> Any:
        i = next(self._rows)
        self.running[i] = None
        return delayed(self._function)(self._recordings[i], i)


class _Numbered:
    """A task that returns the index of its recording, too."""

    def __init__(self, task: Callable[[Any, int], Any]) -> None:
        self._task = task

    def __call__(self, recording: Any, i: int) -> tuple[int, Any]:
        return i, self._task(recording, i)


def _alone(task: SentOnce, recording: Any, i: int, n_jobs: int | None) -> Any:
    try:
        return next(_completed(iter([delayed(task)(recording, i)]), n_jobs))[1]
    except Exception as error:
        if not is_death(error):
            raise
        return AudioError(
            f"Recording {i}: {clip_name(recording)}: the process that computed it was killed, twice: by lack of "
            "memory, or by a fault in a library."
        )


def _completed(tasks: Iterator[Any], n_jobs: int | None) -> Iterator[Any]:
    if get_active_backend()[0].supports_return_generator:
        yield from completed(tasks, n_jobs)
        return
    while portion := list(islice(tasks, TASKS_PER_JOB * effective_n_jobs(n_jobs))):
        yield from completed(portion, n_jobs)
