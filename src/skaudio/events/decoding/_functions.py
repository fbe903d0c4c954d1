"""Decoding of scores over time into events, by pure functions.

Scores are ``(n_steps, n_classes)``, or ``(n_steps,)`` for one class. A step covers the time from half a hop
before to half a hop after its centre; runs of steps are represented by their first step and the step after their last.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from scipy.ndimage import median_filter

from skaudio.events._event import Event

SLACK = 1e-6  # of a step: durations and gaps are seldom exact multiples of the hop in floating point

Runs = tuple[np.ndarray, np.ndarray]


def smooth_scores(scores: np.ndarray, n_steps: int) -> np.ndarray:
    """Smooth scores by a median filter, so that a single step neither becomes an event nor splits one.

    Parameters
    ----------
    scores : ndarray of shape (n_steps,) or (n_steps, n_classes)
        Scores.
    n_steps : int
        Length of the filter, an odd number of steps; 1 changes nothing.

    Returns
    -------
    ndarray
        Smoothed scores, of the same shape. The first and last steps are repeated as padding.

    Raises
    ------
    ValueError
        If `n_steps` is not an odd positive number.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import smooth_scores
    >>> smooth_scores(np.array([0.0, 1.0, 0.0, 1.0, 1.0]), 3)
    array([0., 0., 1., 1., 1.])
    """
    if n_steps < 1 or n_steps % 2 == 0:
        raise ValueError(f"n_steps={n_steps!r}; expected a positive odd number.")
    return median_filter(scores, (n_steps,) + (1,) * (scores.ndim - 1), mode="nearest")


def steps_of(seconds: float, hop_seconds: float) -> int:
    """Round a duration to an odd number of steps."""
    return 2 * int(seconds / hop_seconds / 2 + SLACK) + 1


def find_runs(active: np.ndarray) -> Runs:
    """Find runs of active steps.

    Parameters
    ----------
    active : ndarray of bool, shape (n_steps,)
        Whether each step is in a run.

    Returns
    -------
    first, stop : ndarrays of int, shape (n_runs,)
        First step of each run, and the step after its last.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import find_runs
    >>> find_runs(np.array([True, True, False, True]))
    (array([0, 3]), array([2, 4]))
    """
    edges = np.diff(np.concatenate([[0], np.asarray(active, np.int8), [0]]))
    return np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)


def hysteresis_runs(scores: np.ndarray, high: float, low: float) -> Runs:
    """Find runs of steps at `low` or above that reach `high`.

    The high threshold decides whether there is a run, the low one how far it extends [1]_.

    Parameters
    ----------
    scores : ndarray of shape (n_steps,)
        Scores of one class.
    high, low : float
        Thresholds; the second must not be higher.

    Returns
    -------
    first, stop : ndarrays of int, shape (n_runs,)
        See `find_runs`.

    Raises
    ------
    ValueError
        If `low` is above `high`.

    References
    ----------
    .. [1] J. Canny, "A computational approach to edge detection", IEEE Transactions on Pattern Analysis and Machine
       Intelligence 8(6), 1986.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import hysteresis_runs
    >>> hysteresis_runs(np.array([0.4, 0.9, 0.5, 0.1, 0.5, 0.5]), high=0.8, low=0.3)
    (array([0]), array([3]))
    """
    if low > high:
        raise ValueError(f"low={low!r}; expected at most high={high!r}.")
    first, stop = find_runs(scores >= low)
    if not len(first):
        return first, stop
    bounds = np.column_stack([first, stop]).ravel()
    bounds = bounds[bounds < len(scores)]  # the last run may extend to the end
    reaching = np.maximum.reduceat(scores, bounds)[::2] >= high
    return first[reaching], stop[reaching]


def merge_runs(first: np.ndarray, stop: np.ndarray, max_gap: float) -> Runs:
    """Merge runs that are at most `max_gap` steps apart.

    Parameters
    ----------
    first, stop : ndarrays of int, shape (n_runs,)
        Runs, in order of time.
    max_gap : float
        Number of steps.

    Returns
    -------
    first, stop : ndarrays of int
        Merged runs.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import merge_runs
    >>> merge_runs(np.array([0, 3, 9]), np.array([2, 5, 10]), max_gap=1)
    (array([0, 9]), array([ 5, 10]))
    """
    split = first[1:] - stop[:-1] > max_gap
    return first[np.concatenate([[True], split])[: len(first)]], stop[np.concatenate([split, [True]])[: len(stop)]]


def split_runs(scores: np.ndarray, first: np.ndarray, stop: np.ndarray, distance: float) -> Runs:
    """Split runs that have several peaks, at the lowest score between them.

    Parameters
    ----------
    scores : ndarray of shape (n_steps,)
        Scores of one class.
    first, stop : ndarrays of int, shape (n_runs,)
        Runs, in order of time.
    distance : float
        Minimum distance of peaks in steps, at least 1; of closer ones, the highest counts.

    Returns
    -------
    first, stop : ndarrays of int
        Runs, each with one peak.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import split_runs
    >>> split_runs(np.array([0.9, 0.5, 0.6, 0.4, 0.8]), np.array([0]), np.array([5]), distance=3)
    (array([0, 3]), array([3, 5]))
    """
    from scipy.signal import find_peaks

    bounds: list[tuple[int, int]] = []
    for start, end in zip(first.tolist(), stop.tolist(), strict=True):
        run = np.pad(np.asarray(scores[start:end], np.float64), 1, constant_values=-np.inf)
        peaks = start - 1 + find_peaks(run, distance=distance)[0]
        cuts = [a + int(np.argmin(scores[a:b])) for a, b in pairwise(peaks.tolist())]
        bounds += pairwise([start, *cuts, end])
    split = np.array(bounds, int).reshape(-1, 2)
    return split[:, 0], split[:, 1]


def suppress_overlapping(events: Sequence[Event], max_overlap: float = 0.5) -> list[Event]:
    """Apply non-maximum suppression to overlapping events of each class [1]_.

    Of overlapping events, the one with the highest score is kept: a call that several windows detect is counted once.

    Parameters
    ----------
    events : sequence of Event
        Events of one recording, with scores.
    max_overlap : float, default=0.5
        Maximum overlap at which two events are both kept, as a share of the shorter one.

    Returns
    -------
    list of Event
        In order of time.

    Raises
    ------
    ValueError
        If an event has no score.

    References
    ----------
    .. [1] A. Neubeck and L. Van Gool, "Efficient non-maximum suppression", International Conference on Pattern
       Recognition, 2006.

    Examples
    --------
    >>> from skaudio.events import Event, suppress_overlapping
    >>> suppress_overlapping([Event(0, 2, "owl", 0.6), Event(0.5, 2.5, "owl", 0.9), Event(2.4, 4, "owl", 0.7)])
    [Event(0.5, 2.5, 'owl', score=0.9), Event(2.4, 4, 'owl', score=0.7)]
    """
    ranked: list[tuple[float, Event]] = []
    for event in events:
        if event.score is None:
            raise ValueError(f"{event!r} has no score; expected a score for each event.")
        ranked.append((-event.score, event))
    kept: list[Event] = []
    for _, event in sorted(ranked):
        rivals = (other for other in kept if other.label == event.label)
        if all(event.overlap(other) <= max_overlap * min(event.duration, other.duration) for other in rivals):
            kept.append(event)
    return sorted(kept)


def decode_events(
    scores: np.ndarray,
    labels: Sequence[str],
    *,
    hop_seconds: float,
    first_seconds: float = 0.0,
    threshold: float | Sequence[float] = 0.5,
    low_threshold: float | Sequence[float] | None = None,
    peak_threshold: float | Sequence[float] | None = None,
    min_duration: float | Sequence[float] = 0.0,
    max_gap: float = 0.0,
    peak_distance: float | None = None,
    smoothing: float = 0.0,
    end_seconds: float = np.inf,
) -> list[Event]:
    """Decode scores over time into events.

    Scores are smoothed; runs of at least `low_threshold` that reach `peak_threshold` are merged over short gaps, and
    split between peaks that are far apart; those that are then too short, or whose mean is below `threshold`, are
    dropped. `EventDetector` decodes by the same rules.

    Parameters
    ----------
    scores : ndarray of shape (n_steps, n_classes)
        Score of each class at each step.
    labels : sequence of str, length n_classes
        Names of the classes.
    hop_seconds : float
        Time from one step to the next.
    first_seconds : float, default=0.0
        Time of the centre of the first step.
    threshold : float or sequence of n_classes floats, default=0.5
        Minimum mean score of an event: a sound that resembles a call for a moment seldom does so for its duration.
    low_threshold : float, sequence of n_classes floats or None, default=None
        Minimum score of every part of an event, except in gaps. If None, `threshold`.
    peak_threshold : float, sequence of n_classes floats or None, default=None
        Score that an event must reach in some step. If None, `low_threshold`.
    min_duration : float or sequence of n_classes floats, default=0.0
        Minimum duration in seconds.
    max_gap : float, default=0.0
        Maximum gap within an event, in seconds.
    peak_distance : float or None, default=None
        Distance in seconds from which on two peaks of the score are two events, as where windows are longer than the
        pauses between calls. If None, they are one.
    smoothing : float, default=0.0
        Length of the median filter in seconds, rounded to an odd number of steps.
    end_seconds : float, default=inf
        End of the recording, which no event exceeds.

    Returns
    -------
    list of Event
        Events in order of time; the score is the mean over their steps.

    Raises
    ------
    ValueError
        If the numbers of classes and labels differ, or if `low_threshold` is above `peak_threshold`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.events import decode_events
    >>> scores = np.array([0.1, 0.8, 0.2, 0.9, 0.7, 0.1])[:, np.newaxis]
    >>> decode_events(scores, ["owl"], hop_seconds=0.5, first_seconds=0.25, max_gap=0.5)
    [Event(0.5, 2.5, 'owl', score=0.65)]
    """
    scores = np.asarray(scores)
    if scores.ndim != 2 or scores.shape[1] != len(labels):
        raise ValueError(f"scores have shape {scores.shape}; expected (n_steps, {len(labels)}), one column per label.")
    means = np.broadcast_to(threshold, len(labels))
    low = means if low_threshold is None else np.broadcast_to(low_threshold, len(labels))
    peaks = low if peak_threshold is None else np.broadcast_to(peak_threshold, len(labels))
    shortest = np.broadcast_to(min_duration, len(labels))
    scores = smooth_scores(scores, steps_of(smoothing, hop_seconds))
    events = []
    for column, label in enumerate(labels):
        runs = hysteresis_runs(scores[:, column], float(peaks[column]), float(low[column]))
        first, stop = merge_runs(*runs, max_gap / hop_seconds + SLACK)
        if peak_distance is not None:
            first, stop = split_runs(scores[:, column], first, stop, max(1.0, peak_distance / hop_seconds - SLACK))
        for start, end in zip(first, stop, strict=True):
            onset = max(0.0, first_seconds + (start - 0.5) * hop_seconds)
            offset = min(end_seconds, first_seconds + (end - 0.5) * hop_seconds)
            score = float(scores[start:end, column].mean())
            long_enough = offset > onset and offset - onset >= shortest[column] - SLACK * hop_seconds
            if long_enough and score >= means[column]:
                events.append(Event(onset, offset, label, score))
    return sorted(events)
