"""Saliency map over the frames of a clip."""

from typing import Any, Self

import numpy as np

from skaudio.inspection._display import Display
from skaudio.inspection._saliency import saliency as saliency_of
from skaudio.inspection._saliency_map import Saliency
from skaudio.inspection._spectrogram_display import SpectrogramDisplay

FULL = 0.99  # share of the values that colours tell apart; larger ones look like the largest of these


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
        cls, estimator: Any, clip: Any, method: str = "gradient", target: Any = None, *, ax: Any = None, **how: Any
    ) -> Self:
        """Compute and plot the saliency map of one clip.

        Parameters
        ----------
        estimator, method, target
            See `saliency`.
        clip : clip, or ndarray of shape (n_frames, n_channels)
            A single input of the estimator.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **how : dict
            Further parameters of `saliency`.

        Returns
        -------
        SaliencyDisplay
            The plotted display.
        """
        return cls(saliency_of(estimator, [clip], method, target, **how)[0]).plot(ax)

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
        found = self.saliency
        ax = self._take_axes(ax, (8.0, 4.0))
        places = {"times": found.times, "frequencies": found.frequencies, "channel_names": found.channel_names}
        self.frames_ = SpectrogramDisplay.from_array(found.frames, **places, ax=ax, cmap="Greys")
        sizes = np.abs(found.values)
        most = float(np.quantile(sizes[sizes > 0.0], FULL, method="higher")) if sizes.any() else 1.0
        strength = np.minimum(np.sqrt(sizes.T / most), 1.0)  # by a few large values alone, the others would not be seen
        over = {"cmap": "RdBu_r", "vmin": -most, "vmax": most, "alpha": strength, **mesh}
        self.mesh_ = SpectrogramDisplay.from_array(found.values, **places, ax=ax, **over).mesh_
        ax.set_title(f"{found.target}, by {found.method}")
        return self
