"""Tables of scores with intervals, as HTML."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import numpy as np

from skaudio._html_page import markup_table
from skaudio.inspection.charts._bars import interval_bar
from skaudio.inspection.charts._score_intervals import CONFIDENCE, Interval, class_intervals, ratio_interval

MEAN = "Mean of the classes"


def class_table(
    true: Sequence[Any], predicted: Sequence[Any], names: Sequence[Any], groups: Sequence[Any] | None, items: str
) -> str:
    """Return the precision, recall and F1 of each class, and their means.

    Parameters
    ----------
    true, predicted, names, groups : sequences
        See `skaudio.inspection.charts._score_intervals.class_intervals`.
    items : str
        What is counted: "Clips" or "Events".
    """
    true_array = np.asarray(list(map(str, true)))
    rows = [
        [
            escape(str(name)),
            str(int((true_array == str(name)).sum())),
            *map(interval_cell, class_intervals(true, predicted, [name], groups)),
        ]
        for name in names
    ]
    if len(names) > 1:
        means = map(interval_cell, class_intervals(true, predicted, names, groups))
        rows.append([f"<strong>{MEAN}</strong>", str(int(np.isin(true_array, list(map(str, names))).sum())), *means])
    table = markup_table(["Class", items, "Precision", "Recall", "F1"], rows, label="Scores by class")
    return scrolled(table, "Scores by class")


def group_table(correct: np.ndarray, groups: Iterable, items: str) -> str:
    """Return the share of correct items of each group, the lowest first."""
    names, codes = np.unique(np.asarray(list(map(str, groups))), return_inverse=True)
    rows = []
    for code, name in enumerate(names.tolist()):
        own = correct[codes == code].astype(float)
        rows.append((name, len(own), int(own.sum()), ratio_interval(own, np.ones(len(own)))))
    rows.sort(key=lambda row: (row[3].value, row[3].high))
    cells = [[escape(name), str(n), str(n_correct), interval_cell(found)] for name, n, n_correct, found in rows]
    table = markup_table(["Group", items, "Correct", "Accuracy"], cells, label="Scores by group")
    return scrolled(table, "Scores by group")


def interval_cell(found: Interval) -> str:
    """Return a score and its interval, in words and as a bar."""
    return "\N{EN DASH}" if np.isnan(found.value) else f"<span>{interval_text(found)}</span>{interval_bar(*found)}"


def interval_text(found: Interval) -> str:
    """Return a score and its interval.

    Examples
    --------
    >>> from skaudio.inspection.charts._score_intervals import Interval
    >>> from skaudio.inspection.charts._score_tables import interval_text
    >>> interval_text(Interval(0.95, 0.831, 0.9862))
    '0.950 (0.83 to 0.99)'
    """
    return f"{found.value:.3f} ({found.low:.2f} to {found.high:.2f})"


def interval_note(groups: str | None, items: str) -> str:
    """Return what the intervals are, in words, for items in groups (sites, recordings) or independent ones."""
    means = f"{CONFIDENCE:.0%} intervals (Wilson's score interval"
    if groups is None:
        return f"In parentheses: {means}), as if the {items} were independent of each other."
    return (
        f"In parentheses: {means} at the effective sample size of Rao and Scott, 1992): what to expect of other "
        f"{groups} like these."
    )


def scrolled(html: str, label: str) -> str:
    """Wrap content wider than the page so that it can be scrolled, also by keyboard."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">\n{html}\n</div>'
