import csv
import io
import os
import shlex
import shutil
import subprocess
import sys

import joblib
import numpy as np
import pandas as pd
import pytest
import soundfile as sf
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.cli import main
from skaudio.datasets import make_sound_events
from skaudio.events import EventDetector, read_events, read_scores
from skaudio.features import MelSpectrogram
from skaudio.pooling import StatPooling
from skaudio.pretrained import list_models

SR = 16000


@pytest.fixture(scope="module")
def season(tmp_path_factory):
    """A folder of recordings, and a fitted detector in a file."""
    scenes = make_sound_events(4, duration=20.0, classes=["trill"], snr_db=20.0, random_state=0)
    folder = tmp_path_factory.mktemp("season")
    (folder / "nights").mkdir()
    for i in (2, 3):
        sf.write(folder / "nights" / f"night_{i}.wav", scenes.data[i], SR)
    detector = EventDetector(
        make_pipeline(StatPooling(), StandardScaler(), LogisticRegression()),
        front_end=MelSpectrogram(sr=SR, n_mels=32, top_db=None),
        window_seconds=0.4,
        n_overlays=0,
        random_state=0,
    )
    detector.fit(scenes.data[:2], scenes.events[:2])
    joblib.dump(detector, folder / "detector.joblib")
    nights = sorted(map(str, (folder / "nights").iterdir()))
    return folder, nights, detector.predict(nights)


def test_a_csv_of_events_on_stdout(season, run):
    folder, nights, expected = season
    outcome = run("detect", folder / "detector.joblib", *nights, "--quiet")
    assert (outcome.status, outcome.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(outcome.out)))
    assert list(rows[0]) == ["recording", "onset", "offset", "label", "score"]
    assert [row["recording"] for row in rows] == expected["recording"].tolist()
    np.testing.assert_allclose([float(row["onset"]) for row in rows], expected["onset"])
    assert run("detect", folder / "detector.joblib", folder / "nights", "--quiet").out == outcome.out


@pytest.mark.parametrize("name", ["table.csv", "table.tsv", "table.selections.txt"])
def test_tables_in_the_format_of_their_name(season, run, tmp_path, name):
    folder, nights, expected = season
    outcome = run("detect", folder / "detector.joblib", *nights, "--output", tmp_path / name, "--jobs", 2)
    assert outcome.status == 0
    assert outcome.out == ""
    assert "recordings" in outcome.err
    table = read_events(tmp_path / name)
    np.testing.assert_allclose(table["offset"], expected["offset"], atol=1e-5)
    assert {str(path).rsplit("/", 1)[-1] for path in table["recording"]} == {"night_2.wav", "night_3.wav"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [name, f"{name}.recordings.json"]


def test_settings_scores_and_a_table_that_grows(season, run, tmp_path):
    folder, nights, expected = season
    table, scores = tmp_path / "calls.csv", tmp_path / "calls.npz"
    arguments = ("detect", folder / "detector.joblib", "--quiet", "--output", table, "--scores", scores)
    assert run(*arguments, nights[0]).status == 0
    assert run(*arguments, *nights).status == 2  # it exists
    assert run(*arguments, *nights, "--extend").status == 0
    np.testing.assert_allclose(read_events(table)["onset"], expected["onset"])
    assert read_scores(scores).recordings == nights
    assert run(*arguments, *nights, "--extend", "--threshold", 0.97).status == 0
    sure = joblib.load(folder / "detector.joblib").set_params(threshold=0.97).predict(nights)
    assert 0 < len(sure) < len(expected)
    np.testing.assert_allclose(read_events(table)["onset"], sure["onset"])
    longest = (expected.offset - expected.onset).max()
    outcome = run("detect", folder / "detector.joblib", *nights, "--quiet", "--min-duration", longest + 1)
    assert outcome.out.splitlines() == ["recording,onset,offset,label,score"]
    outcome = run("detect", folder / "detector.joblib", *nights, "--extend")
    assert outcome.status == 2
    assert "--scores, --extend and --format are for a table: pass --output TABLE" in outcome.err
    for value in ("high", "-1", "nan"):
        with pytest.raises(SystemExit, match="2"):
            run("detect", folder / "detector.joblib", *nights, f"--threshold={value}")


def test_a_label_track_is_of_one_recording_and_says_so_before_the_work(season, run, tmp_path):
    folder, nights, expected = season
    two = run("detect", folder / "detector.joblib", *nights, "--output", tmp_path / "labels.txt")
    assert two.status == 2
    assert "a label track of Audacity holds one recording, got 2" in two.err
    assert "another format: .selections.txt, .tsv, .csv, .parquet." in two.err
    assert list(tmp_path.iterdir()) == []
    assert run("detect", folder / "detector.joblib", nights[0], "--output", tmp_path / "labels.txt").status == 0
    table = read_events(tmp_path / "labels.txt")
    own = expected[expected["recording"] == nights[0]]
    np.testing.assert_allclose(table["onset"], own["onset"], atol=1e-5)


def test_a_broken_recording(season, run, tmp_path):
    folder, nights, expected = season
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"not sound")
    stopped = run("detect", folder / "detector.joblib", nights[0], broken, "--quiet")
    assert stopped.status == 2
    assert "broken.wav" in stopped.err
    assert "--on-error warn" in stopped.err
    table = tmp_path / "table.selections.txt"
    arguments = ("detect", folder / "detector.joblib", nights[0], broken, nights[1], "--quiet", "--output", table)
    warned = run(*arguments, "--on-error", "warn")
    assert warned.status == 0
    assert "broken.wav" in warned.err
    assert "1 of 3 recording(s) cannot be used" in warned.err
    np.testing.assert_allclose(read_events(table)["onset"], expected["onset"], atol=1e-5)
    again = run(*arguments)
    assert again.status == 2
    assert "--force" in again.err


