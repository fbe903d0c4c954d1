"""`saliency`: which parts of clips speak for what an estimator makes of them."""

from typing import Any

import numpy as np
from scipy.ndimage import gaussian_filter

from skaudio._tensorflow import import_keras
from skaudio._validation import check_clips, frames_and_channels
from skaudio.dsp import istft, stft
from skaudio.estimators._supervised import SupervisedEstimator
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection._heard import Heard, heard_by_model, heard_by_network
from skaudio.inspection._occlusion import occluded, tiles_of
from skaudio.inspection._parts import are_bands, front_end_of, hearing_and_rest, rate_of
from skaudio.inspection._saliency_map import Saliency
from skaudio.inspection._targets import chosen_columns, columns_of

METHODS = ("gradient", "integrated", "gradcam", "occlusion")


def saliency(
    estimator: Any,
    X: Any,
    method: str = "gradient",
    target: Any = None,
    *,
    front_end: FrontEnd | None = None,
    baseline: Any = None,
    layer: str | int | None = None,
    smooth: float = 2.0,
    n_steps: int = 32,
    in_sound: bool | None = None,
) -> list[Saliency]:
    """Find which parts of clips speak for a class, or add to a number.

    Parameters
    ----------
    estimator : estimator
        Fitted. For ``method="occlusion"`` any classifier, regressor or outlier detector, and any pipeline that ends in
        one. For the others a network of `skaudio.estimators` that learns from targets, or a pipeline that ends in one.
    X : batch of clips, or frame sequences
        What the estimator takes.
    method : {"gradient", "integrated", "gradcam", "occlusion"}, default="gradient"
        - ``"gradient"``: the derivative of the score by each value, times how far that is from the baseline [1]_, and
          smoothed: quick;
        - ``"integrated"``: the same, with the derivative's mean along the way from the baseline to the clip [2]_; the
          values sum up to the difference of both scores, within 1 %;
        - ``"gradcam"``: maps of a convolution, weighted by their mean derivative [3]_: smooth, and coarse. Unlike the
          paper's, the mean is over time alone, as these networks know where along frequency something is, and a map
          counts for how it differs from that of the baseline;
        - ``"occlusion"``: how far the score falls when a tile is replaced by the baseline [4]_. It takes the longest:
          some hundred predictions of each clip.
    target : class, int, array-like of shape (n_clips,), or None, default=None
        What is to be explained, of all clips or of each: a class, or the number of an output. None: the class that is
        predicted, or the first output. Of an outlier detector, how far a clip is from normal ones.
    front_end : front end or None, default=None
        Where ``X`` are frames, what they were made by, for their times and frequencies. None: what the frames of a
        front end carry.
    baseline : {"silence", "mean"}, ndarray of shape (n_channels,), float or None, default=None
        What takes the place of what is taken away: what the front end makes of silence, but nothing below the lowest
        value of the clip; the mean of each channel of the clip; a frame; a value. None: silence, and where frames do
        not say what that is the mean. Not for tiles of sound.
    layer : str, int or None, default=None
        Of ``"gradcam"``: the name of a layer whose output has time, channels and filters; None: the last one that has
        a quarter of the frames' channels at least.
    smooth : float, default=2.0
        Of ``"gradient"``: width, as the standard deviation in cells, of the neighbourhood that the values are averaged
        over, along time and, where channels are bands, along frequency. Derivatives change their sign from cell to
        cell, as a network that halves time and channels hardly tells neighbours apart. 0: values are as they are.
    n_steps : int, default=32
        Of ``"integrated"``: number of points at first; it is doubled until the sum is right.
    in_sound : bool or None, default=None
        Of ``"occlusion"``: whether tiles are cut out of the sound, so that the values are over the times and
        frequencies of a `skaudio.features.Spectrogram`, or out of the frames that the front end gives. None: out of
        frames, where there are any: where ``X`` are frames, or the estimator is a pipeline that begins with a front
        end.

    Returns
    -------
    list of Saliency
        One for each clip.

    Raises
    ------
    ValueError, TypeError
        If the method is not known or not for such an estimator, or if there is no such target.
    AudioError
        If a clip cannot be decoded.

    Warns
    -----
    UserWarning
        If integrated gradients miss more than 1 % of the difference of scores.

    See Also
    --------
    band_importance : Of bands and times, over many clips.
    listen : Hear what a saliency found.

    References
    ----------
    .. [1] M. Ancona, E. Ceolini, C. Oztireli and M. Gross, "Towards better understanding of gradient-based attribution
       methods for deep neural networks", ICLR, 2018.
    .. [2] M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML, 2017.
    .. [3] R. Selvaraju et al., "Grad-CAM: visual explanations from deep networks via gradient-based localization",
       ICCV, 2017.
    .. [4] M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import saliency
    >>> from skaudio.pooling import StatPooling
    >>> rng, time = np.random.default_rng(0), np.arange(4000) / 8000
    >>> X = [np.sin(2 * np.pi * f * time) + 0.01 * rng.normal(size=4000) for f in [300, 2000] * 5]
    >>> model = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), SVC()).fit(X, ["low", "high"] * 5)
    >>> found = saliency(model, X[:1], method="occlusion")[0]
    >>> found.target, bool(found.share(frequencies=(200.0, 400.0)) > 0.5)
    ('low', True)
    """
    if method not in METHODS:
        raise ValueError(f"method={method!r} is not known; expected one of {METHODS}.")
    if method == "occlusion":
        if in_sound is None:
            in_sound = hearing_and_rest(estimator)[0] is None and front_end_of(estimator) is not None
        if in_sound:
            return _by_tiles_of_sound(estimator, X, target, front_end)
        return _by_tiles_of_frames(heard_by_model(estimator, X, front_end), target, baseline)
    heard = heard_by_network(estimator, X, front_end)
    if not isinstance(heard.model, SupervisedEstimator):
        raise TypeError(
            f"method={method!r} needs a network of skaudio.estimators that learns from targets, got "
            f"{type(heard.model).__name__}. Use method='occlusion'."
        )
    return _by_derivatives(heard, method, target, baseline, layer, smooth, n_steps)


