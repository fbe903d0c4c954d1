"""What real tables have in them: several recordings, views, quotes, missing cells, odd labels, other encodings."""

import numpy as np
import pandas as pd
import pytest

from skaudio.events import Event, EventTableError, event_table, read_events, write_events

RAVEN = "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)\t"
SPECTROGRAM = "{}\tSpectrogram 1\t1\t{}\t{}\t100\t900\t"
BIRDNET = RAVEN + "File Offset (s)\tBegin Path\tCommon Name\tConfidence\n"
SEPARATORS = ["\u2028", "\u2029", "\x0b", "\x0c", "\x85", "\x1c"]


@pytest.fixture
def write(tmp_path):
    def to_file(name, text, encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return to_file


def rows(table):
    return [tuple(row) for row in table.iloc[:, :4].itertuples(index=False)]


class TestRaven:
    def test_recordings_by_their_paths(self, write):
        text = BIRDNET + (SPECTROGRAM.format(1, 6, 9) + "6.0\t/data/rec1.wav\tBlue Jay\t0.91\n")
        text += SPECTROGRAM.format(2, 66, 69) + "6.0\tD:\\data\\rec2.wav\tBlue Jay\t0.71\n"
        expected = [("rec1.wav", 6.0, 9.0, "Blue Jay"), ("rec2.wav", 6.0, 9.0, "Blue Jay")]
        assert rows(read_events(write("BirdNET_SelectionTable.txt", text))) == expected

    @pytest.mark.parametrize("with_names", [False, True])
    def test_two_paths_of_one_file_name_stay_apart(self, write, with_names):
        head, name = ("Begin File\t", "x.wav\t") if with_names else ("", "")
        text = RAVEN + head + "File Offset (s)\tBegin Path\tSpecies\n"
        for i in (1, 2):
            text += SPECTROGRAM.format(i, 60 * i, 60 * i + 1) + name + f"1.0\t/site{i}/x.wav\towl\n"
        assert rows(read_events(write("a.selections.txt", text))) == [
            ("/site1/x.wav", 1.0, 2.0, "owl"),
            ("/site2/x.wav", 1.0, 2.0, "owl"),
        ]

    def test_times_of_several_files_need_offsets(self, write):
        text = RAVEN + "Begin File\tSpecies\n" + SPECTROGRAM.format(1, 3, 6) + "a.wav\towl\n"
        assert rows(read_events(write("t.selections.txt", text))) == [("a.wav", 3.0, 6.0, "owl")]
        text += SPECTROGRAM.format(2, 63, 66) + "b.wav\towl\n"
        with pytest.raises(EventTableError, match=r"'a\.wav' and 'b\.wav', but no column 'File Offset \(s\)'"):
            read_events(write("t.selections.txt", text))

    def test_a_selection_that_names_no_recording(self, write):
        text = RAVEN + "Begin File\tFile Offset (s)\tSpecies\n"
        text += SPECTROGRAM.format(1, 3, 6) + "a.wav\t3\towl\n" + SPECTROGRAM.format(2, 7, 8) + "\t7\towl\n"
        with pytest.raises(EventTableError, match="line 3: the row does not name a recording, but others do"):
            read_events(write("t.selections.txt", text))

    def test_views_are_one_selection_and_joined_tables_are_not(self, write):
        waveform = SPECTROGRAM.replace("Spectrogram", "Waveform")
        text = RAVEN + "Begin File\tFile Offset (s)\tAnnotation\n"
        for name, label in (("a.wav", "owl"), ("b.wav", "owl"), ("b.wav", "howl")):
            for view in (waveform, SPECTROGRAM):
                text += view.format(1, 0, 3) + f"{name}\t0.0\t{label}\n"
        table = read_events(write("joined.selections.txt", text))
        assert rows(table) == [
            (n, 0.0, 3.0, label) for n, label in (("a.wav", "owl"), ("b.wav", "owl"), ("b.wav", "howl"))
        ]
        twice = RAVEN + "Annotation\n" + 2 * (SPECTROGRAM.format(1, 0, 3) + "owl\n")
        with pytest.raises(EventTableError, match=r"line 3: .* duplicates line 2"):
            read_events(write("twice.selections.txt", twice))

    def test_a_view_without_bands(self, write):
        text = RAVEN + "Annotation\n1\tWaveform 1\t1\t0\t3\t\t\towl\n" + SPECTROGRAM.format(1, 0, 3) + "owl\n"
        assert len(read_events(write("a.selections.txt", text))) == 1

    def test_channels_tell_events_apart(self, write, tmp_path):
        row = "{0}\tSpectrogram {0}\t{0}\t1.0\t2.0\t300\t700\towl\n"
        path = write("two.selections.txt", RAVEN + "Annotation\n" + row.format(1) + row.format(2))
        table = read_events(path)
        assert table["channel"].tolist() == [1, 2]
        for suffix in (".selections.txt", ".csv", ".parquet"):
            write_events(tmp_path / f"back{suffix}", table)
            pd.testing.assert_frame_equal(read_events(tmp_path / f"back{suffix}"), table)
        second = read_events(write("one.selections.txt", RAVEN + "Annotation\n" + row.format(2)))
        assert second["channel"].tolist() == [2]
        assert "channel" not in read_events(write("one.selections.txt", RAVEN + "Annotation\n" + row.format(1))).columns

    def test_channels_may_have_names_or_be_missing(self, write, tmp_path):
        path = write("a.csv", "onset,offset,label,channel\n1,2,owl,left\n1,2,owl,right\n3,4,owl,\n")
        table = read_events(path)
        assert table["channel"].fillna("").tolist() == ["left", "right", ""]
        write_events(tmp_path / "b.csv", table)
        assert read_events(tmp_path / "b.csv").equals(table)
        numbers = table.assign(channel=[1, None, 2])
        assert numbers["channel"].dtype == float
        write_events(tmp_path / "b.csv", numbers)
        assert read_events(tmp_path / "b.csv")["channel"].fillna(0).tolist() == [1, 0, 2]

    def test_the_column_that_has_labels(self, write):
        text = RAVEN + "Annotation\tSpecies\n" + SPECTROGRAM.format(1, 1, 2) + "\towl\n"
        assert read_events(write("a.selections.txt", text))["label"].tolist() == ["owl"]
        text += SPECTROGRAM.format(2, 3, 4) + "far\t\n"
        with pytest.raises(EventTableError, match=r"line 2: The event from 1\.0 to 2\.0 s has no label"):
            read_events(write("a.selections.txt", text))
        by_name = read_events(
            write("a.selections.txt", text.replace("\t\towl", "\tnear\towl")), label_column="Annotation"
        )
        assert by_name["label"].tolist() == ["near", "far"]

    def test_trailing_cells_may_be_missing(self, write):
        text = RAVEN + "Species\tdistance\ttype\n" + SPECTROGRAM.format(1, 1.5, 4) + "owl\n"
        assert rows(read_events(write("night.Table.1.selections.txt", text))) == [("night", 1.5, 4.0, "owl")]
        tab = RAVEN + "Annotation\t\n" + SPECTROGRAM.format(1, 1.5, 4) + "owl\n"
        assert rows(read_events(write("night.Table.1.selections.txt", tab))) == [("night", 1.5, 4.0, "owl")]
        with pytest.raises(EventTableError, match=r"line 2: 11 cells; expected 10\. Does a cell contain the separator"):
            read_events(write("a.selections.txt", text.replace("owl", "owl\tnear\t\tx")))

    def test_names_of_birdnet_tables(self, write):
        for name in ("night.1.BirdNET.selection.table.txt", "night.1.Table.2.selections.txt", "night.1.txt"):
            text = RAVEN + "Species\n" + SPECTROGRAM.format(1, 1.5, 4) + "owl\n"
            assert read_events(write(name, text))["recording"].tolist() == ["night.1"]


class TestQuotes:
    def test_raven_and_audacity_do_not_quote(self, write):
        text = RAVEN + "Annotation\tNotes\n"
        for i, note in enumerate(['"faint', "x", 'y"', '"z"'], 1):
            text += SPECTROGRAM.format(i, 2 * i, 2 * i + 1) + f'"owl"\t{note}\n'
        assert read_events(write("a.selections.txt", text))["label"].tolist() == ['"owl"'] * 4
        assert read_events(write("a.txt", '0\t1\t"x\n2\t3\ty\n'))["label"].tolist() == ['"x', "y"]

    def test_dcase_quotes_whole_cells_as_pandas_does(self, write, tmp_path):
        assert read_events(write("a.tsv", '0\t1\t"x\n2\t3\ty"\n4\t5\t"z"\n'))["label"].tolist() == ['"x', 'y"', "z"]
        label = 'a "door" slams'
        table = event_table({"a.wav": [Event(1, 2, label), Event(3, 4, '"')]})
        table.rename(columns={"recording": "filename", "label": "event_label"}).to_csv(
            tmp_path / "pandas.tsv", sep="\t", index=False
        )
        assert rows(read_events(tmp_path / "pandas.tsv")) == rows(table)
        write_events(tmp_path / "own.tsv", table)
        assert pd.read_csv(tmp_path / "own.tsv", sep="\t")["event_label"].tolist() == [label, '"']

    @pytest.mark.parametrize(
        ("text", "match"),
        [
            ('a,1,2,"owl\na,3,4,owl\n', "line 2: unexpected end of data"),
            ('a,1,2,"owl\na,3,4,owl"\n', "line 2: a quotation mark opens a cell that extends into line 3"),
            ('a,1,2,x\na,1,2,"owl\na,3,4,"owl"\n', "line 3: "),
            ('a,1,2,"owl" at dusk\n', "line 2: "),
        ],
    )
    def test_lone_quotes_in_csv(self, write, text, match):
        with pytest.raises(EventTableError, match=r"a\.csv, " + match):
            read_events(write("a.csv", "recording,onset,offset,label\n" + text))

    def test_cells_over_several_lines_are_still_read(self, write):
        text = 'recording,onset,offset,label,note\na,1,2,owl,"near,\nthen far"\na,3,4,5" gun,\n'
        assert rows(read_events(write("a.csv", text))) == [("a", 1.0, 2.0, "owl"), ("a", 3.0, 4.0, '5" gun')]


class TestLabels:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("a.selections.txt", RAVEN + "Annotation\n" + SPECTROGRAM.format(1, 1, 2) + "{}\n"),
            ("a.txt", "1\t2\t{}\n"),
            ("a.tsv", "1\t2\t{}\n"),
            ("a.csv", "onset,offset,label\n1,2,{}\n"),
        ],
    )
    def test_blanks_are_taken_off_and_an_empty_label_is_no_class(self, write, name, text):
        assert read_events(write(name, text.format(" owl\u00a0 ")))["label"].tolist() == ["owl"]
        with pytest.raises(EventTableError, match=r"line \d: The event from 1.0 to 2.0 s has no label, got '"):
            read_events(write(name, text.format(" ")))

    def test_audacity_without_labels(self, write):
        with pytest.raises(EventTableError, match=r"line 2: The event from 2\.7 to 8\.2 s has no label"):
            read_events(write("a.txt", "0.0\t2.7\towl\n2.7\t8.2\n"))

    @pytest.mark.parametrize("separator", SEPARATORS)
    def test_lines_end_at_line_feeds_and_carriage_returns_alone(self, write, tmp_path, separator):
        label = f"foo{separator}bar"
        raven = (
            RAVEN + "Annotation\n" + SPECTROGRAM.format(1, 1, 2) + label + "\n" + SPECTROGRAM.format(2, 3, 4) + "x\n"
        )
        for name, text in {
            "a.selections.txt": raven,
            "a.txt": f"1\t2\t{label}\n3\t4\tx\n",
            "a.tsv": f"1\t2\t{label}\n3\t4\tx\n",
            "a.csv": f"onset,offset,label\n1,2,{label}\n3,4,x\n",
        }.items():
            assert read_events(write(name, text))["label"].tolist() == [label, "x"]
            assert len(read_events(write(name, text.replace("\n", "\r")))) == 2
            assert len(read_events(write(name, text.replace("\n", "\r\n")))) == 2
            write_events(tmp_path / name, [Event(1, 2, label), Event(3, 4, "x")])
            assert read_events(tmp_path / name)["label"].tolist() == [label, "x"]

    def test_the_line_of_an_error_is_that_of_an_editor(self, write):
        text = 'recording,onset,offset,label\r\na,1,2,"x\u2029\r\ny"\r\n\r\na,oops,4,z\r\n'
        with pytest.raises(EventTableError, match="line 5: onset is 'oops'"):
            read_events(write("a.csv", text))


