"""The arguments of the console script."""

import argparse
from collections.abc import Callable

from skaudio import __version__
from skaudio.cli._arguments import add_output, integer, some_of
from skaudio.cli._event_parsers import add_count, add_detect, add_evaluate, add_review, add_spot, add_train
from skaudio.cli._extract_parser import add_extract

FRONT_ENDS = ("mfcc", "mel")
PRETRAINED = ("yamnet", "speech", "birdnet")
MODELS = ("svc", "logistic", "trees", "neighbors", "cnn", "gru")
SCORINGS = ("accuracy", "balanced_accuracy", "f1_macro", "matthews_corrcoef")
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
Export a fitted pipeline, front end included, to an ONNX file that runs without Python, or to an HTML
page that runs it in a browser, on files and the microphone. It is written only if it agrees with
the original: the same labels, and values within 1e-4. Loading a model executes code in it, unless it
is an ONNX file: load only models that you trust.

The first page downloads ONNX Runtime Web from npm (33 MB) to the folder that SKAUDIO_DATA names."""


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
    add_extract(commands)
    add_train(commands)
    add_spot(commands)
    add_detect(commands)
    add_count(commands)
    add_review(commands)
    add_evaluate(commands)
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
    add("--jobs", type=integer(1), metavar="N", help="number of processes (default: as many as cores)")
    add("--seed", type=integer(0), default=0, metavar="N", help="seed of folds and models (default: 0)")
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
        help="folder with a subfolder for each class, or a CSV file: path,label[,group]; or the URL of one",
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
    add("--sr", type=integer(1000), metavar="HZ", help="sampling rate (default: that of most files, at most 22050)")


def _add_candidates(add: Callable) -> None:
    add("--grid", choices=("quick", "full"), default="quick", help="number of candidates to try (default: quick)")
    add("--front-ends", type=some_of(FRONT_ENDS), metavar="LIST", help="front ends to try, of: " + ",".join(FRONT_ENDS))
    add(
        "--pretrained",
        type=lambda text: [] if text == "none" else some_of(PRETRAINED)(text),
        metavar="LIST",
        help=f"pretrained models to try, of {','.join(PRETRAINED)}, or none (default: yamnet and speech, if found and "
        "no front ends are chosen)",
    )
    add("--models", type=some_of(MODELS), metavar="LIST", help="models to try, of: " + ",".join(MODELS))
    add("--folds", type=integer(2), default=5, metavar="N", help="number of folds (default: 5)")
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
    add("files", nargs="+", metavar="FILES", help="audio files, folders of them, or URLs of either")
    add_output(parser)


def _add_export(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "export",
        help="write a fitted pipeline to an ONNX file or a web page, which runs without Python",
        description=_EXPORT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("model", metavar="MODEL", help="file written by `skaudio search` or joblib.dump; for a page, also OUT.onnx")
    add("output", metavar="OUT.onnx|OUT.html", help="file or page to write")
    add(
        "--method",
        choices=METHODS,
        help="what the file computes (default: probabilities or scores of a classifier, else what the pipeline is for)",
    )
    add("--check", metavar="FOLDER", help="compare it on the recordings in this folder (default: on generated clips)")
    add("--force", action="store_true", help="replace the file if it exists")
    add("--runtime", metavar="PATH", help="archive or folder of the npm package onnxruntime-web, for a page")


def _add_tag(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "tag",
        help="print the sound classes in files as CSV",
        description=_TAG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("files", nargs="+", metavar="FILES", help="audio files, folders of them, or URLs of either")
    add("--top", type=integer(1), default=5, metavar="N", help="number of tags per file (default: 5)")
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
    add("--sr", type=integer(1000), metavar="HZ", help="sampling rate of another model")
    add("--names", metavar="TXT", help="text file of the class names of another model, one per line")
    add("--jobs", type=integer(1), metavar="N", help="number of threads (default: 1)")
    add_output(parser)
