"""Tuning of the threshold, the minimum duration and the maximum gap on labelled recordings."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from skaudio.events._event import Event
from skaudio.events.decoding._bounds import median_shifts, shifted
from skaudio.metrics import event_based_scores

THRESHOLDS = tuple(np.arange(0.2, 0.96, 0.05).round(2).tolist())
WIDER_THRESHOLDS = (0.05, 0.1, 0.15, *THRESHOLDS, 0.975, 0.99)  # for other targets than F1
DURATIONS = (0.0, 0.25, 0.5)  # relative to the 0.05 quantile of the durations of events
GAPS = (0.0, 0.1, 0.25)  # relative to their median duration

PRECISION, FALSE_ALARMS = "precision", "false_alarms_per_hour"
Target = str | tuple[str, float]
Settings = tuple[float, float, float]
Detected = list[list[Event]]


@dataclass(frozen=True)
class Tuned:
    """Result of tuning.

    Parameters
    ----------
    settings : tuple of float
        Threshold, minimum duration and maximum gap.
    scores : dict of str to float
        ``precision``, ``recall``, ``f1`` and ``false_alarms_per_hour`` of each group with the settings chosen on the
        others; of all recordings, if there is one group.
    best : float or None
        If no settings reach the target, the nearest value; otherwise None.
    """

    settings: Settings
    scores: dict[str, float]
    best: float | None


def check_target(target: Any) -> Target:
    """Return what tuning aims for.

    Raises
    ------
    ValueError
        If it is none of "f1", ``("precision", share)`` and ``("false_alarms_per_hour", rate)``.
    """
    if isinstance(target, str) and target == "f1":
        return target
    if isinstance(target, (tuple, list)) and len(target) == 2 and isinstance(target[1], Real):
        name, value = target
        if (name == PRECISION and 0 < value <= 1) or (name == FALSE_ALARMS and 0 <= value < np.inf):
            return name, float(value)
    raise ValueError(
        f"target={target!r}; expected 'f1', ('precision', p) with 0 < p <= 1, or ('false_alarms_per_hour', n) with "
        "n >= 0."
    )


def check_classes(events: Sequence[Sequence[Event]], labels: Sequence) -> None:
    """Raise ValueError if there are no events, or events of unknown classes or without a duration."""
    found = dict.fromkeys(event.label for events_i in events for event in events_i)
    if not found:
        raise ValueError("The recordings have no events; expected at least one, to tune the settings of decoding.")
    if not any(event.duration for events_i in events for event in events_i):
        raise ValueError("All events have a duration of 0 s; expected offsets after the onsets.")
    unknown = [label for label in found if label not in labels]
    if unknown:
        raise ValueError(
            f"Events are of the class {unknown[0]!r}; expected those of the detector, {list(labels)}. Leave other "
            "events out, such as by table[table.label.isin(detector.labels_)]."
        )


def check_groups(groups: Any, n_recordings: int) -> None:
    """Raise ValueError if there is not a group for each recording."""
    if groups is not None and np.shape(groups) != (n_recordings,):
        raise ValueError(
            f"groups have shape {np.shape(groups)}; expected ({n_recordings},), the group of each recording."
        )


def candidate_settings(
    events: Sequence[Sequence[Event]], target: Target, *, min_duration: float | None, max_gap: float | None
) -> list[Settings]:
    """Return the settings to try, in order of the threshold; durations and gaps that are given are not varied."""
    shortest, median = np.quantile([event.duration for events_i in events for event in events_i], (0.05, 0.5))
    durations = [float(share * shortest) for share in DURATIONS] if min_duration is None else [min_duration]
    gaps = [float(share * median) for share in GAPS] if max_gap is None else [max_gap]
    return list(itertools.product(THRESHOLDS if target == "f1" else WIDER_THRESHOLDS, durations, gaps))


def choose_settings(
    candidates: Sequence[Settings],
    events: Sequence[Sequence[Event]],
    decode: Callable[[Settings], Detected],
    labels: Sequence,
    *,
    groups: Any,
    hours: Sequence[float],
    target: Target,
) -> Tuned:
    """Choose the settings that decode labelled recordings best.

    Parameters
    ----------
    candidates : sequence of tuples
        See `candidate_settings`.
    events : list of lists of Event
        True events of each recording.
    decode : callable
        Function from settings to the detected events of each recording.
    labels : sequence
        Classes.
    groups : array-like of shape (n_recordings,) or None
        Groups of recordings, such as sites. If None, each recording is one.
    hours : sequence of float
        Duration of each recording.
    target : str or tuple
        See `check_target`.

    Returns
    -------
    Tuned
        Of equally good settings, the middle ones, whose threshold is the most robust.
    """
    own_groups = np.arange(len(events)) if groups is None else np.asarray(groups)
    members = [np.flatnonzero(own_groups == group) for group in np.unique(own_groups)]
    counts = np.array([_count_by_group(events, decode(settings), members, labels) for settings in candidates])
    group_hours = np.array([np.sum(np.asarray(hours)[rows]) for rows in members])
    total, all_hours = counts.sum(axis=1), float(group_hours.sum())
    chosen, best = _choose(total, all_hours, target)
    held_out = total[chosen]
    if len(members) > 1:
        others = (_choose(total - counts[:, g], all_hours - group_hours[g], target)[0] for g in range(len(members)))
        held_out = sum(counts[i, g] for g, i in enumerate(others))
    names = ("precision", "recall", "f1", FALSE_ALARMS)
    scores = dict(zip(names, map(float, _scores(held_out, all_hours)), strict=True))
    return Tuned(candidates[chosen], scores, best)


def _count_by_group(
    events: Sequence[Sequence[Event]], detected: Detected, members: Sequence[np.ndarray], labels: Sequence
) -> list[tuple[int, int, int]]:
    """Count the true events, the detected events and their matches in each group, with corrected bounds."""
    shifts = median_shifts(events, detected, labels)
    found = [shifted(events_i, shifts) for events_i in detected]
    counts = []
    for rows in members:
        own, own_found = [events[i] for i in rows], [found[i] for i in rows]
        n_true, n_found = sum(map(len, own)), sum(map(len, own_found))
        hits = round(event_based_scores(own, own_found)[1] * n_true) if n_true and n_found else 0
        counts.append((n_true, n_found, hits))
    return counts


def _choose(counts: np.ndarray, hours: float, target: Target) -> tuple[int, float | None]:
    """Return the index of the best candidate by counts ``(n_candidates, 3)``, and the value missed, if any."""
    precision, recall, f1, false_alarms = _scores(counts, hours)
    if isinstance(target, str):
        return _middle(f1 == f1.max()), None
    name, wanted = target
    reached = precision >= wanted if name == PRECISION else false_alarms <= wanted
    if reached.any():
        return _middle(reached & (recall == recall[reached].max())), None
    nearest = precision == precision.max() if name == PRECISION else false_alarms == false_alarms.min()
    best = precision.max() if name == PRECISION else false_alarms.min()
    return _middle(nearest & (recall == recall[nearest].max())), float(best)


def _middle(chosen: np.ndarray) -> int:
    indices = np.flatnonzero(chosen)
    return int(indices[len(indices) // 2])


def _scores(counts: np.ndarray, hours: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return precision, recall, F1 and false alarms per hour of counts ``(..., 3)``; 0 where undefined."""
    n_true, n_found, hits = np.moveaxis(np.asarray(counts, np.float64), -1, 0)
    precision, recall = _ratio(hits, n_found), _ratio(hits, n_true)
    f1 = _ratio(2 * precision * recall, precision + recall)
    return precision, recall, f1, (n_found - hits) / hours if hours > 0 else np.zeros_like(hits)


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.divide(part, whole, out=np.zeros_like(whole), where=whole > 0)
