import pytest

from skaudio.cli._files import check_writable, replacing


def test_replacing_writes_the_file(tmp_path):
    with replacing(tmp_path / "a") as aside:
        aside.write_text("new")
        assert not (tmp_path / "a").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_replacing_leaves_the_old_file_if_writing_fails(tmp_path, error):
    (tmp_path / "a").write_text("old")

    def write():
        with replacing(tmp_path / "a") as aside:
            aside.write_text("half")
            raise error

    with pytest.raises(error):
        write()
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "old"


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
