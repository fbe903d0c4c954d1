"""Batches of waveforms of equal length, decoded from a batch of clips of any kind."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from skaudio.io import AudioError, load

BATCH_SAMPLES = 2**17  # of a batch, whose intermediate results stay in the processor's cache
MAX_SAMPLES = 2**22  # that are decoded and wait for others of their length


def as_clips(X: Any) -> Sequence[Any]:
    """Return a batch of clips as a sequence.

    Parameters
    ----------
    X : list, tuple, ndarray, Series or DataFrame
        Batch of clips.

    Returns
    -------
    sequence
        The clips.

    Raises
    ------
    TypeError
        If it is a single clip, or no batch.
    """
    if isinstance(X, (str, bytes, os.PathLike)) or not hasattr(X, "__len__"):
        raise TypeError(
            f"Expected a batch of clips, got {type(X).__name__}. Pass a list, also of a single one: [clip]."
        )
    if hasattr(X, "iloc"):
        X = X.to_numpy()
    return X.ravel().tolist() if isinstance(X, np.ndarray) and X.dtype == object else X


def equal_batches(
    clips: Sequence[Any], metadata: Mapping[str, Any], max_clips: int
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Decode clips, and yield those of equal length together.

    Parameters
    ----------
    clips : sequence
        The clips.
    metadata : mapping
        Sampling rate, channel and part that an exported model takes.
    max_clips : int
        Maximum size of a batch.

    Yields
    ------
    indices : list of int
        Indices of the clips.
    waveforms : ndarray of float32, shape (n_clips, n_samples)
        Their waveforms.

    Raises
    ------
    AudioError, TypeError
        If a clip cannot be decoded, with its index.
    """
    waiting: dict[int, list[tuple[int, np.ndarray]]] = {}
    n_waiting = 0
    for i, clip in enumerate(clips):
        y = waveform_of(i, clip, metadata)
        same = waiting.setdefault(len(y), [])
        same.append((i, y))
        n_waiting += len(y)
        if len(same) == max(1, min(max_clips, BATCH_SAMPLES // len(y))):
            n_waiting -= len(y) * len(same)
            yield _stacked(waiting.pop(len(y)))
        elif n_waiting > MAX_SAMPLES:
            yield from map(_stacked, waiting.values())
            waiting, n_waiting = {}, 0
    yield from map(_stacked, waiting.values())


def waveform_of(i: int, clip: Any, metadata: Mapping[str, Any]) -> np.ndarray:
    """Decode the part of a clip that the graph cuts out, with zeros instead of what is before it.

    Parameters
    ----------
    i : int
        Index of the clip, for messages.
    clip : object
        Clip of any kind.
    metadata : mapping
        Sampling rate, channel and part that an exported model takes.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        The waveform.
    """
    sr, offset = metadata["sr"], metadata.get("offset_seconds") or 0.0
    part: dict[str, Any] = {"offset": offset, "duration": metadata.get("duration_seconds")}
    try:
        y, _ = load(clip, sr=sr, channel=metadata.get("channel"), **part)
    except (AudioError, TypeError) as error:
        raise type(error)(f"Clip {i}: {error}") from error
    return np.concatenate([np.zeros(int(offset * sr), np.float32), y]) if offset else y


def _stacked(waiting: list[tuple[int, np.ndarray]]) -> tuple[list[int], np.ndarray]:
    return [i for i, _ in waiting], np.stack([y for _, y in waiting]).astype(np.float32, copy=False)
