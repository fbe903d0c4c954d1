"""Counts of detected events."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event
from skaudio.events.tables import name_dtype


def count_table(
    names: Sequence,
    detected: Sequence[Sequence[Event]],
    lengths: Sequence[float],
    labels: Sequence,
    bin_seconds: float | None,
) -> Any:
    """Count the events of each class.

    Parameters
    ----------
    names : sequence
        Names of the recordings.
    detected : sequence of sequences of Event
        Events of each recording.
    lengths : sequence of float
        Duration of each recording, in seconds.
    labels : sequence
        Classes.
    bin_seconds : float or None
        Length of time bins. If None, whole recordings.

    Returns
    -------
    pandas.DataFrame
        A row for each recording, or for each of its bins, including those without any event; NaN for a duration of 0.
    """
    import pandas as pd

    tables, starts = [], []
    for events_i, length in zip(detected, lengths, strict=True):
        n_bins = 1 if bin_seconds is None else max(1, int(np.ceil(length / bin_seconds)))
        table = np.zeros((n_bins, len(labels)), int if length > 0 else float)
        if length == 0:
            table[:] = np.nan  # nothing was decoded: the number of events is unknown
        for event in events_i:
            bin_index = 0 if bin_seconds is None else min(int(event.onset // bin_seconds), n_bins - 1)
            table[bin_index, labels.index(event.label)] += 1
        tables.append(table)
        starts.append(np.arange(n_bins) * (bin_seconds or 0.0))
    if bin_seconds is None:
        index = pd.Index(list(names), name="recording", dtype=name_dtype(names))
    else:
        repeated = pd.Index(list(names), dtype=name_dtype(names)).repeat([len(events_i) for events_i in starts])
        index = pd.MultiIndex.from_arrays([repeated, np.concatenate(starts)], names=["recording", "start"])
    return pd.DataFrame(np.concatenate(tables), index=index, columns=list(labels))
