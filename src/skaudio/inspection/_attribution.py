"""Methods of saliency: derivatives of a network, and occlusion of any model."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from skaudio._tensorflow import import_keras
from skaudio.dsp import istft, stft
from skaudio.features import Spectrogram
from skaudio.inspection._model_input import ModelInput
from skaudio.inspection._occlusion import occluded, tiles_of
from skaudio.inspection._parts import are_bands
from skaudio.inspection._targets import chosen_columns, columns_of


class Attribution(NamedTuple):
    """Contributions ``(n_frames, n_channels)`` to a target, its score, and that of the baseline."""

    values: np.ndarray
    target: Any
    score: float
    baseline_score: float


def differentiate(
    given: ModelInput,
    target: Any,
    method: str,
    *,
    baseline: Any,
    layer: str | int | None,
    smooth: float,
    n_steps: int,
) -> Iterator[Attribution]:
    """Attribute the score of each clip by derivatives of the network; see `skaudio.inspection.saliency`."""
    network = given.model
    scores = columns_of(network, given.frames)
    columns, targets = chosen_columns(network, scores, target)
    import_keras()
    from skaudio.inspection._gradients import Derivatives, class_activation, integrated

    derivatives = Derivatives(network.model_, network.learner_.architecture.stride)
    for i, (frames, column) in enumerate(zip(given.frames, columns, strict=True)):
        nothing = given.baseline(i, baseline)
        if method == "gradient":
            values = derivatives.of_input(frames[np.newaxis], column)[0] * (frames - nothing)
            values = gaussian_filter(values, (smooth, smooth if are_bands(given.frequencies) else 0.0))
        elif method == "integrated":
            values = integrated(derivatives, frames, nothing, column, n_steps)
        else:
            values = class_activation(derivatives, frames, nothing, column, layer)
        yield Attribution(values, targets[i], scores[i, column], derivatives.score(nothing, column))


def occlude_frames(given: ModelInput, target: Any, baseline: Any) -> Iterator[Attribution]:
    """Attribute the score of each clip to tiles of its frames, by replacing them by the baseline."""
    scores = columns_of(given.model, given.frames)
    columns, targets = chosen_columns(given.model, scores, target)
    for i, (clip, column) in enumerate(zip(given.frames, columns, strict=True)):

        def scores_of(clips: np.ndarray, column: int = column) -> np.ndarray:
            return columns_of(given.model, clips)[:, column]

        nothing, times = given.baseline(i, baseline), given.times(i)
        tiles = tiles_of(len(clip), given.places, None if times is None or len(times) < 2 else times[1] - times[0])
        values = occluded(clip, nothing, np.abs(clip - nothing), tiles, scores[i, column], scores_of)
        yield Attribution(values, targets[i], scores[i, column], scores_of(nothing[np.newaxis])[0])


def occlude_sound(given: ModelInput, target: Any, spectrogram: Spectrogram) -> Iterator[Attribution]:
    """Attribute the score of each clip to tiles of its spectrogram, by setting them to zero in the sound."""
    settings = spectrogram.stft_settings()
    scores = columns_of(given.model, given.clips)
    columns, targets = chosen_columns(given.model, scores, target)
    for i, (column, frames) in enumerate(zip(columns, given.frames, strict=True)):
        y = spectrogram.waveform(given.clips[i])
        spectrum = stft(y, **settings)

        def scores_of(spectra: np.ndarray, column: int = column, length: int = len(y)) -> np.ndarray:
            clips = [(istft(spectrum, length=length, **settings), spectrogram.sr) for spectrum in spectra]
            return columns_of(given.model, clips)[:, column]

        tiles = tiles_of(len(frames), given.places, settings["hop_length"] / spectrogram.sr)
        silence = np.zeros_like(spectrum)
        values = occluded(spectrum, silence, np.abs(spectrum), tiles, scores[i, column], scores_of)
        yield Attribution(values, targets[i], scores[i, column], scores_of(silence[np.newaxis])[0])
