"""Weak labels (tags) of recordings, from several representations."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from skaudio._event_rows import clean_label, is_missing
from skaudio.events.tables import indices_of_rows


def tag_lists(y: Any, recordings: Sequence) -> list[list] | None:
    """Return the weak labels (tags) of each recording; None if `y` holds strong labels.

    Parameters
    ----------
    y : object
        Lists (or sets) of labels; a table with the columns ``recording`` and ``label``, and no ``onset``; or a table or
        array of zeros and ones with a column for each class.
    recordings : sequence
        Clips.

    Returns
    -------
    list of lists, or None
        Labels.

    Raises
    ------
    ValueError
        If the number of tag lists is not that of recordings, if a table names no known recording, or if a tag is empty.
    """
    if hasattr(y, "columns"):
        if "onset" in y.columns:
            return None
        if "label" in y.columns:
            return _from_table(y, recordings)
        tags = _from_indicator(np.asarray(y), list(y.columns))
    elif isinstance(y, np.ndarray) and y.ndim == 2 and y.dtype.kind in "biuf":
        tags = _from_indicator(y, list(range(y.shape[1])))
    else:
        items = list(y)
        if all(isinstance(item, (str, PathLike)) for item in items) or not all(map(_is_tags, items)):
            return None
        tags = [[clean_label(tag) for tag in item] for item in items]
        if not any(tags):
            return None  # no events
    if len(tags) != len(recordings):
        raise ValueError(f"Expected tags of {len(recordings)} recordings, got {len(tags)}.")
    return tags


def _from_table(table: Any, recordings: Sequence) -> list[list]:
    """Collect the tags of each recording from a table; a row without a label marks a recording without tags."""
    tags: list[list] = [[] for _ in recordings]
    indices = indices_of_rows(list(table["recording"]), recordings, "The table of tags", extra="warn")
    for index, label in zip(indices, list(table["label"]), strict=True):
        if index is not None and not is_missing(label):
            tags[index].append(clean_label(label))
    return tags


def _from_indicator(table: np.ndarray, labels: Sequence) -> list[list]:
    return [[label for label, present in zip(labels, row, strict=True) if present] for row in table]


def _is_tags(item: Any) -> bool:
    return isinstance(item, (list, tuple, set, frozenset)) and all(
        not isinstance(tag, (tuple, list, dict)) for tag in item
    )
