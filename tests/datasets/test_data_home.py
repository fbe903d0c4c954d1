"""`get_data_home`: the argument, else the environment, else the home folder; and nothing is made."""

from pathlib import Path

from skaudio.datasets import get_data_home


def test_order_of_precedence(monkeypatch, tmp_path):
    monkeypatch.setenv("SKAUDIO_DATA", str(tmp_path / "from_environment"))
    assert get_data_home(tmp_path) == tmp_path
    assert get_data_home() == tmp_path / "from_environment"
    monkeypatch.setenv("SKAUDIO_DATA", "")
    assert get_data_home() == Path.home() / "skaudio_data"
    monkeypatch.delenv("SKAUDIO_DATA")
    assert get_data_home() == Path.home() / "skaudio_data"
    assert get_data_home("~/x") == Path.home() / "x"
    assert not (tmp_path / "from_environment").exists()
