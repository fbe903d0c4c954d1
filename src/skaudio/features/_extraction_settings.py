"""Settings of a dataset of features: what its rows depend on."""

import copy
import pickle
from contextlib import suppress
from typing import Any

import joblib
import sklearn
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

import skaudio
from skaudio._parts._part_folder import DatasetKind

EXTRACTED = DatasetKind("_extraction.json", "extract_to", "features")
# Parameters that do not affect features, and their values in the extractor that workers receive.
NOT_SETTINGS = {"memory": None, "n_jobs": None, "verbose": 0, "on_error": "raise"}


def prepared(extractor: Any) -> Any:
    """Return a copy of an extractor that raises an error for a broken clip; check that it is fitted."""
    try:
        check_is_fitted(extractor)
    except NotFittedError as error:
        raise ValueError(
            f"{type(extractor).__name__} is not fitted. Call extractor.fit on training recordings before; on X[:1], if "
            "it learns nothing from them, as a front end with StatPooling or a pretrained model."
        ) from error
    except TypeError:  # it has no fit
        pass
    extractor = copy.deepcopy(extractor)
    with suppress(ValueError):  # a step has no such method
        if hasattr(extractor, "set_output"):
            extractor.set_output(transform="default")
    return _with_params(extractor, {"on_error": "raise"})


def settings_of(
    extractor: Any, *, window_seconds: float | None, hop_seconds: float | None, columns: str
) -> dict[str, Any]:
    """Return what the rows of a dataset depend on, for JSON.

    Parameters
    ----------
    extractor : transformer
        As `prepared` returns it.
    window_seconds, hop_seconds : float or None
        Windows.
    columns : {"list", "named"}
        Columns.

    Returns
    -------
    dict
        With a ``digest`` of all.
    """
    try:
        digest = joblib.hash(_with_params(copy.deepcopy(extractor), NOT_SETTINGS))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise ValueError(
            f"{type(extractor).__name__} cannot be pickled, which is how it reaches other processes: {error}. Define "
            "its functions in a module."
        ) from error
    settings = {
        "skaudio": skaudio.__version__,
        "scikit-learn": sklearn.__version__,
        "extractor": digest,
        "window_seconds": window_seconds,
        "hop_seconds": hop_seconds,
        "columns": columns,
    }
    return {
        **settings,
        "description": " ".join(repr(extractor).split()),
        "digest": joblib.hash(sorted(settings.items(), key=str)),
    }


def check_settings(stored: dict[str, Any], settings: dict[str, Any], folder: str) -> None:
    """Raise ValueError if a dataset has features with other settings."""
    compared = (name for name in settings if name not in {"digest", "description"})
    different = next((name for name in compared if stored.get(name) != settings[name]), None)
    if different is None:
        return
    values = ("description", "description") if different == "extractor" else (different, different)
    raise ValueError(
        f"{folder!r} has features with {different}={stored.get(values[0])}, not {settings[values[1]]}"
        f"{' (or another fit of it)' if different == 'extractor' else ''}. Write to another folder, or delete this one."
    )


def _with_params(extractor: Any, values: dict[str, Any]) -> Any:
    """Set those of an extractor's parameters, and of its steps', that have one of some names."""
    if not hasattr(extractor, "get_params"):
        return extractor
    names = extractor.get_params(deep=True)
    # Of the deepest parameters first: that of a step is gone if the step itself is replaced.
    return extractor.set_params(**{name: values[end] for name in names if (end := name.rpartition("__")[2]) in values})
