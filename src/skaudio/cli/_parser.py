"""The arguments of the console script."""

import argparse
import math
from collections.abc import Callable

from skaudio import __version__

FRONT_ENDS = ("mfcc", "mel")
PRETRAINED = ("yamnet", "speech", "birdnet")
MODELS = ("svc", "logistic", "trees", "neighbors", "cnn", "gru")
SCORINGS = ("accuracy", "balanced_accuracy", "f1_macro", "matthews_corrcoef")
ORDERS = ("score", "label", "time", "random", "stratified")
METHODS = ("predict_proba", "decision_function", "predict", "transform", "predict_frames", "score_samples")
DEFAULT_OUTPUT = "skaudio-model.joblib"

_SEARCH = """\
Find a good front end and model for a folder of audio by a cross-validated grid search. Prints the
candidates by rank and a confusion matrix, fits the best one to all clips and writes it with joblib.

Without FOLDER, generated spoken digits are used, with folds by speaker."""

_SEARCH_EXAMPLES = """\
examples:
  skaudio search recordings/                          subfolders are classes: recordings/robin/1.wav
  skaudio search clips.csv --groups                   a table with the columns path,label,group
  skaudio search recordings/ --groups '^([^_]+)_'     the group is the file name up to _
  skaudio search digits/ --labels '^(.)' --groups '_(.+)_'  0_anna_7.wav: the label is 0, the group anna
  skaudio search recordings/ --grid full --cache features/
  skaudio search recordings/ --report report.html     a page with figures and sound

Clips that have something in common (speaker, site, day, source recording) should form a group:
otherwise, the score overestimates the performance on new recordings."""

_PREDICT = """\
Print a CSV of the predicted labels of files and the probability of each class. Loading a model
executes code in it, unless it is an ONNX file: load only models that you trust."""

_EXPORT = """\
Export a fitted pipeline, front end included, to an ONNX file that runs without Python. It is written
only if it agrees with the original: the same labels, and values within 1e-4. Loading a model
executes code in it: load only models that you trust."""

_DETECT = """\
Detect the events of long recordings, and write a table of their labels, onsets, offsets and scores.
Loading a model executes code in it: load only models that you trust.

The suffix of --output determines the format: .csv, .parquet, .selections.txt (Raven), .txt
(Audacity, one recording) or .tsv (DCASE). If interrupted, the same command resumes; with --extend,
a finished table grows by new recordings."""

_COUNT = """\
Print a CSV of the number of events of each class in a table, and of the recorded minutes: for each
recording or, with --by, for each hour, day or other bin by the clock, across recordings. Bins in
which nothing was recorded have no row. Tables of Raven, Audacity, BirdNET, Kaleidoscope, Praat and
DCASE are read, too."""

_COUNT_EXAMPLES = """\
examples:
  skaudio count calls.csv night/                      number of calls in each recording
  skaudio count calls.csv night/ --by hour            start times from metadata or names: 20230401_050000.WAV
  skaudio count calls.csv night/ --by day --timezone Europe/Berlin
  skaudio count calls.csv night/ --by 30min --pattern '%d-%m-%Y %Hh%M'    other names
  skaudio count calls.csv night/ --by hour --starts starts.csv            a table: recording,start"""


_REVIEW = """\
Write an HTML page to review detections in a browser, offline: each with its spectrogram and a player.
Keys mark it as correct (Y) or wrong (N) or give it another label (L). The page writes the reviewed
table as CSV, with the column verified: true, false, or empty for what was not reviewed."""

_REVIEW_EXAMPLES = """\
examples:
  skaudio detect detector.joblib recordings/ --output calls.csv
  skaudio review calls.csv --output review.html
  skaudio review calls.csv --order stratified --max 200 --output review.html   over all scores evenly
  skaudio review calls.selections.txt recordings/ --output review.html         of Raven, by file name"""

