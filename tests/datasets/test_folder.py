"""`load_folder`: what it finds, in which order, and what it says when something is wrong."""

import os
import re
import warnings

import pytest

from skaudio.datasets import load_folder


@pytest.fixture
def tree(tmp_path):
    """Make empty files below a folder: nothing is opened, so nothing need be in them."""

    def grow(*names, table=None, table_name="labels.csv"):
        for name in names:
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        if table is not None:
            (tmp_path / table_name).write_text(table, encoding="utf-8")
        return tmp_path

    return grow


def relative(clips, root):
    return [os.path.relpath(path, root).replace(os.sep, "/") for path in clips.data]


class TestFolders:
    def test_labels_are_first_level_folders_in_a_fixed_order(self, tree):
        root = tree("rain/b.WAV", "dog/10.ogg", "dog/2.flac", "dog/old/1.wav", "rain/notes.txt")
        clips = load_folder(root)
        assert relative(clips, root) == ["dog/10.ogg", "dog/2.flac", "dog/old/1.wav", "rain/b.WAV"]
        assert clips.target.tolist() == ["dog", "dog", "dog", "rain"]
        assert clips.target_names.tolist() == ["dog", "rain"]
        assert clips.groups is None
        assert clips.data.dtype == object
        assert "4 recordings of 2 classes" in clips.DESCR

    def test_path_may_be_text_and_relative(self, tree, monkeypatch):
        monkeypatch.chdir(tree("sounds/a/1.wav"))
        assert load_folder("sounds").data.tolist() == [os.path.join("sounds", "a", "1.wav")]

    def test_hidden_files_and_folders_do_not_count(self, tree):
        root = tree("a/1.wav", "a/._1.wav", "a/.cache/2.wav", ".git/x.wav", ".hidden.wav")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert relative(load_folder(root), root) == ["a/1.wav"]

    def test_one_class_is_enough(self, tree):
        assert load_folder(tree("normal/1.wav")).target_names.tolist() == ["normal"]

    def test_a_linked_class_folder_counts(self, tree, tmp_path_factory):
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        (elsewhere / "1.wav").touch()
        root = tree("a/1.wav")
        (root / "b").symlink_to(elsewhere, target_is_directory=True)
        assert relative(load_folder(root), root) == ["a/1.wav", "b/1.wav"]

    def test_extensions(self, tree):
        root = tree("a/1.wav", "a/2.xyz")
        assert relative(load_folder(root, extensions=[".XYZ"]), root) == ["a/2.xyz"]
        with pytest.raises(ValueError, match=r"extensions must be a list of suffixes with dots.*'wav'"):
            load_folder(root, extensions="wav")

    def test_everything_that_can_be_read_counts(self, tree):
        names = ["a/1.wave", "a/2.M4A", "a/3.webm", "a/4.bwf", "b/1.mp2", "b/2.aac", "b/3.wma", "b/4.sph"]
        root = tree(*names, "a/cover.jpg", "a/notes.txt", "b/table.csv", "b/thesis.pdf", "b/features.mat")
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            clips = load_folder(root)
        assert relative(clips, root) == names

    def test_what_may_hold_sound_and_is_left_out_is_counted(self, tree):
        root = tree("a/1.wav", "a/2.mov", "a/x/3.MOV", "b/1.wav", "b/2.raw", "b/._3.avi", "b/notes.txt")
        match = r"^3 file\(s\) in .* may contain audio and are ignored: 2 \.mov, 1 \.raw\. "
        for labels in ("folder", "^([0-9])"):
            with pytest.warns(UserWarning, match=match) as warned:
                clips = load_folder(root, labels=labels)
            assert len(warned) == 1
            assert warned[0].filename == __file__
            assert relative(clips, root) == ["a/1.wav", "b/1.wav"]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(load_folder(root, extensions=[".wav"]).data) == 2  # chosen
            assert len(load_folder(root, extensions=[".wav", ".mov"]).data) == 4

    def test_empty_class_folders_are_named(self, tree):
        root = tree("a/1.wav", "b/readme.txt")
        (root / "c").mkdir()
        with pytest.warns(UserWarning, match=r"No recordings in these subfolders of .*: 'b', 'c'") as warned:
            load_folder(root)
        assert warned[0].filename == __file__

    def test_nothing_there(self, tree, tmp_path):
        with pytest.raises(ValueError, match=r"There is no folder or CSV file .*nowhere"):
            load_folder(tmp_path / "nowhere")
        with pytest.raises(ValueError, match=r"There are no recordings \(\.wav, .*\) in the subfolders of"):
            load_folder(tree("a/readme.txt"))

    def test_recordings_without_a_folder_have_no_label(self, tree):
        names = [f"{number}.wav" for number in range(7)]
        with pytest.raises(
            ValueError, match=r"have no label: '0.wav', .*'4.wav' and 2 more\. Put them into one subfolder"
        ):
            load_folder(tree("a/1.wav", *names))


