"""Parts of a fitted estimator: the front end, and the model after it."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline

from skaudio._frames import Channels
from skaudio._validation import frames_and_channels
from skaudio.features import FrontEnd

# Attributes with the components of estimators.
INNER = ("best_estimator_", "estimator_", "base_", "calibrated_classifiers_", "estimator", "base")


def front_end_of(estimator: Any) -> FrontEnd | None:
    """Find the front end of an estimator: itself, or the first one within it; None if there is none."""
    if isinstance(estimator, FrontEnd):
        return estimator
    front_ends: Iterable[FrontEnd | None]
    if isinstance(estimator, (list, tuple)):
        front_ends = map(front_end_of, estimator)
    elif isinstance(estimator, Pipeline):
        front_ends = (front_end_of(step) for _, step in estimator.steps)
    else:
        inner = (getattr(estimator, name, None) for name in ("transformer_list", "transformers_", *INNER))
        front_ends = (front_end_of(part) for part in inner if part is not None)
    return next((front_end for front_end in front_ends if front_end is not None), None)


def front_end_and_rest(estimator: Any) -> tuple[FrontEnd | None, Any]:
    """Split a pipeline that begins with a front end into the front end and the pipeline of the remaining steps.

    An estimator that takes frames (or sound, but not as such a pipeline) is returned unchanged, without a front end.
    """
    best = getattr(estimator, "best_estimator_", estimator)
    if isinstance(best, Pipeline) and isinstance(best[0], FrontEnd) and len(best) > 1 and not best[0]._gives_table():
        return best[0], best[1:]
    return None, best


def are_bands(frequencies: np.ndarray | None) -> bool:
    """Return whether neighbouring channels are neighbouring bands: False with derivatives among them."""
    return frequencies is not None and bool((np.diff(frequencies) > 0).all())


def rate_of(estimator: Any, front_end: FrontEnd | None) -> float:
    """Return the sampling rate in Hz of a given front end, or of the estimator's own.

    Raises
    ------
    ValueError
        If there is neither.
    """
    front_end = front_end or front_end_of(estimator)
    if front_end is None:
        raise ValueError(
            f"The sampling rate of {type(estimator).__name__} is unknown, as it has no front end of skaudio. Pass "
            "front_end=skaudio.features.Spectrogram(sr=...)."
        )
    return front_end.rate


def computed_frames(front_end: FrontEnd, clips: Any) -> tuple[np.ndarray, Channels | None]:
    """Compute the frames of clips, and return their metadata, too.

    Raises
    ------
    TypeError
        If the front end pools the frames of each clip.
    """
    frames, channels = frames_and_channels(front_end.transform(clips), allow_nan=True)
    if frames is None:
        raise TypeError(f"{front_end} computes one vector per clip, not frames. Use pooling=None.")
    return frames, channels
