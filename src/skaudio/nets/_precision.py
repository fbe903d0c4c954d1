"""Layers that compute in the precision of the weights, even with a mixed 16-bit Keras dtype policy.

Sums over time or over a batch, exponentials and logarithms overflow or underflow in 16 bits, and so do frames that are
not yet standardised. Convolutional, recurrent and dense layers, which dominate the run time, follow the policy.
"""

from typing import Any

import keras


def full_precision() -> str:
    """Return the dtype of weights under the current policy.

    Returns
    -------
    {"float32", "float64"}
        Name of the dtype.

    Examples
    --------
    >>> from skaudio.nets import full_precision
    >>> full_precision()
    'float32'
    """
    return keras.config.dtype_policy().variable_dtype


class FullPrecisionLayer(keras.layers.Layer):
    """Base class of layers that compute in the precision of the weights.

    Parameters
    ----------
    **kwargs : dict
        Passed to `keras.layers.Layer`.

    Examples
    --------
    >>> import keras
    >>> from skaudio.nets import FullPrecisionLayer
    >>> class Energy(FullPrecisionLayer):
    ...     def call(self, x):
    ...         return keras.ops.sum(keras.ops.square(x), axis=1)
    >>> float(Energy()(keras.ops.array([[3.0, 4.0]]))[0])
    25.0
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": full_precision(), **kwargs})
