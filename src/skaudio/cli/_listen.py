"""Precomputation of every clip's frames, to fill the cache and find broken files before any model is fitted."""

from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator, clone
from tqdm import tqdm

from skaudio.cli._messages import reason, warn
from skaudio.io import AudioError

PORTION = 128


def listen(sounds: Sequence[BaseEstimator], clips: np.ndarray, *, jobs: int, on_error: str, quiet: bool) -> np.ndarray:
    """Compute the frames of all clips with all front ends.

    Parameters
    ----------
    sounds : sequence of front ends
        Each with a cache.
    clips : ndarray of shape (n_clips,), object
        Paths or arrays.
    jobs : int
        Number of threads.
    on_error : {"raise", "warn"}
        What to do about a broken file.
    quiet : bool
        Whether to hide the progress bar.

    Returns
    -------
    ndarray of int
        Indices of the clips that are not broken.

    Raises
    ------
    AudioError
        If a file is broken and `on_error` is "raise", or all are.
    """
    kept = np.arange(len(clips))
    with tqdm(total=len(sounds) * len(clips), desc="listening", unit="clip", disable=quiet, leave=False) as bar:
        for sound in sounds:
            listener = clone(sound).set_params(n_jobs=jobs)
            whole = []
            for start in range(0, len(kept), PORTION):
                portion = kept[start : start + PORTION]
                whole.append(portion[_heard(listener, clips[portion], on_error)])
                bar.update(len(portion))
            kept = np.concatenate(whole)
            if len(kept) == 0:
                raise AudioError("None of the files could be decoded.")
    return kept


def _heard(listener: BaseEstimator, clips: np.ndarray, on_error: str) -> np.ndarray:
    """Compute the frames of a portion; return which clips are not broken."""
    try:
        listener.fit_transform(clips)
        return np.ones(len(clips), dtype=bool)
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"{reason(error)} Pass --on-error warn to leave broken files out.") from error
    return np.array([_is_whole(listener, clip) for clip in clips])


def _is_whole(listener: BaseEstimator, clip: object) -> bool:
    try:
        listener.fit_transform([clip])
    except AudioError as error:
        warn(f"left out: {reason(error)}")
        return False
    return True
