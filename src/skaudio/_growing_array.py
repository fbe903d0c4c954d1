"""An array that grows by appending rows."""

from collections.abc import Callable

import numpy as np


class GrowingArray:
    """Array of rows that grows in place where the system can move memory, without a second copy.

    Parameters
    ----------
    n_rows : int or None, default=None
        Maximum number of rows; None if unknown.
    allocate : callable or None, default=None
        Function that allocates an array of a given shape, used if `n_rows` is known. None: `numpy.empty`.
    """

    _array: np.ndarray  # set by the first call of `append`

    def __init__(self, n_rows: int | None = None, allocate: Callable[[tuple], np.ndarray] | None = None) -> None:
        self._n_rows, self._allocate = n_rows, allocate
        self._n = 0

    def append(self, rows: np.ndarray, n_columns: int | None = None) -> None:
        """Append rows; `n_columns`, used by the first call, is the final number of columns."""
        if not hasattr(self, "_array"):
            self._array = self._first(rows, rows.shape[1:] if n_columns is None else (n_columns,))
        n = self._n + len(rows)
        if n > len(self._array):
            self._array.resize((max(n, 3 * len(self._array) // 2), *self._array.shape[1:]), refcheck=False)
        self._array[self._n : n, : rows.shape[1]] = rows
        self._n = n

    def all(self) -> np.ndarray:
        """Return the rows, without a copy."""
        return self._array[: self._n]

    def _first(self, rows: np.ndarray, inner: tuple[int, ...]) -> np.ndarray:
        if self._n_rows is None:
            return np.empty((4 * len(rows), *inner), rows.dtype)
        shape = (self._n_rows, *inner)
        return np.empty(shape, rows.dtype) if self._allocate is None else self._allocate(shape)
