"""Functions of large objects, such as fitted networks, that joblib's workers receive and unpickle once."""

import pickle
import threading
import uuid
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
from joblib import wrap_non_picklable_objects

import skaudio

T = TypeVar("T")
_last_received = threading.local()  # networks are not safe to use in several threads of a worker


class SentOnce(Generic[T]):
    """Function that is sent with every task of a run, and is unpickled once by each thread of a worker.

    It is pickled once, as an array: joblib's own processes receive an array of a megabyte or more as a memory map of
    one file. Other backends, such as Dask, send it with every task, but build the network once.

    Parameters
    ----------
    function : callable
        Function, which may be large. In the same process, it is called as it is.
    """

    def __init__(self, function: Callable[..., T]) -> None:
        self._function = function
        self._key = uuid.uuid4().hex
        self._pickled: np.ndarray | None = None

    def __call__(self, *arguments: Any) -> T:
        """Call the function."""
        return self._function(*arguments)

    def __reduce__(self) -> tuple[Callable, tuple]:
        if self._pickled is None:
            # Also of functions that are defined in a notebook, which pickle alone does not take.
            function = wrap_non_picklable_objects(self._function, keep_wrapper=False)
            self._pickled = np.frombuffer(pickle.dumps(function), np.uint8)
        return _received, (self._key, self._pickled, skaudio.__version__)


def _received(key: str, pickled: np.ndarray, version: str) -> SentOnce:
    if version != skaudio.__version__:
        raise RuntimeError(
            f"A worker has skaudio {skaudio.__version__}, but the tasks were sent by {version}. Install the same "
            "version on all machines."
        )
    known = getattr(_last_received, "sent", None)
    if known is None or known._key != key:
        known = SentOnce(pickle.loads(pickled.data))
        known._key = key
        _last_received.sent = known
    return known
