import pytest

from skaudio.cli._files import check_writable


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
