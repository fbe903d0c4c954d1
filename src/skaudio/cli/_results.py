"""Standard output reserved for results, so that it can be piped and parsed."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from typing import TextIO


@contextmanager
def results_only() -> Iterator[TextIO]:
    """Yield the standard output; redirect all other output to standard error.

    Models print in Python, libraries in C, and joblib processes to inherited streams: the file descriptor is
    redirected, too, if standard output is that of the process.

    Yields
    ------
    text stream
        It writes file names byte by byte, even if they are not valid text.
    """
    stdout = sys.stdout
    if not _is_of_the_process(stdout):
        with redirect_stdout(sys.stderr):
            yield stdout
        return
    stdout.flush()
    duplicate = os.dup(1)
    errors = "surrogateescape" if stdout.encoding.lower().replace("-", "") == "utf8" else "backslashreplace"
    results = os.fdopen(duplicate, "w", encoding=stdout.encoding, errors=errors, closefd=False)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield results
        results.flush()
    finally:
        with suppress(OSError):  # if the reader has closed the pipe
            results.close()
        os.dup2(duplicate, 1)
        os.close(duplicate)


def _is_of_the_process(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 1
    except (AttributeError, OSError, ValueError):  # without a descriptor, or captured
        return False
