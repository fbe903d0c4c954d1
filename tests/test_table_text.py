"""Text of tables in any encoding: what cannot be read says so, with the file and a way."""

import codecs

import pytest

from skaudio._table_text import table_text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_known(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes("mésange\r\nowl".encode(encoding))
    assert table_text(tmp_path / "a.txt") == "mésange\r\nowl"
    assert table_text(tmp_path / "a.txt", encoding) == "mésange\r\nowl"


def test_a_mark_is_no_text(tmp_path):
    (tmp_path / "a.txt").write_bytes(codecs.BOM_UTF16_BE + "owl".encode("utf-16-be"))
    assert table_text(tmp_path / "a.txt") == table_text(tmp_path / "a.txt", "utf-16-be") == "owl"


def test_text_in_a_code_page_is_read_as_the_message_advises(tmp_path):
    (tmp_path / "a.txt").write_bytes("owl\nWilson\u2019s warbler".encode("cp1252"))
    with pytest.raises(ValueError, match=r"a\.txt, line 2: the byte 0x92 is not UTF-8 text\..*encoding='cp1252'"):
        table_text(tmp_path / "a.txt")
    assert table_text(tmp_path / "a.txt", encoding="cp1252") == "owl\nWilson\u2019s warbler"


def test_utf_16_without_a_mark_and_encodings_that_are_not_known(tmp_path):
    (tmp_path / "a.txt").write_bytes("owl".encode("utf-16-le"))
    with pytest.raises(ValueError, match=r"a\.txt is not UTF-8 text: .*encoding='utf-16-le'"):
        table_text(tmp_path / "a.txt")
    assert table_text(tmp_path / "a.txt", encoding="utf-16-le") == "owl"
    with pytest.raises(ValueError, match=r"a\.txt: encoding='cp12' is unknown"):
        table_text(tmp_path / "a.txt", encoding="cp12")
