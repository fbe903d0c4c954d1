"""Tables of BirdNET-Analyzer, Kaleidoscope, Praat, Raven's sound lists and folders of Audacity, and back."""

import random
import re
import warnings

import numpy as np
import pandas as pd
import pytest

from skaudio.events import Event, EventTableError, event_table, read_events, write_events
from skaudio.events.tables._event_tables import check_format, event_lists

# By hand, after the documentation or the files of each program.
BIRDNET_CSV = (
    "Start (s),End (s),Scientific name,Common name,Confidence,File\n"
    "0.0,3.0,Turdus merula,Eurasian Blackbird,0.8123,/data/site1/rec1.wav\n"
    "3.0,6.0,Erithacus rubecula,European Robin,0.4411,/data/site1/rec1.wav\n"
    "0.0,3.0,Turdus merula,Eurasian Blackbird,0.5,/data/site2/rec2.wav\n"
)
BIRDNET_ROWS = [
    ("rec1.wav", 0.0, 3.0, "Eurasian Blackbird", 0.8123),
    ("rec1.wav", 3.0, 6.0, "European Robin", 0.4411),
    ("rec2.wav", 0.0, 3.0, "Eurasian Blackbird", 0.5),
]
BIRDNET_RAVEN = (
    "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tCommon Name\t"
    "Species Code\tConfidence\tBegin Path\tFile Offset (s)\n"
    "1\tSpectrogram 1\t1\t0.0\t3.0\t0\t15000\tEurasian Blackbird\teurbla\t0.8123\t/data/site1/rec1.wav\t0.0\n"
    "2\tSpectrogram 1\t1\t3.0\t6.0\t0\t15000\tEuropean Robin\teurrob1\t0.4411\t/data/site1/rec1.wav\t3.0\n"
    "3\tSpectrogram 1\t1\t60.0\t63.0\t0\t15000\tEurasian Blackbird\teurbla\t0.5000\t/data/site2/rec2.wav\t0.0\n"
)
BIRDNET_KALEIDOSCOPE = (
    "INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,common_name,confidence,lat,lon,week,overlap,sensitivity\n"
    "/data,site1,rec1.wav,0.0,3.0,Turdus merula,Eurasian Blackbird,0.8123,-1.0000,-1.0000,-1,0.0,1.0\n"
)
KALEIDOSCOPE = (
    "INDIR,FOLDER,IN FILE,CHANNEL,OFFSET,DURATION,Fmin,Fmean,Fmax,DATE,TIME,HOUR,DATE-12,TIME-12,HOUR-12,"
    "TOP1MATCH,TOP1DIST,TOP2MATCH,TOP2DIST,VOCALIZATIONS,MANUAL ID\n"
    "D:\\forest,night1,S4U0001_20240701_213000.wav,0,4.215,1.5,1200.5,1500.0,2100.0,2024-07-01,21:30:04,21,"
    '2024-07-01,09:30:04,9,owl.cluster,0.25,jay.cluster,0.5,2,"Strix aluco, male"\n'
    "D:\\forest,night1,S4U0001_20240701_213000.wav,1,8,2,1200.5,1500.0,2100.0,2024-07-01,21:30:08,21,"
    "2024-07-01,09:30:08,9,jay.cluster,0.75,,,1,\n"
)
LONG_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0 
xmax = 2.3 
tiers? <exists> 
size = 3 
item []: 
    item [1]:
        class = "IntervalTier" 
        name = "Mary" 
        xmin = 0 
        xmax = 2.3 
        intervals: size = 3 
        intervals [1]:
            xmin = 0 
            xmax = 0.5 
            text = "" 
        intervals [2]:
            xmin = 0.5 
            xmax = 1.25 
            text = "a ""door"" 12 slams" 
        intervals [3]:
            xmin = 1.25 
            xmax = 2.3 
            text = " " 
    item [2]:
        class = "IntervalTier" 
        name = "John" 
        xmin = 0 
        xmax = 2.3 
        intervals: size = 1 
        intervals [1]:
            xmin = 0 
            xmax = 2.3 
            text = "hum" 
    item [3]:
        class = "TextTier" 
        name = "bell" 
        xmin = 0 
        xmax = 2.3 
        points: size = 1 
        points [1]:
            number = 1.5 
            mark = "ding" 
