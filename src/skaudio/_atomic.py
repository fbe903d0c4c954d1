"""Fitting that succeeds as a whole, or has not happened."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Method = TypeVar("Method", bound=Callable)


def atomic(method: Method) -> Method:
    """Make a method that fits an estimator leave it as it was if it fails, or is interrupted.

    Half of a fit is worse than none: an estimator that has the classes of a new one and the weights of an old one
    answers, and answers wrongly.

    Parameters
    ----------
    method : callable
        Sets attributes of the estimator, and changes nothing that they hold in place.

    Returns
    -------
    callable
        The method; whatever it raises, Ctrl-C too, the attributes are those from before.

    Examples
    --------
    >>> class Model:
    ...     @atomic
    ...     def fit(self, X):
    ...         self.n_samples_ = len(X)
    ...         self.mean_ = sum(X) / len(X)
    >>> model = Model()
    >>> model.fit([])
    Traceback (most recent call last):
        ...
    ZeroDivisionError: division by zero
    >>> hasattr(model, "n_samples_")
    False
    """

    @wraps(method)
    def fitting(self: Any, *args: Any, **kwargs: Any) -> Any:
        before = vars(self).copy()
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return fitting
