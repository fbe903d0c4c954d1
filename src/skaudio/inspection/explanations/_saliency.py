"""Saliency maps: the contribution of each part of a clip to its prediction."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from skaudio.features import FrontEnd
from skaudio.inspection.displays import Display, SpectrogramDisplay
from skaudio.inspection.explanations._attribution import attribute

COLOURED = 0.99  # quantile of the values that gets the strongest colour; larger ones look the same


@dataclass(frozen=True, eq=False)
class Saliency:
    """Saliency map: contribution of each frame and channel of a clip to a class score (or a prediction).

    Returned by `saliency`.

    Attributes
    ----------
    values : ndarray of float32, shape (n_frames, n_channels)
        Contributions: above 0 in favour of the target, below 0 against it.
    frames : ndarray of float32, shape (n_frames, n_channels)
        Input of the estimator.
    times : ndarray of shape (n_frames,) or None
        Centres of the frames in seconds from the first sample that the front end takes; None if unknown.
    frequencies : ndarray of shape (n_channels,) or None
        Centre frequencies of the channels in Hz; None if channels are not bands.
    method : str
        Method by which it was computed.
    target : object
        The explained class, or index of the output.
    score : float
        The estimator's score of the target: its decision value, log-odds, or prediction.
    baseline_score : float
        The score of the baseline. Values of ``method="integrated"`` sum up to the difference of both scores.
    clip : object
        The clip, if the estimator was given clips; else None.
    front_end : front end or None
        Front end that computed the frames.
    channel_names : list of str or None
        Names of the channels, if they are those of the front end.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.inspection import Saliency
    >>> values, times = np.array([[1.0], [-3.0], [2.0]]), np.array([0.0, 0.1, 0.2])
    >>> found = Saliency(values, values, times, None, "gradient", "owl", score=1.0, baseline_score=0.0)
    >>> float(found.times[found.values[:, 0].argmax()])  # the frame that contributes most to the prediction
    0.2
    """

    values: np.ndarray
    frames: np.ndarray
    times: np.ndarray | None
    frequencies: np.ndarray | None
    method: str
    target: Any
    score: float
    baseline_score: float
    clip: Any = None
    front_end: FrontEnd | None = None
    channel_names: list[str] | None = None

    def share(
        self, *, times: tuple[float, float] | None = None, frequencies: tuple[float, float] | None = None
    ) -> float:
        """Return the share of the positive saliency in a part of the clip.

        Parameters
        ----------
        times : (float, float) or None, default=None
            Start and end, in seconds. If None, the whole clip.
        frequencies : (float, float) or None, default=None
            Lowest and highest frequency, in Hz. If None, all.

        Returns
        -------
        float
            Share, in [0, 1]; also 0 if no value is positive.

        Raises
        ------
        ValueError
            If the saliency map has no times or frequencies.

        Examples
        --------
        >>> import numpy as np
        >>> from skaudio.inspection import Saliency
        >>> values = np.array([[1.0, 0.0], [2.0, -5.0], [0.0, 1.0]])
        >>> times, frequencies = np.array([0.0, 0.1, 0.2]), np.array([500.0, 900.0])
        >>> result = Saliency(values, values, times, frequencies, "gradient", "owl", score=1.0, baseline_score=0.0)
        >>> result.share(frequencies=(400.0, 600.0)), result.share(times=(0.05, 0.15))
        (0.75, 0.5)
        """
        inside = np.ones(self.values.shape, bool)
        for name, within, axis in (("times", times, 1), ("frequencies", frequencies, 0)):
            if within is None:
                continue
            centres = getattr(self, name)
            if centres is None:
                raise ValueError(
                    f"This saliency map has no {name}, as its frames are not those of a front end with {name}."
                )
            inside &= np.expand_dims((centres >= within[0]) & (centres <= within[1]), axis)
        positive = np.maximum(self.values, 0.0)
        total = float(positive.sum(dtype=np.float64))
        return float(positive[inside].sum(dtype=np.float64)) / total if total > 0.0 else 0.0

    def plot(self, ax: Any = None, **mesh: Any) -> "SaliencyDisplay":
        """Plot the saliency map over the frames as a `SaliencyDisplay`.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **mesh : dict
            Keyword arguments of ``matplotlib.axes.Axes.pcolormesh``.

        Returns
        -------
        SaliencyDisplay
            The plotted display.
        """
        return SaliencyDisplay(self).plot(ax, **mesh)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()


class SaliencyDisplay(Display):
    """Saliency map over the frames of a clip: evidence for a class (red) and against it (blue).

    Parameters
    ----------
    saliency : Saliency
        Saliency map to plot.

    Attributes
    ----------
    frames_ : SpectrogramDisplay
        The frames, in grey.
    mesh_ : matplotlib.collections.QuadMesh
        The values; larger ones are more opaque.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import SaliencyDisplay
    >>> from skaudio.pooling import StatPooling
    >>> rng, time = np.random.default_rng(0), np.arange(4000) / 8000
    >>> X = [np.sin(2 * np.pi * f * time) + 0.01 * rng.normal(size=4000) for f in [300, 2000] * 5]
    >>> model = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), SVC()).fit(X, ["low", "high"] * 5)
    >>> display = SaliencyDisplay.from_estimator(model, X[0], method="occlusion")
    >>> display.ax_.get_title()
    'low, by occlusion'
    """

    def __init__(self, saliency: Saliency) -> None:
        self.saliency = saliency

    @classmethod
    def from_estimator(
        cls, estimator: Any, clip: Any, method: str = "gradient", target: Any = None, *, ax: Any = None, **kwargs: Any
    ) -> Self:
        """Compute and plot the saliency map of one clip.

        Parameters
        ----------
        estimator : estimator
            Fitted estimator, see `saliency`.
        clip : clip, or ndarray of shape (n_frames, n_channels)
            A single input of the estimator.
        method : {"gradient", "integrated", "gradcam", "occlusion"}, default="gradient"
            Method, see `saliency`.
        target : class, int or None, default=None
            Target to explain, see `saliency`.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **kwargs : dict
            Further parameters of `saliency`.

        Returns
        -------
        SaliencyDisplay
            The plotted display.
        """
        return cls(saliency(estimator, [clip], method, target, **kwargs)[0]).plot(ax)

    def plot(self, ax: Any = None, **mesh: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **mesh : dict
            Keyword arguments of ``matplotlib.axes.Axes.pcolormesh``.

        Returns
        -------
        SaliencyDisplay
            The display itself.
        """
        result = self.saliency
        ax = self._take_axes(ax, (8.0, 4.0))
        coordinates: dict[str, Any] = {
            "times": result.times,
            "frequencies": result.frequencies,
            "channel_names": result.channel_names,
        }
        self.frames_ = SpectrogramDisplay.from_array(result.frames, **coordinates, ax=ax, cmap="Greys")
        magnitudes = np.abs(result.values)
        limit = float(np.quantile(magnitudes[magnitudes > 0.0], COLOURED, method="higher")) if magnitudes.any() else 1.0
        opacity = np.minimum(
            np.sqrt(magnitudes.T / limit), 1.0
        )  # the root makes small values visible beside large ones
        style = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit, "alpha": opacity, **mesh}
        self.mesh_ = SpectrogramDisplay.from_array(result.values, **coordinates, ax=ax, **style).mesh_
        ax.set_title(f"{result.target}, by {result.method}")
        return self


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
          several hundred predictions per clip.
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
    >>> result = saliency(model, X[:1], method="occlusion")[0]
    >>> result.target, bool(result.share(frequencies=(200.0, 400.0)) > 0.5)
    ('low', True)
    """
    inputs, found = attribute(
        estimator,
        X,
        method,
        target,
        front_end=front_end,
        baseline=baseline,
        layer=layer,
        smooth=smooth,
        n_steps=n_steps,
        in_sound=in_sound,
    )
    return [
        Saliency(
            values=values.astype(np.float32),
            frames=inputs.frames[i],
            times=inputs.times(i),
            frequencies=inputs.frequencies,
            method=method,
            target=explained,
            score=float(score),
            baseline_score=float(baseline_score),
            clip=None if inputs.clips is None else inputs.clips[i],
            front_end=None if inputs.clips is None else inputs.front_end,
            channel_names=inputs.channel_names,
        )
        for i, (values, explained, score, baseline_score) in enumerate(found)
    ]
