import numpy as np

from skaudio.cli._tables import confusion_table, ranked_table
from skaudio.model_selection import CandidateRanking


def test_ranks():
    columns = np.array([[0.9, 0.7, 0.5], [0.02, 0.03, 0.01], [12.345, 3.0, 1.0]])
    lines = ranked_table(CandidateRanking("f1_macro", np.arange(3), ["a", "b", "c"], *columns)).splitlines()
    assert lines[0].split() == ["rank", "f1", "macro", "fit", "s", "candidate"]
    assert [line.split() for line in lines[1:]] == [
        ["1", "0.900", "±", "0.020", "12.35", "a"],
        ["2", "0.700", "±", "0.030", "3.00", "b"],
        ["3", "0.500", "±", "0.010", "1.00", "c"],
    ]
    assert len({line.index(word) for line, word in zip(lines[1:], "abc", strict=True)}) == 1


def test_many_candidates_are_cut_and_counted():
    means, names = np.linspace(1, 0, 30), [f"candidate {i}" for i in range(30)]
    lines = ranked_table(CandidateRanking("accuracy", np.arange(30), names, means, means, means)).splitlines()
    assert lines[1].endswith("candidate 0")
    assert len(lines) == 22
    assert "10 more, down to 0.000" in lines[-1]


def test_confusion_matrix():
    target = np.array(["ant", "ant", "ant", "ant", "bee", "bee"])
    predicted = np.array(["ant", "ant", "ant", "bee", "bee", "bee"])
    assert [line.split() for line in confusion_table(target, predicted).splitlines()] == [
        ["a", "b", "recall"],
        ["a", "ant", "3", "1", "75.0%"],
        ["b", "bee", ".", "2", "100.0%"],
    ]


def test_confusion_of_fifteen_long_names_fits_the_width():
    names = np.array([f"{i:02d} a class with quite a long name" for i in range(15)])
    lines = confusion_table(np.repeat(names, 100), np.repeat(names, 100)).splitlines()
    assert len(lines) == 16
    assert max(map(len, lines)) <= 100
    assert len({len(line) for line in lines}) == 1


def test_many_classes_are_listed_from_the_worst():
    names = np.array([f"species {i:02d}" for i in range(60)])
    target, predicted = np.repeat(names, 2), np.repeat(names, 2)
    predicted[14:16] = "species 00", "species 00"
    lines = confusion_table(target, predicted).splitlines()
    assert lines[1].split() == ["species", "07", "2", "0.0%", "species", "00", "(2)"]
    assert lines[2].split() == ["species", "00", "2", "100.0%"]
    assert lines[-1] == "... and 20 more, each at least 100.0%"
