"""``skaudio report``: a page about detections: counts by clock time, scores, and a card of each."""

from argparse import Namespace
from pathlib import Path, PurePath
from typing import TextIO

from skaudio._urls import path_or_url
from skaudio.cli._count import starts_of
from skaudio.cli._files import audio_files, check_writable, size_of
from skaudio.cli._messages import warnings_as_messages
from skaudio.events import read_events
from skaudio.features import Spectrogram
from skaudio.inspection import Report
from skaudio.io import AudioError


def report(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio report ...``.
    results : text stream
        Stream that results are written to.
    """
    output = Path(arguments.output).expanduser()
    check_writable(output, force=arguments.force)
    table = path_or_url(arguments.table)
    if isinstance(table, Path) and not (table := table.expanduser()).exists():
        raise FileNotFoundError(f"There is no table {arguments.table!r}.")
    paths = [path for name in arguments.recordings for path in audio_files(name)]
    clock = (arguments.starts, arguments.pattern, arguments.timezone)
    try:
        with warnings_as_messages():
            page = Report.from_events(
                table,
                paths,
                None if arguments.marks is None else read_events(arguments.marks),
                starts="auto" if clock == ("auto", None, None) else starts_of(paths, arguments),
                onset_collar=arguments.collar,
                max_events=arguments.max,
                context_seconds=arguments.context,
                front_end=None if arguments.sr is None else Spectrogram(sr=arguments.sr),
                on_error=arguments.on_error,
                provenance={"Marks": arguments.marks, "Command": arguments.command_line, "Seed": arguments.seed},
                title=f"Detections in {PurePath(table).name}",
                random_state=arguments.seed,
            )
    except AudioError as error:
        raise AudioError(f"{error} On the console: --on-error warn.") from error
    page.save(output)
    print(f"{output} ({size_of(output)})", file=results)
