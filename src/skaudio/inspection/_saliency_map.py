"""`Saliency`: the contribution of each part of a clip to its prediction."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.features import FrontEnd


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
        >>> found = Saliency(values, values, times, frequencies, "gradient", "owl", score=1.0, baseline_score=0.0)
        >>> found.share(frequencies=(400.0, 600.0)), found.share(times=(0.05, 0.15))
        (0.75, 0.5)
        """
        inside = np.ones(self.values.shape, bool)
        for what, within, axis in (("times", times, 1), ("frequencies", frequencies, 0)):
            if within is None:
                continue
            middles = getattr(self, what)
            if middles is None:
                raise ValueError(f"This saliency has no {what}: its frames are not those of a front end that has.")
            inside &= np.expand_dims((middles >= within[0]) & (middles <= within[1]), axis)
        positive = np.maximum(self.values, 0.0)
        total = float(positive.sum(dtype=np.float64))
        return float(positive[inside].sum(dtype=np.float64)) / total if total > 0.0 else 0.0

    def plot(self, ax: Any = None, **mesh: Any) -> Any:
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
        from skaudio.inspection._saliency_display import SaliencyDisplay

        return SaliencyDisplay(self).plot(ax, **mesh)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()
