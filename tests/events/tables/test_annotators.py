"""Tables by people: further recordings, names relative to their folder, several annotators, files without labels."""

import warnings

import numpy as np
import pandas as pd
import pytest
from tests.events.levels import level_detector, recording

from skaudio.events import Event, EventTableError, event_table, read_events, write_events
from skaudio.events.tables._event_tables import event_lists
from skaudio.events.training._tags import tag_lists


def rows(table):
    return [tuple(row) for row in table.itertuples(index=False)]


def test_further_recordings_of_a_table_are_ignored_with_a_warning():
    table = event_table({name: [Event(1, 2, "owl"), Event(3, 4, "owl")] for name in ("a.wav", "b.wav", "c.wav")})
    match = r"has 4 rows of 2 recordings not among the 1 passed, such as 'a\.wav'\. They are ignored"
    with pytest.warns(UserWarning, match="The table of events " + match):
        assert event_lists(table, ["x/b.wav"]) == [[Event(1, 2, "owl"), Event(3, 4, "owl")]]
    tags = table[["recording", "label"]]
    with pytest.warns(UserWarning, match="The table of tags " + match):
        assert tag_lists(tags, ["x/b.wav"]) == [["owl", "owl"]]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert event_lists(table, ["c.wav", "b.wav", "a.wav", "d.wav"])[3] == []
    with pytest.raises(ValueError, match=r"refers to 'a\.wav', which matches no recording"):
        event_lists(table, ["d.wav"])
    with pytest.raises(ValueError, match=r"The table of events: The name 'a\.wav' matches several recordings"):
        event_lists(table, ["x/a.wav", "y/a.wav"])


def test_detectors_take_one_table_for_some_of_its_recordings():
    scores = level_detector().predict_scores([recording([0, 0.75, 0])])
    table = event_table({0: [Event(0.5, 1.0, "call")], 1: [Event(0.5, 1.0, "call")]})
    with pytest.warns(UserWarning, match="has 1 row of 1 recording not among"):
        assert level_detector().score(scores, table) == 1.0


def test_names_relative_to_the_folder_of_the_table(tmp_path, monkeypatch):
    sites = [tmp_path / "site1", tmp_path / "site2"]
    text = "recording,onset,offset,label\n{},1,2,owl\n../{other}/night.wav,3,4,owl\n"
    for site, other in zip(sites, ("site2", "site1"), strict=True):
        site.mkdir()
        (site / "labels.csv").write_text(text.format("night.wav", other=other))
    recordings = [str(site / "night.wav") for site in sites]
    monkeypatch.chdir(tmp_path)
    for paths in (recordings, ["site1/night.wav", "site2/night.wav"]):
        first, second = (read_events(site / "labels.csv") for site in sites)
        assert first.recording.tolist() == ["night.wav", "../site2/night.wav"]
        assert event_lists(first, paths) == [[Event(1, 2, "owl")], [Event(3, 4, "owl")]]
        assert event_lists(second[second.onset > 0], paths) == [[Event(3, 4, "owl")], [Event(1, 2, "owl")]]
        assert event_lists([sites[1] / "labels.csv"] * 2, paths) == [[Event(3, 4, "owl")], [Event(1, 2, "owl")]]
    both = pd.concat([first, second])  # of two folders: names are ambiguous
    with pytest.raises(ValueError, match=r"'night\.wav' matches several recordings"):
        event_lists(both, recordings)


MARKS = """recording,onset,offset,label,score,low_frequency,high_frequency
a,1.0,3.0,owl,0.5,300,900
a,1.5,3.5,owl,1.0,500,1100
a,3.5,4.0,owl,,,
b,1.0,3.0,owl,,,
a,1.1,3.0,howl,,,
a,1.0,9.0,owl,,,
a,1.2,3.1,owl,,2000,3000
"""


