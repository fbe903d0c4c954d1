"""Products with constant matrices, by what a quantized LiteRT file does with them."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np

MAX_FLOAT_VALUES = 1023  # of a constant that LiteRT leaves in float32 when it quantizes to int8
MAX_EXACT_VALUES = 2**15  # of a matrix that is cut into blocks to stay in float32; each takes some time
SPARSE = 0.25  # share of values that are not 0, below which a matrix is applied by its bands


@dataclass(frozen=True)
class Product:
    """Products of values with constant matrices.

    Sparse matrices, such as of mel filters, are applied by their bands: as a product, they take more room, and int8
    rounds the spectrum, of which they sum powers over 80 dB. Others that are not weights of a network, such as of
    Fourier transforms, are cut into blocks which are too small to be quantized; a single row is multiplied by value.

    Parameters
    ----------
    weights : container of str
        Names of the weights of networks.
    in_float : bool
        Whether the others must be prevented from being quantized.
    """

    weights: Container[str] = ()
    in_float: bool = False

    def of(self, tf: Any, x: Any, matrix: np.ndarray, name: str = "") -> Any:
        """Multiply ``(..., n)`` by a matrix ``(n, m)``."""
        if matrix.ndim != 2:
            return tf.matmul(x, matrix)
        used = np.count_nonzero(matrix, axis=0)
        if matrix.size > MAX_FLOAT_VALUES and used.max() <= SPARSE * len(matrix):
            return _by_bands(tf, x, matrix, int(used.max()))
        shape = [int(size) for size in x.shape[:-1]]
        rows = tf.reshape(x, [-1, len(matrix)])
        product = self._exact(tf, rows, matrix) if self.in_float and name not in self.weights else None
        product = tf.matmul(rows, matrix) if product is None else product
        return tf.reshape(product, [*shape, matrix.shape[1]])

    def _exact(self, tf: Any, rows: Any, matrix: np.ndarray) -> Any | None:
        """Multiply by a matrix that must not be quantized; None if that is not necessary, or takes too much memory."""
        if matrix.size <= MAX_FLOAT_VALUES:
            return None
        if rows.shape[0] == 1:  # LiteRT quantizes products of matrices only
            return tf.reduce_sum(rows[:, np.newaxis] * matrix.T[np.newaxis], -1)
        return _by_blocks(tf, rows, matrix) if matrix.size <= MAX_EXACT_VALUES else None


def _by_bands(tf: Any, x: Any, matrix: np.ndarray, width: int) -> Any:
    """Sum ``width`` values for each column, taken by index and multiplied by their weights."""
    rows, columns = np.nonzero(matrix.T)[::-1]
    place = np.concatenate([np.arange(n) for n in np.count_nonzero(matrix, axis=0)])
    index = np.zeros((width, matrix.shape[1]), np.int32)
    weights = np.zeros((width, matrix.shape[1]), np.float32)
    index[place, columns], weights[place, columns] = rows, matrix[rows, columns]
    total = None
    for at, factors in zip(index, weights, strict=True):
        term = tf.gather(x, at, axis=-1) * factors
        total = term if total is None else total + term
    return total


def _by_blocks(tf: Any, rows: Any, matrix: np.ndarray) -> Any:
    n_rows = len(matrix)
    if n_rows > MAX_FLOAT_VALUES:
        halves = tf.split(rows, [n_rows // 2, n_rows - n_rows // 2], -1), np.split(matrix, [n_rows // 2])
        return tf.add_n([_by_blocks(tf, part, block) for part, block in zip(*halves, strict=True)])
    n_blocks = -(-matrix.size // (MAX_FLOAT_VALUES // n_rows * n_rows))
    return tf.concat([tf.matmul(rows, block) for block in np.array_split(matrix, n_blocks, axis=1)], -1)
