"""Stages of front ends after the spectra: decibels, PCEN, cepstra, normalisation and derivatives."""

from typing import Any

import numpy as np
from scipy.signal import savgol_coeffs

from skaudio.dsp import dct_matrix
from skaudio.export.graph import Graph, import_onnx

SMALLEST_POWER, SILENCE_DB = np.float32(1e-10), -100.0
DELTA_WIDTH = 9
CONSTANT = 8 * np.finfo(np.float32).eps  # relative deviation up to which a channel is constant


def decibels(graph: Graph, power: str, top_db: float | None) -> str:
    """Convert power to decibels, with a floor below the loudest value of each clip.

    Parameters
    ----------
    graph : Graph
        The graph.
    power : str
        Float32 ``(n_clips, n_frames, n_bands)``.
    top_db : float or None
        Distance of the floor from the loudest value.

    Returns
    -------
    str
        Float32, of the same shape.
    """
    logarithm = graph.add("Log", graph.add("Max", power, SMALLEST_POWER))
    values = graph.add("Mul", logarithm, float(10.0 / np.log(10.0)))
    values = graph.add("Where", graph.add("LessOrEqual", power, SMALLEST_POWER), SILENCE_DB, values)
    if top_db is None:
        return values
    peak = graph.add("ReduceMax", values, [1, 2])
    return graph.add("Max", values, graph.add("Sub", peak, float(top_db)))


def cepstra(graph: Graph, log_mel: str, n_mels: int, n_mfcc: int, lifter: float) -> str:
    """Compute cepstral coefficients, as `skaudio.dsp.cepstrum` does.

    Parameters
    ----------
    graph : Graph
        The graph.
    log_mel : str
        Float32 ``(n_clips, n_frames, n_mels)``.
    n_mels, n_mfcc : int
        Number of bands and of coefficients.
    lifter : float
        Cepstral liftering.

    Returns
    -------
    str
        Float32 ``(n_clips, n_frames, n_mfcc)``.
    """
    matrix = dct_matrix(n_mfcc, n_mels, lifter=lifter)
    level = graph.add("Slice", log_mel, [0], [1], [2])
    shape = graph.add("MatMul", graph.add("Sub", log_mel, level), matrix)
    only_first = np.zeros(n_mfcc, np.float32)
    only_first[0] = matrix[:, 0].sum(dtype=np.float64)
    return graph.add("Add", shape, graph.add("Mul", level, only_first))


def normalized(graph: Graph, frames: str, *, variance: bool) -> str:
    """Remove the mean of each channel, and scale it to unit variance, as `skaudio.dsp.normalize` does.

    Parameters
    ----------
    graph : Graph
        The graph.
    frames : str
        Float32 ``(n_clips, n_frames, n_channels)``.
    variance : bool
        Whether to scale.

    Returns
    -------
    str
        Float32, of the same shape.
    """
    values = graph.cast(frames, np.float64)
    mean = graph.time_mean(values, keepdims=True)
    values = graph.add("Sub", values, mean)
    if variance:
        deviation = graph.add("Sqrt", graph.add("ReduceMean", graph.add("Mul", values, values), [1]))
        varies = graph.add("Greater", deviation, graph.add("Mul", graph.add("Abs", mean), np.float64(CONSTANT)))
        values = graph.add("Div", values, graph.add("Where", varies, deviation, np.float64(1.0)))
    return graph.cast(values, np.float32)