class TestGroups:
    def test_first_group_of_the_expression_or_all_of_it(self, tree):
        root = tree("a/anna_1.wav", "b/ben_1.wav")
        assert load_folder(root, groups=r"^([a-z]+)_").groups.tolist() == ["anna", "ben"]
        assert load_folder(root, groups=r"^[a-z]+_").groups.tolist() == ["anna_", "ben_"]

    def test_folder_below_the_label(self, tree):
        root = tree("a/site1/1.wav", "a/site2/x/1.wav", "b/site1/1.wav")
        assert load_folder(root, groups="folder").groups.tolist() == ["site1", "site2/x", "site1"]

    def test_a_file_outside_all_group_folders_is_named(self, tree):
        with pytest.raises(ValueError, match=r"needs a folder per group, but there is none for '.*2\.wav'"):
            load_folder(tree("a/site1/1.wav", "a/2.wav"), groups="folder")

    @pytest.mark.parametrize("expression", [r"^speaker(\d+)", r"anna(x)?"])
    def test_files_that_do_not_match_are_named(self, tree, expression):
        root = tree("a/speaker1.wav", "a/anna.wav")
        with pytest.raises(ValueError, match=re.escape(f"groups={expression!r} does not match ") + ".*'anna.wav'"):
            load_folder(root, groups=expression)

    def test_not_an_expression(self, tree):
        with pytest.raises(ValueError, match=r"groups='\(' is not a regular expression"):
            load_folder(tree("a/1.wav"), groups="(")


