"""Tables of events: files as other programs write them, and back."""

import numpy as np
import pandas as pd
import pytest

from skaudio.events import Event, EventTableError, event_table, read_events, write_events

# By hand, after the documentation of each program.
RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tAnnotation\n"
    "1\tWaveform 1\t1\t1.500000000\t4.250000000\t300.0\t1200.0\towl\n"
    "1\tSpectrogram 1\t1\t1.500000000\t4.250000000\t300.0\t1200.0\towl\n"
    "2\tSpectrogram 1\t1\t7.000000000\t8.000000000\t500.5\t2000.0\thowl at dusk\n"
)
RAVEN_OF_FILES = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tBegin File\t"
    "File Offset (s)\tSpecies\tConfidence\n"
    "1\tSpectrogram 1\t1\t1.5\t4.25\t300.0\t1200.0\tnight.wav\t1.5\towl\t0.75\n"
    "2\tSpectrogram 1\t1\t67.0\t68.0\t500.5\t2000.0\tdawn.wav\t7.0\thowl\t0.5\n"
)
AUDACITY = (
    "1.500000\t4.250000\towl\n\\\t300.000000\t1200.000000\n7.000000\t8.000000\thowl at dusk\n9.000000\t9.000000\tbark\n"
)
DESED = "filename\tonset\toffset\tevent_label\nnight.wav\t1.5\t4.25\towl\nempty.wav\t\t\t\ndawn.wav\t7.0\t8.0\thowl\n"
# A file, and what sed_eval.io.load_event_list of sed_eval 0.2.1 reads from it: filename, onset, offset and event_label.
READ_BY_SED_EVAL = (
    "filename\tonset\toffset\tevent_label\nnight.wav\t1.500000\t4.250000\towl\ndawn.wav\t7.000000\t8.000000\thowl\n"
)
ROWS_OF_SED_EVAL = [("night.wav", 1.5, 4.25, "owl"), ("dawn.wav", 7.0, 8.0, "howl")]
SED_EVAL = "1.5\t4.25\towl\n7.0\t8.0\thowl\n"
CSV = 'recording,onset,offset,label,score\nnight.wav,1.5,4.25,owl,0.75\ndawn.wav,7.0,8.0,"howl, at dusk",\n'


def rows(table):
    return [tuple(row) for row in table.itertuples(index=False)]


@pytest.fixture
def write(tmp_path):
    def to_file(name, text):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def test_raven_selections(write):
    table = read_events(write("night.Table.1.selections.txt", RAVEN))
    assert list(table.columns) == ["recording", "onset", "offset", "label", "low_frequency", "high_frequency"]
    assert rows(table) == [
        ("night", 1.5, 4.25, "owl", 300.0, 1200.0),
        ("night", 7.0, 8.0, "howl at dusk", 500.5, 2000.0),
    ]
    assert rows(read_events(write("night.txt", RAVEN))) == rows(table)  # known by its header


def test_raven_selections_of_several_files(write):
    table = read_events(write("a.selections.txt", RAVEN_OF_FILES))
    assert rows(table) == [
        ("night.wav", 1.5, 4.25, "owl", 0.75, 300.0, 1200.0),
        ("dawn.wav", 7.0, 8.0, "howl", 0.5, 500.5, 2000.0),
    ]
    with pytest.raises(EventTableError, match=r"a\.selections\.txt, line 1: there is no (known label )?column"):
        read_events(write("a.selections.txt", RAVEN_OF_FILES), label_column="Call")


def test_audacity_labels(write):
    table = read_events(write("night.txt", AUDACITY))
    assert [row[:4] for row in rows(table)] == [
        ("night", 1.5, 4.25, "owl"),
        ("night", 7.0, 8.0, "howl at dusk"),
        ("night", 9.0, 9.0, "bark"),
    ]
    assert table["high_frequency"].tolist()[0] == 1200.0
    assert table["high_frequency"].isna().tolist() == [False, True, True]
    assert read_events(write("night.txt", AUDACITY), recording="x.wav")["recording"].unique() == ["x.wav"]


