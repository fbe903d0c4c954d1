"""Detection of frames with swapped axes: (n_clips, n_channels, n_frames), librosa's order for each clip.

Both orders are valid arrays, and no rule separates them with certainty. This one favours precision:

1. there are more channels than frames, as in swapped clips of a second or more, and enough frames for 2 and 3;
2. sound has a profile over channels (spectral tilt, the first cepstral coefficient) that is nearly constant over time,
   and less of a profile over time, as clips differ in when something happens;
3. sound changes less from one frame to the next, as windows overlap, than from one channel to the next.

A warning is issued if the channel axis behaves like time in both 2 and 3. Padding, uniform silence and channels
standardized clip by clip are uninformative. Swapped cepstra are nearly always detected, swapped spectra of words
rarely.
"""

import numpy as np

from skaudio._warnings import warn_user

MAX_CLIPS_CHECKED = 64
MIN_FRAMES = 13  # the usual number of cepstral coefficients; batches of embeddings or statistics have fewer frames
MIN_SHAPE_RATIO = 10**0.5  # of variances
MIN_STEP_RATIO = 10**0.2  # of mean squares; with time first, it was at most 1.4 in spectra, embeddings and sensors
MIN_VARIANCE_SHARE = 1e-6  # of the total variance; that of rounding errors is smaller


def warn_of_swapped_axes(frames: np.ndarray) -> None:
    """Warn if the axes of a batch of equally long frame sequences are likely swapped.

    Parameters
    ----------
    frames : ndarray
        Batch returned by `skaudio._validation.check_frames`.
    """
    if frames.ndim == 3 and _looks_swapped(frames[:MAX_CLIPS_CHECKED]):
        n_frames, n_channels = frames.shape[1:]
        warn_user(
            f"X is interpreted as {n_frames} frames of {n_channels} channels, time first, but its last axis looks like "
            "time. If its axes are (n_clips, n_channels, n_frames), as in stacked librosa features, pass "
            "np.swapaxes(X, 1, 2).",
        )


def _looks_swapped(frames: np.ndarray) -> bool:
    if not MIN_FRAMES <= frames.shape[1] < frames.shape[2]:
        return False
    uneven = np.ptp(frames, axis=2, keepdims=True) > 0, np.ptp(frames, axis=1, keepdims=True) > 0
    if np.median(uneven[0].sum(axis=1)) < MIN_FRAMES:
        return False
    informative = uneven[0] & uneven[1]
    if not informative.any():
        return False
    over_frames, over_channels = _shape(frames, informative, 1), _shape(frames, informative, 2)
    if min(over_frames, over_channels) <= MIN_VARIANCE_SHARE * frames[informative].var():
        return False
    return over_frames > MIN_SHAPE_RATIO * over_channels and _step(frames, informative, 1) > MIN_STEP_RATIO * _step(
        frames, informative, 2
    )


def _shape(frames: np.ndarray, informative: np.ndarray, axis: int) -> float:
    """Return the variance, along an axis, of means over all others."""
    others = (0, 3 - axis)
    n = informative.sum(axis=others)
    return float(np.var(np.where(informative, frames, 0).sum(axis=others, dtype=float)[n > 0] / n[n > 0]))


def _step(frames: np.ndarray, informative: np.ndarray, axis: int) -> float:
    """Return the mean squared difference of neighbours along an axis."""
    n = frames.shape[axis]
    both = np.take(informative, range(1, n), axis) & np.take(informative, range(n - 1), axis)
    return float(np.mean(np.square(np.diff(frames, axis=axis)[both], dtype=float))) if both.any() else 0.0
