"""Short descriptions of estimators and parameter values."""

import inspect
from collections.abc import Sequence
from numbers import Real
from reprlib import repr as short_repr
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

# Parameters that do not affect results.
NEVER_SHOWN = ("memory", "n_jobs", "verbose", "on_error")


def describe_estimators(estimators: Sequence[Any]) -> list[str]:
    """Describe estimators by their classes, and by the parameters in which those of one class differ.

    Parameters
    ----------
    estimators : sequence
        Estimators, or other values of one parameter.

    Returns
    -------
    list of str
        Descriptions, such as ``MFCC(deltas=2)`` if another MFCC has other deltas, and ``SVC`` for the only one.
        As in scikit-learn's representation, parameters at their defaults are omitted, but for those that can be passed
        by position: ``PretrainedEmbedding(model=yamnet)`` beside another model. Pipelines are described by their
        steps: ``StandardScaler + SVC``. Other values are written unchanged. Equal descriptions mean equal parameters.

    Examples
    --------
    >>> from skaudio.features import MFCC, MelSpectrogram
    >>> from skaudio.model_selection import describe_estimators
    >>> describe_estimators([MFCC(sr=8000), MFCC(sr=8000, deltas=2), MelSpectrogram(n_mels=64), None])
    ['MFCC', 'MFCC(deltas=2)', 'MelSpectrogram', 'None']
    """
    descriptions = [""] * len(estimators)
    kinds = [_kind(estimator) for estimator in estimators]
    for kind in dict.fromkeys(kinds):
        rows = [i for i, other in enumerate(kinds) if other == kind]
        for i, description in zip(rows, _describe_kind([estimators[i] for i in rows]), strict=True):
            descriptions[i] = description
    return descriptions


def _kind(value: Any) -> Any:
    """Return the kind of a value; values of one kind are compared parameter by parameter."""
    if isinstance(value, Pipeline):
        return tuple(_kind(step) for _, step in value.steps)
    return type(value) if isinstance(value, BaseEstimator) else None


def _describe_kind(estimators: list[Any]) -> list[str]:
    if isinstance(estimators[0], Pipeline):
        steps = zip(*([step for _, step in pipeline.steps] for pipeline in estimators), strict=True)
        return [" + ".join(descriptions) for descriptions in zip(*map(describe_estimators, steps), strict=True)]
    if not isinstance(estimators[0], BaseEstimator):
        return [_describe_value(value) for value in estimators]
    kind = type(estimators[0])
    arguments: list[list[str]] = [[] for _ in estimators]
    for name, parameter in inspect.signature(kind).parameters.items():
        # The default is described with the values, as a description depends on what it is compared with.
        values = [parameter.default, *(estimator.get_params(deep=False).get(name) for estimator in estimators)]
        default, *descriptions = describe_estimators(values)
        if name not in NEVER_SHOWN and len(set(descriptions)) > 1:
            for arguments_i, description in zip(arguments, descriptions, strict=True):
                if description != default or parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
                    arguments_i.append(f"{name}={description}")
    return [f"{kind.__name__}({', '.join(arguments_i)})" if arguments_i else kind.__name__ for arguments_i in arguments]


def _describe_value(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        return f"{float(value):g}"
    return getattr(value, "__name__", None) or short_repr(value)
