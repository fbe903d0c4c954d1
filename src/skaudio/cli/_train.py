"""``skaudio train``: a detector, from recordings and marks of their events."""

import re
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.cli._clips import most_common_rate
from skaudio.cli._files import audio_files, check_writable, size_of, write_model
from skaudio.cli._messages import warnings_as_messages
from skaudio.estimators import CRNNClassifier
from skaudio.events import EventDetector, read_events
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling
from skaudio.pretrained import PretrainedEmbedding, list_models

FRAME_SECONDS, HOP_SECONDS, N_MELS = 0.064, 0.02, 64
WINDOWS_PER_WINDOW = 6  # of a pretrained model, per length of its window


def train(arguments: Namespace, results: TextIO) -> None:
    """Run the command.

    Parameters
    ----------
    arguments : Namespace
        Parsed arguments of ``skaudio train ...``.
    results : text stream
        Stream that results are written to.
    """
    output = Path(arguments.output).expanduser()
    check_writable(output, force=arguments.force)
    paths = [path for name in arguments.recordings for path in audio_files(name)]
    with warnings_as_messages():
        events = read_events(arguments.marks, label=arguments.label)
        detector = make_detector(arguments, paths)
        detector.fit(paths, events, groups=None if arguments.groups is None else _groups(paths, arguments.groups))
    for name, value in detector.tuning_scores_.items():
        results.write(f"{name.replace('_', ' ')}: {value:.3f}\n")
    settings = ", ".join(f"{name} {_shown(value)}" for name, value in detector.decoding_.items())
    results.write(f"settings: {settings}\n")
    write_model(detector, output)
    results.write(f"wrote {output} ({size_of(output)}): skaudio detect {output} RECORDINGS\n")


def make_detector(arguments: Namespace, paths: Sequence[str]) -> EventDetector:
    """Return the detector that the arguments describe, unfitted."""
    settings: dict[str, Any] = {
        "threshold": arguments.threshold,
        "verbose": int(not arguments.quiet),
        "n_jobs": arguments.jobs,
        "random_state": arguments.seed,
    }
    if arguments.pretrained is not None:
        if arguments.sr is not None:
            raise ValueError(f"--sr is that of --pretrained {arguments.pretrained}. Omit it.")
        window = float(list_models().loc[arguments.pretrained, "window_seconds"])
        default = float(list_models().loc[arguments.pretrained, "hop_seconds"])
        hop = min(default, window / WINDOWS_PER_WINDOW)
        embedding = PretrainedEmbedding(arguments.pretrained, pooling=None, hop_seconds=hop)
        model = make_pipeline(StatPooling(["mean"]), StandardScaler(), LogisticRegression(C=0.1, max_iter=1000))
        return EventDetector(model, front_end=embedding, window_seconds=hop, hop_seconds=hop, **settings)
    sr = arguments.sr or most_common_rate(np.array(paths))
    n_fft = 2 ** round(np.log2(FRAME_SECONDS * sr))
    mel = MelSpectrogram(sr=sr, n_fft=n_fft, hop_length=round(HOP_SECONDS * sr), n_mels=N_MELS, top_db=None)
    network = CRNNClassifier(filters=8, units=32, epochs=20, random_state=arguments.seed)
    return EventDetector(network, front_end=mel, resolution="frame", **settings)


def _groups(paths: Sequence[str], pattern: str) -> list[str]:
    """Return the group of each recording: the first group of the expression in its file name, or the whole match."""
    expression = re.compile(pattern)
    groups = []
    for path in paths:
        match = expression.search(Path(path).name)
        if match is None:
            raise ValueError(f"--groups {pattern!r} does not match {Path(path).name!r}.")
        groups.append(match.group(1 if expression.groups else 0))
    return groups


def _shown(value: Any) -> str:
    return " to ".join(f"{number:g}" for number in sorted({min(value), max(value)})) if np.ndim(value) else f"{value:g}"
