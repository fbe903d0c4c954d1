"""Atomic fitting: it either succeeds or leaves the estimator unchanged."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

Estimator = TypeVar("Estimator")
Params = ParamSpec("Params")
Result = TypeVar("Result")


def atomic(
    method: Callable[Concatenate[Estimator, Params], Result],
) -> Callable[Concatenate[Estimator, Params], Result]:
    """Restore an estimator's attributes if the decorated method fails or is interrupted.

    A partial fit is worse than none: an estimator with the classes of a new fit and the weights of an old one makes
    wrong predictions.

    Parameters
    ----------
    method : callable
        Method that sets attributes of the estimator, without modifying their values in place.

    Returns
    -------
    callable
        The method; on any exception, including Ctrl-C, the previous attributes are restored.

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
    def fitting(self: Estimator, /, *args: Params.args, **kwargs: Params.kwargs) -> Result:
        before = vars(self).copy()
        try:
            return method(self, *args, **kwargs)
        except BaseException:
            vars(self).clear()
            vars(self).update(before)
            raise

    return fitting
