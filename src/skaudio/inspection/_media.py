"""Exchange of parts of clips for those of others: in frames, or in the waveform."""

from collections.abc import Callable
from typing import Any

import numpy as np

from skaudio._validation import check_clips, stack_frames
from skaudio.dsp import istft, stft
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection._heard import heard_by_model
from skaudio.inspection._parts import hearing_and_rest, rate_of


class FrameMedium:
    """Exchange of bands and segments in the frames of the front end, which are computed once."""

    def __init__(self, pipeline: Any, X: Any) -> None:
        heard = heard_by_model(pipeline, X)
        self.model, self.frequencies = heard.model, heard.frequencies
        self._frames, self._times_of = heard.frames, heard.times_of

    def duration(self) -> float:
        """Return the duration of the longest clip in seconds."""
        return float(self._times_of(max(map(len, self._frames)) + 1)[-1])

    def whole(self, rows: np.ndarray) -> np.ndarray:
        """Return clips as the model takes them."""
        return stack_frames([self._frames[row] for row in rows])

    def mixed(self, rows: np.ndarray, donors: np.ndarray, replaced: Callable) -> np.ndarray:
        """Return clips with parts replaced by those of others."""
        pairs = zip(rows, donors, strict=True)
        return stack_frames([self._mixed(self._frames[row], self._frames[donor], replaced) for row, donor in pairs])

    def _mixed(self, own: np.ndarray, other: np.ndarray, replaced: Callable) -> np.ndarray:
        return _put_in(own, other, replaced(self._times_of(len(own)), self.frequencies))


class SoundMedium:
    """Exchange of bands and segments in the waveform, by its short-time Fourier transform."""

    def __init__(self, estimator: Any, X: Any, rate: float) -> None:
        self.model, self._ear = estimator, Spectrogram(sr=rate)
        self._settings = self._ear.stft_settings()
        self.frequencies = self._ear.channel_frequencies()
        self._clips = [self._ear.waveform(clip) for clip in check_clips(self._ear, X, reset=False)]

    def duration(self) -> float:
        """Return the duration of the longest clip in seconds."""
        return max(map(len, self._clips)) / self._ear.sr

    def whole(self, rows: np.ndarray) -> list:
        """Return clips as the model takes them."""
        return [(self._clips[row], self._ear.sr) for row in rows]

    def mixed(self, rows: np.ndarray, donors: np.ndarray, replaced: Callable) -> list:
        """Return clips with parts replaced by those of others."""
        return [
            (self._mixed(self._clips[a], self._clips[b], replaced), self._ear.sr)
            for a, b in zip(rows, donors, strict=True)
        ]

    def _mixed(self, own: np.ndarray, other: np.ndarray, replaced: Callable) -> np.ndarray:
        spectrum, others = stft(own, **self._settings), stft(other, **self._settings)
        where = replaced(self._ear.frame_times(len(spectrum)), self.frequencies)
        return istft(_put_in(spectrum, others, where), length=len(own), **self._settings)


def medium_of(estimator: Any, X: Any, front_end: FrontEnd | None) -> FrameMedium | SoundMedium:
    """Choose frames if their channels are bands, else the waveform.

    Raises
    ------
    ValueError
        If the sampling rate is unknown.
    """
    own = hearing_and_rest(estimator)[0]
    if own is not None and own.channel_frequencies() is not None:
        return FrameMedium(estimator, X)
    return SoundMedium(estimator, X, rate_of(estimator, front_end))


def _put_in(own: np.ndarray, other: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Replace cells of a clip by another's at the same time; a shorter one is repeated."""
    return np.where(where, other[np.arange(len(own)) % len(other)], own)
