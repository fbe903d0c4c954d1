"""Exchange of parts of clips for those of others: in frames, or in the waveform."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio._validation import check_clips, stack_frames
from skaudio.dsp import istft, stft
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection._parts import front_end_and_rest, rate_of
from skaudio.inspection.explanations._model_input import model_input


class FrameMedium:
    """Exchange of bands and segments in the frames of the front end, which are computed once."""

    def __init__(self, pipeline: Any, X: Any, front_end: FrontEnd, frequencies: np.ndarray) -> None:
        inputs = model_input(pipeline, X)
        self.model, self._frames = inputs.model, inputs.frames
        self.frequencies, self._times_of = frequencies, front_end.frame_times

    def duration(self) -> float:
        """Return the duration of the longest clip in seconds."""
        return float(self._times_of(max(map(len, self._frames)) + 1)[-1])

    def whole(self, rows: np.ndarray) -> np.ndarray:
        """Return clips in the form that the model expects."""
        return stack_frames([self._frames[row] for row in rows])

    def mixed(self, rows: np.ndarray, donors: np.ndarray, replaced: Callable) -> np.ndarray:
        """Return clips with parts replaced by those of others."""
        pairs = zip(rows, donors, strict=True)
        return stack_frames([self._mix(self._frames[row], self._frames[donor], replaced) for row, donor in pairs])

    def _mix(self, clip: np.ndarray, other: np.ndarray, replaced: Callable) -> np.ndarray:
        return _replace(clip, other, replaced(self._times_of(len(clip)), self.frequencies))


class SoundMedium:
    """Exchange of bands and segments in the waveform, by its short-time Fourier transform."""

    def __init__(self, estimator: Any, X: Any, rate: float) -> None:
        self.model, self._spectrogram = estimator, Spectrogram(sr=rate)
        self._settings = self._spectrogram.stft_settings()
        self.frequencies = self._spectrogram.bin_frequencies()
        self._clips = [self._spectrogram.waveform(clip) for clip in check_clips(self._spectrogram, X, reset=False)]

    def duration(self) -> float:
        """Return the duration of the longest clip in seconds."""
        return max(map(len, self._clips)) / self._spectrogram.sr

    def whole(self, rows: np.ndarray) -> list:
        """Return clips in the form that the model expects."""
        return [(self._clips[row], self._spectrogram.sr) for row in rows]

    def mixed(self, rows: np.ndarray, donors: np.ndarray, replaced: Callable) -> list:
        """Return clips with parts replaced by those of others."""
        return [
            (self._mix(self._clips[a], self._clips[b], replaced), self._spectrogram.sr)
            for a, b in zip(rows, donors, strict=True)
        ]

    def _mix(self, clip: np.ndarray, other: np.ndarray, replaced: Callable) -> np.ndarray:
        spectrum, others = stft(clip, **self._settings), stft(other, **self._settings)
        mask = replaced(self._spectrogram.frame_times(len(spectrum)), self.frequencies)
        return istft(_replace(spectrum, others, mask), length=len(clip), **self._settings)


def medium_of(estimator: Any, X: Any, front_end: FrontEnd | None) -> FrameMedium | SoundMedium:
    """Choose frames if their channels are bands, else the waveform.

    Raises
    ------
    ValueError
        If the sampling rate is unknown.
    """
    own_front_end = front_end_and_rest(estimator)[0]
    frequencies = None if own_front_end is None else own_front_end.channel_frequencies()
    if own_front_end is not None and frequencies is not None:
        return FrameMedium(estimator, X, own_front_end, frequencies)
    return SoundMedium(estimator, X, rate_of(estimator, front_end))


def scores_without(
    medium: FrameMedium | SoundMedium, scorer: Callable, y: np.ndarray, draws: list, part: tuple | None
) -> list[float]:
    """Score all draws of clips with a part replaced by that of others, or unaltered if `part` is None."""
    if part is None:
        return [scorer(medium.model, medium.whole(rows), y[rows]) for rows, _ in draws]
    axis, low, high = part

    def replaced(times: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
        positions = (frequencies, times)[axis]
        # The last band includes its upper edge: otherwise the highest frequency would be in no band.
        inside = (positions >= low) & ((positions < high) | (positions == high) & (high == positions.max()))
        return np.broadcast_to(np.expand_dims(inside, axis), (len(times), len(frequencies)))

    return [scorer(medium.model, medium.mixed(rows, donors, replaced), y[rows]) for rows, donors in draws]


def _replace(clip: np.ndarray, other: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Replace cells of a clip by another's at the same time; a shorter one is repeated."""
    return np.where(mask, other[np.arange(len(clip)) % len(other)], clip)