class TestBands:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ("1,2,owl,300,700", "1,2,owl,4000,8000"),
            ("20.36,24.68,owl,1340,2270", "20.61,24.69,owl,1780,5500"),
            ("1,2,owl,300,", "1,2,owl,900,"),
        ],
    )
    def test_two_bands_at_one_time_are_two_events(self, write, first, second):
        head = "onset,offset,label,low_frequency,high_frequency\n"
        assert len(read_events(write("a.csv", f"{head}{first}\n{second}\n"))) == 2

    @pytest.mark.parametrize("second", ["1,2.01,owl,300,710", "1.02,2,owl,,", "1,2,owl,300,"])
    def test_the_same_box_is_there_twice(self, write, second):
        text = f"onset,offset,label,low_frequency,high_frequency\n1,2,owl,300,700\n5,6,x,,\n{second}\n"
        with pytest.raises(EventTableError, match=r"a\.csv, line 4: .* duplicates line 2\. .*duplicates='keep'"):
            read_events(write("a.csv", text))
        assert len(read_events(write("a.csv", text), duplicates="keep")) == 3
        with pytest.raises(ValueError, match="duplicates='drop'; expected 'raise' or 'keep'"):
            read_events(write("a.csv", text), duplicates="drop")

    def test_audacity_boxes(self, write):
        text = "1.0\t2.0\towl\n\\\t300\t700\n1.0\t2.0\towl\n\\\t4000\t8000\n"
        assert read_events(write("a.txt", text))["low_frequency"].tolist() == [300.0, 4000.0]


