"""Fingerprints of recordings: landmarks and a print of each frame, both compact and robust to noise.

Landmarks are pairs of spectral peaks, hashed [1]_: two frequencies and the time between them. A print is a log-mel
frame minus its surroundings in time and frequency, which removes level, filters and steady noise, at 8 bits per band.
Both are computed block by block: only a few seconds of spectra are in memory.

References
----------
.. [1] A. Wang, "An industrial-strength audio search algorithm", International Conference on Music Information
   Retrieval, 2003.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter, uniform_filter

from skaudio.dsp import melspectrogram, power_to_db, spectrogram

N_FFT = 1024
PEAK_HOP = 256
PRINT_HOP = 512
N_MELS = 128

BLOCK = 256  # frames of prints at a time: 6 s at 22.05 kHz
MARGIN = 16  # frames on either side, for filters over neighbours

PEAK_BINS = slice(4, 400)
PEAK_TIME, PEAK_FREQUENCY = 3, 6  # frames and bins to either side in which a peak is the highest
PEAK_FLOOR = 70.0  # dB below the loudest value of a block
PEAKS_PER_SECOND = 60.0
MAX_PAIR_FRAMES = 63  # frames
MAX_PAIR_BINS = 80  # bins
MAX_PAIRS_PER_PEAK = 20  # maximum number of following peaks that a peak is paired with

SURROUNDINGS = (7, 9)  # frames x bands whose mean is subtracted
FLATTENING = 0.7  # exponent of the norm that divides a frame; 1 would give frames of mere noise full weight
MIN_NORM = 0.01
STEPS = 24.0  # 8-bit quantisation steps per unit


class Prints(NamedTuple):
    """Landmarks and prints of a recording, or of a part of one; times continue in the next part.

    Attributes
    ----------
    codes : ndarray of uint32, shape (n_landmarks,)
        Hashes of pairs of peaks.
    times : ndarray of int32, shape (n_landmarks,)
        Times of the first peaks, in hops of peaks.
    frames : ndarray of int8, shape (n_frames, N_MELS)
        Prints.
    """

    codes: np.ndarray
    times: np.ndarray
    frames: np.ndarray


def iter_prints(pieces: Iterable[np.ndarray], sr: float) -> Iterator[Prints]:
    """Yield the landmarks and prints, in parts, of a waveform at ``sr`` Hz in pieces ``(n_samples_i,)``."""
    scale = PRINT_HOP // PEAK_HOP
    earlier = np.zeros((2, 0), np.int64)  # peaks that may be paired with later ones
    for start, samples, inner in _blocks(pieces):
        times, bins = _find_peaks(samples, sr, slice(inner.start * scale, inner.stop * scale))
        peaks = np.concatenate([earlier, [times + start * scale, bins]], axis=1)
        codes, first_times = _hash_pairs(peaks[0], peaks[1], earlier.shape[1])
        yield Prints(codes, first_times, _print_frames(samples, sr)[inner])
        earlier = peaks[:, -(MAX_PAIRS_PER_PEAK - 1) :]


def join_prints(parts: Iterable[Prints]) -> Prints:
    """Join the parts of a recording."""
    return Prints(*map(np.concatenate, zip(*parts, strict=True)))


def _blocks(pieces: Iterable[np.ndarray]) -> Iterator[tuple[int, np.ndarray, slice]]:
    """Yield blocks of frames: the first frame, samples including a margin, and the slice without the margin."""
    buffer, begin = np.zeros(N_FFT // 2, np.float32), 0  # samples, and the index of their first frame
    n_samples = start = 0

    def block(size: int, after: int) -> tuple[int, np.ndarray, slice]:
        before = min(MARGIN, start)
        first, last = start - before - begin, start + size + after - begin
        return start, buffer[first * PRINT_HOP : (last - 1) * PRINT_HOP + N_FFT], slice(before, before + size)

    for piece in pieces:
        buffer = np.concatenate([buffer, piece])
        n_samples += len(piece)
        while len(buffer) >= (start + BLOCK + MARGIN - 1 - begin) * PRINT_HOP + N_FFT:
            yield block(BLOCK, MARGIN)
            start += BLOCK
            buffer, begin = buffer[(start - MARGIN - begin) * PRINT_HOP :], start - MARGIN
    buffer = np.pad(buffer, (0, N_FFT // 2 + PRINT_HOP))
    n_frames = 1 + n_samples // PRINT_HOP
    while start < n_frames:
        size = min(BLOCK, n_frames - start)
        yield block(size, min(MARGIN, n_frames - start - size))
        start += size


def _find_peaks(samples: np.ndarray, sr: float, inner: slice) -> tuple[np.ndarray, np.ndarray]:
    """Find the loudest peaks among a block's own frames: times relative to the first, and bins."""
    power = spectrogram(samples, n_fft=N_FFT, hop_length=PEAK_HOP, center=False)[:, PEAK_BINS]
    decibels = power_to_db(power, top_db=None)
    highest = maximum_filter(decibels, (2 * PEAK_TIME + 1, 2 * PEAK_FREQUENCY + 1))
    block = decibels[inner]
    floor = max(float(block.max()) - PEAK_FLOOR, float(power_to_db(np.zeros(1, np.float32), top_db=None)[0]) + 1.0)
    times, bins = np.nonzero((highest[inner] == block) & (block > floor))
    max_peaks = int(np.ceil(PEAKS_PER_SECOND * len(block) * PEAK_HOP / sr))
    if len(times) > max_peaks:
        loudest = np.sort(np.argsort(-block[times, bins], kind="stable")[:max_peaks])
        times, bins = times[loudest], bins[loudest]
    return times, bins


def _hash_pairs(times: np.ndarray, bins: np.ndarray, n_earlier: int) -> tuple[np.ndarray, np.ndarray]:
    """Hash pairs of each new peak with nearby ones in time and frequency; not pairs of earlier ones."""
    codes, first_times = [np.zeros(0, np.uint32)], [np.zeros(0, np.int32)]
    for distance in range(1, min(MAX_PAIRS_PER_PEAK, len(times))):
        first = slice(max(0, n_earlier - distance), len(times) - distance)
        second = slice(first.start + distance, len(times))
        later, higher = times[second] - times[first], bins[second] - bins[first]
        near = (later > 0) & (later <= MAX_PAIR_FRAMES) & (np.abs(higher) <= MAX_PAIR_BINS)
        code = (bins[first][near] << 16) | ((higher[near] + MAX_PAIR_BINS) << 8) | later[near]
        codes.append(code.astype(np.uint32))
        first_times.append(times[first][near].astype(np.int32))
    return np.concatenate(codes), np.concatenate(first_times)


def _print_frames(samples: np.ndarray, sr: float) -> np.ndarray:
    mel = melspectrogram(samples, sr=sr, n_fft=N_FFT, hop_length=PRINT_HOP, n_mels=N_MELS, center=False)
    decibels = power_to_db(mel, top_db=None)
    decibels -= uniform_filter(decibels, SURROUNDINGS)
    norm = np.linalg.norm(decibels, axis=1, keepdims=True)
    flat = decibels / np.maximum(norm, MIN_NORM) ** FLATTENING
    return np.clip(np.rint(STEPS * flat), -127, 127).astype(np.int8)