_TAG = """\
Print a CSV of the sound classes in files, predicted by a pretrained model: by default YAMNet, with
521 classes of AudioSet, which is downloaded at the first call (4 MB). `skaudio models` lists others."""


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; its result has ``command`` and that command's arguments."""
    parser = argparse.ArgumentParser(prog="skaudio", description="Machine learning from audio with scikit-learn.")
    parser.add_argument("--version", action="version", version=f"skaudio {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _add_search(commands)
    _add_predict(commands)
    _add_export(commands)
    _add_detect(commands)
    _add_count(commands)
    _add_review(commands)
    _add_tag(commands)
    commands.add_parser(
        "models",
        help="print a CSV of the pretrained models known by name: purpose, sampling rate, licence, source, if found",
    )
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
    add("--jobs", type=_integer(1), metavar="N", help="number of processes (default: as many as cores)")
    add("--seed", type=_integer(0), default=0, metavar="N", help="seed of folds and models (default: 0)")
    add("--cache", metavar="DIR", help="folder to cache features in for later searches (default: a temporary one)")
    add("--on-error", choices=("raise", "warn"), default="raise", help="stop at a broken file (default), or skip it")
    add("--output", default=DEFAULT_OUTPUT, metavar="FILE", help=f"file of the model (default: {DEFAULT_OUTPUT})")
    add(
        "--report",
        metavar="HTML",
        help="write a page with the ranking, a confusion matrix with sound, and saliency maps of mistakes",
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
        help="labels are matched in file names instead of folder names: the first group of the expression or, if it "
        "has none, the whole match",
    )
    add(
        "--groups",
        nargs="?",
        const=True,
        metavar="REGEX",
        help="keep the clips of a group in one fold: by the group column of the CSV file; with REGEX, by its first "
        "group (or the whole match) in the file name; with the word folder, by the subfolders of the class folders. "
        "Pass it after FOLDER",
    )
    add(
        "--encoding",
        metavar="NAME",
        help="encoding of the CSV file, such as cp1252 (default: that of its byte order mark, or UTF-8)",
    )
    add("--sr", type=_integer(1000), metavar="HZ", help="sampling rate (default: that of most files, at most 22050)")


def _add_candidates(add: Callable) -> None:
    add("--grid", choices=("quick", "full"), default="quick", help="number of candidates to try (default: quick)")
    add(
        "--front-ends", type=_some_of(FRONT_ENDS), metavar="LIST", help="front ends to try, of: " + ",".join(FRONT_ENDS)
    )
    add(
        "--pretrained",
        type=lambda text: [] if text == "none" else _some_of(PRETRAINED)(text),
        metavar="LIST",
        help=f"pretrained models to try, of {','.join(PRETRAINED)}, or none (default: yamnet and speech, if found and "
        "no front ends are chosen)",
    )
    add("--models", type=_some_of(MODELS), metavar="LIST", help="models to try, of: " + ",".join(MODELS))
    add("--folds", type=_integer(2), default=5, metavar="N", help="number of folds (default: 5)")
    add("--scoring", choices=SCORINGS, default="accuracy", help="score to rank candidates by (default: accuracy)")


def _add_predict(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "predict",
        help="print the labels and probabilities of files as CSV",
        description=_PREDICT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="file written by `skaudio search` or joblib.dump, or by `skaudio export`")
    add("files", nargs="+", metavar="FILES", help="audio files, or folders of them")
    _add_output(parser)


def _add_export(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "export",
        help="write a fitted pipeline to an ONNX file, which runs without Python",
        description=_EXPORT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="file written by `skaudio search` or joblib.dump")
    add("output", metavar="OUT.onnx", help="file to write")
    add(
        "--method",
        choices=METHODS,
        help="what the file computes (default: probabilities or scores of a classifier, else what the pipeline is for)",
    )
    add("--check", metavar="FOLDER", help="compare it on the recordings in this folder (default: on generated clips)")
    add("--force", action="store_true", help="replace OUT.onnx if it exists")


def _add_detect(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "detect",
        help="detect events in long recordings, and write a table of them",
        description=_DETECT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "model",
        metavar="MODEL",
        help="file of a fitted skaudio.events.EventDetector, written by joblib.dump; or the name of a pretrained model "
        "with class scores, such as birdnet (see `skaudio models`)",
    )
    add("files", nargs="+", metavar="FILES", help="audio files, or folders of them")
    add(
        "--classes",
        action="append",
        metavar="NAME",
        help="class of a pretrained model to detect, such as 'Perissocephalus tricolor'; repeat it for several "
        "(default: all)",
    )
    add("--threshold", type=_number, metavar="SCORE", help="minimum mean score of an event (default: the model's)")
    add(
        "--min-duration",
        type=_number,
        metavar="S",
        help="minimum duration of an event in seconds (default: the model's)",
    )
    add("--output", metavar="TABLE", help="write to this file instead of a CSV to stdout")
    add(
        "--scores", metavar="NPZ", help="keep the scores in this file, to try other settings without reading recordings"
    )
    add("--extend", action="store_true", help="if TABLE exists, add the recordings that are not in it, or have changed")
    add("--force", action="store_true", help="replace TABLE if it exists")
    add("--jobs", type=_integer(1), metavar="N", default=1, help="number of processes (default: 1)")
    add(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="stop at a broken file (default), or skip it",
    )
    add("--quiet", action="store_true", help="no progress bar")


def _add_count(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "count",
        help="count the events in a table, per recording or by the clock",
        description=_COUNT,
        epilog=_COUNT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("table", metavar="TABLE", help="table of events, such as that of `skaudio detect`; or a folder of label files")
    add(
        "recordings",
        nargs="+",
        metavar="RECORDINGS",
        help="all recordings that were searched, also those without events: audio files, or folders of them",
    )
    add(
        "--by",
        metavar="BIN",
        help="count by the clock: minute, hour, day, week, month, year, or a frequency of pandas, such as 30min "
        "(default: per recording)",
    )
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
    _add_output(parser)


def _add_review(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "review",
        help="write a page to review detections in a browser",
        description=_REVIEW,
        epilog=_REVIEW_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("table", metavar="TABLE", help="table of events: .csv, .parquet, .selections.txt (Raven), .txt or .tsv")
    add(
        "recordings",
        nargs="*",
        metavar="RECORDINGS",
        help="audio files, or folders of them (default: the files named in the table, relative to its folder)",
    )
    add("--output", required=True, metavar="HTML", help="file of the page; of several pages, the first one")
    add("--force", action="store_true", help="replace HTML if it exists")
    add("--order", choices=ORDERS, default="score", help="order of the detections (default: score, the highest first)")
    add("--max", type=_integer(1), metavar="N", help="number of detections, the first in that order (default: all)")
    add("--per-page", type=_integer(1), default=300, metavar="N", help="detections on a page (default: 300)")
    add("--context", type=_number, default=1.0, metavar="S", help="seconds before and after a detection (default: 1)")
    add("--label", action="append", metavar="NAME", help="label to choose from, besides those in the table; repeatable")
    add("--sr", type=_integer(1000), metavar="HZ", help="sampling rate (default: that of most files, at most 22050)")
    add(
        "--seed", type=_integer(0), default=0, metavar="N", help="seed of the orders random and stratified (default: 0)"
    )
    add(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="stop at a broken file (default), or show its detections without sound",
    )


def _add_tag(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "tag",
        help="print the sound classes in files as CSV",
        description=_TAG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILES", help="audio files, or folders of them")
    add("--top", type=_integer(1), default=5, metavar="N", help="number of tags per file (default: 5)")
    add(
        "--pooling",
        choices=("mean", "max"),
        default="mean",
        help="pooling over time: mean (default), for sustained sounds, or max, also for short ones",
    )
    add(
        "--model",
        default="yamnet",
        metavar="MODEL",
        help="another model: a name, such as birdnet, or a file: .tflite, .keras, .h5, .onnx, or a trusted SavedModel, "
        "as it can read and write files",
    )
    add("--no-saved-model", action="store_true", help="reject SavedModels, for models from untrusted sources")
    add("--sr", type=_integer(1000), metavar="HZ", help="sampling rate of another model")
    add("--names", metavar="TXT", help="text file of the class names of another model, one per line")
    add("--jobs", type=_integer(1), metavar="N", help="number of threads (default: 1)")
    _add_output(parser)


def _add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", metavar="CSV", help="write to this file instead of stdout")
    parser.add_argument("--force", action="store_true", help="replace CSV if it exists")
    parser.add_argument(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="stop at a broken file (default), or leave its row empty",
    )


def _integer(minimum: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = minimum - 1
        if number < minimum:
            raise argparse.ArgumentTypeError(f"{text!r}; expected an integer of at least {minimum}")
        return number

    return parse


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0.0 <= number < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a number of at least 0")
    return number


def _some_of(choices: tuple[str, ...]) -> Callable[[str], list[str]]:
    def parse(text: str) -> list[str]:
        names = [name.strip() for name in text.split(",")]
        for name in names:
            if name not in choices:
                raise argparse.ArgumentTypeError(f"{name!r}; expected some of {','.join(choices)}")
        return names

    return parse
