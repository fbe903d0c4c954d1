import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from skaudio.io._replacing import replacing


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


def test_threads_that_write_one_path_each_write_their_own(tmp_path):
    barrier = threading.Barrier(8)

    def write(text):
        with replacing(tmp_path / "a") as aside:
            aside.write_text(text)
            barrier.wait()
            assert aside.read_text() == text

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, [character * 1000 for character in "abcdefgh"]))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert len(set((tmp_path / "a").read_text())) == 1
