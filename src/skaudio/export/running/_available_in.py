"""Methods of exported models that depend on the file."""

from collections.abc import Callable
from types import MethodType
from typing import Any


class available_in:  # noqa: N801 (a decorator)
    """Descriptor of a method that exists only where the file can compute it.

    Parameters
    ----------
    function : callable
        The method.
    """

    def __init__(self, function: Callable) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __get__(self, model: Any, owner: type) -> Any:
        if model is None:
            return self._function
        name = self._function.__name__
        if name not in model.methods:
            raise AttributeError(
                f"The file has no {name}, but {', '.join(model.methods)}. Export the model with method={name!r}."
            )
        return MethodType(self._function, model)