"""  # noqa: W291
SHORT_TEXTGRID = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.3
<exists>
3
"IntervalTier"
"Mary"
0
2.3
3
0
0.5
""
0.5
1.25
"a ""door"" 12 slams"
1.25
2.3
" "
"IntervalTier"
"John"
0
2.3
1
0
2.3
"hum"
"TextTier"
"bell"
0
2.3
1
1.5
"ding"
"""
TEXTGRID_ROWS = [
    ("night", 0.0, 2.3, "hum"),
    ("night", 0.5, 1.25, 'a "door" 12 slams'),
    ("night", 1.5, 1.5, "ding"),
]


@pytest.fixture
def write(tmp_path):
    def to_file(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode(encoding))
        return path

    return to_file


def rows(table, n_columns=4):
    return [tuple(row) for row in table.iloc[:, :n_columns].itertuples(index=False)]


class TestBirdNET:
    def test_results_as_csv(self, write):
        table = read_events(write("BirdNET_CombinedTable.csv", BIRDNET_CSV))
        assert list(table.columns) == ["recording", "onset", "offset", "label", "score"]
        assert rows(table, 5) == BIRDNET_ROWS
        assert rows(read_events(write("a.csv", "\ufeff" + BIRDNET_CSV)), 5) == BIRDNET_ROWS
        by_science = read_events(write("a.csv", BIRDNET_CSV), label_column="Scientific name")
        assert by_science["label"].tolist() == ["Turdus merula", "Erithacus rubecula", "Turdus merula"]

    def test_results_of_early_versions(self, write):
        text = "\n".join(line.rpartition(",")[0] for line in BIRDNET_CSV.splitlines()[:3])
        for delimiter in ",;":
            path = write("night.BirdNET.results.csv", text.replace(",", delimiter))
            assert rows(read_events(path), 5)[:2] == [("night", *row[1:]) for row in BIRDNET_ROWS[:2]]

    def test_two_paths_of_one_file_name(self, write):
        table = read_events(write("a.csv", BIRDNET_CSV.replace("rec2", "rec1")))
        assert table["recording"].unique().tolist() == ["/data/site1/rec1.wav", "/data/site2/rec1.wav"]

    def test_selection_tables(self, write):
        table = read_events(write("BirdNET_SelectionTable.txt", BIRDNET_RAVEN))
        assert rows(table, 5) == BIRDNET_ROWS
        assert table["high_frequency"].unique().tolist() == [15000.0]

    def test_a_recording_without_detections(self, write):
        header = BIRDNET_RAVEN.splitlines()[0]
        text = f"{header}\n1\tSpectrogram 1\t1\t0\t3\t0\t15000\tnocall\tnocall\t1.0\t/data/site1/rec1.wav\t0\n"
        path = write("rec1.BirdNET.selection.table.txt", text)
        assert len(read_events(path)) == 0
        assert event_lists([path], ["/data/site1/rec1.wav"]) == [[]]

    def test_label_tracks_with_scores(self, write):
        path = write("night.BirdNET.results.txt", "0.0\t3.0\tTurdus merula, Eurasian Blackbird\t0.8123\n")
        assert rows(read_events(path), 5) == [("night", 0.0, 3.0, "Turdus merula, Eurasian Blackbird", 0.8123)]
        with pytest.raises(EventTableError, match=r"line 1: the score after the label is 'x'; expected a number"):
            read_events(write("a.txt", "0.0\t3.0\towl\tx\n"))

    def test_tables_for_kaleidoscope(self, write):
        text = BIRDNET_KALEIDOSCOPE
        assert rows(read_events(write("a.csv", text)), 5) == [
            ("site1/rec1.wav", 0.0, 3.0, "Eurasian Blackbird", 0.8123)
        ]
        later = "INDIR,FOLDER,IN FILE,OFFSET,DURATION,scientific_name,TOP1MATCH,TOP1DIST\n"
        later += "/data,site1,rec1.wav,0.0,3.0,Turdus merula,Eurasian Blackbird,0.8123\n"
        assert rows(read_events(write("b.csv", later)), 5) == rows(read_events(write("a.csv", text)), 5)

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            (BIRDNET_CSV.replace("3.0,6.0", "3.0,late"), r"a\.csv, line 3: End \(s\) is 'late'; expected a number"),
            (BIRDNET_CSV.replace("European Robin", ""), r"a\.csv, line 3: The event from 3\.0 to 6\.0 s has no label"),
            (BIRDNET_CSV.replace("Common name,Confidence", "Common name,Common name"), "more than one column 'Common"),
            (
                BIRDNET_CSV.replace("Common name,", "").replace("Scientific", "Other"),
                "there is no column 'Common name'",
            ),
            (BIRDNET_CSV.replace(",0.4411", ',"0.4411'), r"a\.csv, line 3: "),
            (BIRDNET_CSV + "0,1\n", "line 5: 2 cells; expected 6"),
        ],
    )
    def test_errors_name_the_line(self, write, text, match):
        with pytest.raises(EventTableError, match=match):
            read_events(write("a.csv", text))

    def test_it_is_not_written(self, tmp_path):
        with pytest.raises(ValueError, match=r"results of BirdNET are read only\. Write the format 'csv'"):
            write_events(tmp_path / "a.csv", [Event(1, 2, "owl")], format="birdnet")