def test_a_dataset_and_label_files_in_a_folder(season, run, tmp_path):
    folder, nights, expected = season
    arguments = ("detect", folder / "detector.joblib", "--quiet", "--output", f"{tmp_path}/calls/")
    assert run(*arguments, nights[0]).status == 0
    assert run(*arguments, nights[1]).status == 0
    pd.testing.assert_frame_equal(read_events(tmp_path / "calls"), expected)
    assert run(*arguments, nights[1], "--force").status == 0
    assert read_events(tmp_path / "calls")["recording"].unique().tolist() == nights[1:]
    labels = ("detect", folder / "detector.joblib", *nights, "--output", f"{tmp_path}/labels/", "--format", "audacity")
    assert run(*labels, "--quiet").status == 0
    assert sorted(path.name for path in tmp_path.glob("labels/*.txt")) == ["night_2.txt", "night_3.txt"]
    outcome = run("detect", folder / "detector.joblib", *nights, "--format", "audacity")
    assert (outcome.status, outcome.out) == (2, "")
    assert "--format are for a table: pass --output TABLE" in outcome.err


def test_a_table_by_url(season, run, remote):
    folder, nights, expected = season
    arguments = ("detect", folder / "detector.joblib", "--quiet", "--output", "memory://calls/june.csv")
    assert run(*arguments, nights[0]).status == 0
    again = run(*arguments, *nights)
    assert again.status == 2
    assert "'memory://calls/june.csv' exists. Pass --force" in again.err
    assert run(*arguments, *nights, "--extend").status == 0
    pd.testing.assert_frame_equal(read_events("memory://calls/june.csv"), expected)


def test_every_broken_recording_is_named(season, run, tmp_path):
    folder, nights, _ = season
    (tmp_path / "broken").mkdir()
    broken = [tmp_path / f"broken/{i}.wav" for i in range(25)]
    for path in broken:
        path.write_bytes(b"not sound")
    arguments = ("detect", folder / "detector.joblib", nights[0], *broken, "--on-error", "warn", "--quiet")
    for output in (f"{tmp_path}/calls/", f"{tmp_path}/calls.csv"):
        outcome = run(*arguments, "--output", output)
        assert outcome.status == 0
        assert all(outcome.err.count(f"broken/{i}.wav'") == 1 for i in range(25))


def test_a_model_that_finds_no_events(season, run, tmp_path):
    _, nights, _ = season
    joblib.dump(LogisticRegression(), tmp_path / "model.joblib")
    outcome = run("detect", tmp_path / "model.joblib", nights[0])
    assert outcome.status == 2
    assert "LogisticRegression, which has no predict_to; expected a fitted EventDetector" in outcome.err
    assert f"Use skaudio predict {tmp_path / 'model.joblib'} FILES..." in outcome.err


def test_a_detector_that_is_asked_for_labels_says_which_command_is_its_own(season, run):
    folder, nights, _ = season
    outcome = run("predict", folder / "detector.joblib", nights[0])
    assert (outcome.status, outcome.out) == (2, "")
    assert "EventDetector, which detects events; expected a fitted pipeline" in outcome.err
    advised = outcome.err.split("Use ")[1].replace("FILES...", nights[0])
    assert run(*shlex.split(advised)[1:]).status == 0


@pytest.mark.slow
def test_a_name_that_is_not_utf8_and_hidden_files_undo_nothing(season, tmp_path):
    folder, nights, _ = season
    name = os.fsencode(tmp_path) + b"/for\xeat.wav"
    shutil.copy(nights[0], name)
    (tmp_path / "._hidden.wav").write_bytes(b"of another system")
    command = [sys.executable, "-m", "skaudio", "detect", str(folder / "detector.joblib"), str(tmp_path), "--quiet"]
    shown = subprocess.run(command, capture_output=True)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert shown.stdout.count(name) == len(shown.stdout.splitlines()) - 1 > 0
    for suffix in (".csv", ".tsv", ".txt", ".selections.txt"):
        table = folder / f"table{suffix}"
        assert main([*command[3:], "--output", str(table)]) == 0
        assert suffix == ".txt" or name in table.read_bytes() or os.path.basename(name) in table.read_bytes()


def test_an_ending_that_names_no_format_is_refused_before_the_work(season, run, tmp_path):
    folder, nights, _ = season
    outcome = run("detect", folder / "detector.joblib", nights[0], "--output", tmp_path / "table.xml")
    assert outcome.status == 2
    assert "unknown suffix; expected one of raven (.selections.txt)" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_broken_recording_has_no_counts(season, tmp_path):
    folder, nights, _ = season
    detector = joblib.load(folder / "detector.joblib").set_params(on_error="warn")
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"not sound")
    with pytest.warns(UserWarning, match=r"broken\.wav.*The recording is skipped"):
        counts = detector.count([nights[0], str(broken)])
    assert counts.loc[nights[0], "trill"] > 0
    assert pd.isna(counts.loc[str(broken), "trill"])


@pytest.mark.skipif(not list_models().found["silero"], reason="needs the files of silero")
def test_a_pretrained_model_by_name(season, run):
    folder, _, _ = season
    outcome = run("detect", "silero", folder / "nights", "--quiet")
    assert outcome.status == 0
    assert outcome.out.splitlines()[0] == "recording,onset,offset,label,score"
    outcome = run("detect", "silero", folder / "nights", "--quiet", "--classes", "Sing")
    assert (outcome.status, outcome.out) == (2, "")
    assert "The model has no class 'Sing'" in outcome.err
    outcome = run("detect", folder / "detector.joblib", folder / "nights", "--quiet", "--classes", "trill")
    assert outcome.status == 2
    assert "--classes is for models known by name, yamnet, speech" in outcome.err
