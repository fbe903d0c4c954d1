"""One rule for names of recordings: the full path first, a shorter name if it is of one recording, else an error."""

import os
from pathlib import Path

import numpy as np
import pytest

from skaudio._recording_names import RecordingNames, pair_names

SITES = ["/data/site1/20240601_050000.WAV", "/data/site2/20240601_050000.WAV", "/data/site2/20240601_060000.WAV"]


@pytest.mark.parametrize(
    ("name", "place"),
    [
        (SITES[1], 1),
        (Path(SITES[1]), 1),
        ("/data/./site2//20240601_050000.WAV", 1),
        ("/data/site1/../site2/20240601_050000.WAV", 1),
        ("site1/20240601_050000.WAV", 0),
        ("site2\\20240601_050000.WAV", 1),  # as a table written on Windows has it
        ("site2/20240601_050000", 1),
        ("20240601_060000.WAV", 2),
        ("20240601_060000", 2),
        ("20240601_060000.wav", None),
        ("ite1/20240601_050000.WAV", None),
        ("/site1/20240601_050000.WAV", None),  # a full path of another file
        ("/data/site3/20240601_050000.WAV", None),
        ("", None),
    ],
)
def test_names_of_files_in_several_folders(name, place):
    assert RecordingNames(SITES).find(name) == place


@pytest.mark.parametrize("name", ["20240601_050000.WAV", "20240601_050000"])
def test_a_name_of_several_recordings_is_an_error_that_lists_them(name):
    message = r"'20240601_050000.*' matches several recordings, '/data/site1/.*' and '/data/site2/.*'\. .* full paths"
    with pytest.raises(ValueError, match=message):
        RecordingNames(SITES).find(name)
    many = RecordingNames([f"/{i}/a.wav" for i in range(9)])
    with pytest.raises(ValueError, match=r"'/0/a\.wav', '/1/a\.wav', '/2/a\.wav', '/3/a\.wav' and 5 more"):
        many.find("a.wav")


def test_what_is_equal_goes_before_what_ends_alike():
    names = RecordingNames(["a.wav", "site/a.wav", "b", "b.wav", "c.wav", "c.flac"])
    assert names.find("a.wav") == 0
    assert names.find("site/a.wav") == 1
    assert names.find("b") == 2
    assert names.find("b.wav") == 3
    with pytest.raises(ValueError, match=r"'c\.wav' and 'c\.flac'"):
        names.find("c")


def test_relative_paths_are_those_of_the_working_directory():
    names = RecordingNames(["a.wav", "sub/a.wav"])
    assert names.find(os.path.abspath("a.wav")) == 0
    assert names.find(os.path.abspath("sub/a.wav")) == 1
    assert RecordingNames([os.path.abspath("a.wav")]).find("../" + os.path.basename(os.getcwd()) + "/a.wav") == 0


def test_clips_without_a_name_are_known_by_their_numbers():
    names = RecordingNames([np.zeros(4), "a.wav", (np.zeros(4), 8000)], numbered=True)
    assert [names.find(name) for name in (0, np.int64(1), 2.0, "2", "a", 3, -1, "1")] == [
        0,
        1,
        2,
        2,
        1,
        None,
        None,
        None,
    ]
    with pytest.raises(ValueError, match="The table refers to 3, which matches no recording"):
        names.require(3, "The table")


def test_a_recording_that_is_given_twice_is_not_known_by_its_name():
    names = RecordingNames(["a.wav", "a.wav"], numbered=True)
    with pytest.raises(ValueError, match=r"recording 0 \('a\.wav'\) and recording 1 \('a\.wav'\)\. List each .* once"):
        names.find("a.wav")
    assert names.find(1) == 1


def test_the_same_file_name_in_another_folder_is_pointed_out():
    with pytest.raises(ValueError, match=r"matches no recording\. '/b/a\.wav' has the same file name.*another folder"):
        RecordingNames(["/b/a.wav"]).require("/c/a.wav", "The table")


def test_names_of_two_tables_are_paired_both_ways():
    assert pair_names(["night", "/b/dawn.wav"], ["/a/night.wav", "dawn"]) == {
        "night": "/a/night.wav",
        "/b/dawn.wav": "dawn",
    }
    assert pair_names([0, 1], ["1", "0"]) == {0: "0", 1: "1"}
    assert pair_names(["/a/x.wav", "/b/x.wav"], ["/b/x.wav"]) == {"/b/x.wav": "/b/x.wav"}
    assert pair_names(["x.wav", "site/x.wav"], ["x.wav"]) == {"x.wav": "x.wav"}
    with pytest.raises(ValueError, match=r"'x' matches several recordings, '/a/x\.wav' and '/b/x\.wav'"):
        pair_names(["x"], ["/a/x.wav", "/b/x.wav"])
    with pytest.raises(ValueError, match=r"'x' matches several recordings, '/a/x\.wav' and '/b/x\.wav'"):
        pair_names(["/a/x.wav", "/b/x.wav"], ["x"])
    with pytest.raises(ValueError, match=r"'/a/x\.wav' matches two names in the other table, 'x' and 'x\.wav'"):
        pair_names(["/a/x.wav"], ["x", "x.wav"])


def test_many_recordings_are_looked_up_at_once():
    paths = [f"/data/{i}/audio.wav" for i in range(20_000)]
    names = RecordingNames(paths)
    assert [names.find(f"{i}/audio.wav") for i in range(20_000)] == list(range(20_000))
