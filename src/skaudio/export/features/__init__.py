"""Converters of front ends and poolings: from waveforms to frames, and from frames to tables."""

from skaudio.export.features._front_ends import (
    describe_input,
    mel_frames,
    mfcc_frames,
    spectrogram_frames,
    start_of,
    stft_frames,
    waveform_frames,
)
from skaudio.export.features._poolings import (
    frame_padder,
    frame_stacker,
    mixture_pooling,
    standardized,
    weighted_log_densities,
)
from skaudio.export.features._statistics import stat_pooling

__all__ = [
    "describe_input",
    "frame_padder",
    "frame_stacker",
    "mel_frames",
    "mfcc_frames",
    "mixture_pooling",
    "spectrogram_frames",
    "standardized",
    "start_of",
    "stat_pooling",
    "stft_frames",
    "waveform_frames",
    "weighted_log_densities",
]
