"""``skaudio count``: counts of the events in a table, per recording or by clock time."""

import math
import warnings
from argparse import Namespace
from collections.abc import Sequence
from typing import Any, TextIO

from skaudio.cli._files import audio_files
from skaudio.cli._messages import warn
from skaudio.cli._rows import output_of, write_rows
from skaudio.events import count_events, read_events, recording_starts
from skaudio.io import AudioError

SOURCES = ("auto", "metadata", "name")


def count(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio count ...``.
    results : text stream
        Stream that results are written to.
    """
    output = output_of(arguments)
    if arguments.by is None and (arguments.starts, arguments.pattern, arguments.timezone) != ("auto", None, None):
        raise ValueError(
            "--starts, --pattern and --timezone are for counts by clock time. Pass --by, such as --by hour."
        )
    paths = [path for name in arguments.recordings for path in audio_files(name)]
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: warn(str(message))
        events = read_events(arguments.table)
        starts: Any = "auto"
        if arguments.by is not None:
            starts = starts_of(paths, arguments)
        try:
            counts = count_events(events, paths, arguments.by, starts=starts, on_error=arguments.on_error)
        except AudioError as error:
            raise AudioError(f"{error} Pass --on-error warn to count it as not recorded.") from error
    header = [counts.index.name, *map(str, counts.columns)]
    # The counts of a recording that cannot be read are empty.
    rows = (
        [name, *("" if math.isnan(n) else int(n) for n in numbers), round(minutes, 6)]
        for name, *numbers, minutes in counts.itertuples()
    )
    write_rows(results if output is None else output, header, rows)


def starts_of(paths: Sequence[str], arguments: Namespace) -> Any:
    """Return the start times of recordings, from the source that ``--starts`` names."""
    source = arguments.starts if arguments.starts in SOURCES else _table_of_starts(arguments.starts)
    try:
        return recording_starts(paths, source, pattern=arguments.pattern, timezone=arguments.timezone)
    except ValueError as error:
        raise ValueError(f"{error} On the console, these are --starts, --pattern and --timezone.") from error


def _table_of_starts(path: str) -> Any:
    """Read a CSV with the columns recording and start."""
    import pandas as pd

    try:
        return pd.read_csv(path, dtype=str, skipinitialspace=True)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"--starts {path}: there is no such file; expected {', '.join(SOURCES)}, or a CSV with the columns "
            "recording and start."
        ) from None
    except ValueError as error:  # of pandas: no text, or no table
        raise ValueError(f"--starts {path}: the file is no CSV with the columns recording and start: {error}") from None