class TestTables:
    def test_order_labels_and_groups_are_those_of_the_table(self, tree):
        root = tree("x/2.wav", "1.raw", table="label,path,group\nrain, x/2.wav ,s1\n\n dog,1.raw,s2\n")
        clips = load_folder(root / "labels.csv")
        assert relative(clips, root) == ["x/2.wav", "1.raw"]
        assert clips.target.tolist() == ["rain", "dog"]
        assert clips.groups.tolist() == ["s1", "s2"]
        assert clips.target_names.tolist() == ["dog", "rain"]

    def test_excel_writes_a_byte_order_mark(self, tree):
        root = tree("1.wav", table='\ufeffpath,label\r\n1.wav,"dog, large"\r\n')
        assert load_folder(root / "labels.csv").target.tolist() == ["dog, large"]

    def test_with_a_folder_paths_are_relative_to_it(self, tree):
        root = tree("audio/1.wav", "meta/x", table="path,label\n1.wav,dog\n", table_name="meta/labels.csv")
        clips = load_folder(root / "audio", labels=root / "meta" / "labels.csv")
        assert relative(clips, root) == ["audio/1.wav"]

    def test_absolute_paths(self, tree, tmp_path_factory):
        file = tmp_path_factory.mktemp("elsewhere") / "1.wav"
        file.touch()
        root = tree(table=f"path,label\n{file},dog\n")
        assert load_folder(root / "labels.csv").data.tolist() == [str(file)]

    def test_groups_by_name_or_folder_go_before_the_column(self, tree):
        root = tree("s1/anna.wav", "s2/ben.wav", table="path,label,group\ns1/anna.wav,a,x\ns2/ben.wav,b,y\n")
        assert load_folder(root / "labels.csv", groups="folder").groups.tolist() == ["s1", "s2"]
        assert load_folder(root / "labels.csv", groups=r"^\w+").groups.tolist() == ["anna", "ben"]

    @pytest.mark.parametrize(
        ("table", "message"),
        [
            ("", r"labels.csv has no column path and no column label; it has None"),
            ("path;label\n1.wav;dog\n", r"has no column path and no column label; it has \['path;label'\]"),
            ("path,class\n1.wav,dog\n", r"has no column label; it has \['path', 'class'\]"),
            ("path,label\n", "lists no recordings"),
            ("path,label\n1.wav,dog\n2.wav,cat\n", r"labels.csv, line 3: there is no file '.*2\.wav'"),
            ("path,label\n1.wav,\n", "line 2: the label is empty"),
            ("path,label\n1.wav\n", "line 2: the label is empty"),
            ("path,label,group\n,dog,\n", "line 2: the path and the group is empty"),
            ("path,label\n1.wav,dog, large\n", "line 2: more cells than columns"),
            ("path,label\n1.wav,dog\n1.wav,cat\n", r"line 3: the file '.*1\.wav' is already in line 2"),
            ("path,label\n1.wav,dog\n./1.wav,cat\n", r"line 3: the file '.*1\.wav' is already in line 2"),
            ("path,label,label\n1.wav,dog,cat\n", r"labels\.csv has more than one column label"),
            ('path,label\n1.wav,"dog\n2.wav,cat\n', r"labels\.csv, line \d: unexpected end of data"),
            ('path,label\n1.wav,"dog\n2.wav,cat"\n', r"labels\.csv, line 3: the label spans several lines"),
        ],
    )
    def test_wrong_tables(self, tree, table, message):
        root = tree("1.wav", table=table)
        with pytest.raises(ValueError, match=message):
            load_folder(root / "labels.csv")

    def test_wrong_encoding(self, tree):
        root = tree("1.wav")
        (root / "labels.csv").write_bytes("path,label\n1.wav,Vögel\n".encode("latin-1"))
        with pytest.raises(ValueError, match="is not UTF-8 text"):
            load_folder(root / "labels.csv")
        assert load_folder(root / "labels.csv", encoding="latin-1").target.tolist() == ["Vögel"]
        (root / "labels.csv").write_text("path,label\n1.wav,Vögel\n", encoding="utf-16")  # as Excel writes it
        assert load_folder(root / "labels.csv").target.tolist() == ["Vögel"]

    def test_paths_relative_to_the_folder_the_table_or_the_working_directory(self, tree, monkeypatch):
        table = "path,label\n1.wav,folder\n2.wav,table\nhere/3.wav,here\n"
        files = ["audio/1.wav", "meta/1.wav", "meta/2.wav", "work/2.wav", "work/here/3.wav"]
        root = tree(*files, table=table, table_name="meta/labels.csv")
        monkeypatch.chdir(root / "work")
        clips = load_folder(root / "audio", labels=root / "meta" / "labels.csv")
        assert clips.data.tolist() == [str(root / "audio/1.wav"), str(root / "meta/2.wav"), "here/3.wav"]
        assert load_folder("../meta/labels.csv").data.tolist() == ["../meta/1.wav", "../meta/2.wav", "here/3.wav"]
        monkeypatch.chdir(root)
        tried = r"line 4: there is no file 'meta/here/3\.wav' or 'here/3\.wav'\."
        with pytest.raises(ValueError, match=tried):
            load_folder("meta/labels.csv")

    def test_wrong_combinations(self, tree):
        root = tree("a/1.wav", table="path,label\na/1.wav,dog\n")
        with pytest.raises(
            ValueError, match=r"path must be a folder or a file that ends in \.csv, got the file .*1\.wav"
        ):
            load_folder(root / "a" / "1.wav")
        with pytest.raises(ValueError, match=r"labels=.* needs a folder as path"):
            load_folder(root / "labels.csv", labels=root / "labels.csv")
        with pytest.raises(ValueError, match=r"There is no CSV file .*none.csv"):
            load_folder(root, labels=root / "none.csv")


class TestLabelsInNames:
    def test_the_expression_finds_label_and_group(self, tree):
        root = tree("3_anna_0.wav", "7_ben_1.wav", "sub/3_ben_2.wav", "notes.txt")
        clips = load_folder(root, labels=r"^(\d)_", groups=r"_([a-z]+)_")
        assert clips.target.tolist() == ["3", "7", "3"]
        assert clips.groups.tolist() == ["anna", "ben", "ben"]

    def test_a_name_without_a_label_is_named(self, tree):
        root = tree("3_anna_0.wav", "anna.wav")
        with pytest.raises(ValueError, match=r"labels=.* does not match 1 file name\(s\): 'anna.wav'"):
            load_folder(root, labels=r"^(\d)_")

    def test_no_recordings(self, tree):
        with pytest.raises(ValueError, match="There are no recordings"):
            load_folder(tree("notes.txt"), labels=r"^(\d)_")
