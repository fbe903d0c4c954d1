"""Converters that users register for their own steps."""

from collections.abc import Callable
from typing import Any

from skaudio.export.graph import Graph, Value

Converter = Callable[[Graph, Any, Value, str], Value]

REGISTERED: dict[type, Converter] = {}


def register_converter(step_class: type, function: Converter) -> None:
    """Register the function that exports the fitted estimators of a class, such as a front end of your own.

    Parameters
    ----------
    step_class : type
        The class. The function also serves those of its subclasses that have none of their own.
    function : callable
        Called as ``function(graph, step, value, method)``: adds nodes to a `Graph` that compute what
        ``getattr(step, method)`` does for the `Value`, and returns the result as a `Value`. For a transformer,
        ``method`` is always "transform".

    Raises
    ------
    TypeError
        If these are not a class and a function.

    See Also
    --------
    to_onnx : Export a pipeline; the result is compared with the pipeline itself.

    Examples
    --------
    Export a transformer of frames that halves every value.

    >>> from tempfile import TemporaryDirectory
    >>> import numpy as np
    >>> from sklearn.base import BaseEstimator, TransformerMixin
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.export import Value, load_onnx, register_converter, to_onnx
    >>> from skaudio.features import MelSpectrogram
    >>> class Half(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    ...     def transform(self, X):
    ...         return 0.5 * X
    ...     def __sklearn_is_fitted__(self):
    ...         return True
    >>> def half(graph, step, value, method):
    ...     return Value(graph.add("Mul", value.name, 0.5), value.kind, value.width)
    >>> register_converter(Half, half)
    >>> pipeline = make_pipeline(MelSpectrogram(sr=8000, n_mels=8), Half()).fit([np.ones(800)])
    >>> with TemporaryDirectory() as folder:
    ...     model = load_onnx(to_onnx(pipeline, f"{folder}/half.onnx"))
    >>> model.transform([np.ones(800)]).shape
    (1, 13, 8)
    """
    if not isinstance(step_class, type) or not callable(function):
        raise TypeError(f"register_converter got {step_class!r} and {function!r}; expected a class and a function.")
    REGISTERED[step_class] = function
