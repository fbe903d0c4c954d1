"""`saliency`: saliency maps of an estimator's predictions."""

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
    """Compute saliency maps: the contribution of each part of a clip to a class score or a prediction.

    Parameters
    ----------
    estimator : estimator
        Fitted estimator. For ``method="occlusion"``, any classifier, regressor or outlier detector, or any pipeline
        that ends in one. For the others, a supervised network of `skaudio.estimators`, or a pipeline that ends in one.
    X : batch of clips, or frame sequences
        Input of the estimator.
    method : {"gradient", "integrated", "gradcam", "occlusion"}, default="gradient"
        - ``"gradient"``: the gradient of the score by each value, times its difference from the baseline [1]_, and
          smoothed: fast;
        - ``"integrated"``: the same, with the mean gradient along the path from the baseline to the clip [2]_; the
          values sum up to the difference of both scores, within 1 %;
        - ``"gradcam"``: maps of a convolution, weighted by their mean gradient [3]_: smooth, and coarse. Unlike in the
          paper, the mean is over time alone, as these networks distinguish positions along frequency, and the
          difference of a map from that of the baseline counts;
        - ``"occlusion"``: the decrease of the score when a tile is replaced by the baseline [4]_: the slowest, with
          some hundred predictions of each clip.
    target : class, int, array-like of shape (n_clips,), or None, default=None
        Target to explain, of all clips or of each: a class, or the index of an output. If None, the predicted class, or
        the first output. For an outlier detector, how far a clip is from normal ones.
    front_end : front end or None, default=None
        Front end that computed ``X``, if these are frames, for their times and frequencies. If None, the metadata of
        the frames is used.
    baseline : {"silence", "mean"}, ndarray of shape (n_channels,), float or None, default=None
        Replacement of removed parts: frames of silence from the front end, but no lower than the lowest value of the
        clip; the mean of each channel of the clip; a frame; a value. If None, silence or, if that is unknown, the mean.
        Not for tiles of sound.
    layer : str, int or None, default=None
        For ``"gradcam"``: name of a layer whose output has time, channels and filters. If None, the last one with at
        least a quarter of the frames' channels.
    smooth : float, default=2.0
        For ``"gradient"``: standard deviation, in cells, of the Gaussian filter of the values along time and, if
        channels are bands, along frequency. Gradients change their sign from cell to cell, as a network that halves
        time and channels hardly distinguishes neighbours. 0 disables smoothing.
    n_steps : int, default=32
        For ``"integrated"``: initial number of points; it is doubled until the sum is accurate.
    in_sound : bool or None, default=None
        For ``"occlusion"``: whether to occlude tiles of the sound, so that the values are over the times and
        frequencies of a `skaudio.features.Spectrogram`, or of the frames of the front end. If None, of the frames, if
        there are any: if ``X`` are frames, or the estimator is a pipeline that begins with a front end.

    Returns
    -------
    list of Saliency
        Saliency map of each clip.

    Raises
    ------
    ValueError, TypeError
        If the method is unknown or does not support the estimator, or if there is no such target.
    AudioError
        If a clip cannot be decoded.

    Warns
    -----
    UserWarning
        If integrated gradients miss more than 1 % of the difference of scores.

    See Also
    --------
    band_importance : Importance of bands and times, over many clips.
    listen : Reconstruct the salient part of a clip.

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

    derivatives = Derivatives(network.model_, network.learner_.architecture.stride)
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
