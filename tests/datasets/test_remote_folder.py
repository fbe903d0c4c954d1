"""Labelled recordings in remote folders and tables."""

import numpy as np
import pytest

from skaudio.datasets import load_folder

NAMES = ["dog/anna/1.wav", "dog/ben/1.FLAC", "dog/.hidden/2.wav", "dog/notes.txt", "rain/anna/2.wav", "film.avi"]


@pytest.fixture(params=["memory", "s3"])
def root(request):
    """The URL of a folder with these files, and its file system."""
    files = request.getfixturevalue("remote" if request.param == "memory" else "bucket")
    url = f"{request.param}://nights/calls"
    for name in NAMES:
        files.pipe(f"{url}/{name}", b"x")
    return url, files


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_folder_per_class(root, slash):
    url, _ = root
    with pytest.warns(UserWarning, match=r"1 file\(s\) in 's3|memory.* are ignored: 1 \.avi"):
        clips = load_folder(url + slash, groups="folder")
    assert clips.data.tolist() == [f"{url}/{name}" for name in (NAMES[0], NAMES[1], NAMES[4])]
    assert clips.target.tolist() == ["dog", "dog", "rain"]
    assert clips.groups.tolist() == ["anna", "ben", "anna"]


def test_a_listing_is_not_kept(root):
    url, files = root
    load_folder(url, extensions=[".wav"])
    files.pipe(f"{url}/rain/new.wav", b"x")
    assert f"{url}/rain/new.wav" in load_folder(url, extensions=[".wav"]).data


def test_labels_in_names_and_recordings_without(root):
    url, files = root
    clips = load_folder(url, labels=r"^(\d)", groups=r"\.(\w+)$", extensions=[".wav", ".flac"])
    assert clips.target.tolist() == ["1", "1", "2"]
    assert clips.groups.tolist() == ["wav", "FLAC", "wav"]
    files.pipe(f"{url}/a.wav", b"x")
    with pytest.raises(ValueError, match=rf"Recordings directly in '{url}' have no label: 'a\.wav'"):
        load_folder(url)
    for gone in (f"{url}/none", f"{url}/none.csv"):
        with pytest.raises(ValueError, match=f"There is no folder or CSV file '{gone}'"):
            load_folder(gone)


def test_tables(root, tmp_path):
    url, files = root
    text = f"path,label\ndog/anna/1.wav,dog\n{url}/rain/anna/2.wav,rain\ns3://elsewhere/x/3.wav,rain\n"
    files.pipe(f"{url}/table.csv", text.encode())
    (tmp_path / "table.csv").write_text(text)
    expected = [f"{url}/dog/anna/1.wav", f"{url}/rain/anna/2.wav", "s3://elsewhere/x/3.wav"]
    for clips in (
        load_folder(f"{url}/table.csv", groups="folder"),
        load_folder(url, labels=tmp_path / "table.csv", groups="folder"),
        load_folder(url + "/", labels=f"{url}/table.csv", groups="folder"),
    ):
        assert clips.data.tolist() == expected
        assert clips.groups.tolist() == ["dog/anna", "rain/anna", "s3://elsewhere/x"]
    files.pipe(f"{url}/twice.csv", f"path,label\ndog/1.wav,dog\n{url}/dog/1.wav,cat\n".encode())
    with pytest.raises(ValueError, match=rf"{url}/twice\.csv, line 3: the file .* is already in line 2"):
        load_folder(f"{url}/twice.csv")
    with pytest.raises(ValueError, match=f"There is no CSV file '{url}/none.csv'"):
        load_folder(url, labels=f"{url}/none.csv")


def test_a_local_table_of_local_and_remote_recordings(tmp_path, remote):
    (tmp_path / "a.wav").touch()
    (tmp_path / "table.csv").write_text("path,label\na.wav,dog\nmemory://nights/b.wav,rain\n")
    clips = load_folder(tmp_path / "table.csv")
    np.testing.assert_array_equal(clips.data, [str(tmp_path / "a.wav"), "memory://nights/b.wav"])
    (tmp_path / "table.csv").write_text("path,label\nnone.wav,dog\n")
    with pytest.raises(ValueError, match="there is no file"):
        load_folder(tmp_path / "table.csv")
