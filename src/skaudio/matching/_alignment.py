"""Correlation of the frames of a snippet with those of a recording, at all offsets."""

import numpy as np

FRAMES_PER_BLOCK = 2**14
MIN_ENERGY = 1.0  # of 8-bit prints, so that silence is similar to nothing


def correlate(recording: np.ndarray, snippet: np.ndarray) -> np.ndarray:
    """Compute the cosine similarity at each offset at which the snippet lies within the recording.

    Parameters
    ----------
    recording : ndarray of shape (n_frames, n_bands)
        Prints or latents.
    snippet : ndarray of float32, shape (n_snippet_frames, n_bands)
        Prints or latents of the snippet, at most as many frames.

    Returns
    -------
    ndarray of float32, shape (n_frames - n_snippet_frames + 1,)
        Cosine similarity of the snippet and the underlying frames, in [-1, 1].
    """
    length, n_offsets = len(snippet), len(recording) - len(snippet) + 1
    norm = np.sqrt(max(float(np.sum(snippet**2)), MIN_ENERGY))
    parts = []
    for start in range(0, n_offsets, FRAMES_PER_BLOCK):
        part = recording[start : start + FRAMES_PER_BLOCK + length - 1].astype(np.float32)
        size = len(part) - length + 1
        products = part @ snippet.T  # (n_frames, n_snippet_frames); each offset of the snippet is a diagonal
        row_step, column_step = products.strides
        diagonals = np.lib.stride_tricks.as_strided(
            products, (size, length), (row_step, row_step + column_step), writeable=False
        )
        energy = np.concatenate([[0.0], np.cumsum(np.einsum("tb,tb->t", part, part), dtype=np.float64)])
        window_norms = np.sqrt(np.maximum(energy[length : length + size] - energy[:size], MIN_ENERGY))
        parts.append((diagonals.sum(axis=1) / (norm * window_norms)).astype(np.float32))
    return np.concatenate(parts)
