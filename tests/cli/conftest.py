"""A tiny folder of tones, and one search on it that several tests look at."""

import contextlib
import csv
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import soundfile as sf

from skaudio.cli import main

SR = 8000
PITCHES = {"bass": 200.0, "tenor, high": 600.0, "whistle": 2000.0}  # a comma, for the CSV


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


class Searched(NamedTuple):
    model: Path
    out: str
    err: str


def _run(*arguments):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = main([str(argument) for argument in arguments])
    return Outcome(status, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def run():
    """Run the console script in this process: status, stdout, stderr."""
    return _run


@pytest.fixture(scope="session")
def tones(tmp_path_factory):
    """Three classes of two clips by each of four singers: ``tones/bass/ann_0.wav`` and so on."""
    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("audio") / "tones"
    time = np.arange(SR // 4) / SR
    for label, pitch in PITCHES.items():
        (folder / label).mkdir(parents=True)
        for singer in ("ann", "ben", "cid", "dot"):
            for take in range(2):
                tone = np.sin(2 * np.pi * pitch * rng.uniform(0.95, 1.05) * time)
                clip = 0.3 * tone + 0.02 * rng.standard_normal(len(time))
                sf.write(folder / label / f"{singer}_{take}.wav", clip, SR)
    return folder


@pytest.fixture(scope="session")
def table(tones):
    """The same clips as a CSV file with the column group."""
    path = tones.parent / "tones.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "group"])
        for clip in sorted(tones.rglob("*.wav")):
            rows.writerow([clip.relative_to(tones.parent), clip.parent.name, clip.name[:3]])
    return path


@pytest.fixture(scope="session")
def searched(tones, tmp_path_factory):
    """A search on the tones, folds by singer, that a support vector machine wins: its probabilities are calibrated."""
    model = tmp_path_factory.mktemp("models") / "tones.joblib"
    outcome = _run(
        *("search", tones, "--groups", "^([a-z]+)_", "--front-ends", "mfcc", "--models", "svc", "--folds", 4),
        *("--jobs", 1, "--output", model),
    )
    assert outcome.status == 0, outcome.err
    return Searched(model, outcome.out, outcome.err)


@pytest.fixture(scope="session")
def broken(tmp_path_factory):
    path = tmp_path_factory.mktemp("broken") / "broken.wav"
    path.write_bytes(b"RIFF, but no more than that")
    return path
