"""Live streams: conversion of blocks, and decoding of scores into events as soon as they are final."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from skaudio.events._event import Event
from skaudio.events._track import Track
from skaudio.events.decoding._track_functions import Detect
from skaudio.events.scanning import Scanner
from skaudio.io import AudioError, load

LIVE_SECONDS = 0.25  # block length


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
                "(n_samples, n_channels). Convert bytes by np.frombuffer(block, np.int16) for 16-bit PCM, or by "
                "np.float32 for floating-point numbers."
            )
        if len(block):
            try:
                y, _ = load((block, sr), sr=None, channel=channel)
            except (AudioError, TypeError) as error:
                raise type(error)(f"Block {i}: {error}") from error
            yield y.copy()  # the caller may reuse the buffer of the block


def detect_live(scanner: Scanner, detect: Detect, pieces: Iterator[np.ndarray]) -> Iterator[Event]:
    """Yield the events of a live waveform in pieces, each as soon as later pieces cannot change it."""
    resolution, decoder = scanner.reader.resolution, detect.decoder
    hop = resolution.step_seconds

    def decode(first: int, scores: np.ndarray) -> list[Event]:
        return detect(Track(resolution.start_seconds + (first + np.arange(len(scores))) * hop, scores)).events

    return decode_live(
        scanner.stream(pieces, block_seconds=LIVE_SECONDS),
        decode,
        low_threshold=decoder.settings["low_threshold"],
        # Smoothing and gaps may still change the events in these steps.
        n_quiet=int(np.ceil((decoder.smoothing + decoder.settings["max_gap"]) / hop)) + 4,
    )


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
    buffer, first = None, 0
    for batch in batches:
        buffer = batch if buffer is None else np.concatenate([buffer, batch])
        active = np.flatnonzero((buffer >= low_threshold).any(axis=1))
        edges = np.concatenate([[-1], active, [len(buffer)]])
        long = np.flatnonzero(np.diff(edges) > 2 * n_quiet)
        if not len(long):
            continue
        end = int(edges[long[-1]] + 1 + n_quiet)  # n_quiet steps are decoded now, the others with the next segment
        yield from decode(first, buffer[:end])
        buffer, first = buffer[end:], first + end
    if buffer is not None and len(buffer):
        yield from decode(first, buffer)
