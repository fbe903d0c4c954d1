"""Readable names of estimators and parameter values."""

import inspect
from collections.abc import Sequence
from numbers import Real
from reprlib import repr as short_repr
from typing import Any

from sklearn.base import BaseEstimator
from sklearn.pipeline import Pipeline

# What changes how long work takes, and what is printed, but not what comes of it.
NEVER_SHOWN = ("memory", "n_jobs", "verbose", "on_error")


def in_words(estimators: Sequence[Any]) -> list[str]:
    """Name estimators by their classes, and by the parameters in which those of one class differ.

    Parameters
    ----------
    estimators : sequence
        Estimators, or other values of one parameter.

    Returns
    -------
    list of str
        Names, such as ``MFCC(deltas=2)``, if another MFCC has other deltas, and ``SVC`` for the only one. Pipelines are
        named by their steps: ``StandardScaler + SVC``. Other values are written unchanged. Equal names mean equal
        parameters.

    Examples
    --------
    >>> from skaudio.features import MFCC, MelSpectrogram
    >>> from skaudio.inspection._words import in_words
    >>> in_words([MFCC(sr=8000), MFCC(sr=8000, deltas=2), MelSpectrogram(n_mels=64), None])
    ['MFCC(deltas=0)', 'MFCC(deltas=2)', 'MelSpectrogram', 'None']
    """
    words = [""] * len(estimators)
    kinds = [_kind(estimator) for estimator in estimators]
    for kind in dict.fromkeys(kinds):
        rows = [i for i, other in enumerate(kinds) if other == kind]
        for i, word in zip(rows, _words_of_kind([estimators[i] for i in rows]), strict=True):
            words[i] = word
    return words


def _kind(value: Any) -> Any:
    """Return the kind of a value; values of one kind are compared parameter by parameter."""
    if isinstance(value, Pipeline):
        return tuple(_kind(step) for _, step in value.steps)
    return type(value) if _is_estimator(value) else None


def _words_of_kind(alike: list[Any]) -> list[str]:
    if isinstance(alike[0], Pipeline):
        steps = zip(*([step for _, step in pipeline.steps] for pipeline in alike), strict=True)
        return [" + ".join(words) for words in zip(*map(in_words, steps), strict=True)]
    if not _is_estimator(alike[0]):
        return [_value_in_words(value) for value in alike]
    name = type(alike[0]).__name__
    arguments: list[list[str]] = [[] for _ in alike]
    for parameter in inspect.signature(type(alike[0])).parameters:
        values = [estimator.get_params(deep=False).get(parameter) for estimator in alike]
        words = in_words(values)
        if parameter not in NEVER_SHOWN and len(set(words)) > 1:
            for own, word in zip(arguments, words, strict=True):
                own.append(f"{parameter}={word}")
    return [f"{name}({', '.join(own)})" if own else name for own in arguments]


def _is_estimator(value: Any) -> bool:
    return isinstance(value, BaseEstimator)


def _value_in_words(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Real) and not isinstance(value, bool):
        return f"{value:g}"
    return getattr(value, "__name__", None) or short_repr(value)