class TestMissingValues:
    def test_missing_scores(self, write, tmp_path):
        text = "recording,onset,offset,label,score\na,1,2,owl\na,3,4,owl,NA\na,5,6,owl,nan\na,7,8,owl,0.5\n"
        assert read_events(write("a.csv", text))["score"].fillna(-1).tolist() == [-1.0, -1.0, -1.0, 0.5]
        table = pd.DataFrame({"recording": ["a", "b"], "onset": [1.0, 2.0], "offset": [2.0, 3.0], "label": ["x", "y"]})
        for scores in (
            pd.array([0.5, pd.NA], dtype="Float64"),
            pd.array([0.5, None], dtype="double[pyarrow]"),
            [0.5, None],
        ):
            for suffix in (".selections.txt", ".csv", ".parquet"):
                write_events(tmp_path / f"a{suffix}", table.assign(score=scores), durations={"a": 9.0, "b": 9.0})
                assert read_events(tmp_path / f"a{suffix}")["score"].fillna(-1).tolist() == [0.5, -1.0]

    def test_a_recording_and_nothing_else_has_no_events(self, write, tmp_path):
        text = "filename\tonset\toffset\tevent_label\na.wav\tnan\tnan\tnan\nc.wav\nd.wav\t\t\t\nb.wav\t1\t2\tdog\n"
        assert rows(read_events(write("a.tsv", text))) == [("b.wav", 1.0, 2.0, "dog")]
        csv = "recording,onset,offset,label\na.wav,,,\nb.wav,1,2,dog\n"
        assert rows(read_events(write("a.csv", csv))) == [("b.wav", 1.0, 2.0, "dog")]
        table = pd.DataFrame({"recording": ["a.wav", "b.wav"], "onset": [None, 1.0], "offset": [np.nan, 2.0]})
        table["label"] = [None, "dog"]
        for suffix in (".csv", ".parquet", ".tsv"):
            write_events(tmp_path / f"a{suffix}", table)
            assert rows(read_events(tmp_path / f"a{suffix}")) == [("b.wav", 1.0, 2.0, "dog")]

    @pytest.mark.parametrize("value", ["inf", "-inf", "1e999", "1_0", "0x1", "high"])
    def test_what_is_no_score(self, write, value):
        with pytest.raises(EventTableError, match=r"a\.csv, line 2: "):
            read_events(write("a.csv", f"onset,offset,label,score\n1,2,x,{value}\n"))

    @pytest.mark.parametrize(
        ("columns", "match"),
        [
            ({"onset": [5.0]}, r"a\.parquet, row 0 \(of 'a'\): The event 'x' is from 5.0 to 2.0 s"),
            ({"label": [None]}, r"a\.parquet, row 0 \(of 'a'\): The event from 1.0 to 2.0 s has no label"),
            ({"score": [np.inf]}, r"a\.parquet, row 0 .* has the score inf; expected a finite number"),
            ({"recording": [None]}, r"a\.parquet, row 0: the event from 1.0 to 2.0 s has no recording"),
        ],
    )
    def test_parquet_errors_name_the_file_and_the_row(self, tmp_path, columns, match):
        table = pd.DataFrame({"recording": ["a"], "onset": [1.0], "offset": [2.0], "label": ["x"]})
        table.assign(**columns).to_parquet(tmp_path / "a.parquet")
        with pytest.raises(EventTableError, match=match):
            read_events(tmp_path / "a.parquet")
        table.drop(columns="label").to_parquet(tmp_path / "a.parquet")
        with pytest.raises(EventTableError, match=r"a\.parquet has no column 'label'"):
            read_events(tmp_path / "a.parquet")
        (tmp_path / "a.parquet").write_bytes(b"PAR1 this is none")
        with pytest.raises(EventTableError, match=r"a\.parquet is not a readable Parquet file"):
            read_events(tmp_path / "a.parquet")


