"""The reader that the parameters of a detector describe."""

from typing import Any

import numpy as np
from sklearn.base import clone
from sklearn.utils import get_tags

from skaudio.events.scanning import FrameResolution, Reader, Units, WindowResolution
from skaudio.events.training import last_step


def is_pretrained(front_end: Any) -> bool:
    """Return whether a front end must be opened, as a pretrained model."""
    return front_end is not None and get_tags(front_end).requires_fit


def opened(front_end: Any) -> Any:
    """Open a front end that is a pretrained model."""
    return clone(front_end).fit([np.zeros(1, np.float32)])


def sampling_rate(front_end: Any, sr: float | None) -> float:
    """Return the sampling rate of recordings in Hz.

    Raises
    ------
    ValueError
        If it is unknown, or not that of the front end.
    """
    if front_end is None:
        if sr is None:
            raise ValueError("sr=None requires a front_end. Pass sr, in Hz.")
        return sr
    if sr is not None and sr != front_end.rate:
        raise ValueError(f"sr={sr!r}; expected {front_end.rate!r}, as in the front end. Omit sr.")
    return front_end.rate


def make_reader(
    front_end: Any,
    estimator: Any,
    *,
    sr: float | None,
    resolution: str,
    window_seconds: float | None,
    hop_seconds: float | None,
    center: bool,
    silence_dbfs: float | None,
) -> Reader:
    """Return the reader of recordings.

    Parameters
    ----------
    front_end : front end or None
        Opened.
    estimator : classifier
        Fitted or not.
    sr, resolution, window_seconds, hop_seconds, center, silence_dbfs
        As in `EventDetector`.

    Raises
    ------
    ValueError
        If they do not fit together.
    """
    units = Units(sampling_rate(front_end, sr), front_end)
    channel = None if front_end is None else front_end.channel
    if resolution == "window":
        windows = WindowResolution(units.rate, window_seconds, hop_seconds, center=center)
        return Reader(units, windows, silence_dbfs, channel)
    if front_end is None or not hasattr(estimator, "predict_frames"):
        raise ValueError(
            "resolution='frame' requires a front_end and an estimator with predict_frames, such as "
            f"skaudio.estimators.CRNNClassifier; got front_end={front_end!r} and {last_step(estimator)}."
        )
    return Reader(units, FrameResolution(units.rate, window_seconds, hop_seconds), silence_dbfs, channel)
