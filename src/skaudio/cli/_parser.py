"""The arguments of the console script."""

import argparse
from collections.abc import Callable

from skaudio import __version__

FRONT_ENDS = ("mfcc", "mel")
MODELS = ("svc", "logistic", "trees", "neighbors", "cnn", "gru")
SCORINGS = ("accuracy", "balanced_accuracy", "f1_macro", "matthews_corrcoef")
DEFAULT_OUTPUT = "skaudio-model.joblib"

_SEARCH = """\
Find a good front end and model for a folder of audio: a grid search, scored on clips that were not
trained on. Prints the candidates by rank and a confusion matrix, fits the best to all clips and
writes it with joblib.

Without FOLDER it runs on generated spoken digits, with folds by speaker."""

_SEARCH_EXAMPLES = """\
examples:
  skaudio search recordings/                          subfolders are classes: recordings/robin/1.wav
  skaudio search clips.csv --groups                   a table with the columns path,label,group
  skaudio search recordings/ --groups '^([^_]+)_'     what stands before _ in a file's name is its group
  skaudio search digits/ --labels '^(.)' --groups '_(.+)_'  0_anna_7.wav: the label is 0, the group anna
  skaudio search recordings/ --grid full --cache features/
  skaudio search recordings/ --report report.html     a page to look at, and to listen to

Clips that have something in common (speaker, site, day, source recording) belong in one group:
otherwise the score tells how well a model knows what it was trained on, not how it will do on
what is new."""

_PREDICT = """\
Print a CSV of the files' labels and the probability of each class. Loading a model runs the code
that is in it: load only models that you trust."""

_DETECT = """\
Find the events of long recordings, and write them as a table: which, from when to when, and how
sure. Loading a model runs the code that is in it: load only models that you trust.

What --output ends in is the format: .csv, .parquet, .selections.txt (Raven), .txt (Audacity, of one
recording) or .tsv (DCASE). Interrupted and called again, it goes on where it was."""


_TAG = """\
Print a CSV of what is to be heard in files, by the names of the classes that a pretrained model
knows: 521 of AudioSet, of YAMNet, which is downloaded at the first call (4 MB)."""


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; its result has ``command`` and that command's arguments."""
    parser = argparse.ArgumentParser(prog="skaudio", description="Learning from sound, the scikit-learn way.")
    parser.add_argument("--version", action="version", version=f"skaudio {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_search(commands)
    _add_predict(commands)
    _add_detect(commands)
    _add_tag(commands)
    return parser


def _add_search(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "search",
        help="find a good front end and model for a folder of audio, and write it",
        description=_SEARCH,
        epilog=_SEARCH_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_clips(parser.add_argument)
    _add_candidates(parser.add_argument)
    add = parser.add_argument
    add("--jobs", type=_whole(1), metavar="N", help="number of processes (default: as many as cores)")
    add("--seed", type=_whole(0), default=0, metavar="N", help="seed of folds and models (default: 0)")
    add("--cache", metavar="DIR", help="keep computed features here for the next search (default: a temporary folder)")
    add("--on-error", choices=("raise", "warn"), default="raise", help="a broken file: stop (default), or leave it out")
    add("--output", default=DEFAULT_OUTPUT, metavar="FILE", help=f"file of the model (default: {DEFAULT_OUTPUT})")
    add(
        "--report",
        metavar="HTML",
        help="write a page with the ranking, a confusion matrix whose clips can be heard, and why mistakes were made",
    )
    add("--force", action="store_true", help="replace FILE, and HTML, if they exist")
    add("--quiet", action="store_true", help="no progress bar")


def _add_clips(add: Callable) -> None:
    add(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="folder with a subfolder for each class, or a CSV file: path,label[,group]",
    )
    add(
        "--labels",
        metavar="REGEX",
        help="labels are in the files' names, not in their folders': the first group of the expression's match, or the "
        "whole match where it has none",
    )
    add(
        "--groups",
        nargs="?",
        const=True,
        metavar="REGEX",
        help="keep the clips of a group in one fold. Groups are the CSV's group column; with REGEX, the first group of "
        "its match in the file's name (the whole match where it has none); with the word folder, the subfolders below "
        "those of the classes. Put it behind FOLDER",
    )
    add("--encoding", metavar="NAME", help="encoding of the CSV file, such as cp1252 (default: UTF-8, or its own mark)")
    add("--sr", type=_whole(1000), metavar="HZ", help="sampling rate (default: that of most files, at most 22050)")


def _add_candidates(add: Callable) -> None:
    add("--grid", choices=("quick", "full"), default="quick", help="how many candidates to try (default: quick)")
    add("--front-ends", type=_some_of(FRONT_ENDS), metavar="LIST", help="only these, of: " + ",".join(FRONT_ENDS))
    add("--models", type=_some_of(MODELS), metavar="LIST", help="only these, of: " + ",".join(MODELS))
    add("--folds", type=_whole(2), default=5, metavar="N", help="number of folds (default: 5)")
    add("--scoring", choices=SCORINGS, default="accuracy", help="what candidates are ranked by (default: accuracy)")


def _add_predict(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "predict",
        help="print the labels and probabilities of files as CSV",
        description=_PREDICT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="file that `skaudio search` or joblib.dump wrote")
    add("files", nargs="+", metavar="FILES", help="audio files, or folders of them")
    _add_output(parser)


def _add_detect(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "detect",
        help="find events in long recordings, and write a table of them",
        description=_DETECT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="file that joblib.dump wrote of a fitted skaudio.events.EventDetector")
    add("files", nargs="+", metavar="FILES", help="audio files, or folders of them")
    add("--output", metavar="TABLE", help="write to this file instead of a CSV to stdout")
    add("--force", action="store_true", help="replace TABLE if it exists")
    add("--jobs", type=_whole(1), metavar="N", default=1, help="number of processes (default: 1)")
    add(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="a broken file: stop (default), or leave it out",
    )
    add("--quiet", action="store_true", help="no progress bar")


def _add_tag(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "tag",
        help="print what is to be heard in files, by name, as CSV",
        description=_TAG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILES", help="audio files, or folders of them")
    add("--top", type=_whole(1), default=5, metavar="N", help="number of tags of a file (default: 5)")
    add(
        "--pooling",
        choices=("mean", "max"),
        default="mean",
        help="over a file's time: what lasts (mean, the default), or what is there at all (max)",
    )
    add(
        "--model",
        default="yamnet",
        metavar="FILE",
        help="another model: .tflite, .keras, .h5, .onnx or a SavedModel, which can read and write files: trust it",
    )
    add("--no-saved-model", action="store_true", help="refuse a SavedModel, for models from anywhere")
    add("--sr", type=_whole(1000), metavar="HZ", help="sampling rate of another model")
    add("--names", metavar="TXT", help="names of the classes of another model, one a line")
    add("--jobs", type=_whole(1), metavar="N", help="number of threads (default: 1)")
    _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", metavar="CSV", help="write to this file instead of stdout")
    parser.add_argument("--force", action="store_true", help="replace CSV if it exists")
    parser.add_argument(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="a broken file: stop (default), or leave its row empty",
    )


def _whole(least: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least:
            raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number from {least} up")
        return number

    return parse


def _some_of(choices: tuple[str, ...]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in choices:
                raise argparse.ArgumentTypeError(f"{name!r}; expected some of {','.join(choices)}")
        return names

    return parse
