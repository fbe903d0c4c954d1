"""Sources of noise, backgrounds and impulse responses: generated, clips in memory, files."""

from functools import lru_cache
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy as np

from skaudio._urls import is_url, local_path
from skaudio.dsp import coloured_noise
from skaudio.io import AudioError, clip_kind, load

COLORS = {"white": 0.0, "pink": 1.0, "brown": 2.0}
BANK_SAMPLES = 2**20  # per colour, generated once: generation takes ten times as long as all else
BANK_RATE = 16000


@lru_cache(maxsize=len(COLORS))
def noise_bank(color: str) -> np.ndarray:
    """Return a long, fixed sequence of noise, from which segments are drawn."""
    rng = np.random.default_rng(sorted(COLORS).index(color))
    return coloured_noise(rng, BANK_SAMPLES, BANK_RATE, COLORS[color])


def source_waveform(clips: Any, i: int, sr: float | None, name: str) -> np.ndarray:
    """Decode one of the clips in a parameter, at a sampling rate; decoded files are cached.

    Parameters
    ----------
    clips : sequence of paths, binary file objects, arrays, pairs or dicts
        See `skaudio.io.load`. An array is assumed to be at `sr`.
    i : int
        Index of the clip.
    sr : float or None
        Sampling rate in Hz.
    name : str
        Name of the parameter.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        The waveform; do not write to it.
    """
    check_sources(clips, name)
    clip = clips[i]
    is_array = clip_kind(clip) == "array"
    if sr is None and not is_array:
        raise ValueError(f"{name}[{i}] has a sampling rate, but that of the clips is unknown: pass sr, in Hz.")
    try:
        if isinstance(clip, (str, PathLike)):
            path = fspath(clip)
            # A remote file is decoded once: to look for changes would take a request for every draw.
            return _decoded(path, 0 if is_url(path) else Path(local_path(path)).stat().st_mtime_ns, sr)
        return load(clip, sr=1.0 if is_array else sr)[0]  # an array has the rate of the clips
    except (AudioError, FileNotFoundError) as error:  # other errors of reading a file are propagated
        raise AudioError(f"{name}[{i}]: {error}") from error


def check_sources(clips: Any, name: str) -> None:
    """Raise an error if there are no clips."""
    if isinstance(clips, (str, PathLike)) or not hasattr(clips, "__len__") or len(clips) == 0:
        raise ValueError(f"{name}={clips!r:.80}; expected a list of at least one clip.")


def piece_from(source: np.ndarray, start: float, n_samples: int) -> np.ndarray:
    """Cut samples from a source, starting at a fraction of its length; a short source is repeated."""
    first = int(start * max(1, len(source) - n_samples + 1)) if len(source) >= n_samples else int(start * len(source))
    if first + n_samples <= len(source):
        return source[first : first + n_samples]
    return np.take(source, np.arange(first, first + n_samples), mode="wrap")


@lru_cache(maxsize=64)
def _decoded(path: str, mtime_ns: int, sr: float | None) -> np.ndarray:  # noqa: ARG001
    return load(path, sr=sr)[0]
