"""What every front end does to a waveform first: cut, trim, set the level, and pad."""

from typing import Any

import numpy as np

from skaudio.export.graph import Graph

TRIM_LENGTHS = {"n_fft": 2048, "hop_length": 512}  # of `skaudio.dsp.trim_silence`, for front ends without frames
END = np.iinfo(np.int64).max


def prepared_waveform(graph: Graph, front_end: Any, waveform: str) -> str:
    """Cut, trim, scale and pad a waveform according to the parameters of a front end.

    Parameters
    ----------
    graph : Graph
        The graph.
    front_end : FrontEnd
        The front end.
    waveform : str
        Float32 ``(n_clips, n_samples)``.

    Returns
    -------
    str
        Float32 ``(n_clips, n_samples)``.
    """
    sr = front_end.rate
    start = int(front_end.offset * sr)
    stop = END if front_end.duration is None else start + int(front_end.duration * sr)
    if (start, stop) != (0, END):
        waveform = graph.add("Slice", waveform, [start], [stop], [1])
    if front_end.trim_db is not None:
        lengths = front_end.stft_settings() if hasattr(front_end, "stft_settings") else TRIM_LENGTHS
        waveform = _without_silence(graph, waveform, front_end.trim_db, lengths["n_fft"], lengths["hop_length"])
    if front_end.level is not None:
        waveform = _at_level(graph, waveform, front_end.level)
    if front_end.pad_to is not None:
        waveform = _padded(graph, waveform, round(front_end.pad_to * sr), front_end.pad_side)
    return waveform


def _without_silence(graph: Graph, waveform: str, trim_db: float, n_fft: int, hop_length: int) -> str:
    """Cut silence at both ends of one clip, as `skaudio.dsp.trim_silence` does."""
    graph.one_clip = True
    n_samples = graph.length(waveform)
    power = graph.cast(waveform, np.float64)
    energy = graph.add("CumSum", graph.add("Mul", power, power), np.int64(1))
    energy = graph.add("Concat", np.zeros((1, 1)), energy, axis=1)
    padded = graph.add("Add", n_samples, 2 * (n_fft // 2) - n_fft)
    n_frames = graph.add("Add", graph.add("Div", graph.add("Max", padded, np.array([0])), hop_length), 1)
    starts = graph.add("Sub", graph.add("Mul", graph.indices(n_frames), hop_length), n_fft // 2)
    ends = [
        graph.add("Gather", energy, graph.add("Min", graph.add("Max", at, np.array([0])), n_samples), axis=1)
        for at in (graph.add("Add", starts, n_fft), starts)
    ]
    loudness = graph.add("Sub", *ends)
    floor = graph.add("Mul", graph.add("ReduceMax", loudness, [1]), np.float64(10.0 ** (-trim_db / 10.0)))
    loud = graph.cast(graph.add("Greater", loudness, floor), np.int32)
    first, last = (graph.add("ArgMax", loud, axis=1, select_last_index=i) for i in (0, 1))  # (1, 1)
    first, last = (graph.add("Squeeze", frame, [0]) for frame in (first, last))
    start = graph.add("Mul", first, hop_length)
    stop = graph.add("Mul", graph.add("Add", last, 1), hop_length)  # beyond the end if no frame is silent
    return graph.add("Slice", waveform, start, stop, [1])


def _at_level(graph: Graph, waveform: str, level: float) -> str:
    """Scale clips to a root-mean-square level, as `skaudio.dsp.set_level` does."""
    samples = graph.cast(waveform, np.float64)
    rms = graph.add("Sqrt", graph.add("ReduceMean", graph.add("Mul", samples, samples), [1]))
    factor = graph.cast(graph.add("Div", np.float64(10.0 ** (level / 20.0)), rms), np.float32)
    silent = graph.add("Equal", rms, np.float64(0.0))
    return graph.add("Mul", waveform, graph.add("Where", silent, 1.0, factor))


def _padded(graph: Graph, waveform: str, min_length: int, side: str) -> str:
    missing = graph.add("Max", graph.add("Sub", min_length, graph.length(waveform)), np.array([0]))
    none = graph.add("Mul", missing, 0)
    before, after = (missing, none) if side == "start" else (none, missing)
    pads = graph.add("Concat", [0], before, [0], after, axis=0)
    return graph.add("Pad", waveform, pads, 0.0)
