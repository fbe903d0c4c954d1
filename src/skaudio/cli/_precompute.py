"""Precompute every clip's frames, to fill the cache and find broken files before any model is fitted."""

from collections.abc import Iterable, Sequence

import numpy as np
from joblib import Parallel, delayed
from joblib.parallel import get_active_backend
from sklearn.base import BaseEstimator, clone
from tqdm import tqdm

from skaudio.cli._messages import reason, warn
from skaudio.io import AudioError

PORTION = 128


def precompute(
    front_ends: Sequence[BaseEstimator], clips: np.ndarray, *, jobs: int | None, on_error: str, quiet: bool
) -> np.ndarray:
    """Compute the frames of all clips with all front ends.

    Parameters
    ----------
    front_ends : sequence of front ends
        Each with a cache.
    clips : ndarray of shape (n_clips,), object
        Paths or arrays.
    jobs : int or None
        Number of threads; None: on the workers of the active joblib backend, whose caches are filled.
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
            portions = [kept[start : start + PORTION] for start in range(0, len(kept), PORTION)]
            # Lists, which Dask sends with each task: of arrays it would keep one copy, which is lost with its worker.
            tasks = (delayed(_decodable)(front_end, clips[portion].tolist(), on_error) for portion in portions)
            decoded = []
            for portion, (is_decodable, messages) in zip(portions, _results(tasks, jobs), strict=True):
                decoded.append(portion[is_decodable])
                for message in messages:
                    warn(f"skipped: {message}")
                bar.update(len(portion))
            kept = np.concatenate(decoded)
            if len(kept) == 0:
                raise AudioError("None of the files could be decoded.")
    return kept


def _results(tasks: Iterable, jobs: int | None) -> Iterable:
    """Return the results of delayed calls, in this process if `jobs` is a number of threads that each may use."""
    if jobs is not None:
        return (function(*args, **kwargs) for function, args, kwargs in tasks)
    streams = get_active_backend()[0].supports_return_generator
    return Parallel(batch_size=1, return_as="generator" if streams else "list")(tasks)


def _decodable(front_end: BaseEstimator, clips: Sequence, on_error: str) -> tuple[np.ndarray, list[str]]:
    """Compute the frames of a portion; return which clips are not broken, and the errors of the others."""
    try:
        front_end.fit_transform(clips)
        return np.ones(len(clips), dtype=bool), []
    except AudioError as error:
        if on_error == "raise":
            raise AudioError(f"{reason(error)} Pass --on-error warn to skip broken files.") from error
    errors = [_error(front_end, clip) for clip in clips]
    return np.array([error is None for error in errors]), [error for error in errors if error is not None]


def _error(front_end: BaseEstimator, clip: object) -> str | None:
    try:
        front_end.fit_transform([clip])
    except AudioError as error:
        return reason(error)
    return None
