"""`main`: dispatch of commands and handling of errors."""

import shlex
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
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
    arguments.command_line = shlex.join(["skaudio", *(sys.argv[1:] if argv is None else argv)])  # for reports
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
    """Call the function that is named as the command, and so is its module; the others are not imported."""
    command = arguments.command
    getattr(import_module(f"skaudio.cli._{command}"), command)(arguments, results)
