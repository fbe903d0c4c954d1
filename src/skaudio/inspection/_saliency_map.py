"""What a saliency is: how much each part of a clip speaks for what was predicted of it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from skaudio.features import FrontEnd


@dataclass(frozen=True, eq=False)
class Saliency:
    """How much each frame and channel of a clip speaks for a class (or adds to a number).

    `saliency` makes them.

    Attributes
    ----------
    values : ndarray of float32, shape (n_frames, n_channels)
        Above 0 where what is there speaks for the target, below 0 where it speaks against it.
    frames : ndarray of float32, shape (n_frames, n_channels)
        What the estimator was given.
    times : ndarray of shape (n_frames,) or None
        Middles of the frames in seconds from the first sample that the front end takes; None where nothing tells.
    frequencies : ndarray of shape (n_channels,) or None
        Middles of the channels in Hz; None where channels are no bands.
    method : str
        How it was found.
    target : object
        The class, or the number of the output, that is explained.
    score : float
        The estimator's score of it: its decision value, log-odds, or prediction.
    baseline_score : float
        The score where everything is replaced by the baseline. Values of ``method="integrated"`` sum up to the
        difference of both.
    clip : object
        The clip, where the estimator was given clips; else None.
    front_end : front end or None
        What made frames of it.
    channel_names : list of str or None
        Names of the channels, where they are those of the front end.
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
        """Tell how much of all that speaks for the target lies in a part of the clip.

        Parameters
        ----------
        times : (float, float) or None, default=None
            From when to when, in seconds; None: all of it.
        frequencies : (float, float) or None, default=None
            From where to where, in Hz; None: all of them.

        Returns
        -------
        float
            In [0, 1]; 0 too where nothing speaks for the target.

        Raises
        ------
        ValueError
            If the saliency knows of no times or frequencies.

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
        """Draw it over the frames, as `SaliencyDisplay` does.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None: in a new figure.
        **mesh : dict
            For ``matplotlib.axes.Axes.pcolormesh``.

        Returns
        -------
        SaliencyDisplay
            Drawn.
        """
        from skaudio.inspection._saliency_display import SaliencyDisplay

        return SaliencyDisplay(self).plot(ax, **mesh)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()
