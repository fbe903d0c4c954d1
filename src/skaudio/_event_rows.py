"""Parsing of the rows of an event table: missing values, labels, recordings without events."""

from collections.abc import Iterator, Sequence
from typing import Any

COLUMNS = ("recording", "onset", "offset", "label")
VERIFIED = "verified"  # whether a person found the event right: true, false, or missing if nobody looked
VERDICTS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


def event_rows(table: Any, what: str, optional: Sequence[str] = ()) -> Iterator[tuple[int, Any, tuple | None]]:
    """Yield the rows of a table of events.

    Parameters
    ----------
    table : DataFrame
        With the columns ``recording``, ``onset``, ``offset`` and ``label``.
    what : str
        Name of the table in messages.
    optional : sequence of str, default=()
        Optional columns.

    Yields
    ------
    number : int
        Row number, from 0.
    recording : object
        Recording of the row.
    fields : tuple or None
        Onset, offset, label and the optional fields, None where one is missing; or None for a row that is no event:
        one with only a recording, which has no events, or one that was reviewed and is wrong (``verified`` is False).

    Raises
    ------
    ValueError
        If a column is missing or occurs twice, if an event has no recording, or if ``verified`` is neither true nor
        false nor missing.
    """
    columns = list(table.columns)
    for name in COLUMNS:
        if columns.count(name) != 1:
            problem = "has no column" if name not in columns else "has more than one column"
            raise ValueError(f"{what} {problem} {name!r}; expected the columns {', '.join(COLUMNS)}.")
    names = (VERIFIED, *COLUMNS, *optional)
    fields = [list(table[name]) if name in columns else [None] * len(table) for name in names]
    for number, (verified, recording, onset, offset, label, *more) in enumerate(zip(*fields, strict=True)):
        is_empty = all(map(is_missing, (onset, offset, label)))
        if not is_missing(recording):
            values = (onset, offset, label, *(None if is_missing(value) else value for value in more))
            try:
                is_wrong = verdict(verified) is False
            except ValueError as error:
                raise ValueError(f"{what}, row {number}: {error}") from None
            yield number, recording, None if is_empty or is_wrong else values
        elif not is_empty:
            raise ValueError(f"{what}, row {number}: the event from {onset} to {offset} s has no recording.")


def verdict(value: Any) -> bool | None:
    """Return whether a reviewed event is right, or None if it was not reviewed.

    Parameters
    ----------
    value : bool, int, str or missing value
        Cell of the column ``verified``: true or false in any case, 1 or 0, or empty.

    Returns
    -------
    bool or None

    Raises
    ------
    ValueError
        If it is something else.
    """
    if is_missing(value) or (text := str(value).strip().lower()) in {"", "nan", "<na>"}:
        return None
    if text not in VERDICTS:
        raise ValueError(f"{VERIFIED} is {value!r}; expected true, false, or nothing if it was not reviewed.")
    return VERDICTS[text]


def clean_label(label: Any) -> Any:
    """Return a label without surrounding whitespace.

    Parameters
    ----------
    label : object
        The name of a class.

    Returns
    -------
    object
        The label.

    Raises
    ------
    ValueError
        If it is empty.
    """
    stripped = label.strip() if isinstance(label, str) else label
    if stripped == "" if isinstance(stripped, str) else is_missing(stripped):
        raise ValueError(f"no label, got {label!r}")
    return stripped


def is_missing(value: Any) -> bool:
    """Return whether a value of a table is missing: None, NaN, NaT or pandas.NA."""
    if value is None or isinstance(value, str):
        return value is None
    same = value == value  # NaN and NaT differ from themselves; comparing pandas.NA returns NA
    return type(same).__name__ == "NAType" or same is False or (hasattr(same, "dtype") and not same.all())
