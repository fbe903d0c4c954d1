"""Types of arguments, and arguments that several commands share."""

import argparse
import math
from collections.abc import Callable


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", metavar="CSV", help="write to this file instead of stdout")
    parser.add_argument("--force", action="store_true", help="replace CSV if it exists")
    parser.add_argument(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="stop at a broken file (default), or leave its row empty",
    )


def add_jobs(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--jobs", type=integer(1), metavar="N", help=f"number of processes of this machine (default: {default})"
    )
    parser.add_argument(
        "--backend",
        type=_backend,
        metavar="NAME",
        help="dask://HOST:PORT or ray://HOST:PORT: compute on the workers of that cluster, which see the same files; "
        "dask or ray: on a cluster of --jobs workers that is started on this machine",
    )


def add_clock(add: Callable) -> None:
    add(
        "--starts",
        default="auto",
        metavar="SOURCE",
        help="where the start times of recordings are: metadata, name, auto (the first of these that has one; default) "
        "or a CSV file: recording,start",
    )
    add(
        "--pattern",
        metavar="PATTERN",
        help="pattern of the file names: a format of strptime, such as %%Y%%m%%d_%%H%%M%%S, or a regular expression "
        "with the named groups year, month, day, hour, minute, second",
    )
    add(
        "--timezone",
        metavar="ZONE",
        help="time zone of the bins, such as Europe/Berlin or +01:00: that of starts without one, and others are "
        "converted to it",
    )


def integer(minimum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum:
            raise argparse.ArgumentTypeError(f"{text!r}; expected an integer of at least {minimum}")
        return number

    return parse


def number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a number of at least 0")
    return number


def some_of(choices: tuple[str, ...]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in choices:
                raise argparse.ArgumentTypeError(f"{name!r}; expected some of {','.join(choices)}")
        return names

    return parse


def _backend(text: str) -> str:
    kind, separator, address = text.partition("://")
    if kind not in ("dask", "ray") or bool(separator) != bool(address):
        raise argparse.ArgumentTypeError(f"{text!r}; expected dask, ray, dask://HOST:PORT or ray://HOST:PORT")
    return text