def test_encodings(write):
    text = "recording,onset,offset,label\na.wav,1,2,mésange\n"
    assert read_events(write("a.csv", text, "utf-16"))["label"].tolist() == ["mésange"]
    with pytest.raises(EventTableError, match=r"a\.csv, line 2: the byte 0xe9 is not UTF-8 text"):
        read_events(write("a.csv", text, "cp1252"))
    assert read_events(write("a.csv", text, "cp1252"), encoding="cp1252")["label"].tolist() == ["mésange"]


def test_columns_that_are_there_twice(write):
    with pytest.raises(EventTableError, match=r"a\.csv, line 1: there is more than one column 'label'"):
        read_events(write("a.csv", "onset,offset,label,label\n1,2,x,y\n"))


def test_events_may_end_a_little_after_their_recording(write):
    text = "recording,onset,offset,label\n/site/a.wav,1,10.5,x\n/site/b.wav,1,2,x\n"
    durations = {"a.wav": 10.0, "b": 10.0}
    assert len(read_events(write("a.csv", text), durations=durations)) == 2
    with pytest.raises(EventTableError, match=r"line 2: .*10\.51, 'x'\) ends more than 0\.5 s after .* has 10 s"):
        read_events(write("a.csv", text.replace("10.5", "10.51")), durations=durations)
    with pytest.raises(EventTableError, match=r"a\.csv, with durations: The name 'a' matches several recordings"):
        read_events(write("a.csv", text.replace("b.wav", "sub/a.wav")), durations={"a": 10.0})


