"""Index of recordings by autoencoder latents of their chunks: similar sounds are close."""

from collections.abc import Iterable
from copy import copy
from typing import Self

import numpy as np

from skaudio.estimators import AutoencoderLatent
from skaudio.features import MFCC
from skaudio.matching._alignment import correlate
from skaudio.matching._recording import Recording

CHUNK_SECONDS, HOP_SECONDS = 1.0, 0.1
HOP_LENGTH = 512
N_MFCC = 40
N_COMPONENTS = 32
MAX_CHUNKS = 5000  # maximum number of chunks to train the autoencoder on, drawn at random


class LatentIndex:
    """Latents of the mean MFCC of chunks, by an autoencoder trained on the first recordings.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    seed : int
        Seed of the autoencoder and of the selection of its training chunks.
    """

    _encoder: AutoencoderLatent  # set with the first recordings

    def __init__(self, sr: float, seed: int) -> None:
        self._sr, self._seed = sr, seed
        self._width = max(1, round(CHUNK_SECONDS * sr / HOP_LENGTH))
        self._hop = max(1, round(HOP_SECONDS * sr / HOP_LENGTH))
        self._latents: dict[int, np.ndarray] = {}

    def describe(self, recording: Recording) -> np.ndarray:
        """Compute the mean MFCC of overlapping chunks, ``(n_chunks, n_mfcc)``; a shorter clip is one chunk."""
        front_end = MFCC(sr=self._sr, n_mfcc=N_MFCC, hop_length=HOP_LENGTH).set_output(transform="default")
        with recording.named_errors():
            frames = np.asarray(front_end.fit_transform([recording.clip])[0])
        width = min(self._width, len(frames))
        sums = np.concatenate([np.zeros((1, N_MFCC)), np.cumsum(frames, axis=0, dtype=np.float64)])
        means = (sums[width:] - sums[:-width]) / width
        return means[:: self._hop].astype(np.float32)

    def describe_parts(self, recording: Recording) -> list[np.ndarray]:
        """Compute the same for `with_more`, in one part."""
        return [self.describe(recording)]

    def with_more(self, recordings: Iterable[tuple[int, Iterable[np.ndarray]]]) -> Self:
        """Return an index with further recordings, by number, each in parts.

        The autoencoder of an empty index is trained on them.
        """
        chunks_by_number, index = [(number, np.concatenate(list(parts))) for number, parts in recordings], copy(self)
        if not hasattr(index, "_encoder"):
            chunks = np.concatenate([chunks for _, chunks in chunks_by_number])
            rng = np.random.default_rng(self._seed)
            chunks = chunks[rng.permutation(len(chunks))[:MAX_CHUNKS]]
            encoder = AutoencoderLatent(n_components=N_COMPONENTS, batch_size=64, random_state=self._seed)
            index._encoder = encoder.fit(chunks)
        new = {number: index._encode(chunks) for number, chunks in chunks_by_number}
        index._latents = {**self._latents, **new}
        return index

    def without(self, numbers: list[int]) -> Self:
        """Return an index without some recordings."""
        index, dropped = copy(self), set(numbers)
        index._latents = {number: latents for number, latents in self._latents.items() if number not in dropped}
        return index

    def ranked(self, chunks: np.ndarray) -> list[tuple[int, float, float]]:
        """Return recordings, their best similarities and offsets in seconds, in descending order of similarity."""
        snippet, places = self._encode(chunks), []
        for number, latents in self._latents.items():
            if len(latents) >= len(snippet):
                similarity = correlate(latents, snippet)
                best = int(np.argmax(similarity))
                places.append((number, float(similarity[best]), best * self._hop * HOP_LENGTH / self._sr))
        return sorted(places, key=lambda place: -place[1])

    def _encode(self, chunks: np.ndarray) -> np.ndarray:
        return np.asarray(self._encoder.transform(chunks))  # also if scikit-learn is configured to return data frames
