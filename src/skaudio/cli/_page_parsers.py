"""The arguments of the commands that write pages about detections."""

import argparse
from collections.abc import Callable

from skaudio.cli._arguments import add_clock, integer, number

ORDERS = ("score", "label", "time", "random", "stratified")

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

_REPORT = """\
Write an HTML page about detections, offline: totals with histograms of scores, counts by hour of the
day, by day and by recording beside the recorded minutes, and a card of each detection with its
spectrogram and a player, to sort and to filter. With --marks, also precision, recall and F1 with 95 %
intervals."""

_REPORT_EXAMPLES = """\
examples:
  skaudio report calls.csv recordings/ --output report.html
  skaudio report calls.csv recordings/ --output report.html --marks marks.csv     with the true events
  skaudio report calls-reviewed.csv recordings/ --output report.html              with the verdicts of a review"""


def add_review(commands: argparse._SubParsersAction) -> None:
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
        help="audio files, folders of them, or URLs (default: the files named in the table, relative to its folder)",
    )
    add("--output", required=True, metavar="HTML", help="file of the page; of several pages, the first one")
    add("--force", action="store_true", help="replace HTML if it exists")
    add("--order", choices=ORDERS, default="score", help="order of the detections (default: score, the highest first)")
    add("--max", type=integer(1), metavar="N", help="number of detections, the first in that order (default: all)")
    add("--per-page", type=integer(1), default=300, metavar="N", help="detections on a page (default: 300)")
    add("--label", action="append", metavar="NAME", help="label to choose from, besides those in the table; repeatable")
    _add_cards(add)


def add_report(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "report",
        help="write a page about detections: counts by clock time, histograms of scores, and a card of each",
        description=_REPORT,
        epilog=_REPORT_EXAMPLES,
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
    add("--output", required=True, metavar="HTML", help="file of the page")
    add("--force", action="store_true", help="replace HTML if it exists")
    add(
        "--marks",
        metavar="LABELS",
        help="table of the true events: adds precision, recall and F1, and which detections are false alarms",
    )
    add(
        "--collar",
        type=number,
        default=0.5,
        metavar="S",
        help="a detection is right if its onset is that of a mark to within this many seconds (default: 0.5)",
    )
    add_clock(add)
    add("--max", type=integer(1), default=500, metavar="N", help="maximum number of cards (default: 500)")
    _add_cards(add)


def _add_cards(add: Callable) -> None:
    add("--context", type=number, default=1.0, metavar="S", help="seconds before and after a detection (default: 1)")
    add("--sr", type=integer(1000), metavar="HZ", help="sampling rate (default: that of most files, at most 22050)")
    add("--seed", type=integer(0), default=0, metavar="N", help="seed of what is drawn at random (default: 0)")
    add(
        "--on-error",
        choices=("raise", "warn"),
        default="raise",
        help="stop at a broken file (default), or show its detections without sound",
    )