class TestWriting:
    @pytest.mark.parametrize("suffix", [".selections.txt", ".txt", ".tsv"])
    @pytest.mark.parametrize("label", ["door\tslam", "door\nslam", "door\rslam"])
    def test_labels_that_a_format_cannot_hold_are_refused(self, tmp_path, suffix, label):
        with pytest.raises(ValueError, match=rf"a{suffix}.*cannot represent|cannot represent these events"):
            write_events(tmp_path / f"a{suffix}", {"a.wav": [Event(1, 2, label), Event(3, 4, "x")]})
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("suffix", [".selections.txt", ".tsv", ".csv"])
    def test_names_that_a_format_cannot_hold_are_refused(self, tmp_path, suffix):
        with pytest.raises(ValueError, match="cannot represent"):
            write_events(tmp_path / f"a{suffix}", {" a.wav": [Event(1, 2, "x")]})

    @pytest.mark.parametrize("suffix", [".csv", ".parquet"])
    def test_others_hold_them(self, tmp_path, suffix):
        label = 'door,\n"slam"\tand\u2028more'
        write_events(tmp_path / f"a{suffix}", {"a.wav": [Event(1, 2, label)]})
        assert read_events(tmp_path / f"a{suffix}")["label"].tolist() == [label]

    def test_what_a_format_has_no_place_for(self, tmp_path):
        events = {"a.wav": [Event(1, 2, "owl", None, 300, 700), Event(1, 2, "owl", None, 4000, 8000)]}
        with pytest.raises(
            ValueError, match=r"'dcase' cannot represent the difference between Event\(1, 2, 'owl', low.*=300"
        ):
            write_events(tmp_path / "a.tsv", events)
        for suffix in (".selections.txt", ".txt", ".csv", ".parquet"):
            write_events(tmp_path / f"a{suffix}", events)
            assert len(read_events(tmp_path / f"a{suffix}")) == 2

    def test_raven_knows_durations_by_shorter_or_longer_names(self, tmp_path):
        events = {"/s1/a.wav": [Event(1, 2, "x")], "b.wav": [Event(1, 2, "x")]}
        write_events(tmp_path / "a.selections.txt", events, durations={"a": 60.0, "/s2/b.wav": 30.0})
        lines = (tmp_path / "a.selections.txt").read_text().splitlines()
        assert [line.split("\t")[3] for line in lines[1:]] == ["1.000000000", "61.000000000"]
        with pytest.raises(ValueError, match=r"'a\.wav' matches several recordings"):
            write_events(
                tmp_path / "a.selections.txt",
                {"a.wav": [Event(1, 2, "x")]},
                durations={"/s1/a.wav": 1.0, "/s2/a.wav": 1.0},
            )


def test_a_large_table_is_read_as_it_is(write):
    """Some 20,000 rows of ten recordings, each four times as long as the step to the next: many overlap."""
    n = 20_000
    lines = [f"{i % 10}.wav,{i // 10 * 2.5},{i // 10 * 2.5 + 10},{'owl' if i % 3 else 'howl'}" for i in range(n)]
    path = write("a.csv", "recording,onset,offset,label\n" + "\n".join(lines) + "\n")
    table = read_events(path, durations=5010.0)
    assert table["recording"].tolist() == [f"{i % 10}.wav" for i in range(n)]
    assert table["onset"].tolist() == [i // 10 * 2.5 for i in range(n)]
    path = write("a.csv", path.read_text() + f"{lines[777]}\n")
    with pytest.raises(EventTableError, match=f"line {n + 2}: .* duplicates line 779"):
        read_events(path)
