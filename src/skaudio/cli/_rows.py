"""Rows of a CSV for many files, portion by portion, and handling of broken files."""

import csv
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from skaudio.cli._files import check_writable
from skaudio.cli._messages import reason, warn
from skaudio.cli._precompute import PORTION
from skaudio.io import AudioError
from skaudio.io._replacing import replacing


def output_of(arguments: Namespace) -> Path | None:
    """Return the writable file named by ``--output``, or None for standard output."""
    if arguments.output is None:
        return None
    output = Path(arguments.output).expanduser()
    check_writable(output, force=arguments.force)
    return output


def write_rows(output: Path | TextIO, header: Sequence[str], rows: Iterable[Sequence]) -> None:
    """Write a CSV: atomically to a file, or row by row to a stream."""
    with _open_output(output) as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)


def results_by_file(
    compute: Callable[[Sequence[str]], Sequence[Any]], paths: Sequence[str], on_error: str
) -> Iterator[tuple[str, Any]]:
    """Yield each file with its result, or with None if it is broken.

    Parameters
    ----------
    compute : callable
        Maps paths to as many results.
    paths : sequence of str
        The files.
    on_error : {"raise", "warn"}
        What to do about a broken file.

    Raises
    ------
    AudioError
        If a file is broken and ``on_error`` is "raise".
    """
    for start in range(0, len(paths), PORTION):
        yield from _portion(compute, paths[start : start + PORTION], on_error)


def _portion(compute: Callable, paths: Sequence[str], on_error: str) -> Iterator[tuple[str, Any]]:
    """Compute a portion of files at once, or one by one if any of them is broken."""
    try:
        results = compute(paths)
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"{reason(error)} Pass --on-error warn to leave its row empty.") from error
        if len(paths) > 1:
            for path in paths:
                yield from _portion(compute, [path], on_error)
        else:
            warn(reason(error))
            yield paths[0], None
        return
    yield from zip(paths, results, strict=True)


@contextmanager
def _open_output(output: Path | TextIO) -> Iterator[TextIO]:
    if not isinstance(output, Path):
        yield output
        return
    # File names are written byte by byte, even if they are not UTF-8.
    with (
        replacing(output) as temporary,
        temporary.open("w", newline="", encoding="utf-8", errors="surrogateescape") as file,
    ):
        yield file
