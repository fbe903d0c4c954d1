"""The console on recordings by URL."""

import csv
import io

import pytest


@pytest.fixture
def urls(tones, remote):
    """The tones, at memory://tones."""
    for path in tones.rglob("*.wav"):
        remote.pipe(f"memory://tones/{path.relative_to(tones).as_posix()}", path.read_bytes())
    return sorted(f"memory:/{name}" for name in remote.find("/tones"))


def test_a_search_and_predictions(urls, tones, run, tmp_path):
    fast = ("--front-ends", "mel", "--models", "neighbors", "--folds", "2", "--jobs", "1", "--quiet")
    outcomes = [
        run("search", folder, *fast, "--output", tmp_path / f"{i}.joblib", "--groups", r"(\d)")
        for i, folder in enumerate(["memory://tones", tones])
    ]
    assert outcomes[0].status == 0, outcomes[0].err
    assert "accuracy" in outcomes[0].out
    local = run("predict", tmp_path / "1.joblib", tones)
    outcome = run("predict", tmp_path / "0.joblib", "memory://tones")
    assert outcome.status == 0, outcome.err
    rows, expected = (list(csv.reader(io.StringIO(text.out))) for text in (outcome, local))
    assert [row[0] for row in rows[1:]] == urls
    assert [row[1:] for row in rows] == [row[1:] for row in expected]


def test_errors(urls, searched, run):
    outcome = run("predict", searched.model, "memory://tones/none.wav")
    assert outcome.status == 2
    assert "'memory://tones/none.wav' does not exist" in outcome.err
    outcome = run("predict", searched.model, "memory://none")
    assert outcome.status == 2
    assert "'memory://none' does not exist" in outcome.err
