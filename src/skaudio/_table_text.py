"""Text of tables in any encoding."""

import codecs
from os import PathLike
from pathlib import Path

from skaudio._remote import remote_bytes
from skaudio._urls import is_url

BYTE_ORDER_MARKS = {  # those of UTF-32 begin with those of UTF-16
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def table_text(path: str | PathLike, encoding: str | None = None) -> str:
    """Read the text of a table.

    Parameters
    ----------
    path : str or PathLike
        The file, or its URL.
    encoding : str or None, default=None
        Its encoding; None: that of its byte order mark (as in Excel's "Unicode text"), or else UTF-8. With "utf-8",
        bytes that are not UTF-8 become lone surrogates, as in Python's file names with such bytes.

    Returns
    -------
    str
        The text, with line ends unchanged and without a byte order mark.

    Raises
    ------
    ValueError
        If the file is not text in that encoding, or if the encoding is unknown. The message names the file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skaudio._table_text import table_text
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels.txt")
    ...     _ = path.write_bytes("mésange".encode("cp1252"))
    ...     table_text(path, "cp1252")
    'mésange'
    """
    data = remote_bytes(str(path)) if is_url(path) else Path(path).read_bytes()
    marked = next((name for mark, name in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "utf-8")
    used = marked if encoding is None else encoding
    try:
        keep_bytes = encoding is not None and codecs.lookup(encoding).name == "utf-8"
        text = data.decode(used, errors="surrogateescape" if keep_bytes else "strict").removeprefix("\ufeff")
    except LookupError:
        raise ValueError(
            f"{path}: encoding={encoding!r} is unknown; expected an encoding of Python, such as 'cp1252'."
        ) from None
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(used, errors="ignore")
        line = len(before.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        raise ValueError(
            f"{path}, line {line}: the byte 0x{data[error.start]:02x} is not {used.upper()} text. Save the table as "
            "UTF-8, or pass its encoding, such as encoding='cp1252' for Windows in Western Europe, or 'utf-8' if only "
            "file names have such bytes."
        ) from None
    if "\0" in text:
        raise ValueError(
            f"{path} is not {used.upper()} text: it contains null characters. Save it as UTF-8, or pass its encoding, "
            "such as encoding='utf-16-le'."
        )
    return text