class TestKaleidoscope:
    def test_labels_by_hand_and_rows_without(self, write):
        path = write("cluster.csv", KALEIDOSCOPE)
        with pytest.warns(
            UserWarning, match=r"cluster\.csv: 1 of 2 rows, such as line 3, have no MANUAL ID and are left"
        ):
            table = read_events(path)
        assert rows(table) == [("night1/S4U0001_20240701_213000.wav", 4.215, 5.715, "Strix aluco, male")]

    def test_labels_of_clusters(self, write):
        table = read_events(write("cluster.csv", KALEIDOSCOPE), label_column="TOP1MATCH")
        assert rows(table.drop(columns="channel")) == [
            ("night1/S4U0001_20240701_213000.wav", 4.215, 5.715, "owl.cluster"),
            ("night1/S4U0001_20240701_213000.wav", 8.0, 10.0, "jay.cluster"),
        ]
        assert table["channel"].tolist() == [1, 2]
        assert "score" not in table.columns  # TOP1DIST is a distance
        unnamed = KALEIDOSCOPE.replace('"Strix aluco, male"', "")
        assert read_events(write("cluster.csv", unnamed))["label"].tolist() == ["owl.cluster", "jay.cluster"]

    def test_two_folders_of_one_name(self, write):
        text = KALEIDOSCOPE.replace(
            "D:\\forest,night1,S4U0001_20240701_213000.wav,1", "E:\\,night1,S4U0001_20240701_213000.wav,1"
        )
        table = read_events(write("cluster.csv", text), label_column="TOP1MATCH")
        assert table["recording"].tolist() == [
            "D:\\forest/night1/S4U0001_20240701_213000.wav",
            "E:/night1/S4U0001_20240701_213000.wav",
        ]

    def test_few_columns(self, write):
        path = write("a.csv", "IN FILE,OFFSET,DURATION,AUTO ID\nrec.wav,1,2,PIPPIP\n")
        assert rows(read_events(path)) == [("rec.wav", 1.0, 3.0, "PIPPIP")]

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            (KALEIDOSCOPE.replace("4.215,1.5", "4.215,long"), r"a\.csv, line 2: DURATION is 'long'; expected a number"),
            (KALEIDOSCOPE.replace("4.215,1.5", "4.215,-1"), r"a\.csv, line 2: .*expected 0 <= onset <= offset"),
            (
                "IN FILE,OFFSET,DURATION\nrec.wav,1,2\n",
                "line 1: there is no known label column; found IN FILE.*Pass label",
            ),
            ("IN FILE,OFFSET,DURATION,MANUAL ID\nrec.wav,1\n", "line 2: 2 cells; expected 4"),
        ],
    )
    def test_errors_name_the_line(self, write, text, match):
        with pytest.raises(EventTableError, match=match):
            read_events(write("a.csv", text))

    def test_a_column_that_is_not_there(self, write):
        with pytest.raises(EventTableError, match=r"a\.csv, line 1: there is no column 'Call'; found INDIR"):
            read_events(write("a.csv", KALEIDOSCOPE), label_column="Call")

    def test_there_and_back(self, tmp_path):
        table = event_table(
            {
                "/data/site1/rec.wav": [
                    Event(0.125, 1.5, 'owl, "male"', 0.75, channel=2),
                    Event(1.25, 2, "jay", channel=1),
                ],
                "rec2.wav": [Event(3, 3, "owl", 0.5)],
            }
        )
        write_events(tmp_path / "a.csv", table, format="kaleidoscope")
        assert (tmp_path / "a.csv").read_text() == (
            "INDIR,FOLDER,IN FILE,OFFSET,DURATION,MANUAL ID,CHANNEL,confidence\n"
            '/data,site1,rec.wav,0.125000000,1.375000000,"owl, ""male""",1,0.75\n'
            "/data,site1,rec.wav,1.250000000,0.750000000,jay,0,\n"
            ",,rec2.wav,3.000000000,0.000000000,owl,0,0.5\n"
        )
        again = read_events(tmp_path / "a.csv")
        assert again["recording"].tolist() == ["site1/rec.wav"] * 2 + ["rec2.wav"]
        pd.testing.assert_frame_equal(again.iloc[:, 1:5], table.iloc[:, 1:5])
        assert again["channel"].tolist() == [2, 1, 1]
        assert list(map(len, event_lists(again, ["/data/site1/rec.wav", "rec2.wav"]))) == [2, 1]

    def test_paths_of_one_file_name(self, tmp_path):
        table = event_table({f"/data/{site}/rec.wav": [Event(1, 2, "owl")] for site in ("a", "b")})
        write_events(tmp_path / "a.csv", table, format="kaleidoscope")
        assert read_events(tmp_path / "a.csv")["recording"].tolist() == ["a/rec.wav", "b/rec.wav"]
        table = event_table({f"/{disk}/a/rec.wav": [Event(1, 2, "owl")] for disk in ("x", "y")})
        write_events(tmp_path / "a.csv", table, format="kaleidoscope")
        pd.testing.assert_frame_equal(read_events(tmp_path / "a.csv"), table)


