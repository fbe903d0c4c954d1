"""Finding and downloading: from a server on this machine, and never half."""

import dataclasses
import shutil

import pytest

from skaudio.datasets import DatasetError
from skaudio.datasets._corpus import find_corpus

FILES = {"sub folder/1 - a.wav": b"one", "2.wav": b"two"}


def find(corpus, home, *, download_if_missing=True, verify=False):
    return find_corpus(corpus, data_home=home, download_if_missing=download_if_missing, verify=verify)


@pytest.fixture
def home(tmp_path):
    return tmp_path / "data" / "home"


def test_download_unpacks_the_recordings_and_who_made_them(serve_corpus, home):
    paths = find(serve_corpus(FILES), home)
    assert paths == [home / "tiny" / "sub folder" / "1 - a.wav", home / "tiny" / "2.wav"]
    assert [path.read_bytes() for path in paths] == [b"one", b"two"]
    # Not what the archive holds besides, and nothing left over from the download.
    assert sorted(path.name for path in home.rglob("*") if path.is_file()) == ["1 - a.wav", "2.wav", "README.md"]
    assert [path.name for path in home.iterdir()] == ["tiny"]


def test_licence_is_shown_on_download_and_only_then(serve_corpus, home, monkeypatch):
    import pooch

    shown = []
    handler = pooch.get_logger().handlers[0]
    monkeypatch.setattr(handler, "emit", lambda record: shown.append(record.getMessage()))
    corpus = serve_corpus(FILES)
    find(corpus, home)
    assert "Tiny Corpus. Licence: CC0, nobody." in shown
    shown.clear()
    find(corpus, home)
    assert shown == []


def test_what_is_there_is_not_downloaded_again(serve_corpus, home):
    corpus = serve_corpus(FILES)
    find(corpus, home)
    unreachable = dataclasses.replace(corpus, url="http://127.0.0.1:9/gone.zip")
    assert len(find(unreachable, home, verify=True)) == 2


def test_environment_names_the_data_home(serve_corpus, home, monkeypatch):
    monkeypatch.setenv("SKAUDIO_DATA", str(home))
    assert find(serve_corpus(FILES), None)[1] == home / "tiny" / "2.wav"


def test_missing_and_not_to_be_downloaded(serve_corpus, home):
    with pytest.raises(DatasetError, match="Tiny Corpus is missing, and download_if_missing=False"):
        find(serve_corpus(FILES), home, download_if_missing=False)
    assert not home.exists()


def test_offline_error_says_what_to_do_by_hand(serve_corpus, home):
    url = "http://127.0.0.1:9/commit.zip"  # the discard port: nothing answers
    corpus = dataclasses.replace(serve_corpus(FILES), url=url)
    with pytest.raises(OSError, match="Tiny Corpus could not be downloaded") as caught:
        find(corpus, home)
    assert isinstance(caught.value, ValueError)
    for part in (url, str(home / "tiny" / "sub folder" / "1 - a.wav"), "SKAUDIO_DATA", "'tiny'"):
        assert part in str(caught.value)
    assert list(home.iterdir()) == []


def test_no_such_archive(serve_corpus, home):
    corpus = serve_corpus(FILES)
    with pytest.raises(DatasetError, match=r"could not be downloaded.*404"):
        find(dataclasses.replace(corpus, url=corpus.url.replace("commit", "other")), home)


def test_not_an_archive(serve_corpus, home, tmp_path):
    corpus = serve_corpus(FILES)
    (tmp_path / "commit.zip").write_text("<html>Please log in</html>")
    with pytest.raises(DatasetError, match=r"could not be downloaded.*not a zip file"):
        find(corpus, home)
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        ({**FILES, "2.wav": b"tow"}, r"1 of 2 recordings are corrupt in .*: 2\.wav\. Downloaded from http"),
        ({"2.wav": b"two"}, r"1 of 2 recordings are missing from .*: sub folder/1 - a\.wav\."),
    ],
)
def test_a_download_that_is_not_whole_leaves_nothing(serve_corpus, home, packed, message):
    with pytest.raises(DatasetError, match=message):
        find(serve_corpus(packed, listed=FILES), home)
    assert list(home.iterdir()) == []


def test_a_break_while_unpacking_leaves_nothing(serve_corpus, home, monkeypatch):
    def break_off(*args, **kwargs):
        raise KeyboardInterrupt

    corpus = serve_corpus(FILES)
    with monkeypatch.context() as patched:
        patched.setattr("skaudio.datasets._corpus._check", break_off)
        with pytest.raises(KeyboardInterrupt):
            find(corpus, home)
    assert list(home.iterdir()) == []
    assert len(find(corpus, home)) == 2


def test_a_faster_process_wins(serve_corpus, home, monkeypatch):
    import pooch

    corpus, retrieve = serve_corpus(FILES), pooch.retrieve

    def retrieve_while_another_finishes(*args, **kwargs):
        with monkeypatch.context() as patched:
            patched.setattr(pooch, "retrieve", retrieve)
            find(corpus, home)
        return retrieve(*args, **kwargs)

    monkeypatch.setattr(pooch, "retrieve", retrieve_while_another_finishes)
    assert [path.read_bytes() for path in find(corpus, home)] == [b"one", b"two"]
    assert [path.name for path in home.iterdir()] == ["tiny"]


def test_missing_recordings_are_named(serve_corpus, home):
    files = {f"{number}.wav": b"" for number in range(9)}
    corpus = serve_corpus(files)
    find(corpus, home)
    for number in range(7):
        (home / "tiny" / f"{number}.wav").unlink()
    with pytest.raises(DatasetError, match=r"7 of 9 recordings are missing from .*: 0\.wav, .*4\.wav, \.\.\.\. Remove"):
        find(corpus, home)
    shutil.rmtree(home / "tiny")
    assert len(find(corpus, home)) == 9


def test_corrupt_recordings_are_found_when_asked_for(serve_corpus, home):
    corpus = serve_corpus(FILES)
    find(corpus, home)
    (home / "tiny" / "2.wav").write_bytes(b"tow")
    assert len(find(corpus, home)) == 2
    with pytest.raises(
        DatasetError, match=r"1 of 2 recordings are corrupt in .*: 2\.wav\. Remove .* to download it again"
    ):
        find(corpus, home, verify=True)
