"""Verification of an exported graph: the same labels and values as those of the model itself."""

from collections.abc import Container, Sequence
from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.graph import LABEL, Graph

TOLERANCE = 1e-4
LABELS = (LABEL, "same")  # outputs that are compared for equality


def default_sample(graph: Graph) -> list[np.ndarray]:
    """Generate clips to verify a graph on: noise, silence, one frame, and a second of a tone in faint noise.

    Parameters
    ----------
    graph : Graph
        The graph, with the sampling rate in its metadata.

    Returns
    -------
    list of ndarray of float32
        Waveforms.
    """
    rng = np.random.default_rng(0)
    n_frame = graph.frame_length
    second = max(round(graph.metadata["sr"]), n_frame)
    before = np.zeros(int((graph.metadata.get("offset_seconds") or 0.0) * graph.metadata["sr"]))
    # A tone alone leaves the other bands to rounding errors.
    tone = 0.5 * np.sin(0.3 * np.arange(second)) + 1e-3 * rng.normal(size=second)
    clips = [0.1 * rng.normal(size=second), np.zeros(second), 0.1 * rng.normal(size=n_frame), tone]
    clips = [np.concatenate([before, clip]).astype(np.float32) for clip in clips]
    channel = graph.metadata.get("channel")
    return clips if channel is None else [np.repeat(clip[:, np.newaxis], channel + 1, axis=1) for clip in clips]


def verify(
    clips: Sequence[Any],
    expected: dict[str, Any],
    found: dict[str, Any],
    tolerance: float = TOLERANCE,
    unclear: Container[int] = (),
) -> float:
    """Compare the outputs of a graph with those of the model.

    Parameters
    ----------
    clips : sequence
        The clips, for the message.
    expected, found : dict of {str: ndarray or list of ndarrays}
        Results of the model and of the graph for each clip, by the name of the output.
    tolerance : float, default=1e-4
        Largest difference allowed, relative to the largest expected value where it is above 1.
    unclear : container of int, default=()
        Clips whose labels may differ.

    Returns
    -------
    float
        Largest difference.

    Raises
    ------
    ExportError
        If a label or a value differs.
    """
    worst = 0.0
    for name in sorted(expected, key=lambda name: name in LABELS):  # values first, as they explain labels
        results, scale = expected[name], 1.0
        if name not in LABELS:
            scale = max([1.0, *(np.abs(np.asarray(row, np.float64)).max(initial=0.0) for row in results)])
        for i, (row, other) in enumerate(zip(results, found[name], strict=True)):
            where = f"for clip {i} of the sample ({_described(clips[i])}), so that no file is written"
            if name in LABELS:
                if not np.array_equal(row, other) and i not in unclear:
                    raise ExportError(
                        f"The exported model predicts {other} instead of {row} {where}: its scores are about equal."
                    )
                continue
            distance = difference(row, other) / scale
            if not distance <= tolerance:
                raise ExportError(
                    f"The exported model differs from the original by {distance:.2g} {where}; at most {tolerance:g} is "
                    "allowed. Steps that amplify rounding errors, such as scaling a constant column to unit variance, "
                    "make a model sensitive to them, as do the thresholds of trees. Remove them, or verify it on other "
                    "clips, with sample=."
                )
            worst = max(worst, distance)
    return worst


def difference(expected: Any, found: Any) -> float:
    """Return the largest difference of values; infinity if shapes differ, or if a value found is not finite."""
    expected, found = np.asarray(expected, np.float64), np.asarray(found, np.float64)
    if expected.shape != found.shape or not np.isfinite(found).all():
        return np.inf
    return float(np.abs(expected - found).max(initial=0.0))


def _described(clip: Any) -> str:
    if isinstance(clip, np.ndarray):
        return f"{len(clip)} samples with a peak of {np.abs(clip).max(initial=0.0):.2g}"
    return f"{clip!r:.200}"
