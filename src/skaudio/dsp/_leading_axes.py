"""Broadcasting of functions of one waveform over leading axes."""

from collections.abc import Callable
from functools import wraps

import numpy as np

from skaudio._samples import sample_array, scaled


def over_leading_axes(function: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """Broadcast ``function(y, ...)`` of a contiguous 1-D float32 ``y`` over samples of shape ``(..., n_samples)``.

    PCM is scaled to [-1, 1]. Rows are processed one by one, so that the working set stays in the processor's cache and
    results are independent.
    """

    @wraps(function)
    def vectorised(y, *args, **kwargs):
        if not (type(y) is np.ndarray and y.dtype == np.float32 and y.flags.c_contiguous):
            y = np.ascontiguousarray(scaled(sample_array(y, "y")), dtype=np.float32)
        if y.ndim == 0 or y.shape[-1] == 0:
            raise ValueError(f"y has shape {y.shape}; expected (..., n_samples) with at least one sample.")
        if y.ndim == 1:
            return function(y, *args, **kwargs)
        if kwargs.get("out") is not None:
            raise ValueError(f"y has shape {y.shape}, with out; expected a single waveform, (n_samples,).")
        rows = [function(row, *args, **kwargs) for row in y.reshape(-1, y.shape[-1])]
        return np.stack(rows).reshape(*y.shape[:-1], *rows[0].shape)

    return vectorised
