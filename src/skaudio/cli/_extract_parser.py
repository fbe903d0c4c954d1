"""The arguments of ``skaudio extract``."""

import argparse

from skaudio.cli._arguments import add_jobs, integer, number

_EXTRACT = """\
Compute the features of many recordings, and write them to a folder of Parquet files, which
skaudio.features.read_extracted, pandas, Dask and others read. The same command resumes what was
interrupted, and adds recordings that are new or have changed.

Loading a pipeline executes code in it: load only those that you trust."""

_EXAMPLES = """\
examples:
  skaudio extract clips/ --with mfcc --output features/               statistics of cepstra, one row per clip
  skaudio extract nights/ --with yamnet --window 10 --output windows/   a row for every 10 s
  skaudio extract clips/ --with pipeline.joblib --output features/ --jobs 8
  skaudio extract s3://bucket/nights/ --with yamnet --output s3://bucket/windows/ --backend dask://10.0.0.1:8786"""


def add_extract(commands: argparse._SubParsersAction) -> None:
    parser = commands.add_parser(
        "extract",
        help="write the features of many recordings to Parquet files",
        description=_EXTRACT,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("recordings", nargs="+", metavar="RECORDINGS", help="audio files, folders of them, or URLs of either")
    add(
        "--with",
        dest="extractor",
        required=True,
        metavar="EXTRACTOR",
        help="mfcc or mel: statistics of frames; the name of a pretrained model, such as yamnet (see `skaudio "
        "models`): its embedding; or a file of a fitted transformer or pipeline, written by joblib.dump",
    )
    add("--output", required=True, metavar="DATASET", help="folder of the dataset, or its URL")
    add("--window", type=number, metavar="S", help="compute a row for each window of this many seconds")
    add("--hop", type=number, metavar="S", help="seconds between the onsets of windows (default: those of --window)")
    add("--columns", choices=("list", "named"), default="list", help="features as one list (default), or by name")
    add("--part-size", type=integer(1), metavar="N", help="recordings in a file (default: 500, or 8 with --window)")
    add(
        "--sr",
        type=integer(1000),
        metavar="HZ",
        help="sampling rate of mfcc and mel (default: that of most files, at most 22050)",
    )
    add_jobs(parser, default="1")
    add("--only", action="store_true", help="remove other recordings that are in the dataset")
    add(
        "--on-error",
        choices=("raise", "warn"),
        default="warn",
        help="stop at a broken file, or list it and write a row with the error (default)",
    )
    add("--quiet", action="store_true", help="no progress bar")
