"""Converters of front ends: from a waveform to frames."""

from inspect import signature
from typing import Any

from skaudio.dsp import pcen
from skaudio.export._export_error import ExportError
from skaudio.export.features._spectra import Spectra
from skaudio.export.features._stages import cepstra, decibels, energy_normalized, normalized, with_deltas
from skaudio.export.features._waveforms import prepared_waveform
from skaudio.export.graph import Graph, Value

PCM_FULL_SCALE = 2.0**31  # of `MelSpectrogram(scale="pcen")`


def waveform_frames(graph: Graph, front_end: Any, value: Value) -> Value:
    """Convert a `Waveform`: each sample is a frame."""
    waveform = start_of(graph, front_end, value)
    return Value(graph.add("Unsqueeze", waveform, [2]), "frames", 1)


def stft_frames(graph: Graph, front_end: Any, value: Value) -> Value:
    """Convert an `STFT`."""
    spectra = _spectra(graph, front_end, value)
    return Value(spectra.parts(), "frames", 2 * front_end.n_bins)


def spectrogram_frames(graph: Graph, front_end: Any, value: Value) -> Value:
    """Convert a `Spectrogram`."""
    spectra = _spectra(graph, front_end, value)
    in_decibels = front_end.scale == "db"
    frames = spectra.in_order(spectra.power(2.0 if in_decibels else front_end.power))
    return _finished(graph, front_end, decibels(graph, frames, front_end.top_db) if in_decibels else frames)


def mel_frames(graph: Graph, front_end: Any, value: Value) -> Value:
    """Convert a `MelSpectrogram`."""
    spectra = _spectra(graph, front_end, value)
    if front_end.scale == "pcen":
        magnitudes = graph.add("Mul", spectra.mel(1.0, front_end.mel_settings()), PCM_FULL_SCALE)
        defaults = {name: parameter.default for name, parameter in signature(pcen).parameters.items()}
        settings = {"sr": front_end.sr, "hop_length": front_end.stft_settings()["hop_length"]}
        params = {**defaults, **settings, **(front_end.pcen_params or {})}
        return _finished(graph, front_end, energy_normalized(graph, magnitudes, params))
    frames = spectra.mel(2.0, front_end.mel_settings())
    return _finished(graph, front_end, decibels(graph, frames, front_end.top_db) if front_end.scale == "db" else frames)


def mfcc_frames(graph: Graph, front_end: Any, value: Value) -> Value:
    """Convert an `MFCC`."""
    spectra = _spectra(graph, front_end, value)
    log_mel = decibels(graph, spectra.mel(2.0, front_end.mel_settings()), front_end.top_db)
    return _finished(
        graph, front_end, cepstra(graph, log_mel, front_end.n_mels, front_end.n_mfcc, float(front_end.lifter))
    )


def _spectra(graph: Graph, front_end: Any, value: Value) -> Spectra:
    settings = front_end.stft_settings()
    graph.frame_length = settings["n_fft"]
    return Spectra(graph, start_of(graph, front_end, value), settings)


def _finished(graph: Graph, front_end: Any, frames: str) -> Value:
    """Normalise static channels, and append their derivatives."""
    if front_end.normalize is not None:
        frames = normalized(graph, frames, variance=front_end.normalize == "standard")
    if front_end.deltas:
        frames = with_deltas(graph, frames, front_end.deltas)
    return Value(frames, "frames", len(front_end.channels_out().names))


def start_of(graph: Graph, front_end: Any, value: Value) -> str:
    """Validate and describe the input of a front end, and return the waveform prepared by its parameters."""
    if value.kind != "waveform":
        raise ExportError(f"{type(front_end).__name__} follows another step; expected it to be the first one.")
    if isinstance(front_end.channel, (list, tuple)):
        raise ExportError(
            f"{type(front_end).__name__}(channel={front_end.channel!r}) computes several channels of a clip, and the "
            "graph takes waveforms of one. Export one model for each channel, with channel=0, channel=1, ..."
        )
    describe_input(graph, front_end.rate, front_end.channel)
    graph.metadata.setdefault("offset_seconds", float(front_end.offset))
    graph.metadata.setdefault("duration_seconds", front_end.duration)
    channels = front_end.channels_out()
    graph.metadata.setdefault("hop_seconds", channels.hop_seconds)
    graph.metadata.setdefault("start_seconds", channels.start_seconds)
    return prepared_waveform(graph, front_end, value.name)


def describe_input(graph: Graph, sr: float, channel: int | None) -> None:
    """Record what waveform the graph takes.

    Raises
    ------
    ExportError
        If another front end of the same model takes another one.
    """
    for name, setting in {"sr": float(sr), "channel": channel}.items():
        if graph.metadata.setdefault(name, setting) != setting:
            raise ExportError(
                f"Front ends of the model have {name}={graph.metadata[name]!r} and {name}={setting!r}; expected one, "
                "as the graph takes one waveform. Use front ends of one sampling rate and channel."
            )
