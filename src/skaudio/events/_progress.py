"""Progress of fitting: one bar from decoding to tuning, with the time left.

Stages take very different times, and most occur several times: once in each fold, and once more on all recordings. The
bar therefore counts seconds: its total is the time spent, and the time that the remaining stages are expected to take,
by what earlier stages of their kind took per recording.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sklearn.base import clone
from tqdm import tqdm

# Guesses of the time per recording, relative to that of decoding, until a stage of that kind has been measured.
RELATIVE_COST = {"decoding": 1.0, "training": 3.0, "hard negatives": 1.0, "scores": 1.0, "tuning": 1.0}
Stage = tuple[str, float]  # kind, and number of recordings
Item = TypeVar("Item")


class FitProgress:
    """Progress of fitting.

    Parameters
    ----------
    stages : sequence of (kind, number of recordings)
        Stages in their order; some may be skipped.
    verbose : int
        Whether to show a bar.
    clock : callable, default=time.perf_counter
        Function that returns the time in seconds.
    """

    def __init__(
        self, stages: Sequence[Stage], *, verbose: int, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self._left, self._clock = list(stages), clock
        self._start = clock()
        self._kind, self._share, self._amount, self._since = "", 1.0, 0.0, self._start
        self._measured: dict[str, tuple[float, float]] = {}  # seconds and recordings of each kind
        form = "{desc}{percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
        self._bar = tqdm(total=1.0, bar_format=form, smoothing=0, disable=not verbose)

    def begin(self, kind: str, amount: float) -> None:
        """Begin the next planned stage of a kind, with a number of recordings."""
        self._measure()
        kinds = [planned for planned, _ in self._left]
        self._left = self._left[kinds.index(kind) + 1 :] if kind in kinds else self._left
        self._kind, self._amount, self._share, self._since = kind, amount, 0.0, self._clock()
        self._bar.set_description(kind, refresh=False)
        self._show()

    def advance(self, share: float) -> None:
        """Advance the current stage by a share of it."""
        self._share = min(1.0, self._share + share)
        self._show()

    def over(self, kind: str, items: Sequence[Item]) -> Iterator[Item]:
        """Yield items, such as recordings, as a stage that advances with each."""
        return self.through(kind, items, len(items))

    def through(self, kind: str, items: Iterable[Item], n_items: int) -> Iterator[Item]:
        """Yield a number of items, such as results of recordings, as a stage that advances with each."""
        self.begin(kind, n_items)
        for item in items:
            yield item
            self.advance(1 / n_items)

    def seconds_left(self) -> float:
        """Return the time that the rest of this stage and all later ones are expected to take."""
        costs = {kind: seconds / amount for kind, (seconds, amount) in self._measured.items()}
        if self._share > 0 and self._amount:
            done = self._share * self._amount
            seconds, amount = self._measured.get(self._kind, (0.0, 0.0))
            costs[self._kind] = (seconds + self._clock() - self._since) / (amount + done)
        known = [(cost, RELATIVE_COST[kind]) for kind, cost in costs.items()]
        unit = sum(cost for cost, _ in known) / sum(share for _, share in known) if known else 1.0
        left = [*self._left, (self._kind, (1 - self._share) * self._amount)] if self._kind else self._left
        return sum(amount * costs.get(kind, RELATIVE_COST[kind] * unit) for kind, amount in left)

    def fit(self, estimator: Any, fit: Callable[[Any], Any], n_recordings: int) -> Any:
        """Fit a clone of an estimator as a stage; one that is a network advances with its epochs.

        Parameters
        ----------
        estimator : estimator
            To clone.
        fit : callable
            Function that fits the clone and returns it.
        n_recordings : int
            Number of recordings.
        """
        self.begin("training", n_recordings)
        unfitted = clone(estimator)
        network = unfitted.steps[-1][1] if hasattr(unfitted, "steps") else unfitted
        callbacks = network.get_params(deep=False) if hasattr(network, "get_params") else {}
        if self._bar.disable or "callbacks" not in callbacks:
            fitted = fit(unfitted)
        else:
            own = callbacks["callbacks"]
            network.set_params(callbacks=[*(own or []), _epoch_callback(self.advance)])
            fitted = fit(unfitted)
            last = fitted.steps[-1][1] if hasattr(fitted, "steps") else fitted
            last.set_params(callbacks=own)
        self.advance(1.0)
        return fitted

    def finish(self) -> None:
        """Show that all stages are done."""
        self._left, self._share = [], 1.0
        self._bar.set_description("fitted", refresh=False)
        self._show()

    def close(self) -> None:
        """Close the bar."""
        self._bar.close()

    def _measure(self) -> None:
        """Record the time that the stage took, unless it was left before anything was done."""
        if self._share > 0 and self._amount:
            seconds, amount = self._measured.get(self._kind, (0.0, 0.0))
            elapsed = self._clock() - self._since
            self._measured[self._kind] = (seconds + elapsed, amount + self._share * self._amount)

    def _show(self) -> None:
        if self._bar.disable:
            return
        self._bar.n = self._clock() - self._start
        self._bar.total = self._bar.n + self.seconds_left()
        self._bar.refresh()


@contextmanager
def fit_progress(stages: Iterable[Stage], *, verbose: int) -> Iterator[FitProgress]:
    """Yield the progress of fitting, whose bar is full at the end and closed in any case."""
    progress = FitProgress(list(stages), verbose=verbose)
    try:
        yield progress
        progress.finish()
    finally:
        progress.close()


def planned_stages(n_recordings: int, folds: Sequence[int], *, fits: bool, mines: bool, tunes: bool) -> Iterator[Stage]:
    """Yield the stages of fitting.

    Parameters
    ----------
    n_recordings : int
        Number of recordings.
    folds : sequence of int
        Number of recordings that are held out in each fold.
    fits : bool
        Whether the classifier is fitted.
    mines : bool
        Whether it is fitted a second time with hard negatives.
    tunes : bool
        Whether settings are tuned.
    """

    def fitting(n: int) -> Iterator[Stage]:
        kinds = ("decoding", "training", "hard negatives", "training") if mines else ("decoding", "training")
        return ((kind, n) for kind in kinds if fits)

    for n_out in folds:
        yield from fitting(n_recordings - n_out)
        yield "scores", n_out
    yield from fitting(n_recordings)
    if not folds:
        yield "scores", n_recordings
    if tunes:
        yield "tuning", n_recordings


def _epoch_callback(advance: Callable[[float], None]) -> Any:
    """Return a Keras callback that advances the progress after each epoch."""
    import keras

    class EpochProgress(keras.callbacks.Callback):
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
            advance(1 / self.params["epochs"])

        def __deepcopy__(self, memo: Any) -> Any:
            return self  # a network trains with copies of its callbacks

    return EpochProgress()
