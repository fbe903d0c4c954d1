"""``skaudio predict``: a CSV of labels and probabilities."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted

from skaudio.cli._files import audio_files, load_model
from skaudio.cli._messages import warn
from skaudio.cli._rows import output_of, results_by_file, write_rows
from skaudio.export import LiteRTModel, OnnxModel


def predict(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio predict ...``.
    results : text stream
        Stream that results are written to.
    """
    output = output_of(arguments)
    paths = [path for name in arguments.files for path in audio_files(name)]
    model = load_model(arguments.model, "predict", expected="pipeline", instead="detect")
    if hasattr(model, "fit"):
        check_is_fitted(model)
    classes = []
    if not hasattr(model, "predict_proba"):
        warn("this model has no probabilities (no predict_proba): only labels are written.")
    elif any(np.ndim(classes_i) for classes_i in model.classes_):
        warn("this model has several outputs, each with its own classes: only labels are written.")
    else:
        classes = model.classes_
    rows = _rows(model, paths, len(classes), arguments.on_error)
    write_rows(output or results, ["path", "label", *classes], rows)


def _rows(model: Any, paths: Sequence[str], n_classes: int, on_error: str) -> Iterator[list]:
    for path, result in results_by_file(lambda portion: _predict(model, portion, n_classes), paths, on_error):
        label, probabilities = ("", [""] * n_classes) if result is None else result
        yield [path, " ".join(map(str, label)) if np.ndim(label) else label, *probabilities]


def _predict(model: Any, paths: Sequence[str], n_classes: int) -> list[tuple[Any, list[str]]]:
    """Predict labels and probabilities; the front end of a pipeline runs once for both."""
    if isinstance(model, (OnnxModel, LiteRTModel)):
        outputs = model.outputs(paths)
        labels, probabilities = outputs["predict"], outputs.get("predict_proba", [])
    else:
        X: Any = paths
        if isinstance(model, Pipeline) and len(model) > 1:
            X, model = model[:-1].transform(paths), model[-1]
        labels, probabilities = model.predict(X), model.predict_proba(X) if n_classes else []
    formatted = [[f"{probability:.6f}" for probability in row] for row in probabilities] or [[]] * len(paths)
    return list(zip(labels, formatted, strict=True))
