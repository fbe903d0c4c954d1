"""Tags of clips: the classes with the highest scores."""

from collections.abc import Iterable, Sequence

import numpy as np

SILENCE = "Silence"  # the class of AudioSet


def pool_around_silence(windows: Iterable[np.ndarray], names: Sequence[str]) -> np.ndarray:
    """Pool the scores of windows, weighted so that silence does not lower those of other classes.

    Parameters
    ----------
    windows : iterable of ndarrays of shape (n_windows_i, n_classes)
        Scores of each clip.
    names : sequence of str
        Names of the classes, with "Silence" among them.

    Returns
    -------
    ndarray of shape (n_clips, n_classes)
        The mean over windows, weighted by one minus the score of silence; of silence itself, the minimum.
    """
    silence = names.index(SILENCE)
    pooled = []
    for scores in windows:
        weights = np.maximum(1.0 - scores[:, silence], 1e-6)
        row = weights @ scores / weights.sum()
        row[silence] = scores[:, silence].min()
        pooled.append(row)
    return np.stack(pooled)


def top_classes(scores: np.ndarray, names: Sequence[str], top: int) -> list[list[tuple[str, float]]]:
    """Return the classes with the highest scores of each clip, in descending order."""
    best = np.argsort(-scores, axis=1, kind="stable")[:, :top]
    return [[(names[i], float(row[i])) for i in order] for row, order in zip(scores, best, strict=True)]
