"""Live streams: conversion of blocks, and decoding of scores into events as soon as they are final."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event
from skaudio.io import AudioError, load


def block_waveforms(blocks: Iterable[Any], sr: float, channel: int | None = None) -> Iterator[np.ndarray]:
    """Convert blocks of a stream to waveforms, by the rules of clips in memory; empty ones are skipped.

    Parameters
    ----------
    blocks : iterable of array-likes of shape (n_samples,) or (n_samples, n_channels)
        Blocks of floating-point numbers, or PCM.
    sr : float
        Sampling rate of the blocks in Hz.
    channel : int or None, default=None
        Index of the channel. If None, channels are averaged.

    Yields
    ------
    ndarray of float32, shape (n_samples,)
        Waveform of each block; PCM is scaled to [-1, 1].

    Raises
    ------
    AudioError, TypeError
        If a block is invalid; the message has its index.
    """
    for i, block in enumerate(blocks):
        if isinstance(block, (str, bytes, bytearray, memoryview)) or not hasattr(block, "__len__"):
            raise TypeError(
                f"Block {i} is of type {type(block).__name__}; expected an array of shape (n_samples,) or "
                "(n_samples, n_channels). Of bytes, say what they are: np.frombuffer(block, np.int16) of 16-bit PCM, "
                "np.float32 of floating-point numbers."
            )
        if len(block):
            try:
                y, _ = load((block, sr), sr=None, channel=channel)
            except (AudioError, TypeError) as error:
                raise type(error)(f"Block {i}: {error}") from error
            yield y.copy()  # who reads a microphone may fill one buffer again and again


def decode_live(
    batches: Iterable[np.ndarray],
    decode: Callable[[int, np.ndarray], Sequence[Event]],
    *,
    low_threshold: float,
    n_quiet: int,
) -> Iterator[Event]:
    """Decode scores segment by segment, each ending in the middle of a quiet run that separates events.

    Parameters
    ----------
    batches : iterable of ndarrays (n_steps, n_classes)
        Scores, in batches of steps.
    decode : callable
        Function from the index of the first step, and scores, to events.
    low_threshold : float
        Score below which no event continues.
    n_quiet : int
        Number of steps below it that always separate events.

    Yields
    ------
    Event
        The same events as of all scores decoded at once.
    """
    held, first = None, 0
    for batch in batches:
        held = batch if held is None else np.concatenate([held, batch])
        loud = np.flatnonzero((held >= low_threshold).any(axis=1))
        edges = np.concatenate([[-1], loud, [len(held)]])
        long = np.flatnonzero(np.diff(edges) > 2 * n_quiet)
        if not len(long):
            continue
        end = int(edges[long[-1]] + 1 + n_quiet)  # so much silence is told, and so much is left for what follows
        yield from decode(first, held[:end])
        held, first = held[end:], first + end
    if held is not None and len(held):
        yield from decode(first, held)
