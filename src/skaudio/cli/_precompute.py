"""Precompute every clip's frames, to fill the cache and find broken files before any model is fitted."""

from collections.abc import Sequence

import numpy as np
from sklearn.base import BaseEstimator, clone
from tqdm import tqdm

from skaudio.cli._messages import reason, warn
from skaudio.io import AudioError

PORTION = 128


def precompute(
    front_ends: Sequence[BaseEstimator], clips: np.ndarray, *, jobs: int, on_error: str, quiet: bool
) -> np.ndarray:
    """Compute the frames of all clips with all front ends.

    Parameters
    ----------
    front_ends : sequence of front ends
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
    with tqdm(total=len(front_ends) * len(clips), desc="features", unit="clip", disable=quiet, leave=False) as bar:
        for template in front_ends:
            front_end = clone(template).set_params(n_jobs=jobs)
            decoded = []
            for start in range(0, len(kept), PORTION):
                portion = kept[start : start + PORTION]
                decoded.append(portion[_decodable(front_end, clips[portion], on_error)])
                bar.update(len(portion))
            kept = np.concatenate(decoded)
            if len(kept) == 0:
                raise AudioError("None of the files could be decoded.")
    return kept


def _decodable(front_end: BaseEstimator, clips: np.ndarray, on_error: str) -> np.ndarray:
    """Compute the frames of a portion; return which clips are not broken."""
    try:
        front_end.fit_transform(clips)
        return np.ones(len(clips), dtype=bool)
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"{reason(error)} Pass --on-error warn to skip broken files.") from error
    return np.array([_is_decodable(front_end, clip) for clip in clips])


def _is_decodable(front_end: BaseEstimator, clip: object) -> bool:
    try:
        front_end.fit_transform([clip])
    except AudioError as error:
        warn(f"skipped: {reason(error)}")
        return False
    return True
