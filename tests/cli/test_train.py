"""``skaudio train`` and ``skaudio evaluate``: from marked recordings to a detector, and its scores on others."""

import csv
import io
import re

import joblib
import numpy as np
import pytest
import soundfile

from skaudio.cli import main
from skaudio.datasets import make_scenes
from skaudio.events import EventDetector, write_events
from skaudio.pretrained import list_models

SR = 16000
SECONDS = np.arange(SR // 2) / SR
TONE = np.sin(2 * np.pi * (1000 + 2000 * SECONDS) * SECONDS).astype(np.float32)
HISS = np.random.default_rng(0).normal(0, 1, SR // 2).astype(np.float32)
needs_yamnet = pytest.mark.skipif(not list_models().found["yamnet"], reason="needs the file of YAMNet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two folders of recordings with their tables."""
    folder = tmp_path_factory.mktemp("marked")
    scenes = make_scenes(
        [TONE, HISS] * 20,
        ["chirp", "background"] * 20,
        sr=SR,
        n_clips=8,
        snr_db=20.0,
        pause_seconds=(1.5, 3.0),
        random_state=0,
    )
    for name, rows in (("season1", slice(0, 3)), ("season2", slice(3, 5))):
        (folder / name).mkdir()
        events = {}
        for i, (y, own) in enumerate(zip(scenes.data[rows], scenes.events[rows], strict=True)):
            path = folder / name / f"site{i}_night.wav"
            soundfile.write(path, 0.5 * y / np.abs(y).max(), SR)
            events[path.name] = own
        write_events(folder / f"{name}.csv", events)
    return folder


@pytest.fixture(scope="module")
def detector(folder):
    """File of a detector of the same events that needs no training to speak of."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from skaudio.events import read_events
    from skaudio.features import MelSpectrogram
    from skaudio.pooling import StatPooling

    model = make_pipeline(StatPooling(["mean"]), LogisticRegression(max_iter=1000))
    front_end = MelSpectrogram(sr=SR, n_mels=20, top_db=None)
    detector = EventDetector(model, front_end=front_end, window_seconds=0.3, hop_seconds=0.05, random_state=0)
    paths = sorted(map(str, (folder / "season1").iterdir()))
    joblib.dump(detector.fit(paths, read_events(folder / "season1.csv")), folder / "chirps.joblib")
    return folder / "chirps.joblib"


def scores_of(capsys):
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    return {row["label"]: row for row in rows}


def test_scores_of_a_detector(folder, detector, capsys):
    assert main(["evaluate", str(detector), str(folder / "season2"), str(folder / "season2.csv"), "--quiet"]) == 0
    (row,) = scores_of(capsys).values()
    events = [line for line in (folder / "season2.csv").read_text().splitlines() if "chirp" in line]
    assert int(row["n_true"]) == len(events)
    assert float(row["recall"]) > 0.8
    assert float(row["precision"]) > 0.8
    # Nothing is found above the highest score.
    arguments = [str(folder / "season2"), str(folder / "season2.csv"), "--threshold", "2", "--quiet"]
    assert main(["evaluate", str(detector), *arguments]) == 0
    (row,) = scores_of(capsys).values()
    assert (row["n_detected"], row["recall"], row["false_alarms_per_hour"]) == ("0", "0.000", "0.00")


def test_recordings_of_the_table_that_are_not_evaluated(folder, detector, capsys):
    one = next((folder / "season2").iterdir())
    assert main(["evaluate", str(detector), str(one), str(folder / "season2.csv"), "--quiet"]) == 0
    output = capsys.readouterr()
    assert "1 recordings of the marks are not evaluated" in output.err


def test_broken_recordings(folder, detector, tmp_path, capsys):
    (tmp_path / "broken.wav").write_bytes(b"no sound")
    recordings = [str(folder / "season2"), str(tmp_path / "broken.wav")]
    arguments = ["evaluate", str(detector), *recordings, str(folder / "season2.csv"), "--quiet"]
    assert main(arguments) == 2
    assert "broken.wav" in capsys.readouterr().err
    assert main([*arguments, "--on-error", "warn"]) == 0
    output = capsys.readouterr()
    assert "broken.wav" in output.err
    assert "chirp" in output.out


@needs_yamnet
def test_a_detector_on_a_pretrained_model(folder, tmp_path, capsys):
    output = tmp_path / "chirps.joblib"
    arguments = [str(folder / "season1"), str(folder / "season1.csv"), "--output", str(output), "--quiet"]
    assert main(["train", *arguments, "--pretrained", "yamnet", "--groups", "^([^_]+)_"]) == 0
    shown = capsys.readouterr().out
    assert "precision: " in shown
    assert "f1: " in shown
    assert f"skaudio detect {output}" in shown
    assert main(["evaluate", str(output), str(folder / "season2"), str(folder / "season2.csv"), "--quiet"]) == 0
    (row,) = scores_of(capsys).values()
    assert float(row["recall"]) > 0.7


@pytest.mark.slow
def test_a_network_of_its_own(folder, tmp_path, capsys):
    output = tmp_path / "chirps.joblib"
    arguments = [str(folder / "season1"), str(folder / "season1.csv"), "--output", str(output), "--quiet"]
    assert main(["train", *arguments, "--threshold", "0.5"]) == 0
    assert "precision" not in capsys.readouterr().out  # nothing was held out
    assert main(["evaluate", str(output), str(folder / "season2"), str(folder / "season2.csv"), "--quiet"]) == 0
    (row,) = scores_of(capsys).values()
    assert float(row["f1"]) > 0.7


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--groups", r"_(\d+)_"], "--groups .* does not match 'site0_night.wav'"),
        (["--pretrained", "yamnet", "--sr", "8000"], "--sr is that of --pretrained yamnet"),
        (["--label", "owl"], "label='owl' is given"),
    ],
)
def test_wrong_arguments(folder, tmp_path, capsys, more, message):
    output = ["--output", str(tmp_path / "model.joblib"), "--quiet"]
    assert main(["train", str(folder / "season1"), str(folder / "season1.csv"), *output, *more]) == 2
    assert not (tmp_path / "model.joblib").exists()

    assert re.search(message, capsys.readouterr().err)
