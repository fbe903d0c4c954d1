"""`skaudio count`: a table and its recordings, counted by clock time."""

import csv
import io

import numpy as np
import pytest
import soundfile as sf

from skaudio.events import Event, write_events

SR = 8000


@pytest.fixture
def season(tmp_path):
    """Three recordings of a minute, one across two hours, one without events, and a table of calls."""
    folder = tmp_path / "night"
    folder.mkdir()
    for name in ("20230401_045930.wav", "20230401_050100.wav", "20230402_050000.wav"):
        sf.write(folder / name, np.zeros(60 * SR), SR)
    table = tmp_path / "calls.csv"
    write_events(
        table,
        {
            "20230401_045930.wav": [Event(1, 2, "owl"), Event(31, 32, "owl")],
            "night/20230401_050100.wav": [Event(5, 6, "jay, young")],
        },
    )
    return folder, table


def rows(text):
    return list(csv.reader(io.StringIO(text)))


def test_counts_by_the_hour(season, run):
    folder, table = season
    outcome = run("count", table, folder, "--by", "hour")
    assert (outcome.status, outcome.err) == (0, "")
    assert rows(outcome.out) == [
        ["start_time", "jay, young", "owl", "recorded_minutes"],
        ["2023-04-01 04:00:00", "0", "1", "0.5"],
        ["2023-04-01 05:00:00", "1", "1", "1.5"],
        ["2023-04-02 05:00:00", "0", "0", "1.0"],
    ]


def test_counts_per_recording(season, run):
    folder, table = season
    outcome = run("count", table, *sorted(folder.iterdir()))
    assert rows(outcome.out)[0] == ["recording", "jay, young", "owl", "recorded_minutes"]
    assert [row[1:] for row in rows(outcome.out)[1:]] == [["0", "2", "1.0"], ["1", "0", "1.0"], ["0", "0", "1.0"]]


def test_zones_patterns_and_files(season, run, tmp_path):
    folder, table = season
    output = tmp_path / "counts.csv"
    options = ("--pattern", "%Y%m%d_%H%M%S", "--timezone", "Europe/Berlin", "--output", output)
    assert run("count", table, folder, "--by", "D", *options).status == 0
    assert [row[0] for row in rows(output.read_text())[1:]] == [
        "2023-04-01 00:00:00+02:00",
        "2023-04-02 00:00:00+02:00",
    ]
    again = run("count", table, folder, "--by", "D", "--output", output)
    assert again.status == 2
    assert "exists. Pass --force" in again.err
    starts = tmp_path / "starts.csv"
    starts.write_text("recording,start\n20230401_045930,2024-01-01T07:00\n20230401_050100.wav,2024-01-01T07:10\n")
    missing = run("count", table, folder, "--by", "hour", "--starts", starts)
    assert missing.status == 2
    assert "no entry for the recording" in missing.err
    starts.write_text(starts.read_text() + "20230402_050000,2024-01-01T08:00\n")
    counted = run("count", table, folder, "--by", "hour", "--starts", starts)
    assert [row[0] for row in rows(counted.out)[1:]] == ["2024-01-01 07:00:00", "2024-01-01 08:00:00"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--by", "fortnight"), "by='fortnight'"),
        (("--timezone", "UTC"), "--starts, --pattern and --timezone are for counts by clock time. Pass --by"),
        (("--by", "hour", "--starts", "none.csv"), "--starts none.csv: there is no such file; expected auto"),
        (("--by", "hour", "--starts", "metadata"), "state no time. Pass source='name'"),
        (("--by", "hour", "--timezone", "Berlin"), "timezone='Berlin' is unknown"),
    ],
)
def test_errors_are_one_line(season, run, options, message):
    folder, table = season
    outcome = run("count", table, folder, *options)
    assert (outcome.status, outcome.out) == (2, "")
    assert outcome.err.startswith("skaudio: error: ")
    assert message in outcome.err


def test_a_name_that_disagrees_is_a_warning(season, run):
    folder, table = season
    (path,) = (path for path in folder.iterdir() if "045930" in path.name)
    content = path.read_bytes()
    guano = b"GUANO|Version: 1.0\nTimestamp: 2023-04-01 06:00:00\n"
    path.write_bytes(content + b"guan" + len(guano).to_bytes(4, "little") + guano)
    outcome = run("count", table, folder, "--by", "hour")
    assert outcome.status == 0
    assert "skaudio: warning: " in outcome.err
    assert "begins at 2023-04-01 06:00:00 according to the GUANO field Timestamp" in outcome.err


def test_a_broken_recording_is_skipped_on_request(season, run, tmp_path):
    folder, table = season
    (folder / "20230403_050000.wav").write_bytes(b"RIFF")
    outcome = run("count", table, folder)
    assert outcome.status == 2
    assert "20230403_050000.wav" in outcome.err
    assert "Pass --on-error warn to count it as not recorded" in outcome.err
    outcome = run("count", table, folder, "--on-error", "warn")
    assert outcome.status == 0
    assert "It is counted as not recorded" in outcome.err
    assert rows(outcome.out)[-1][1:] == ["", "", "0.0"]
    assert rows(outcome.out)[1][1:] == ["0", "2", "1.0"]
