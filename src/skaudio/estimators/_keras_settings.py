"""Keras's global settings, as they were when a network was fitted first: they are part of what the network is."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from skaudio._tensorflow import import_keras

# Each with the type of its weights. Sums over time and losses are computed in that (see `skaudio.nets`).
POLICIES = {"float32": "float32", "float64": "float64", "mixed_float16": "float32", "mixed_bfloat16": "float32"}


@dataclass(frozen=True)
class KerasSettings:
    """Settings that a network is built and traced by, whatever they are at the time.

    Attributes
    ----------
    policy : str
        Name of the dtype policy, which weights and layers are of.
    image_data_format : {"channels_last", "channels_first"}
        What the user's own networks may go by; those of `skaudio.nets` have channels last.
    epsilon : float
        What Keras adds to denominators.
    """

    policy: str = "float32"
    image_data_format: str = "channels_last"
    epsilon: float = 1e-7

    @classmethod
    def current(cls) -> Self:
        """Return the settings that are in force.

        Raises
        ------
        ValueError
            If networks cannot be trained by the dtype policy.
        ImportError
            If Keras cannot be used; see `skaudio._tensorflow`.
        """
        keras = import_keras()
        policy = keras.config.dtype_policy().name
        if policy not in POLICIES:
            raise ValueError(
                f"Keras's dtype policy is {policy!r}, by which networks cannot be trained. Call "
                f"keras.config.set_dtype_policy(policy) first, with one of {sorted(POLICIES)}."
            )
        return cls(policy, keras.config.image_data_format(), keras.config.epsilon())

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Put the settings in force, and the user's own back behind."""
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
