"""Overlapping windows along a stream of units, and their scores."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import expit

WINDOWS_PER_BATCH = 256


class Windows:
    """Windows a hop apart, the first of which begins before the start.

    Both ends are padded: samples with silence, frames with the frame at the end.

    Parameters
    ----------
    width, hop : int
        Length of a window, and hop, in units.
    before : int or None, default=None
        Number of units before the start at which the first begins. If None, half a window, which is then centred on it.
    """

    def __init__(self, width: int, hop: int, before: int | None = None) -> None:
        self.width, self.hop = width, hop
        self.before = width // 2 if before is None else before

    def of(self, units: np.ndarray) -> np.ndarray:
        """Return the windows ``(n_windows, width, ...)`` of all units of a recording, without copying them."""
        ends = self._pad(units[:1], self.before), self._pad(units[-1:], self.width)
        padded = np.concatenate([ends[0], units, ends[1]])
        windows = sliding_window_view(padded, self.width, axis=0)[:: self.hop][: -(-len(units) // self.hop)]
        return np.moveaxis(windows, -1, 1)

    def stream(self, pieces: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """Yield the same windows from a stream of units, in batches."""
        buffer, last = None, np.empty(0)
        n_units = n_done = skip = 0  # skip: units between the buffered ones and the next window
        for piece in pieces:
            if not len(piece):
                continue
            buffer = self._pad(piece[:1], self.before) if buffer is None else buffer
            buffer, skip = np.concatenate([buffer, piece[skip:]]), max(0, skip - len(piece))
            n_units, last = n_units + len(piece), piece[-1:]
            if len(buffer) < self.width:
                continue
            windows = sliding_window_view(buffer, self.width, axis=0)[:: self.hop]
            for start in range(0, len(windows), WINDOWS_PER_BATCH):
                yield np.moveaxis(windows[start : start + WINDOWS_PER_BATCH], -1, 1)
            n_done += len(windows)
            begin = len(windows) * self.hop
            skip = max(0, begin - len(buffer))
            buffer = buffer[begin:].copy()
        n_left = -(-n_units // self.hop) - n_done
        if n_left > 0:
            buffer = np.concatenate([buffer, self._pad(last, self.width)])
            windows = sliding_window_view(buffer, self.width, axis=0)[:: self.hop][:n_left]
            yield np.moveaxis(windows, -1, 1)

    def _pad(self, edge: np.ndarray, n_units: int) -> np.ndarray:
        return np.repeat(edge if edge.ndim > 1 else np.zeros_like(edge), n_units, axis=0)


def score_function(estimator: Any) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function from windows to scores ``(n_windows, n_classes)``: probabilities, if available.

    Otherwise, the logistic function of the margin of each class to the best other one: above 0.5 where it wins.
    """
    if hasattr(estimator, "predict_proba"):
        return lambda windows: _stack(estimator.predict_proba(windows))

    def logistic_margins(windows: np.ndarray) -> np.ndarray:
        values = np.asarray(estimator.decision_function(windows))
        if values.ndim == 1:
            return np.column_stack([expit(-values), expit(values)])
        best = np.sort(values, axis=1)[:, -2:]
        others = np.where(values == best[:, 1:], best[:, :1], best[:, 1:])
        return expit(values - others)

    return logistic_margins


def _stack(probabilities: Any) -> np.ndarray:
    """Stack the lists of two columns that some of scikit-learn's models return for several labels."""
    if isinstance(probabilities, list):
        return np.column_stack([columns[:, -1] for columns in probabilities])
    return np.asarray(probabilities)
