"""Pickles that record the version of skaudio."""

from typing import Any

import skaudio
from skaudio._warnings import warn_user


class VersionedPickleMixin:
    """Mixin of estimators that warn when unpickled under another version of skaudio, as in scikit-learn.

    Use to the left of `sklearn.base.BaseEstimator`.

    Examples
    --------
    >>> import pickle
    >>> from sklearn.base import BaseEstimator
    >>> class Model(VersionedPickleMixin, BaseEstimator):
    ...     pass
    >>> "_skaudio_version" in Model().__getstate__()
    True
    """

    def __getstate__(self) -> dict[str, Any]:
        state: Any = super().__getstate__()
        return {**state, "_skaudio_version": skaudio.__version__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        state = dict(state)
        version = state.pop("_skaudio_version", "unknown")
        if version != skaudio.__version__:
            warn_user(
                f"{type(self).__name__} was pickled by skaudio {version} and loaded by skaudio {skaudio.__version__}:"
                " its results may differ. Refit it, or install the version that pickled it.",
            )
        super().__setstate__(state)  # type: ignore[misc]  # defined by BaseEstimator, to the right
