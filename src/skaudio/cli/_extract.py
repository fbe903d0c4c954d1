"""``skaudio extract``: features of many recordings as a dataset of Parquet files."""

from argparse import Namespace
from collections.abc import Sequence
from typing import Any, TextIO

import numpy as np
from sklearn.pipeline import make_pipeline

from skaudio.cli._backends import backend_in_force
from skaudio.cli._clips import most_common_rate
from skaudio.cli._files import audio_files, load_model
from skaudio.cli._messages import warnings_as_messages
from skaudio.features import MFCC, FrontEnd, MelSpectrogram, extract_to
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding, list_models

FRONT_ENDS: dict[str, type[FrontEnd]] = {"mfcc": MFCC, "mel": MelSpectrogram}


def extract(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio extract ...``.
    results : text stream
        Stream that results are written to.
    """
    if arguments.hop is not None and arguments.window is None:
        raise ValueError("--hop is for windows: pass --window, too.")
    paths = [path for name in arguments.recordings for path in audio_files(name)]
    with warnings_as_messages(), backend_in_force(arguments.backend, arguments.jobs):
        extracted = extract_to(
            arguments.output,
            paths,
            _extractor(arguments, paths),
            window_seconds=arguments.window,
            hop_seconds=arguments.hop,
            columns=arguments.columns,
            part_size=arguments.part_size,
            extend=not arguments.only,
            n_jobs=None if arguments.backend else arguments.jobs,
            on_error=arguments.on_error,
            verbose=int(not arguments.quiet),
        )
    results.write(
        f"{arguments.output}: {extracted.n_computed} recordings computed, {extracted.n_kept} were there, "
        f"{len(extracted.broken)} of them broken\n"
    )


def _extractor(arguments: Namespace, paths: Sequence[str]) -> Any:
    """Return the fitted extractor that is named; those that are not files learn nothing from recordings."""
    name, silence = arguments.extractor, [np.zeros(1000, np.float32)]
    if name in FRONT_ENDS:
        sr = arguments.sr or most_common_rate(np.array(paths))
        return make_pipeline(FRONT_ENDS[name](sr=sr), StatPooling()).fit(silence)
    if arguments.sr is not None:
        raise ValueError(f"--sr is for {' and '.join(FRONT_ENDS)}; {name} has a sampling rate. Omit it.")
    if name in list_models().index:
        return PretrainedEmbedding(name).fit(silence)
    return load_model(name, "transform", expected="transformer or pipeline", instead="predict")
