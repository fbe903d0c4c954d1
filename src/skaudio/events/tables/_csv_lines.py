"""Rows of CSV files, with their line numbers."""

import csv
import io
from collections.abc import Iterator, Sequence

from skaudio.events.tables._rows import EventTableError, as_number


def csv_lines(text: str, path: object, delimiter: str = ",") -> Iterator[tuple[int, Sequence[str], list[str]]]:
    """Yield the number of the first line, the other lines and the cells of each row that is not empty."""
    lines = list(io.StringIO(text, newline=""))
    reader, first = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True), 0
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield first + 1, lines[first + 1 : reader.line_num], cells
            first = reader.line_num
    except csv.Error as error:
        raise EventTableError(
            f"{path}, line {first + 1}: {error}. Quoted cells must end with a quotation mark; those within them must "
            "be doubled."
        ) from None


def check_swallowed(
    line: int, more_lines: Sequence[str], times: Sequence[int], path: object, delimiter: str = ","
) -> None:
    """Raise if a multi-line cell contains rows, as between two unpaired quotation marks.

    Parameters
    ----------
    line : int
        Number of the first line of the row.
    more_lines : sequence of str
        Its other lines.
    times : sequence of int
        Indices of the columns of times: a line with numbers in all of them is a row.
    path : object
        Path of the file, for error messages.
    delimiter : str, default=","
        Delimiter of the cells.
    """
    for later, text in enumerate(more_lines, start=line + 1):
        cells = text.split(delimiter)
        if all(place < len(cells) and as_number(cells[place]) is not None for place in times):
            raise EventTableError(
                f"{path}, line {line}: a quotation mark opens a cell that extends into line {later}, which is another "
                "row. Double the quotation mark, or remove it."
            )
