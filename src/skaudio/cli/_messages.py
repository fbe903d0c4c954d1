"""Messages of the commands."""

import sys


def warn(message: str) -> None:
    """Print a warning to stderr."""
    print(f"skaudio: warning: {message}", file=sys.stderr)


def reason(error: Exception) -> str:
    """Return the error message of a file, without its index in the portion."""
    return str(error.__cause__ or error)