def with_deltas(graph: Graph, frames: str, deltas: int) -> str:
    """Append derivatives of the channels, as `skaudio.dsp.delta` computes them.

    Parameters
    ----------
    graph : Graph
        The graph.
    frames : str
        Float32 ``(n_clips, n_frames, n_channels)``.
    deltas : {1, 2}
        Number of derivatives.

    Returns
    -------
    str
        Float32 ``(n_clips, n_frames, (1 + deltas) * n_channels)``.
    """
    half, length = DELTA_WIDTH // 2, graph.length(frames)
    last = graph.add("Sub", length, 1)
    around = graph.add("Sub", graph.indices(graph.add("Add", length, 2 * half)), half)
    padded = graph.add("Gather", frames, _clipped(graph, around, np.array([0]), last), axis=1)
    stops = [graph.add("Add", length, shift) for shift in range(DELTA_WIDTH)]
    shifted = [graph.add("Slice", padded, [shift], stop, [1]) for shift, stop in enumerate(stops)]
    # Near both ends of a clip that is long enough, the value of the nearest full fit.
    margin = graph.add("Where", graph.add("Less", length, DELTA_WIDTH), 0, half)
    nearest = _clipped(graph, graph.indices(length), margin, graph.add("Sub", last, margin))
    parts = [frames]
    for order in range(1, deltas + 1):
        taps = savgol_coeffs(DELTA_WIDTH, polyorder=order, deriv=order, use="dot").astype(np.float32)
        # Summed in the same order as in Python: of a constant channel, the derivative is what rounding leaves.
        terms = [graph.add("Mul", part, tap) for part, tap in zip(shifted, taps, strict=True)]
        derivative = terms[0]
        for term in terms[1:]:
            derivative = graph.add("Add", derivative, term)
        parts.append(graph.add("Gather", derivative, nearest, axis=1))
    return graph.add("Concat", *parts, axis=2)


def _clipped(graph: Graph, index: str, lowest: Any, highest: str) -> str:
    return graph.add("Min", graph.add("Max", index, lowest), highest)


def energy_normalized(graph: Graph, magnitudes: str, params: dict[str, float]) -> str:
    """Normalise each channel by its recent level (PCEN), as `skaudio.dsp.pcen` does.

    Parameters
    ----------
    graph : Graph
        The graph.
    magnitudes : str
        Float32 ``(n_clips, n_frames, n_bands)``.
    params : dict
        Arguments of `skaudio.dsp.pcen`, all of them.

    Returns
    -------
    str
        Float32, of the same shape.
    """
    gain, bias, power, eps = (float(params[name]) for name in ("gain", "bias", "power", "eps"))
    n_frames = params["time_constant"] * params["sr"] / params["hop_length"]
    coefficient = (np.sqrt(1 + 4 * n_frames**2) - 1) / (2 * n_frames**2)
    values = graph.cast(magnitudes, np.float64)
    first = graph.add("Slice", values, [0], [1], [1])
    ones = graph.add("Squeeze", graph.add("Add", graph.add("Mul", first, np.float64(0.0)), np.float64(1.0)), [1])
    level = graph.add_several(
        "Scan",
        ones,
        values,
        n_outputs=2,
        body=_level_step(coefficient),
        num_scan_inputs=1,
        scan_input_axes=[1],
        scan_output_axes=[1],
    )[1]
    relative = graph.add("Log", graph.add("Add", graph.add("Div", level, np.float64(eps)), np.float64(1.0)))
    attenuation = graph.add("Exp", graph.add("Mul", graph.add("Add", relative, np.log(eps)), np.float64(-gain)))
    values = graph.add("Mul", values, attenuation)
    if power == 0:
        values = graph.add("Log", graph.add("Add", values, np.float64(1.0)))
    elif bias == 0:
        values = graph.add("Pow", values, np.float64(power))
    else:
        raised = graph.add("Pow", graph.add("Add", values, np.float64(bias)), np.float64(power))
        values = graph.add("Sub", raised, np.float64(bias**power))
    return graph.cast(values, np.float32)


def _level_step(coefficient: float) -> Any:
    """Return the graph of one step of a first-order low-pass filter, from its state and a frame to the new state."""
    helper = import_onnx().helper
    step = Graph("level_")
    inputs = [
        helper.make_tensor_value_info(name, import_onnx().TensorProto.DOUBLE, [None, None])
        for name in ("last_level", "new")
    ]
    state = step.add(
        "Add",
        step.add("Mul", "last_level", np.float64(1.0 - coefficient)),
        step.add("Mul", "new", np.float64(coefficient)),
    )
    nodes = [*step.nodes]
    for output in ("next_level", "level"):
        nodes.append(helper.make_node("Identity", [state], [output]))
    outputs = [
        helper.make_tensor_value_info(name, import_onnx().TensorProto.DOUBLE, [None, None])
        for name in ("next_level", "level")
    ]
    return helper.make_graph(nodes, "level", inputs, outputs, step.initializers)