def _by_derivatives(
    heard: Heard, method: str, target: Any, baseline: Any, layer: str | int | None, smooth: float, n_steps: int
) -> list[Saliency]:
    network = heard.model
    scores = columns_of(network, heard.frames)
    columns, targets = chosen_columns(network, scores, target)
    import_keras()
    from skaudio.inspection._gradients import Derivatives, class_activation, integrated

    derivatives = Derivatives(network.model_, network._architecture.stride)
    found = []
    for i, (frames, column) in enumerate(zip(heard.frames, columns, strict=True)):
        nothing = heard.baseline(i, baseline)
        if method == "gradient":
            values = derivatives.of_input(frames[np.newaxis], column)[0] * (frames - nothing)
            values = gaussian_filter(values, (smooth, smooth if are_bands(heard.frequencies) else 0.0))
        elif method == "integrated":
            values = integrated(derivatives, frames, nothing, column, n_steps)
        else:
            values = class_activation(derivatives, frames, nothing, column, layer)
        empty = derivatives.score(nothing, column)
        found.append(_saliency_of(heard, i, values, method, targets[i], scores[i, column], empty))
    return found


def _by_tiles_of_frames(heard: Heard, target: Any, baseline: Any) -> list[Saliency]:
    scores = columns_of(heard.model, heard.frames)
    columns, targets = chosen_columns(heard.model, scores, target)
    found = []
    for i, (clip, column) in enumerate(zip(heard.frames, columns, strict=True)):

        def scores_of(clips: np.ndarray, column: int = column) -> np.ndarray:
            return columns_of(heard.model, clips)[:, column]

        nothing, times = heard.baseline(i, baseline), heard.times(i)
        tiles = tiles_of(len(clip), heard.places, None if times is None or len(times) < 2 else times[1] - times[0])
        values = occluded(clip, nothing, np.abs(clip - nothing), tiles, scores[i, column], scores_of)
        empty = scores_of(nothing[np.newaxis])[0]
        found.append(_saliency_of(heard, i, values, "occlusion", targets[i], scores[i, column], empty))
    return found


def _by_tiles_of_sound(estimator: Any, X: Any, target: Any, front_end: FrontEnd | None) -> list[Saliency]:
    ear = Spectrogram(sr=rate_of(estimator, front_end))
    settings = ear.stft_settings()
    X = check_clips(ear, X, reset=False)
    scores = columns_of(estimator, X)
    columns, targets = chosen_columns(estimator, scores, target)
    heard = Heard(estimator, *frames_and_channels(ear.transform(X)), clips=X, front_end=ear)
    found = []
    for i, (column, frames) in enumerate(zip(columns, heard.frames, strict=True)):
        y = ear.waveform(X[i])
        spectrum = stft(y, **settings)

        def scores_of(spectra: np.ndarray, column: int = column, length: int = len(y)) -> np.ndarray:
            clips = [(istft(spectrum, length=length, **settings), ear.sr) for spectrum in spectra]
            return columns_of(estimator, clips)[:, column]

        tiles = tiles_of(len(frames), heard.places, settings["hop_length"] / ear.sr)
        silence = np.zeros_like(spectrum)
        values = occluded(spectrum, silence, np.abs(spectrum), tiles, scores[i, column], scores_of)
        empty = scores_of(silence[np.newaxis])[0]
        found.append(_saliency_of(heard, i, values, "occlusion", targets[i], scores[i, column], empty))
    return found


def _saliency_of(
    heard: Heard, i: int, values: np.ndarray, method: str, target: Any, score: float, baseline_score: float
) -> Saliency:
    return Saliency(
        values=values.astype(np.float32),
        frames=heard.frames[i],
        times=heard.times(i),
        frequencies=heard.frequencies,
        method=method,
        target=target,
        score=float(score),
        baseline_score=float(baseline_score),
        clip=None if heard.clips is None else heard.clips[i],
        front_end=heard.front_end if heard.clips is not None else None,
        channel_names=heard.channel_names,
    )
