import pytest

from skaudio.cli._files import audio_files, check_writable, size_of


def test_check_writable(tmp_path):
    (tmp_path / "a").touch()
    check_writable(tmp_path / "b", force=False)
    check_writable(tmp_path / "a", force=True)
    with pytest.raises(FileExistsError, match="--force"):
        check_writable(tmp_path / "a", force=False)
    with pytest.raises(FileNotFoundError, match="no folder"):
        check_writable(tmp_path / "nowhere" / "a", force=False)
    with pytest.raises(IsADirectoryError, match="is a folder"):
        check_writable(tmp_path, force=True)


def test_a_folder_stands_for_the_files_in_it_that_are_not_hidden(tmp_path):
    for name in ("a.wav", "b/c.FLAC", "b/notes.txt", "._a.wav", ".Trashes/d.wav", "b/.cache/e.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert audio_files(str(tmp_path)) == [str(tmp_path / "a.wav"), str(tmp_path / "b" / "c.FLAC")]
    for named in ("._a.wav", ".Trashes/d.wav"):
        assert audio_files(str(tmp_path / named)) == [str(tmp_path / named)]
    assert audio_files(str(tmp_path / ".Trashes")) == [str(tmp_path / ".Trashes" / "d.wav")]


def test_the_url_of_a_folder_stands_for_its_files_too(remote):
    for name in ("a.wav", "b/c.FLAC", "b/notes.txt", ".Trashes/d.wav"):
        remote.pipe(f"memory://nights/{name}", b"x")
    for url in ("memory://nights", "memory://nights/"):
        assert audio_files(url) == ["memory://nights/a.wav", "memory://nights/b/c.FLAC"]
    assert audio_files("memory://nights/none.wav") == ["memory://nights/none.wav"]  # an error when it is decoded
    with pytest.raises(FileNotFoundError, match="'memory://none' does not exist"):
        audio_files("memory://none")
    remote.pipe("memory://texts/a.txt", b"x")
    with pytest.raises(ValueError, match=r"no audio files .* in the folder 'memory://texts'"):
        audio_files("memory://texts")


@pytest.mark.parametrize(("n_bytes", "words"), [(10, "1 kB"), (45_400, "45 kB"), (1_550_000, "1.6 MB")])
def test_sizes_are_never_nothing(tmp_path, n_bytes, words):
    (tmp_path / "a").write_bytes(bytes(n_bytes))
    assert size_of(tmp_path / "a") == words
