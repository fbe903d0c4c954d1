"""Messages of the commands."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


def warn(message: str) -> None:
    """Print a warning to stderr."""
    print(f"skaudio: warning: {message}", file=sys.stderr)


@contextmanager
def warnings_as_messages() -> Iterator[None]:
    """Print Python's warnings as those of the command."""
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: warn(str(message))
        yield


def reason(error: Exception) -> str:
    """Return the error message of a file, without its index in the portion."""
    return str(error.__cause__ or error)
