"""Writing of the events of many recordings: to a table, to label files, or to a dataset of Parquet files."""

import os
from collections.abc import Sequence
from pathlib import Path

from sklearn.utils import Bunch

from skaudio._urls import file_name, path_or_url
from skaudio.events._event_scores import names_of
from skaudio.events.runs._dataset import write_dataset
from skaudio.events.runs._output import Durations, TableOutput
from skaudio.events.runs._table import Detection, warn_of_broken, write_table
from skaudio.events.tables import names_folder


def write_detected(
    path: str | os.PathLike,
    recordings: Sequence,
    detection: Detection,
    *,
    durations: Durations,
    scores: Path | None,
    extend: bool,
    format: str | None,  # noqa: A002
    part_size: int | None,
) -> Bunch:
    """Detect events and write them; see `EventDetector.predict_to`."""
    output = path_or_url(path)
    is_folder = names_folder(path) or "." not in file_name(output)
    if is_folder and format in {None, "parquet"}:
        if durations is not None or scores is not None:
            raise ValueError("durations and scores are for tables. Name one, such as 'calls.csv', or omit them.")
        return write_dataset(output, recordings, detection, part_size=part_size, extend=extend)
    if part_size is not None:
        raise ValueError(f"part_size={part_size!r} is for a dataset of Parquet files, in a folder. Omit it.")
    if format is not None and not is_folder:
        raise ValueError(
            f"{str(path)!r}: format={format!r} is for a folder, which ends with a slash; the suffix of a table "
            "determines its format. Omit it."
        )
    names = names_of(recordings)
    table = TableOutput(output, format)
    done = write_table(table, recordings, names, detection, durations=durations, scores=scores, extend=extend)
    warn_of_broken(done.broken, len(names))
    return done
