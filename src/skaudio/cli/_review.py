"""``skaudio review``: a page to review detections in a browser."""

from argparse import Namespace
from pathlib import Path, PurePath
from typing import TextIO

from skaudio._urls import path_or_url
from skaudio.cli._files import audio_files, check_writable, size_of
from skaudio.cli._messages import warnings_as_messages
from skaudio.features import Spectrogram
from skaudio.inspection import ReviewPage
from skaudio.io import AudioError


def review(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio review ...``.
    results : text stream
        Stream that results are written to.
    """
    output = Path(arguments.output).expanduser()
    check_writable(output, force=arguments.force)
    table = path_or_url(arguments.table)
    if isinstance(table, Path) and not (table := table.expanduser()).is_file():
        raise FileNotFoundError(f"There is no table {arguments.table!r}.")
    recordings = [path for name in arguments.recordings for path in audio_files(name)]
    page = ReviewPage(
        table,
        recordings or None,
        order=arguments.order,
        max_detections=arguments.max,
        per_page=arguments.per_page,
        context_seconds=arguments.context,
        front_end=None if arguments.sr is None else Spectrogram(sr=arguments.sr),
        labels=arguments.label or (),
        on_error=arguments.on_error,
        title=f"Review of {PurePath(table).name}",
        random_state=arguments.seed,
    )
    for path in page.paths(output)[1:]:
        check_writable(path, force=arguments.force)
    try:
        with warnings_as_messages():
            paths = page.save(output)
    except AudioError as error:
        raise AudioError(f"{error} On the console: --on-error warn.") from error
    for path in paths:
        print(f"{path} ({size_of(path)})", file=results)
    print("Open it in a browser; Y and N mark a detection as correct or wrong, ? lists all keys.", file=results)
