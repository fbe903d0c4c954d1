"""Whether a batch is of the kind that augmenters augment: waveforms or frames."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from skaudio._frames import channels_of
from skaudio._validation import as_array_or_sequence
from skaudio._warnings import warn_user
from skaudio.augment._augmenter import Augmenter

FULL_SCALE = 2.0  # maximum magnitude of samples, with headroom


def check_input_kind(X: Any, augmenter: Augmenter, rate: float | None) -> None:
    """Reject input of the wrong kind, with advice on where in a pipeline the augmenters belong.

    Parameters
    ----------
    X : batch of clips, or of frames
        Input of the estimator that the augmenters are around.
    augmenter : Augmenter
        Augmenter of waveforms or of frames.
    rate : float or None
        Sampling rate in Hz of the estimator's front end, if it has one: a table is one of waveforms then.

    Raises
    ------
    ValueError
        If ``X`` contains frames, and the augmenter is of waveforms, or the reverse.
    """
    X = as_array_or_sequence(X)
    is_table = isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind != "O"
    frames = _contains_frames(X)
    if augmenter.of == "waveform" and frames:
        where = "around the front end: AugmentedEstimator(make_pipeline(front_end, model), augmenters)"
    elif augmenter.of == "frames" and not frames and (not is_table or rate is not None):
        where = "after the front end: make_pipeline(front_end, AugmentedEstimator(model, augmenters))"
    else:
        is_plain = augmenter.of == "waveform" and is_table and rate is None
        if is_plain and X.dtype.kind == "f" and np.abs(X).max(initial=0.0) > FULL_SCALE:
            warn_user(
                f"{augmenter!r:.200} augments waveforms, but X is a table with values beyond full scale, [-1, 1]. If "
                "they are features, put it around the front end: "
                "AugmentedEstimator(make_pipeline(front_end, model), augmenters).",
            )
        return
    raise ValueError(
        f"{augmenter!r:.200} augments {'waveforms' if augmenter.of == 'waveform' else augmenter.of}, but X contains "
        f"{'frames' if frames else 'clips'}. Put it {where}."
    )


def _contains_frames(X: Any) -> bool:
    """Return whether a batch is one of frame sequences; a table or a batch of clips is not."""
    if isinstance(X, np.ndarray) and X.dtype.kind != "O":
        return X.ndim == 3
    first: Any = X[0] if hasattr(X, "__getitem__") and len(X) else None
    if isinstance(first, (str, bytes, os.PathLike, Mapping, tuple)) or hasattr(first, "read"):
        return False
    shape = np.shape(first)
    return len(shape) == 2 and (min(shape) > 1 or channels_of([first]) is not None)
