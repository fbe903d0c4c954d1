"""Tables that were damaged at random: what is read is what was there, or the error names the file."""

import itertools
import random

import pytest

from skaudio.events import Event, EventTableError, read_events, write_events

N_MUTANTS = 300
SUFFIXES = (".selections.txt", ".txt", ".tsv", ".csv", ".parquet")
# Bytes that mean something in one of the formats.
CHARACTERS = [
    b"\t",
    b",",
    b'"',
    b"\n",
    b"\r",
    b"\\",
    b"\0",
    b"\xff",
    b"\x80",
    b"\xe2\x80\xa8",
    b"\x0b",
    b" ",
    b"_",
    b"-",
]
CHARACTERS += [b"e", b".", b"nan", b"inf", b"1", b"x", b";", b"=", b"\xff\xfe"]


def events(rng, n=12):
    """Make events, no two at nearly one time, whose labels have quotes, commas and letters beyond ASCII."""
    labels = ["owl", 'a "door"', "howl, at dusk", "mésange", "x"]
    return [Event(5 * i, 5 * i + rng.randint(1, 4), rng.choice(labels), 0.5, 100, 900) for i in range(n)]


def cut(rng, data):
    return data[: rng.randrange(len(data))]


def without_a_piece(rng, data):
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randint(1, 20) :]


def with_a_piece(rng, data):
    start = rng.randrange(len(data))
    return data[:start] + rng.choice(CHARACTERS) + data[start:]


def with_another_piece(rng, data):
    start = rng.randrange(len(data))
    piece = rng.choice(CHARACTERS)
    return data[:start] + piece + data[start + len(piece) :]


def with_a_line_twice(rng, data):
    lines = data.split(b"\n")
    i = rng.randrange(len(lines))
    return b"\n".join(lines[: i + 1] + lines[i:])


def in_another_encoding(rng, data):
    try:
        return data.decode("utf-8").encode(rng.choice(["cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"]))
    except UnicodeError:  # Parquet
        return cut(rng, data)


MUTATIONS = [cut, without_a_piece, with_a_piece, with_another_piece, with_a_line_twice, in_another_encoding]


def table_or_error(path):
    try:
        return read_events(path, recording="night.wav")
    except EventTableError as error:
        return error


def keys(table):
    return {(row.recording, row.onset, row.offset, row.label) for row in table.itertuples()}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_damaged_tables_are_read_or_named(tmp_path, suffix):
    """Whatever happens to the bytes, there is a table or an `EventTableError` with the name of the file.

    A table that is cut between two lines, a line that is missing as a whole, and another number or letter are tables
    that nothing tells from whole ones. What can be told: no line that is still there as it was is left out.
    """
    rng = random.Random(0)
    path = tmp_path / f"night{suffix}"
    n_read = 0
    for _ in range(N_MUTANTS // len(SUFFIXES)):
        write_events(path, {"night.wav": events(rng)})
        whole, data = read_events(path, recording="night.wav"), path.read_bytes()
        mutation = rng.choice(MUTATIONS)
        damaged = mutation(rng, data)
        path.write_bytes(damaged)
        table = table_or_error(path)
        if isinstance(table, EventTableError):
            assert str(path) in str(table)
            continue
        n_read += 1
        if damaged == data:
            assert table.equals(whole)
        if suffix != ".parquet" and mutation is not in_another_encoding:
            assert keys(whole_lines(whole, data, damaged, suffix)) <= keys(table), (mutation.__name__, damaged)
    assert n_read < N_MUTANTS // len(SUFFIXES)


def whole_lines(whole, data, damaged, suffix):
    """Return the events whose lines are in the damaged table as they were."""
    left = damaged.splitlines()
    before = data.splitlines()
    if suffix == ".txt":  # a label has its frequencies in the next line
        pairs = list(zip(before[::2], before[1::2], strict=True))
        there = set(itertools.pairwise(left))
        return whole[[pair in there for pair in pairs]]
    return whole[[line in left for line in before[1:]]]
