"""`main`: dispatch of commands and handling of errors."""

import sys
from argparse import Namespace
from collections.abc import Sequence
from typing import TextIO

from skaudio.cli._interrupts import repeated_interrupts
from skaudio.cli._parser import build_parser
from skaudio.cli._results import results_only


def main(argv: Sequence[str] | None = None) -> int:
    """Run the console script.

    Parameters
    ----------
    argv : sequence of str or None, default=None
        Arguments without the program's name; None for those of the process.

    Returns
    -------
    int
        Exit status: 0 on success, 2 for a user error (printed to stderr, without a traceback), 130 after Ctrl-C. Wrong
        arguments and ``--help`` raise SystemExit, as usual in argparse.

    Examples
    --------
    >>> from skaudio.cli import main
    >>> main(["predict", "no_such_model.joblib", "clip.wav"])
    2
    """
    arguments = build_parser().parse_args(argv)
    try:
        with repeated_interrupts(), results_only() as results:
            _run(arguments, results)
    except KeyboardInterrupt:
        print("\nskaudio: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        return 1  # the reader, such as `| head`, has closed the pipe
    except (ValueError, OSError, ImportError) as error:
        print(f"skaudio: error: {error}", file=sys.stderr)
        return 2
    return 0


def _run(arguments: Namespace, results: TextIO) -> None:
    if arguments.command == "search":
        from skaudio.cli._search import search

        search(arguments, results)
    elif arguments.command == "detect":
        from skaudio.cli._detect import detect

        detect(arguments, results)
    elif arguments.command == "count":
        from skaudio.cli._count import count

        count(arguments, results)
    elif arguments.command == "review":
        from skaudio.cli._review import review

        review(arguments, results)
    elif arguments.command == "export":
        from skaudio.cli._export import export

        export(arguments, results)
    elif arguments.command == "models":
        from skaudio.cli._models import models

        models(results)
    elif arguments.command == "tag":
        from skaudio.cli._tag import tag

        tag(arguments, results)
    else:
        from skaudio.cli._predict import predict

        predict(arguments, results)
