"""Warnings that point to the code of the user."""

import warnings
from inspect import currentframe

LIBRARIES = {"skaudio", "sklearn", "joblib"}


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning whose location is the line outside of skaudio, scikit-learn and joblib that led to it.

    Parameters
    ----------
    message : str
        Text of the warning.
    category : type, default=UserWarning
        Class of the warning.
    """
    frame, stacklevel = currentframe(), 1
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in LIBRARIES:
        frame, stacklevel = frame.f_back, stacklevel + 1
    warnings.warn(message, category, stacklevel=stacklevel)  # noqa: TID251
