import csv
import io
import re
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline

from skaudio.features import MFCC
from skaudio.pooling import StatPooling

CLASSES = ["bass", "tenor, high", "whistle"]


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(scope="session")
def clips(tones):
    return sorted(map(str, tones.rglob("*.wav")))


def test_labels_and_probabilities(searched, clips, run):
    outcome = run("predict", searched.model, *clips)
    assert (outcome.status, outcome.err) == (0, "")
    rows = read(outcome.out)
    assert list(rows[0]) == ["path", "label", *CLASSES]
    assert [row["path"] for row in rows] == clips
    assert [row["label"] for row in rows] == ["bass"] * 8 + ["tenor, high"] * 8 + ["whistle"] * 8
    printed = np.array([[float(row[name]) for name in CLASSES] for row in rows])
    np.testing.assert_allclose(printed.sum(axis=1), 1, atol=2e-6)


@pytest.mark.slow
def test_the_model_says_the_same_in_a_fresh_process(searched, clips, run):
    script = "import joblib, sys, numpy; model = joblib.load(sys.argv[1]); "
    script += "numpy.savetxt(sys.stdout, model.predict_proba(sys.argv[2:]))"
    done = subprocess.run([sys.executable, "-c", script, searched.model, *clips], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    there = np.array([line.split() for line in done.stdout.splitlines()], dtype=float)
    np.testing.assert_array_equal(there, joblib.load(searched.model).predict_proba(clips))
    printed = [[float(row[name]) for name in CLASSES] for row in read(run("predict", searched.model, *clips).out)]
    np.testing.assert_allclose(printed, there, atol=6e-7)


def test_a_folder_stands_for_its_files(searched, tones, clips, run):
    assert run("predict", searched.model, tones).out == run("predict", searched.model, *clips).out


def test_output_file(searched, clips, run, tmp_path):
    table = tmp_path / "table.csv"
    assert run("predict", searched.model, clips[0], "--output", table).out == ""
    assert read(table.read_text())[0]["label"] == "bass"
    again = run("predict", searched.model, clips[1], "--output", table)
    assert again.status == 2
    assert "--force" in again.err
    assert run("predict", searched.model, clips[1], "--output", table, "--force").status == 0
    assert read(table.read_text())[0]["path"] == clips[1]


def test_a_broken_file_is_an_error(searched, clips, broken, run, tmp_path):
    outcome = run("predict", searched.model, clips[0], broken, "--output", tmp_path / "table.csv")
    assert outcome.status == 2
    assert re.match(r"skaudio: error: .*broken\.wav.*--on-error warn", outcome.err)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_is_an_empty_row(searched, clips, broken, run):
    outcome = run("predict", searched.model, clips[0], broken, clips[-1], "--on-error", "warn")
    assert outcome.status == 0
    assert re.match(r"skaudio: warning: .*broken\.wav", outcome.err)
    rows = read(outcome.out)
    assert [row["label"] for row in rows] == ["bass", "", "whistle"]
    assert list(rows[1].values()) == [str(broken), "", "", "", ""]
    assert rows[0] == read(run("predict", searched.model, clips[0]).out)[0]


def test_a_model_without_probabilities(clips, run, tmp_path):
    labels = ["low"] * 8 + ["high"] * 16
    model = make_pipeline(MFCC(sr=8000), StatPooling(), RidgeClassifier()).fit(clips, labels)
    joblib.dump(model, tmp_path / "ridge.joblib")
    outcome = run("predict", tmp_path / "ridge.joblib", *clips)
    assert outcome.status == 0
    assert "no probabilities" in outcome.err
    rows = read(outcome.out)
    assert list(rows[0]) == ["path", "label"]
    assert [row["label"] for row in rows] == labels


def test_a_model_of_several_outputs_and_one_that_is_not_fitted(clips, run, tmp_path):
    model = make_pipeline(MFCC(8000), StatPooling(), ExtraTreesClassifier(5, random_state=0))
    joblib.dump(model, tmp_path / "unfitted.joblib")
    outcome = run("predict", tmp_path / "unfitted.joblib", clips[0])
    assert (outcome.status, outcome.out) == (2, "")
    assert "is not fitted yet" in outcome.err
    y = np.repeat(np.eye(3, dtype=int), 8, axis=0)
    joblib.dump(model.fit(clips, y), tmp_path / "several.joblib")
    outcome = run("predict", tmp_path / "several.joblib", clips[0], clips[-1])
    assert outcome.status == 0
    assert "several outputs" in outcome.err
    assert [list(row.values()) for row in read(outcome.out)] == [[clips[0], "1 0 0"], [clips[-1], "0 0 1"]]


def test_errors(searched, clips, run, tmp_path):
    (tmp_path / "empty").mkdir()
    joblib.dump({"no": "model"}, tmp_path / "dict.joblib")
    for model, file, message in [
        (tmp_path / "none.joblib", clips[0], "no model file"),
        (clips[0], clips[0], "joblib cannot load"),
        (tmp_path / "dict.joblib", clips[0], "dict, which has no predict"),
        (searched.model, tmp_path / "empty", "no audio files"),
        (searched.model, tmp_path / "none.wav", r"none\.wav"),
    ]:
        outcome = run("predict", model, file)
        assert outcome.status == 2
        assert re.match(f"skaudio: error: .*{message}", outcome.err)
        assert "Traceback" not in outcome.err
