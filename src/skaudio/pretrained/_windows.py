"""Cutting waveforms into windows."""

from collections.abc import Iterator

import numpy as np


def windows_of(y: np.ndarray, n_samples: int, hop: int) -> Iterator[np.ndarray]:
    """Yield the windows ``(n_windows, n_samples)`` that a waveform fills, uncopied, and then one that silence fills up.

    The last is there unless others have heard all of the waveform.
    """
    n_whole = 0
    if len(y) >= n_samples:
        whole = np.lib.stride_tricks.sliding_window_view(y, n_samples)[::hop]
        n_whole = len(whole)
        yield whole
    if n_whole == 0 or max(n_whole * hop, (n_whole - 1) * hop + n_samples) < len(y):
        last = np.zeros((1, n_samples), np.float32)
        rest = y[n_whole * hop :]
        last[0, : len(rest)] = rest
        yield last
