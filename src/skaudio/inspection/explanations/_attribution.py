"""Methods of saliency: derivatives of a network, and occlusion of any model."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from skaudio._tensorflow import import_keras
from skaudio.dsp import istft, stft
from skaudio.estimators._supervised import SupervisedEstimator
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection._parts import are_bands, front_end_and_rest, front_end_of, rate_of
from skaudio.inspection.explanations._model_input import ModelInput, model_input, network_input, sound_input
from skaudio.inspection.explanations._occlusion import occluded, tiles_of
from skaudio.inspection.explanations._targets import chosen_columns, columns_of

METHODS = ("gradient", "integrated", "gradcam", "occlusion")


class Attribution(NamedTuple):
    """Contributions ``(n_frames, n_channels)`` to a target, its score, and that of the baseline."""

    values: np.ndarray
    target: Any
    score: float
    baseline_score: float


def attribute(
    estimator: Any,
    X: Any,
    method: str,
    target: Any,
    *,
    front_end: FrontEnd | None,
    baseline: Any,
    layer: str | int | None,
    smooth: float,
    n_steps: int,
    in_sound: bool | None,
) -> tuple[ModelInput, Iterator[Attribution]]:
    """Attribute scores by a method, and return the input, too; see `skaudio.inspection.saliency` for the parameters."""
    if method not in METHODS:
        raise ValueError(f"method={method!r}; expected one of {METHODS}.")
    if method != "occlusion":
        inputs = network_input(estimator, X, front_end)
        if not isinstance(inputs.model, SupervisedEstimator):
            raise TypeError(
                f"method={method!r} requires a supervised network of skaudio.estimators, got "
                f"{type(inputs.model).__name__}. Use method='occlusion'."
            )
        return inputs, differentiate(
            inputs, target, method, baseline=baseline, layer=layer, smooth=smooth, n_steps=n_steps
        )
    if in_sound is None:
        in_sound = front_end_and_rest(estimator)[0] is None and front_end_of(estimator) is not None
    if in_sound:
        spectrogram = Spectrogram(sr=rate_of(estimator, front_end))
        inputs = sound_input(estimator, X, spectrogram)
        return inputs, occlude_sound(inputs, target, spectrogram)
    inputs = model_input(estimator, X, front_end)
    return inputs, occlude_frames(inputs, target, baseline)


def differentiate(
    inputs: ModelInput,
    target: Any,
    method: str,
    *,
    baseline: Any,
    layer: str | int | None,
    smooth: float,
    n_steps: int,
) -> Iterator[Attribution]:
    """Attribute the score of each clip by derivatives of the network; see `skaudio.inspection.saliency`."""
    network = inputs.model
    scores = columns_of(network, inputs.frames)
    columns, targets = chosen_columns(network, scores, target)
    import_keras()
    from skaudio.inspection.explanations._gradients import Derivatives, class_activation, integrated

    derivatives = Derivatives(network.model_, network.learner_.architecture.stride)
    for i, (frames, column) in enumerate(zip(inputs.frames, columns, strict=True)):
        reference = inputs.baseline(i, baseline)
        if method == "gradient":
            values = derivatives.of_input(frames[np.newaxis], column)[0] * (frames - reference)
            values = gaussian_filter(values, (smooth, smooth if are_bands(inputs.frequencies) else 0.0))
        elif method == "integrated":
            values = integrated(derivatives, frames, reference, column, n_steps)
        else:
            values = class_activation(derivatives, frames, reference, column, layer)
        yield Attribution(values, targets[i], scores[i, column], derivatives.score(reference, column))


def occlude_frames(inputs: ModelInput, target: Any, baseline: Any) -> Iterator[Attribution]:
    """Attribute the score of each clip to tiles of its frames, by replacing them by the baseline."""
    scores = columns_of(inputs.model, inputs.frames)
    columns, targets = chosen_columns(inputs.model, scores, target)
    for i, (clip, column) in enumerate(zip(inputs.frames, columns, strict=True)):

        def scores_of(clips: np.ndarray, column: int = column) -> np.ndarray:
            return columns_of(inputs.model, clips)[:, column]

        reference, times = inputs.baseline(i, baseline), inputs.times(i)
        tiles = tiles_of(len(clip), inputs.places, None if times is None or len(times) < 2 else times[1] - times[0])
        values = occluded(clip, reference, np.abs(clip - reference), tiles, scores[i, column], scores_of)
        yield Attribution(values, targets[i], scores[i, column], scores_of(reference[np.newaxis])[0])


def occlude_sound(inputs: ModelInput, target: Any, spectrogram: Spectrogram) -> Iterator[Attribution]:
    """Attribute the score of each clip to tiles of its spectrogram, by setting them to zero in the sound."""
    settings = spectrogram.stft_settings()
    scores = columns_of(inputs.model, inputs.clips)
    columns, targets = chosen_columns(inputs.model, scores, target)
    for i, (column, frames) in enumerate(zip(columns, inputs.frames, strict=True)):
        y = spectrogram.waveform(inputs.clips[i])
        spectrum = stft(y, **settings)

        def scores_of(spectra: np.ndarray, column: int = column, length: int = len(y)) -> np.ndarray:
            clips = [(istft(spectrum, length=length, **settings), spectrogram.sr) for spectrum in spectra]
            return columns_of(inputs.model, clips)[:, column]

        tiles = tiles_of(len(frames), inputs.places, settings["hop_length"] / spectrogram.sr)
        silence = np.zeros_like(spectrum)
        values = occluded(spectrum, silence, np.abs(spectrum), tiles, scores[i, column], scores_of)
        yield Attribution(values, targets[i], scores[i, column], scores_of(silence[np.newaxis])[0])
