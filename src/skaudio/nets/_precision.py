"""Layers that compute in the precision of the weights, also where Keras's policy is to compute in 16 bits.

Sums over time or over a batch, exponentials and logarithms overflow or vanish in 16 bits, and so do frames that are not
standardised yet. Convolutions, recurrent and dense layers, which take the time, compute as the policy says.
"""

from typing import Any

import keras


def full_precision() -> str:
    """Return the dtype of weights by the policy in force: float32, or float64."""
    return keras.config.dtype_policy().variable_dtype


class FullPrecisionLayer(keras.layers.Layer):
    """Base of layers that compute in the precision of the weights.

    Parameters
    ----------
    **kwargs : dict
        Of `keras.layers.Layer`.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"dtype": full_precision(), **kwargs})