def test_dcase_tables_with_a_header_and_without(write):
    assert rows(read_events(write("strong.tsv", DESED))) == [
        ("night.wav", 1.5, 4.25, "owl"),
        ("dawn.wav", 7.0, 8.0, "howl"),
    ]
    assert rows(read_events(write("night.tsv", SED_EVAL))) == [("night", 1.5, 4.25, "owl"), ("night", 7.0, 8.0, "howl")]
    scenes = "a.wav\tforest\t1.5\t4.25\towl\n"
    assert rows(read_events(write("scenes.tsv", scenes))) == [("a.wav", 1.5, 4.25, "owl")]


def test_sed_eval_reads_what_was_written(tmp_path):
    table = event_table({"night.wav": [Event(1.5, 4.25, "owl")], "dawn.wav": [Event(7, 8, "howl")]})
    write_events(tmp_path / "events.tsv", table)
    assert (tmp_path / "events.tsv").read_text(encoding="utf-8") == READ_BY_SED_EVAL
    assert rows(table) == ROWS_OF_SED_EVAL


def test_plain_csv(write):
    table = read_events(write("calls.csv", CSV))
    assert rows(table.iloc[:, :4]) == [("night.wav", 1.5, 4.25, "owl"), ("dawn.wav", 7.0, 8.0, "howl, at dusk")]
    assert table["score"].tolist()[0] == 0.75
    assert np.isnan(table["score"].tolist()[1])
    by_path = CSV.replace("recording", "path")
    assert rows(read_events(write("calls.csv", by_path)))[0] == rows(table)[0]
    assert rows(read_events(write("calls.csv", "\ufeff" + CSV)))[0] == rows(table)[0]  # as Excel writes it


@pytest.mark.parametrize("suffix", [".selections.txt", ".txt", ".tsv", ".csv", ".parquet"])
def test_there_and_back(tmp_path, suffix):
    own = [Event(0.125, 1.5, "owl", 0.75, 300, 1200), Event(1.25, 2, "howl at dusk", 0.5)]
    table = event_table({"night.wav": own})
    write_events(tmp_path / f"night{suffix}", table)
    again = read_events(tmp_path / f"night{suffix}", recording="night.wav")
    kept = {".txt": table.drop(columns="score"), ".tsv": table.iloc[:, :4]}.get(suffix, table)
    pd.testing.assert_frame_equal(again, kept)
    several = event_table({"night.wav": own, "dawn.wav": own[:1]})
    if suffix == ".txt":
        with pytest.raises(ValueError, match="A label track of Audacity holds one recording, got 2"):
            write_events(tmp_path / "both.txt", several)
        assert not (tmp_path / "both.txt").exists()
        return
    write_events(tmp_path / f"both{suffix}", several, durations={"night.wav": 60.0, "dawn.wav": 60.0})
    again = read_events(tmp_path / f"both{suffix}")
    pd.testing.assert_frame_equal(again, several.iloc[:, :4] if suffix == ".tsv" else several)


def test_raven_lays_recordings_out_one_after_another(tmp_path):
    events = {"dawn.wav": [Event(7, 8, "howl")], "night.wav": [Event(1.5, 4.25, "owl")]}
    write_events(tmp_path / "a.selections.txt", events, durations={"night.wav": 60.0, "dawn.wav": 30.0})
    lines = [line.split("\t") for line in (tmp_path / "a.selections.txt").read_text().splitlines()]
    times = [(line[lines[0].index("Begin Time (s)")], line[lines[0].index("Begin File")]) for line in lines[1:]]
    assert times == [("67.000000000", "dawn.wav"), ("1.500000000", "night.wav")]
    with pytest.raises(ValueError, match="2 recordings requires durations"):
        write_events(tmp_path / "a.selections.txt", events)
    with pytest.raises(ValueError, match=r"no entry for the recording 'dawn\.wav'"):
        write_events(tmp_path / "a.selections.txt", events, durations={"night.wav": 60.0})


