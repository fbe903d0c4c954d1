"""What the commands say beside their results."""

import sys


def warn(message: str) -> None:
    """Print a warning to stderr."""
    print(f"skaudio: warning: {message}", file=sys.stderr)


def reason(error: Exception) -> str:
    """Say what is wrong with a file, without its number in the portion that it was read in."""
    return str(error.__cause__ or error)
