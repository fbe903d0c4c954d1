"""Recordings known by the latents of their chunks, as tutorials of autoencoders have it: what sounds alike is near."""

from collections.abc import Iterable

import numpy as np

from skaudio.estimators import AutoencoderLatent
from skaudio.features import MFCC
from skaudio.matching._alignment import correlate
from skaudio.matching._recording import Recording

CHUNK_SECONDS, HOP_SECONDS = 1.0, 0.1
HOP_LENGTH = 512
N_MFCC = 40
LATENT_DIM = 32
MAX_CHUNKS = 5000  # that the autoencoder is trained on, drawn from all


class LatentIndex:
    """Latents of the mean MFCC of chunks, by an autoencoder that is trained on the first recordings.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    seed : int
        Of the autoencoder, and of which chunks it is trained on.
    """

    def __init__(self, sr: float, seed: int) -> None:
        self._sr, self._seed = sr, seed
        self._width = max(1, round(CHUNK_SECONDS * sr / HOP_LENGTH))
        self._hop = max(1, round(HOP_SECONDS * sr / HOP_LENGTH))
        self._encoder: AutoencoderLatent | None = None
        self._latents: dict[int, np.ndarray] = {}

    def describe(self, recording: Recording) -> np.ndarray:
        """Compute the mean MFCC of overlapping chunks, ``(n_chunks, n_mfcc)``; of less than a chunk, its own."""
        with recording.named_errors():
            frames = MFCC(sr=self._sr, n_mfcc=N_MFCC, hop_length=HOP_LENGTH).fit_transform([recording.clip])[0]
        width = min(self._width, len(frames))
        sums = np.concatenate([np.zeros((1, N_MFCC)), np.cumsum(frames, axis=0, dtype=np.float64)])
        means = (sums[width:] - sums[:-width]) / width
        return means[:: self._hop].astype(np.float32)

    def describe_parts(self, recording: Recording) -> list[np.ndarray]:
        """Compute the same for `add`, in one part."""
        return [self.describe(recording)]

    def add(self, recordings: Iterable[tuple[int, Iterable[np.ndarray]]]) -> None:
        """Take in recordings by their numbers, each in parts; the first time, train the autoencoder on them."""
        recordings = [(number, np.concatenate(list(parts))) for number, parts in recordings]
        if self._encoder is None:
            chunks = np.concatenate([chunks for _, chunks in recordings])
            rng = np.random.default_rng(self._seed)
            chunks = chunks[rng.permutation(len(chunks))[:MAX_CHUNKS]]
            encoder = AutoencoderLatent(latent_dim=LATENT_DIM, batch_size=64, random_state=self._seed)
            self._encoder = encoder.fit(chunks)
        for number, chunks in recordings:
            self._latents[number] = self._encoder.transform(chunks)

    def remove(self, numbers: list[int]) -> None:
        """Drop recordings."""
        for number in numbers:
            del self._latents[number]

    def ranked(self, chunks: np.ndarray) -> list[tuple[int, float, float]]:
        """Give recordings, their best similarities and offsets in seconds, the most similar first."""
        snippet, places = self._encoder.transform(chunks), []
        for number, latents in self._latents.items():
            if len(latents) >= len(snippet):
                similarity = correlate(latents, snippet)
                best = int(np.argmax(similarity))
                places.append((number, float(similarity[best]), best * self._hop * HOP_LENGTH / self._sr))
        return sorted(places, key=lambda place: -place[1])