def test_marks_of_two_annotators_are_merged(tmp_path):
    path = tmp_path / "marks.csv"
    path.write_text(MARKS)
    assert len(read_events(path)) == 7
    merged = read_events(path, merge_overlapping=0.5)
    # The first two share 1.5 of 2.5 s. The bout from 1 to 9 s is another mark, and so is the one in another band.
    expected = [
        ("a", 1.25, 3.25, "owl", 0.75, 400.0, 1000.0),
        ("a", 3.5, 4.0, "owl", None, None, None),
        ("b", 1.0, 3.0, "owl", None, None, None),
        ("a", 1.1, 3.0, "howl", None, None, None),
        ("a", 1.0, 9.0, "owl", None, None, None),
        ("a", 1.2, 3.1, "owl", None, 2000.0, 3000.0),
    ]
    assert [tuple(None if cell != cell else cell for cell in row) for row in rows(merged)] == expected
    assert len(read_events(path, merge_overlapping=0.61)) == 7
    path.write_text("onset,offset,label\n1,2,x\n1,2,x\n1.5,2.5,x\n2,2,x\n2,2,x\n")
    with pytest.raises(EventTableError, match="duplicates line 2"):
        read_events(path)
    table = read_events(path, merge_overlapping=0.3)
    assert rows(table.iloc[:, 1:]) == [(pytest.approx(3.5 / 3), pytest.approx(6.5 / 3), "x"), (2.0, 2.0, "x")]
    for share in (0, 1.5):
        with pytest.raises(ValueError, match=f"merge_overlapping={share}; expected a number above 0 and at most 1"):
            read_events(path, merge_overlapping=share)


def test_a_mark_is_merged_only_where_it_overlaps_with_all_others(tmp_path):
    path = tmp_path / "marks.txt"
    path.write_text("0\t4\tx\n1\t5\tx\n2\t6\tx\n")  # neighbours share 3 of 5 s, the first and the last 2 of 6
    assert rows(read_events(path, merge_overlapping=0.5).iloc[:, 1:]) == [(0.5, 4.5, "x"), (2.0, 6.0, "x")]


WITHOUT_LABELS = {
    "a.csv": "recording,onset,offset,score\nn,1,2,0.5\nm,,,\nn,3,4,\n",
    "b.csv": "onset,offset\n1,2\n3,4\n",
    "a.txt": "1\t2\n3\t4\t\n",
    "a.tsv": "filename\tonset\toffset\nn\t1\t2\nm\t\t\nn\t3\t4\n",
    "b.tsv": "1\t2\n3\t4\n",
    "c.tsv": "n\t1\t2\nn\t3\t4\n",
    "a.selections.txt": "Selection\tBegin Time (s)\tEnd Time (s)\n1\t1\t2\n2\t3\t4\n",
    "b.selections.txt": "Selection\tBegin Time (s)\tEnd Time (s)\tAnnotation\n1\t1\t2\t\n2\t3\t4\t\n",
}


@pytest.mark.parametrize("name", WITHOUT_LABELS)
def test_files_without_labels_take_one(tmp_path, name):
    path = tmp_path / name
    path.write_text(WITHOUT_LABELS[name])
    table = read_events(path, label="owl", recording=None if name in {"a.csv", "a.tsv", "c.tsv"} else "n")
    assert rows(table[["recording", "onset", "offset", "label"]]) == [("n", 1.0, 2.0, "owl"), ("n", 3.0, 4.0, "owl")]
    with pytest.raises(EventTableError):
        read_events(path)


def test_parquet_without_labels_takes_one(tmp_path):
    table = pd.DataFrame({"recording": ["n", "m"], "onset": [1.0, np.nan], "offset": [2.0, np.nan]})
    table.to_parquet(tmp_path / "a.parquet")
    assert rows(read_events(tmp_path / "a.parquet", label="owl")) == [("n", 1.0, 2.0, "owl")]
    table.assign(label="fox").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(EventTableError, match="the file has labels, in 'label'"):
        read_events(tmp_path / "a.parquet", label="owl")
    table[["recording"]].to_parquet(tmp_path / "a.parquet")
    with pytest.raises(EventTableError, match="no column 'onset'"):
        read_events(tmp_path / "a.parquet", label="owl")


def test_the_folder_of_a_table_is_not_written(tmp_path):
    (tmp_path / "a.csv").write_text("onset,offset,label\n1,2,owl\n")
    table = read_events(tmp_path / "a.csv")
    write_events(tmp_path / "a.parquet", table)
    assert str(tmp_path).encode() not in (tmp_path / "a.parquet").read_bytes()
    assert table.attrs["folder"] == str(tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "onset,offset,label\n1,2,fox\n"),
        ("a.txt", "1\t2\tfox\n"),
        ("a.tsv", "onset\toffset\tevent_label\n1\t2\tfox\n"),
        ("a.selections.txt", "Selection\tBegin Time (s)\tEnd Time (s)\tSpecies\n1\t1\t2\tfox\n"),
    ],
)
def test_files_with_labels_take_no_other(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(EventTableError, match=r"line \d: the file has labels, in .*label='owl' is given\. Omit one"):
        read_events(path, label="owl")
    with pytest.raises(ValueError, match="Got label='owl' and label_column='Species'; expected one of them"):
        read_events(path, label="owl", label_column="Species")
