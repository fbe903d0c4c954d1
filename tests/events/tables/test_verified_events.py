"""The column of a review: which events were found right or wrong, in files and wherever a table is taken."""

import pandas as pd
import pytest

from skaudio.events import Event, EventTableError, event_table, read_events, write_events
from skaudio.events.tables._event_tables import event_lists
from skaudio.metrics import event_based_scores

VERIFIED = (
    "recording,onset,offset,label,score,verified\na.wav,1,2,owl,0.9,true\na.wav,3,4,owl,0.8,FALSE\na.wav,5,6,owl,0.7,\n"
)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_verdicts_of_a_review(tmp_path, suffix):
    path = tmp_path / "calls.csv"
    path.write_text(VERIFIED)
    table = read_events(path)
    assert table["verified"].tolist() == [True, False, pd.NA]
    copy = tmp_path / f"copy{suffix}"
    write_events(copy, table)
    pd.testing.assert_frame_equal(read_events(copy), table)


def test_events_found_wrong_are_no_events(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(VERIFIED)
    table = read_events(path)
    assert [event.onset for event in event_lists(table, ["a.wav"])[0]] == [1.0, 5.0]
    truth = {"a.wav": [Event(1, 2, "owl"), Event(3, 4, "owl"), Event(5, 6, "owl")]}
    assert event_based_scores(event_table(truth), table)[1] == pytest.approx(2 / 3)
    other = tmp_path / "calls.txt"
    write_events(other, table)
    assert read_events(other)["onset"].tolist() == [1.0, 5.0]


def test_an_event_found_wrong_and_the_right_one_in_its_place_are_no_duplicates(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(VERIFIED + "a.wav,3,4,owl,,true\n")
    assert read_events(path)["verified"].tolist() == [True, False, pd.NA, True]


def test_wrong_verdicts(tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(VERIFIED.replace("FALSE", "maybe"))
    with pytest.raises(EventTableError, match=r"calls\.csv, line 3: verified is 'maybe'; expected true, false, or"):
        read_events(path)
    table = pd.read_csv(path)
    with pytest.raises(ValueError, match=r"row 1: verified is 'maybe'"):
        event_based_scores(table, table)
    table.to_parquet(tmp_path / "calls.parquet")
    with pytest.raises(EventTableError, match=r"calls\.parquet, line 1: verified is 'maybe'"):
        read_events(tmp_path / "calls.parquet")
