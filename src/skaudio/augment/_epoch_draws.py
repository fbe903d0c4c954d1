"""Frames of clips augmented again for each epoch of a network."""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from sklearn.pipeline import Pipeline


class EpochDraws:
    """Compute the frames of the next epoch in a thread, while a network trains on those of the last.

    Parameters
    ----------
    front_end : Pipeline or None
        Fitted front end, from clips to the network's input; None: the network takes clips.
    draw : callable
        Returns newly augmented clips in each call.
    """

    def __init__(self, front_end: Pipeline | None, draw: Callable[[], Any]) -> None:
        self._front_end = None if front_end is None else _without_cache(front_end)
        self._draw = draw

    def __enter__(self) -> Self:
        self._thread = ThreadPoolExecutor(1)
        self._submit_next()
        return self

    def __exit__(self, *exception: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def __call__(self) -> Any:
        """Return the frames of an epoch."""
        frames = self._next.result()
        self._submit_next()
        return frames

    def _submit_next(self) -> None:
        self._next = self._thread.submit(self._frames)

    def _frames(self) -> Any:
        clips = self._draw()
        return clips if self._front_end is None else self._front_end.transform(clips)


def _without_cache(front_end: Pipeline) -> Pipeline:
    """Copy fitted steps with caching disabled: draws of an epoch never recur."""
    copied = copy.deepcopy(front_end)
    memory_params = [name for name in copied.get_params() if name.split("__")[-1] == "memory"]
    return copied.set_params(**dict.fromkeys(memory_params))
