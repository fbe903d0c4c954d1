"""Labels of frames, from strong labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event


def frame_labels(
    events: Sequence, times: Any, labels: Sequence | None = None, *, background: Any = "background"
) -> np.ndarray:
    """Label frames by the events of their recording, for `fit_frames` of a network.

    Parameters
    ----------
    events : sequence of Event or (onset, offset, label)
        Events of one recording, in seconds. A frame is in an event if ``onset <= time < offset``.
    times : array-like of any shape
        Times of the frames in seconds, such as ``front_end.frame_times(n_frames)``.
    labels : sequence or None, default=None
        Classes, for an indicator of all that are active. If None, the class of the single active event is returned.
    background : object, default="background"
        Label of frames without any event, if ``labels`` is None.

    Returns
    -------
    ndarray of the shape of ``times``, or of int, shape (*times.shape, n_labels)
        Labels; or 1 where a class is active and 0 where it is not.

    Raises
    ------
    ValueError
        If events of two classes overlap and ``labels`` is None, or if an event has none of ``labels``.

    Examples
    --------
    >>> from skaudio.events import frame_labels
    >>> frame_labels([(0.2, 0.4, "owl")], [0.1, 0.2, 0.3, 0.4])
    array(['background', 'owl', 'owl', 'background'], dtype='<U10')
    >>> frame_labels([(0.2, 0.4, "owl"), (0.3, 0.5, "fox")], [0.1, 0.3, 0.4], labels=["fox", "owl"])
    array([[0, 0],
           [1, 1],
           [1, 0]])
    """
    events, times = [Event(*event) for event in events], np.asarray(times, np.float64)
    classes = sorted({event.label for event in events}, key=str) if labels is None else list(labels)
    active = np.zeros((*times.shape, len(classes)), int)
    for event in events:
        if event.label not in classes:
            raise ValueError(f"labels has no {event.label!r}, the label of the event at {event.onset} s.")
        active[..., classes.index(event.label)] |= (times >= event.onset) & (times < event.offset)
    if labels is not None:
        return active
    overlapping = active.sum(axis=-1) > 1
    if overlapping.any():
        raise ValueError(
            f"Events of different classes overlap at {times[overlapping][0]:.3f} s. Pass labels for an indicator."
        )
    names = np.array([background, *classes])
    return (
        names[np.where(active.any(axis=-1), 1 + active.argmax(axis=-1), 0)]
        if classes
        else np.full(times.shape, background)
    )
