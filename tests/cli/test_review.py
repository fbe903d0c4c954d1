import numpy as np
import pytest
import soundfile as sf

from skaudio.cli import main
from skaudio.events import Event, write_events

SR = 8000


@pytest.fixture
def night(tmp_path):
    """A table of five detections, and the folder with their recording."""
    (tmp_path / "recordings").mkdir()
    noise = 0.1 * np.random.default_rng(0).standard_normal(10 * SR)
    sf.write(tmp_path / "recordings/night.wav", noise, SR)
    calls = [Event(i, i + 1, "owl", 0.1 * i) for i in range(1, 6)]
    write_events(tmp_path / "calls.csv", {"recordings/night.wav": calls})
    write_events(tmp_path / "night.selections.txt", {"night.wav": [Event(1, 2, "owl")]}, durations={"night.wav": 10.0})
    return tmp_path


def test_a_page_beside_its_table(night, run):
    outcome = run("review", night / "calls.csv", "--output", night / "review.html")
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith(f"{night / 'review.html'} (")
    text = (night / "review.html").read_text()
    assert "<h1>Review of calls.csv</h1>" in text
    assert text.count('"picture":"data:image/jpeg') == 5


def test_several_pages_of_a_sample(night, run):
    options = ("--order", "stratified", "--max", 3, "--per-page", 2, "--label", "fox", "--context", 0.5, "--sr", 4000)
    outcome = run("review", night / "calls.csv", *options, "--output", night / "review.html")
    assert outcome.status == 0, outcome.err
    assert (night / "review-2.html").read_text().count('"picture":"data:image/jpeg') == 1
    assert '"labels":["fox","owl"]' in (night / "review.html").read_text()


def test_recordings_by_name(night, run):
    raven = night / "night.selections.txt"
    outcome = run("review", raven, "--order", "time", "--output", night / "review.html")
    assert outcome.status == 2
    assert "1 of 1 recordings in the table are not found: 'night.wav'. Pass the recordings, too" in outcome.err
    outcome = run("review", raven, night / "recordings", "--order", "time", "--output", night / "review.html")
    assert outcome.status == 0, outcome.err


def test_existing_pages_are_not_replaced(night, run):
    (night / "review-2.html").write_text("an older one")
    arguments = ("review", night / "calls.csv", "--per-page", 3, "--output", night / "review.html")
    outcome = run(*arguments)
    assert outcome.status == 2
    assert "review-2.html' exists. Pass --force to replace it" in outcome.err
    assert run(*arguments, "--force").status == 0


def test_broken_recordings(night, run):
    (night / "recordings/night.wav").write_bytes(b"RIFF, but no more than that")
    arguments = ("review", night / "calls.csv", "--output", night / "review.html")
    outcome = run(*arguments)
    assert outcome.status == 2
    assert "On the console: --on-error warn" in outcome.err
    outcome = run(*arguments, "--on-error", "warn")
    assert outcome.status == 0
    assert outcome.err.count("skaudio: warning: Detection ") == 5


def test_wrong_input(night, run):
    outcome = run("review", night / "none.csv", "--output", night / "review.html")
    assert (outcome.status, outcome.err) == (2, f"skaudio: error: There is no table '{night / 'none.csv'}'.\n")
    outcome = run("review", night / "night.selections.txt", night / "recordings", "--output", night / "review.html")
    assert outcome.status == 2
    assert "order='score' requires scores" in outcome.err
    with pytest.raises(SystemExit, match="2"):
        main(["review", "calls.csv", "--context", "long", "--output", "review.html"])
