"""The arguments of the commands for events in long recordings."""

import argparse
from collections.abc import Callable

from skaudio.cli._arguments import add_clock, add_jobs, add_output, integer, number

_TRAIN = """\
Train a detector on recordings whose events are marked in a table, and write it with joblib. All events
of the recordings must be marked: what is not, is background. Prints precision, recall and false alarms
on recordings that are held out in turn."""

_TRAIN_EXAMPLES = """\
examples:
  skaudio train season1/ marks.csv --output owls.joblib
  skaudio train season1/ labels/ --output owls.joblib --pretrained birdnet     label files, one for each recording
  skaudio train season1/ marks.csv --output owls.joblib --groups '^([^_]+)_'   the site is the file name up to _
  skaudio evaluate owls.joblib season2/ marks2.csv"""

_SPOT = """\
Train a keyword detector without recordings, and write it with joblib. espeak-ng synthesises the words in
many voices, among random syllables and background sound; a classifier of the speech embedding is trained
on these, and tuned on other voices. The precision, recall and false alarms on the latter are printed;
real speech does not reach them. `pip install "skaudio[speech,speak]"`."""

_SPOT_EXAMPLES = """\
examples:
  skaudio spot stop go "hey computer" --output spotter.joblib
  skaudio spot ja nein --language de --background office/ --output spotter.joblib
  skaudio detect spotter.joblib meeting.wav --threshold 0.7
Similar words are confused less if all of them are passed."""

_EVALUATE = """\
Print a CSV of the precision, recall, F1 and false alarms per hour of a detector, for each class.
Loading a model executes code in it: load only models that you trust."""

_DETECT = """\
Detect the events of long recordings, and write a table of their labels, onsets, offsets and scores.
Loading a model executes code in it: load only models that you trust.

The suffix of --output determines the format: .csv, .parquet, .selections.txt (Raven), .txt
(Audacity, one recording) or .tsv (DCASE). A folder, with a slash at its end, is a dataset of Parquet
files or, with --format, has a label file for each recording. Both may be URLs. If interrupted, the same
command resumes, also with more recordings; with --extend, new recordings are added to a finished table."""

_COUNT = """\
Print a CSV of the number of events of each class in a table, and of the recorded minutes: for each
recording or, with --by, for each hour, day or other bin of clock time, across recordings. Bins in
which nothing was recorded have no row. Tables of Raven, Audacity, BirdNET, Kaleidoscope, Praat and
DCASE are read, too."""

_COUNT_EXAMPLES = """\
examples:
  skaudio count calls.csv night/                      number of calls in each recording
  skaudio count calls.csv night/ --by hour            start times from metadata or names: 20230401_050000.WAV
  skaudio count calls.csv night/ --by day --timezone Europe/Berlin
  skaudio count calls.csv night/ --by 30min --pattern '%d-%m-%Y %Hh%M'    other names
  skaudio count calls.csv night/ --by hour --starts starts.csv            a table: recording,start"""


