"""Scores over time of an `EventDetector`: of windows of a recording, or of its frames."""

from typing import Any

import numpy as np

from skaudio.export._export_error import ExportError
from skaudio.export.features import describe_input
from skaudio.export.graph import Graph, Value
from skaudio.export.models._steps import convert_model

DEFAULT_SECONDS = {"window": (1.0, 0.1), "frame": (10.0, 0.8)}  # length of a window, and hop relative to it


def detector_scores(graph: Graph, detector: Any, value: Value) -> Value:
    """Add the scores of one recording to a graph, as those of ``predict_proba``, but for silence.

    Parameters
    ----------
    graph : Graph
        The graph.
    detector : EventDetector
        Fitted.
    value : Value
        The waveform.

    Returns
    -------
    Value
        Float32 ``(1, n_steps, n_classes)``.
    """
    graph.one_clip = True
    describe_input(graph, float(detector.sr_), getattr(detector.front_end, "channel", None))
    units, rate = value, detector.sr_
    if detector.front_end is not None:
        units = convert_model(graph, detector.front_end, value, "transform")
        rate = detector.sr_ / detector.front_end.stft_settings()["hop_length"]
    by_frame = detector.resolution == "frame"
    seconds, share = DEFAULT_SECONDS[detector.resolution]
    seconds = seconds if detector.window_seconds is None else detector.window_seconds
    hop_seconds = share * seconds if detector.hop_seconds is None else detector.hop_seconds
    width, hop = (max(1, round(length * rate)) for length in (seconds, hop_seconds))
    before = (width - hop) // 2 if by_frame else width // 2 if detector.center else 0
    n_units = graph.length(units.name)
    windows = _windows(graph, units, n_units, width, hop, before)
    scores = _scores(graph, detector, windows, "predict_frames" if by_frame else "predict_proba")
    if by_frame:
        middle = graph.add("Slice", scores, [before], [before + hop], [1])
        scores = graph.add("Reshape", middle, np.array([-1, len(detector.labels_)]))
        scores = graph.add("Slice", scores, [0], n_units, [0])
    start = 0.0 if by_frame or detector.center else seconds / 2
    _describe(graph, detector, start, 1 / rate if by_frame else hop / rate, seconds)
    return Value(graph.add("Unsqueeze", scores, [0]), "frames", len(detector.labels_))


def _windows(graph: Graph, units: Value, n_units: str, width: int, hop: int, before: int) -> Value:
    """Cut windows; both ends are padded, a waveform with silence, and frames with the frame at the end."""
    n_windows = graph.add("Div", graph.add("Add", n_units, hop - 1), hop)
    starts = graph.add("Sub", graph.add("Mul", graph.indices(n_windows), hop), before)
    index = graph.add("Add", graph.add("Unsqueeze", starts, [1]), np.arange(width))  # (n_windows, width)
    inside = graph.add("Min", graph.add("Max", index, np.array([0])), graph.add("Sub", n_units, 1))
    windows = graph.add("Squeeze", graph.add("Gather", units.name, inside, axis=1), [0])
    if units.kind == "waveform":
        windows = graph.add("Where", graph.add("Equal", index, inside), windows, 0.0)
    return Value(windows, units.kind, units.width)


def _scores(graph: Graph, detector: Any, windows: Value, method: str) -> str:
    """Return the scores of the classes of events, with these on the last axis."""
    estimator = detector.estimator_
    if not hasattr(estimator, method):
        raise ExportError(
            f"EventDetector cannot be exported: its classifier has no {method}. Use one with probabilities, such as "
            "LogisticRegression, or a network."
        )
    scores = convert_model(graph, estimator, windows, method)
    if detector.multilabel_:
        return scores.name
    classes = estimator.classes_.tolist()
    names = detector.labels_ if isinstance(classes[0], str) else range(len(detector.labels_))
    if any(name not in classes for name in names):
        raise ExportError(
            f"EventDetector cannot be exported: its labels {detector.labels_} are not the classes {classes} of its "
            "classifier. Omit labels= of from_classifier, and rename the events afterwards."
        )
    columns = np.array([classes.index(name) for name in names])
    return graph.add("Gather", scores.name, columns, axis=-1)


def _describe(graph: Graph, detector: Any, start: float, step: float, seconds: float) -> None:
    """Record what decodes the scores to events."""
    decoding = {name: np.asarray(setting).tolist() for name, setting in detector.decoding_.items()}
    graph.metadata.update(
        labels=list(detector.labels_),
        start_seconds=start,
        hop_seconds=step,
        window_seconds=seconds,
        multilabel=bool(detector.multilabel_),
        decoding=decoding,
        smoothing=detector.smoothing,
        peak_distance=detector.peak_distance,
        silence_dbfs=detector.silence_dbfs,
        bound_shifts={str(label): list(map(float, shifts)) for label, shifts in detector.bound_shifts_.items()},
    )
