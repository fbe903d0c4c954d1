"""Results of BirdNET-Analyzer as CSV."""

from collections.abc import Iterator

from skaudio.events.tables._csv_lines import check_swallowed, csv_lines
from skaudio.events.tables._file_names import base_name, names_or_paths
from skaudio.events.tables._rows import EventTableError, Row, columns_of, full_row, make_event, number, optional_number

BIRDNET_COLUMNS = BEGIN, END = ("Start (s)", "End (s)")
LABELS = ("Common name", "Scientific name")
SCORE, FILE = "Confidence", "File"


def read_birdnet(text: str, path: object, label_column: str | None) -> Iterator[Row]:
    """Read the results of BirdNET-Analyzer [1]_: CSV with start and end, two names, confidence and, later, the file.

    Early versions separate cells by semicolons. A recording is named by its file name; if two paths have one file name,
    by its path.

    References
    ----------
    .. [1] S. Kahl, C. M. Wood, M. Eibl and H. Klinck, "BirdNET: a deep learning solution for avian diversity
       monitoring", Ecological Informatics 61, 2021; BirdNET-Analyzer documentation, "Output formats".
    """
    header_line = text.lstrip().partition("\n")[0]
    delimiter = ";" if header_line.count(";") > header_line.count(",") else ","
    lines = csv_lines(text, path, delimiter)
    header = [cell.strip() for cell in next(lines, (1, [], []))[2]]
    places = columns_of(header, BIRDNET_COLUMNS, (*LABELS, SCORE, FILE), path)
    label_column = next((name for name in LABELS if name in places), None) if label_column is None else label_column
    if label_column not in places:
        missing = label_column or LABELS[0]
        raise EventTableError(f"{path}, line 1: there is no column {missing!r}; found {', '.join(header)}.")
    needed = [places[name] for name in (*BIRDNET_COLUMNS, label_column)]
    table = []
    for line, more_lines, incomplete in lines:
        check_swallowed(line, more_lines, needed[:2], path, delimiter)
        row = full_row(incomplete, len(header), needed, line, path)
        table.append((line, {name: row[place].strip() for name, place in places.items()}))
    paths = [cells.get(FILE, "") for _, cells in table]
    names = names_or_paths(list(map(base_name, paths)), paths)
    for (line, cells), name in zip(table, names, strict=True):
        times = (number(cells[column], column, line, path) for column in BIRDNET_COLUMNS)
        score = optional_number(cells.get(SCORE), SCORE, line, path)
        yield Row(line, name or None, make_event(line, path, *times, cells[label_column], score))
