"""What is the URL of a remote file, and what is a path."""

from pathlib import Path

import pytest

from skaudio._recording_names import RecordingNames
from skaudio._remote import url_name
from skaudio._urls import full_name, is_url, joined, local_path


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("s3://bucket/night.wav", True), ("https://host/night.wav?token=1", True), ("memory://night.wav", True),
        ("simplecache::s3://bucket/night.wav", True), ("zip://night.wav::s3://bucket/nights.zip", True),
        ("night.wav", False), ("C:/night.wav", False), ("C://night.wav", False), ("C:\\night.wav", False),
        ("file:///data/night.wav", False), ("a/s3://bucket", False), ("", False), (Path("night.wav"), False),
        (b"s3://bucket/night.wav", False), (None, False),
    ],
)  # fmt: skip
def test_what_is_a_url(name, expected):
    assert is_url(name) is expected


def test_the_url_of_a_local_file_is_its_path(tmp_path):
    path = tmp_path / "night 1.wav"
    assert local_path(path.as_uri()) == str(path)
    assert full_name(path.as_uri()) == str(path)
    assert RecordingNames([path]).find(path.as_uri()) == 0


def test_names_in_urls():
    assert url_name("https://host/nights/a.wav?token=x/y#part") == "a.wav"
    assert url_name("s3://bucket/nights/a?b.wav") == "a?b.wav"
    assert url_name("zip://nights/a.wav::s3://bucket/nights.zip") == "a.wav"
    assert url_name("simplecache::s3://bucket/a.wav") == "a.wav"
    assert joined("s3://bucket/nights/", "a.wav") == joined("s3://bucket/nights", "a.wav") == "s3://bucket/nights/a.wav"
    assert joined("zip://::s3://bucket/nights.zip", "june/a.wav") == "zip://june/a.wav::s3://bucket/nights.zip"
    assert joined("simplecache::s3://bucket", "a.wav") == "simplecache::s3://bucket/a.wav"


def test_recordings_are_known_by_their_whole_urls_first():
    urls = ["s3://forest/site1/dawn.wav", "s3://forest/site2/dawn.wav", "s3://city/dusk.wav", "/data/noon.wav"]
    names = RecordingNames(urls, folder="s3://forest")
    assert [names.find(url) for url in urls] == [0, 1, 2, 3]
    assert names.find("site2/dawn.wav") == 1
    assert names.find("dusk") == 2
    assert names.find("s3://elsewhere/dusk.wav") is None
    with pytest.raises(ValueError, match=r"matches several recordings, 's3://forest/site1/dawn\.wav'"):
        names.find("dawn.wav")
