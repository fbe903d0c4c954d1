"""``skaudio predict``: a CSV of labels and probabilities."""

import csv
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from sklearn.pipeline import Pipeline

from skaudio.cli._files import audio_files, check_writable, load_model
from skaudio.cli._listen import PORTION
from skaudio.cli._messages import reason, warn
from skaudio.io import AudioError
from skaudio.io._replacing import replacing


def predict(arguments: Namespace) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        What the parser made of ``skaudio predict ...``.
    """
    output = None if arguments.output is None else Path(arguments.output).expanduser()
    if output is not None:
        check_writable(output, force=arguments.force)
    paths = [path for name in arguments.files for path in audio_files(name)]
    model = load_model(arguments.model, "predict")
    if output is None:
        _write_table(sys.stdout, model, paths, arguments.on_error)
        return
    with replacing(output) as aside, aside.open("w", newline="", encoding="utf-8") as file:
        _write_table(file, model, paths, arguments.on_error)


def _write_table(file: TextIO, model: Any, paths: Sequence[str], on_error: str) -> None:
    has_probabilities = hasattr(model, "predict_proba")
    if not has_probabilities:
        warn("this model has no probabilities (no predict_proba): only labels are written.")
    table = csv.writer(file, lineterminator="\n")
    table.writerow(["path", "label", *(model.classes_ if has_probabilities else [])])
    for start in range(0, len(paths), PORTION):
        table.writerows(_rows(model, paths[start : start + PORTION], has_probabilities, on_error))


def _rows(model: Any, paths: Sequence[str], has_probabilities: bool, on_error: str) -> Iterator[list]:
    """Predict a portion of files at once, and one by one where one of them is broken."""
    try:
        labels, probabilities = _predict(model, paths, has_probabilities)
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"{reason(error)} Pass --on-error warn to leave its row empty.") from error
        if len(paths) > 1:
            for path in paths:
                yield from _rows(model, [path], has_probabilities, on_error)
        else:
            warn(reason(error))
            yield [paths[0], "", *([""] * len(model.classes_) if has_probabilities else [])]
        return
    for path, label, row in zip(paths, labels, probabilities, strict=True):
        yield [path, label, *(f"{probability:.6f}" for probability in row)]


def _predict(model: Any, paths: Sequence[str], has_probabilities: bool) -> tuple[Sequence, Sequence]:
    """Give labels and rows of probabilities; a pipeline's sounds are decoded once for both."""
    X = paths
    if isinstance(model, Pipeline) and len(model) > 1:
        X, model = model[:-1].transform(paths), model[-1]
    return model.predict(X), model.predict_proba(X) if has_probabilities else [()] * len(paths)