class TestPraat:
    @pytest.mark.parametrize("text", [LONG_TEXTGRID, SHORT_TEXTGRID], ids=["long", "short"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_text_formats(self, write, text, encoding):
        assert rows(read_events(write("night.TextGrid", text, encoding))) == TEXTGRID_ROWS
        assert rows(read_events(write("night.TextGrid", text.replace("\n", "\r\n"), encoding))) == TEXTGRID_ROWS

    def test_one_tier(self, write):
        path = write("night.TextGrid", LONG_TEXTGRID)
        assert rows(read_events(path, tier="Mary")) == TEXTGRID_ROWS[1:2]
        assert rows(read_events(path, tier="bell", recording="x.wav")) == [("x.wav", 1.5, 1.5, "ding")]
        with pytest.raises(
            EventTableError, match=r"night\.TextGrid: there is no tier 'Ann'; found 'Mary', 'John', 'bell'"
        ):
            read_events(path, tier="Ann")

    def test_comments_and_several_tokens_in_a_line(self, write):
        text = '"ooTextFile"\n"TextGrid" ! not "this" 5\n0 1 ! info about the grid\n<exists> 1\n'
        text += '"IntervalTier" "Mary" from 0 to 1 seconds: 1 interval [1]:\n0 1 "a\nb"\n'
        assert rows(read_events(write("a.TextGrid", text))) == [("a", 0.0, 1.0, "a\nb")]
        absent = "\n".join(SHORT_TEXTGRID.splitlines()[:5]) + "\n<absent>\n"
        assert len(read_events(write("a.TextGrid", absent))) == 0

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ("", r"a\.TextGrid, line 1: the file ends; expected a string in quotation marks"),
            (
                'File type = "ooTextFile"\nObject class = "Pitch 1"\n',
                r"contains \['ooTextFile', 'Pitch 1'\]; expected a Te",
            ),
            (LONG_TEXTGRID.replace('12 slams"', "12 slams"), "line 26: a quotation mark is not closed"),
            (
                LONG_TEXTGRID.replace("TextTier", "PointTier"),
                "line 38: the class of a tier is 'PointTier'; expected Int",
            ),
            (
                LONG_TEXTGRID.replace("intervals: size = 1", "intervals: size = 2"),
                "line 38: got 'TextTier'; expected a num",
            ),
            (SHORT_TEXTGRID[: SHORT_TEXTGRID.index('"ding')], "line 35: the file ends; expected a string"),
            (SHORT_TEXTGRID.replace("0.5\n1.25", "1.25\n0.5"), r"line 16: .*expected 0 <= onset <= offset"),
            (SHORT_TEXTGRID.replace("<exists>\n3", "<exists>\n3.5"), "line 7: the number of items is '3.5'"),
        ],
    )
    def test_errors_name_the_line(self, write, text, match):
        with pytest.raises(EventTableError, match=match):
            read_events(write("a.TextGrid", text))

    def test_a_binary_file(self, write):
        with pytest.raises(EventTableError, match=r"a\.TextGrid is not UTF-8 text: it contains null characters"):
            read_events(write("a.TextGrid", "ooBinaryFile\x08TextGrid\0\0\0"))

    def test_it_is_written_as_praat_writes_it(self, tmp_path):
        write_events(
            tmp_path / "night.TextGrid", {"night.wav": [Event(0.5, 1.25, 'a "door"')]}, durations={"night": 2.5}
        )
        lines = [line.strip() for line in (tmp_path / "night.TextGrid").read_text().splitlines()]
        assert lines == [
            *('File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0", "xmax = 2.5", "tiers? <exists>"),
            *(
                "size = 1",
                "item []:",
                "item [1]:",
                'class = "IntervalTier"',
                'name = "events"',
                "xmin = 0",
                "xmax = 2.5",
            ),
            *("intervals: size = 3", "intervals [1]:", "xmin = 0.0", "xmax = 0.5", 'text = ""'),
            *("intervals [2]:", "xmin = 0.5", "xmax = 1.25", 'text = "a ""door"""'),
            *("intervals [3]:", "xmin = 1.25", "xmax = 2.5", 'text = ""'),
        ]

    def test_there_and_back_with_overlaps_and_points(self, tmp_path):
        rng = np.random.default_rng(0)
        onsets = np.sort(rng.uniform(0, 60, 50))
        events = [Event(onset, onset + rng.uniform(0, 5), rng.choice(["owl", 'a "door"', "a\nb"])) for onset in onsets]
        events += [Event(7.25, 7.25, "bell"), Event(61, 61, "! 5")]
        table = event_table({"night.wav": sorted(events)})
        write_events(tmp_path / "night.TextGrid", table.sample(frac=1, random_state=0))
        again = read_events(tmp_path / "night.TextGrid", recording="night.wav", duplicates="keep")
        pd.testing.assert_frame_equal(again, table)
        tiers = re.findall(r'name = "(.*)"', (tmp_path / "night.TextGrid").read_text())
        assert tiers[0] == "events"
        assert tiers[-1] == "points"
        write_events(tmp_path / "none.TextGrid", [])
        assert len(read_events(tmp_path / "none.TextGrid")) == 0

    def test_several_recordings_need_a_folder(self, tmp_path):
        table = event_table({"a.wav": [Event(1, 2, "owl")], "b.wav": [Event(1, 2, "owl")]})
        with pytest.raises(ValueError, match=r"A TextGrid holds one recording, got 2\. Write to a folder"):
            write_events(tmp_path / "a.TextGrid", table)
        with pytest.raises(ValueError, match=r"a TextGrid of Praat holds one recording, got 2\..*\.csv, \.parquet\.$"):
            check_format(tmp_path / "a.TextGrid", ["a.wav", "b.wav"], ["owl"])
        write_events(f"{tmp_path}/grids/", table, format="textgrid", durations={"a.wav": 9.0, "b.wav": 8.0})
        assert "xmax = 8.0" in (tmp_path / "grids" / "b.TextGrid").read_text()
        assert rows(read_events(tmp_path / "grids")) == [("a", 1.0, 2.0, "owl"), ("b", 1.0, 2.0, "owl")]


class TestRavenSoundLists:
    def test_begin_file_and_begin_path(self, tmp_path):
        table = event_table(
            {"/data/s1/dawn.wav": [Event(7, 8, "owl")], "/data/s1/night.wav": [Event(1.5, 4.25, "owl")]}
        )
        durations = {"/data/s1/night.wav": 60.0, "/data/s1/dawn.wav": 30.0}
        write_events(tmp_path / "a.selections.txt", table, durations=durations)
        assert (tmp_path / "a.selections.txt").read_text().splitlines() == [
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tBegin File\t"
            "Begin Path\tFile Offset (s)\tRecording Name\tAnnotation\tScore",
            "1\tSpectrogram 1\t1\t67.000000000\t68.000000000\t\t\tdawn.wav\t"
            "/data/s1/dawn.wav\t7.000000000\t/data/s1/dawn.wav\towl\t",
            "2\tSpectrogram 1\t1\t1.500000000\t4.250000000\t\t\tnight.wav\t"
            "/data/s1/night.wav\t1.500000000\t/data/s1/night.wav\towl\t",
        ]
        pd.testing.assert_frame_equal(read_events(tmp_path / "a.selections.txt"), table)

    def test_a_recording_that_has_its_name_in_common_with_one_without_events(self, tmp_path):
        write_events(tmp_path / "a.selections.txt", {"/s1/x.wav": [Event(1, 2, "owl")]}, durations={"/s1/x.wav": 9.0})
        found = read_events(tmp_path / "a.selections.txt")
        assert event_lists(found, ["/s1/x.wav", "/s2/x.wav"]) == [[Event(1, 2, "owl")], []]

    def test_a_sound_list_as_raven_exports_it(self, write):
        text = (
            "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\tBegin Path\t"
            "File Offset (s)\tBegin File\tSpecies\n"
            "1\tSpectrogram 1\t1\t1.293\t6.465\t19.7\t43.3\tL:\\ELP\\sounds\\ceb1_20111107_000000.wav\t1.293\t"
            "ceb1_20111107_000000.wav\towl\n"
            "2\tSpectrogram 1\t1\t3601.5\t3603.0\t19.7\t43.3\tL:\\ELP\\sounds\\ceb1_20111107_010000.wav\t1.5\t"
            "ceb1_20111107_010000.wav\towl\n"
        )
        table = read_events(write("sounds.Table.1.selections.txt", text))
        assert rows(table) == [
            ("ceb1_20111107_000000.wav", 1.293, pytest.approx(6.465), "owl"),
            ("ceb1_20111107_010000.wav", 1.5, 3.0, "owl"),
        ]


class TestFolders:
    def test_label_tracks_of_audacity_for_many_recordings(self, tmp_path):
        table = event_table(
            {"/d/night.wav": [Event(1.5, 4.25, "owl")], "/d/dawn.wav": [Event(7, 8, "jay", None, 300, 900)]}
        )
        write_events(f"{tmp_path}/labels/", table)
        assert (tmp_path / "labels" / "night.txt").read_text() == "1.500000\t4.250000\towl\n"
        assert sorted(path.name for path in (tmp_path / "labels").iterdir()) == ["dawn.txt", "night.txt"]
        again = read_events(tmp_path / "labels")
        assert rows(again) == [("dawn", 7.0, 8.0, "jay"), ("night", 1.5, 4.25, "owl")]
        assert list(map(len, event_lists(again, ["/d/dawn.wav", "/d/night.wav"]))) == [1, 1]

    def test_recordings_of_one_name(self, tmp_path):
        table = event_table({f"/data/{name}": [Event(1, 2, "owl")] for name in ("s1/x.wav", "s2/x.wav", "s2/y.wav")})
        write_events(tmp_path, table)
        again = read_events(tmp_path)
        assert again["recording"].tolist() == ["s1/x", "s2/x", "s2/y"]
        assert list(map(len, event_lists(again, ["/data/s1/x.wav", "/data/s2/x.wav", "/data/s2/y.wav"]))) == [1, 1, 1]
        both = tmp_path / "both"
        both.mkdir()
        write_events(both, {name: [Event(1, 2, "owl")] for name in ("../x.wav", "../x.flac")})
        assert sorted(path.name for path in both.iterdir()) == ["x.flac.txt", "x.wav.txt"]

    def test_a_recording_without_events_has_an_empty_file(self, tmp_path):
        table = pd.DataFrame({"recording": ["a.wav", "b.wav"], "onset": [1.0, np.nan], "offset": [2.0, np.nan]})
        write_events(tmp_path, table.assign(label=["owl", None]))
        assert (tmp_path / "b.txt").read_text() == ""
        assert read_events(tmp_path)["recording"].tolist() == ["a"]

    def test_results_of_birdnet_in_their_folders(self, write, tmp_path):
        results = "\n".join(line.rpartition(",")[0] for line in BIRDNET_CSV.splitlines()[:3])
        write("out/s1/rec1.BirdNET.results.csv", results)
        write("out/s1/rec1.BirdNET.selection.table.txt", "\n".join(BIRDNET_RAVEN.splitlines()[:3]))
        write("out/BirdNET_analysis_params.csv", "File splitting duration,Segment length\n600,3.0\n")
        write("out/.hidden.csv", "x")
        write("out/notes.md", "x")
        assert read_events(tmp_path / "out", format="birdnet")["recording"].tolist() == ["s1/rec1"] * 2
        assert read_events(tmp_path / "out", format="raven")["recording"].tolist() == ["rec1.wav"] * 2

    def test_two_files_of_one_recording(self, write, tmp_path):
        write("s1/rec.txt", "0.0\t2.3\thum\n")
        write("s1/rec.TextGrid", SHORT_TEXTGRID)
        with pytest.raises(
            EventTableError, match=r"two files have Event\(0, 2\.3, 'hum'\) of the recording 's1/rec'\. P"
        ):
            read_events(tmp_path)
        assert len(read_events(tmp_path, duplicates="keep")) == 4
        assert len(read_events(tmp_path, format="textgrid")) == 3

    def test_errors_name_the_file(self, write, tmp_path):
        with pytest.raises(
            EventTableError, match=r"There are no label files \(\.selections\.txt, \.txt.* in the folder '.*'"
        ):
            read_events(tmp_path)
        write("s1/a.txt", "1\t2\towl\n")
        write("s1/b.txt", "1\tlate\towl\n")
        with pytest.raises(EventTableError, match=r"b\.txt, line 1: end is 'late'; expected a number"):
            read_events(tmp_path)
        with pytest.raises(ValueError, match="is a folder, with a recording for each file; omit recording='x'"):
            read_events(tmp_path, recording="x")
        with pytest.raises(ValueError, match=r"a folder holds label files, got format='parquet'"):
            write_events(tmp_path, [Event(1, 2, "owl")], format="parquet")

    def test_nothing_is_written_if_a_recording_cannot_be(self, tmp_path):
        with pytest.raises(ValueError, match="cannot represent"):
            write_events(tmp_path, {"a.wav": [Event(1, 2, "owl")], "b.wav": [Event(1, 2, "a\tb")]})
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", BIRDNET_CSV),
        ("a.csv", KALEIDOSCOPE),
        ("a.TextGrid", LONG_TEXTGRID),
        ("a.TextGrid", SHORT_TEXTGRID),
        ("a.txt", BIRDNET_RAVEN),
    ],
)
def test_damaged_files_are_read_or_named(write, name, text):
    """Bytes that are cut, replaced or added at random: a table, or an error with the name of the file."""
    rng, content = random.Random(0), text.encode()
    outcomes = {"table": 0, "error": 0}
    for _ in range(200):
        start, n = rng.randrange(len(content)), rng.choice([0, 1, 10, len(content)])
        piece = rng.choice([b"", b'"', b"\n", b",", b"\t", b"\xff", b"\0", b"-", b"1e999", b"<", b"x"])
        path = write(name, "")
        path.write_bytes(content[:start] + piece + content[start + n :])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # rows without a label
            outcomes[table_or_named_error(path)] += 1
    assert min(outcomes.values()) > 10


def table_or_named_error(path):
    try:
        table = read_events(path)
    except EventTableError as error:
        return "error" if str(path) in str(error) else str(error)
    return "table" if (table["onset"] <= table["offset"]).all() else "events that end before they begin"
