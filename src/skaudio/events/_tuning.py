"""How held-out recordings are decoded best: the threshold, the least duration and the longest gap."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np

from skaudio.events._bounds import median_shifts, shifted
from skaudio.events._event import Event
from skaudio.metrics import event_based_f1

THRESHOLDS = tuple(np.arange(0.2, 0.96, 0.05).round(2).tolist())
DURATIONS = (0.0, 0.25, 0.5)  # of the shortest of the known events, but for one in twenty
GAPS = (0.0, 0.1, 0.25)  # of their median

Found = list[list[Event]]


def best_settings(
    events: Sequence[Sequence[Event]], decode: Callable[[float, float, float], Found], labels: Sequence[str]
) -> tuple[float, float, float]:
    """Try what is sensible; give what the event-based F1 is best with.

    Parameters
    ----------
    events : list of lists of Event
        What is there in each recording.
    decode : callable
        From threshold, least duration and longest gap to what is found in each recording.
    labels : sequence of str
        Classes.

    Returns
    -------
    threshold, min_duration, max_gap : float
        Of equals, the one in the middle: the threshold that may be most off without harm.
    """
    shortest, usual = np.quantile([event.duration for own in events for event in own], (0.05, 0.5))
    durations, gaps = [float(share * shortest) for share in DURATIONS], [float(share * usual) for share in GAPS]
    tried, scores = list(itertools.product(THRESHOLDS, durations, gaps)), []
    for settings in tried:
        found = decode(*settings)
        shifts = median_shifts(events, found, labels)
        scores.append(event_based_f1(events, [shifted(own, shifts) for own in found]))
    best = [settings for settings, score in zip(tried, scores, strict=True) if score == max(scores)]
    return best[len(best) // 2]
