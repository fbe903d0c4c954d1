"""Which classes occur in each recording, however that is said."""

from collections.abc import Sequence
from os import PathLike
from typing import Any

import numpy as np

from skaudio.events._event_tables import places_of


def tag_lists(y: Any, recordings: Sequence) -> list[list] | None:
    """Give the tags of each recording; None if `y` says when something happens too.

    Parameters
    ----------
    y : object
        Lists (or sets) of labels; a table with the columns ``recording`` and ``label``, and no ``onset``; or a table or
        array of zeros and ones, a column for each class.
    recordings : sequence
        Clips.

    Returns
    -------
    list of lists, or None
        Labels.

    Raises
    ------
    ValueError
        If there are not as many as recordings, or if a table names one that is not there.
    """
    if hasattr(y, "columns"):
        if "onset" in y.columns:
            return None
        if "label" in y.columns:
            tags: list[list] = [[] for _ in recordings]
            places = places_of(recordings)
            for recording, label in zip(y["recording"], y["label"], strict=True):
                if recording not in places:
                    raise ValueError(f"The table of tags names {recording!r}, which is none of the recordings.")
                tags[places[recording]].append(label)
            return tags
        tags = _of_indicator(np.asarray(y), list(y.columns))
    elif isinstance(y, np.ndarray) and y.ndim == 2 and y.dtype.kind in "biuf":
        tags = _of_indicator(y, list(range(y.shape[1])))
    else:
        items = list(y)
        if all(isinstance(own, (str, PathLike)) for own in items) or not all(map(_is_tags, items)):
            return None
        tags = [list(own) for own in items]
        if not any(tags):
            return None  # no event either
    if len(tags) != len(recordings):
        raise ValueError(f"Got {len(recordings)} recordings and tags of {len(tags)}.")
    return tags


def _of_indicator(table: np.ndarray, labels: Sequence) -> list[list]:
    return [[label for label, there in zip(labels, row, strict=True) if there] for row in table]


def _is_tags(own: Any) -> bool:
    return isinstance(own, (list, tuple, set, frozenset)) and all(
        not isinstance(tag, (tuple, list, dict)) for tag in own
    )