def add_train(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "train",
        help="train a detector on recordings with marked events, and write it",
        description=_TRAIN,
        epilog=_TRAIN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_marked_recordings(parser.add_argument)
    add = parser.add_argument
    add("--output", required=True, metavar="FILE", help="file of the detector")
    add("--force", action="store_true", help="replace FILE if it exists")
    add(
        "--pretrained",
        choices=("yamnet", "speech", "birdnet"),
        help="classify the windows of a pretrained model, for few events (default: a network of its own)",
    )
    add(
        "--threshold",
        type=lambda text: text if text == "tune" else number(text),
        default="tune",
        metavar="SCORE",
        help="minimum mean score of an event; or tune (default): chosen on recordings that are held out in turn, whose "
        "scores are printed",
    )
    add(
        "--groups",
        metavar="REGEX",
        help="hold out the recordings of a group together: the first group of the expression (or the whole match) in "
        "the file name",
    )
    add("--sr", type=integer(1000), metavar="HZ", help="sampling rate (default: that of most files, at most 22050)")
    add("--seed", type=integer(0), default=0, metavar="N", help="seed (default: 0)")
    add("--jobs", type=integer(1), metavar="N", default=1, help="number of processes (default: 1)")
    add("--quiet", action="store_true", help="no progress bar")


def add_spot(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "spot",
        help="train a keyword detector without recordings, and write it",
        description=_SPOT,
        epilog=_SPOT_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("words", nargs="+", metavar="WORDS", help="words or short phrases")
    add("--output", required=True, metavar="FILE", help="file of the detector")
    add("--force", action="store_true", help="replace FILE if it exists")
    add(
        "--background",
        nargs="+",
        metavar="RECORDINGS",
        help="recordings without these words, from which backgrounds are cut: audio files, folders of them, or URLs. "
        "Pass them after WORDS (default: generated babble and noise)",
    )
    add(
        "--language",
        default="en",
        metavar="TAG",
        help="language of espeak-ng whose accents are used, such as de; or one accent, such as en-gb-scotland "
        "(default: en)",
    )
    add(
        "--false-alarms",
        type=number,
        metavar="N",
        help="false alarms per hour that the threshold is chosen for, on generated speech (default: the best F1)",
    )
    add("--seed", type=integer(0), default=0, metavar="N", help="seed (default: 0)")
    add("--jobs", type=integer(1), metavar="N", help="number of threads and processes (default: as many as cores)")
    add("--quiet", action="store_true", help="no progress")


def add_evaluate(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "evaluate",
        help="print precision, recall and false alarms of a detector on recordings with marked events",
        description=_EVALUATE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_detector(parser)
    _add_marked_recordings(parser.add_argument)
    parser.add_argument(
        "--collar",
        type=number,
        default=0.5,
        metavar="S",
        help="a detection is right if its onset is that of a mark to within this many seconds (default: 0.5)",
    )
    add_output(parser)


def add_detect(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "detect",
        help="detect events in long recordings, and write a table of them",
        description=_DETECT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_detector(parser)
    add = parser.add_argument
    add("files", nargs="+", metavar="FILES", help="audio files, folders of them, or URLs of either")
    add("--output", metavar="TABLE", help="write to this file, folder or URL instead of a CSV to stdout")
    add(
        "--format",
        choices=("parquet", "audacity", "raven", "textgrid", "csv", "dcase", "kaleidoscope"),
        help="of the files in a folder: a dataset (parquet; default) or label files, one for each recording",
    )
    add(
        "--scores", metavar="NPZ", help="keep the scores in this file, to try other settings without reading recordings"
    )
    add(
        "--extend",
        action="store_true",
        help="if TABLE exists, add the recordings that are not in it, or have changed, as is always done in a folder",
    )
    add("--force", action="store_true", help="replace TABLE if it exists; in a folder, remove other recordings")
    add("--on-error", choices=("raise", "warn"), default="raise", help="stop at a broken file (default), or skip it")


def add_count(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "count",
        help="count the events in a table, per recording or by clock time",
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
        help="all recordings that were searched, also those without events: audio files, folders of them, or URLs",
    )
    add(
        "--by",
        metavar="BIN",
        help="count by clock time: minute, hour, day, week, month, year, or a frequency of pandas, such as 30min "
        "(default: per recording)",
    )
    add_clock(add)
    add_output(parser)


def _add_marked_recordings(add: Callable) -> None:
    add("recordings", nargs="+", metavar="RECORDINGS", help="audio files, folders of them, or URLs of either")
    add(
        "marks",
        metavar="LABELS",
        help="table of their events: recording,onset,offset,label as CSV, or one of Raven, Audacity, BirdNET, "
        "Kaleidoscope, Praat or DCASE; or a folder of label files, one for each recording",
    )
    add("--label", metavar="NAME", help="label of all events, for a table without labels")


def _add_detector(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "model",
        metavar="MODEL",
        help="file of a fitted skaudio.events.EventDetector, written by joblib.dump; or the name of a pretrained model "
        "with class scores, such as birdnet (see `skaudio models`)",
    )
    add(
        "--classes",
        action="append",
        metavar="NAME",
        help="class of a pretrained model to detect, such as 'Perissocephalus tricolor'; repeat it for several "
        "(default: all)",
    )
    add("--threshold", type=number, metavar="SCORE", help="minimum mean score of an event (default: the model's)")
    add(
        "--min-duration",
        type=number,
        metavar="S",
        help="minimum duration of an event in seconds (default: the model's)",
    )
    add_jobs(parser, default="1")
    add("--quiet", action="store_true", help="no progress bar")
