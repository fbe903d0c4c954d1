"""Global Keras settings at the first fit of a network, which are part of its definition."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from skaudio._tensorflow import import_keras

# Supported dtype policies and the dtypes of their weights, of sums over time and of losses (see `skaudio.nets`).
POLICIES = {"float32": "float32", "float64": "float64", "mixed_float16": "float32", "mixed_bfloat16": "float32"}


@dataclass(frozen=True)
class KerasSettings:
    """Settings to build and trace a network with, regardless of the current global ones.

    Attributes
    ----------
    policy : str
        Name of the dtype policy of weights and layers.
    image_data_format : {"channels_last", "channels_first"}
        Data format for user-defined networks; those of the estimators are channels-last.
    epsilon : float
        Value that Keras adds to denominators.
    """

    policy: str = "float32"
    image_data_format: str = "channels_last"
    epsilon: float = 1e-7

    @classmethod
    def current(cls) -> Self:
        """Return the current global settings.

        Raises
        ------
        ValueError
            If networks cannot be trained with the dtype policy.
        ImportError
            If Keras is not usable; see `skaudio._tensorflow`.
        """
        keras = import_keras()
        policy = keras.config.dtype_policy().name
        if policy not in POLICIES:
            raise ValueError(
                f"Keras dtype policy={policy!r}; expected one of {sorted(POLICIES)}. Call "
                "keras.config.set_dtype_policy first."
            )
        return cls(policy, keras.config.image_data_format(), keras.config.epsilon())

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Apply the settings within a ``with`` block, and restore the user's settings after it."""
        from keras import config

        before = config.dtype_policy(), config.floatx(), config.image_data_format(), config.epsilon()
        try:
            _set(self.policy, POLICIES[self.policy], self.image_data_format, self.epsilon)
            yield
        finally:
            _set(*before)


DEFAULT_SETTINGS = KerasSettings()


def _set(dtype_policy: Any, floatx: str, image_data_format: str, epsilon: float) -> None:
    from keras import config

    config.set_dtype_policy(dtype_policy)
    config.set_floatx(floatx)
    config.set_image_data_format(image_data_format)
    config.set_epsilon(epsilon)
