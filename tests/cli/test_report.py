import re

import numpy as np
import pytest
import soundfile as sf

from skaudio.events import Event, write_events

SR = 8000


@pytest.fixture
def night(tmp_path):
    """A table of three detections, the marks, and the folder of two recordings."""
    (tmp_path / "recordings").mkdir()
    for name in ("20230401_050000.wav", "20230401_080000.wav"):
        sf.write(tmp_path / "recordings" / name, 0.1 * np.random.default_rng(0).standard_normal(10 * SR), SR)
    calls = [Event(i, i + 1, "owl", 0.1 * i) for i in range(1, 4)]
    write_events(tmp_path / "calls.csv", {"recordings/20230401_050000.wav": calls})
    write_events(tmp_path / "marks.csv", {"20230401_050000.wav": [Event(1, 2, "owl")]})
    return tmp_path


def rows_of(page, label):
    (table,) = re.findall(rf'<table aria-label="{label}">.*?</table>', page.read_text(), re.DOTALL)
    return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)][1:]


def test_a_page_with_marks(night, run):
    page = night / "report.html"
    options = ("--output", page, "--marks", night / "marks.csv", "--seed", 3)
    outcome = run("report", night / "calls.csv", night / "recordings", *options)
    assert outcome.status == 0, outcome.err
    assert outcome.out.startswith(f"{page} (")
    assert rows_of(page, "Detections by hour") == [["5:00", "0.1667", "3", "3"], ["8:00", "0.1667", "0", "0"]]
    (scores,) = rows_of(page, "Scores by class")
    assert [cell[:11] for cell in scores] == ["owl", "1", "<span>0.333", "<span>1.000", "<span>0.500"]
    html = page.read_text()
    assert "<h1>Detections in calls.csv</h1>" in html
    assert f"<td>skaudio report {night / 'calls.csv'} {night / 'recordings'} --output {page}" in html
    assert '<th scope="row">Seed</th><td>3</td>' in html


def test_starts_of_a_table(night, run):
    (night / "starts.csv").write_text(
        "recording,start\n20230401_050000,2023-05-01 06:00\n20230401_080000,2023-05-01 06:30\n"
    )
    page = night / "report.html"
    options = ("--output", page, "--starts", night / "starts.csv", "--max", 2, "--context", 0, "--sr", 4000)
    outcome = run("report", night / "calls.csv", night / "recordings", *options)
    assert outcome.status == 0, outcome.err
    assert rows_of(page, "Detections by hour") == [["6:00", "0.3333", "3", "3"]]
    assert page.read_text().count('"picture":"data:image/jpeg') == 2


def test_existing_pages_and_missing_tables(night, run):
    page = night / "report.html"
    page.write_text("mine")
    outcome = run("report", night / "calls.csv", night / "recordings", "--output", page)
    assert outcome.status == 2
    assert "report.html' exists. Pass --force to replace it" in outcome.err
    assert page.read_text() == "mine"
    assert run("report", night / "calls.csv", night / "recordings", "--output", page, "--force").status == 0
    outcome = run("report", night / "none.csv", night / "recordings", "--output", night / "other.html")
    assert (outcome.status, outcome.err) == (2, f"skaudio: error: There is no table '{night / 'none.csv'}'.\n")


def test_broken_recordings(night, run):
    (night / "recordings/20230401_050000.wav").write_bytes(b"RIFF, but no more than that")
    arguments = ("report", night / "calls.csv", night / "recordings", "--output", night / "report.html")
    outcome = run(*arguments)
    assert outcome.status == 2
    assert "On the console: --on-error warn" in outcome.err
    assert not (night / "report.html").exists()