def test_a_failure_leaves_the_old_file(tmp_path):
    write_events(tmp_path / "night.txt", [Event(0, 1, "owl")])
    before = (tmp_path / "night.txt").read_text()
    with pytest.raises(ValueError, match="holds one recording"):
        write_events(tmp_path / "night.txt", [[Event(0, 1, "owl")], [Event(0, 1, "owl")]])
    assert (tmp_path / "night.txt").read_text() == before
    assert [path.name for path in tmp_path.iterdir()] == ["night.txt"]


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("a.csv", "onset,offset\n", r"a\.csv, line 1: there is no column 'label'; found onset, offset"),
        ("a.csv", "onset,offset,label\n1,2\n", "line 2: 2 cells; expected 3"),
        ("a.csv", "onset,offset,label\n1,2,x\n3,late,x\n", "line 3: offset is 'late'; expected a number"),
        ("a.csv", "onset,offset,label\n2,1,x\n", r"line 2: The event 'x' is from 2\.0 to 1\.0 s"),
        ("a.csv", "onset,offset,label\n1,3,x\n1.05,3,x\n", r"line 3: Event\(1\.05, 3, 'x'\) duplicates line 2"),
        ("a.csv", "onset,offset,label\n1,3,x\n59,61,x\n", r"line 3: Event\(59, 61, 'x'\) ends more than .* has 60 s"),
        ("a.selections.txt", "Begin Time (s)\tAnnotation\n", r"line 1: there is no column 'End Time \(s\)'"),
        ("a.selections.txt", RAVEN.replace("Annotation", "Notes"), "no known label column.*label_column"),
        ("a.selections.txt", RAVEN + "3\tS\n", "line 5: 2 cells; expected 8"),
        ("a.txt", "1.0 2.0 owl\n", r"line 1: '1\.0 2\.0 owl'; expected start, end and label, separated by tabs"),
        ("a.txt", "\\\t1\t2\n", "line 1: expected two frequencies, after a label"),
        ("a.txt", "1\t2\towl\n\\\t900\t300\n", "line 2: .*low_frequency <= high_frequency"),
        ("a.tsv", "1.0\t2.0\n", "line 1: 2 cells; expected onset, offset and label"),
        ("a.tsv", DESED.replace("1.5", "one"), "line 2: onset is 'one'"),
    ],
)
def test_errors_name_the_file_and_the_line(write, name, text, match):
    with pytest.raises(EventTableError, match=match):
        read_events(write(name, text), durations=60.0)


def test_the_same_call_in_two_recordings_or_of_two_classes_is_no_error(write):
    text = "recording,onset,offset,label\na,1,3,x\nb,1,3,x\na,1,3,y\na,1.5,3.5,x\n"
    assert len(read_events(write("a.csv", text))) == 4
    with pytest.raises(EventTableError, match=r"line 3: .* after the recording, which has 2 s"):
        read_events(write("a.csv", text), durations={"a": 10.0, "b": 2.0})
    with pytest.raises(EventTableError, match="durations has no entry for the recording 'b'"):
        read_events(write("a.csv", text), durations={"a": 10.0})


def test_formats_that_are_not_known(write, tmp_path):
    with pytest.raises(ValueError, match=r"unknown suffix; expected one of raven \(\.selections\.txt\)"):
        read_events(write("a.xml", ""))
    with pytest.raises(ValueError, match="format='mat'"):
        write_events(tmp_path / "a.csv", [], format="mat")
    with pytest.raises(ValueError, match="no column 'label'"):
        write_events(tmp_path / "a.tsv", pd.DataFrame({"recording": [], "onset": [], "offset": []}))
    with pytest.raises(ValueError, match="Expected events of 1 recordings, got 2"):
        event_table([[], []], recordings=["a"])
    assert len(read_events(write("empty.txt", ""))) == 0
    assert list(event_table([]).columns) == ["recording", "onset", "offset", "label"]
