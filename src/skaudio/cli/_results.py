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
    shown = sys.stdout
    if not _is_of_the_process(shown):
        with redirect_stdout(sys.stderr):
            yield shown
        return
    shown.flush()
    kept = os.dup(1)
    errors = "surrogateescape" if shown.encoding.lower().replace("-", "") == "utf8" else "backslashreplace"
    results = os.fdopen(kept, "w", encoding=shown.encoding, errors=errors, closefd=False)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield results
        results.flush()
    finally:
        with suppress(OSError):  # what a reader that has gone did not take
            results.close()
        os.dup2(kept, 1)
        os.close(kept)


def _is_of_the_process(stream: TextIO) -> bool:
    try:
        return stream.fileno() == 1
    except (AttributeError, OSError, ValueError):  # there is none, or it is captured
        return False
