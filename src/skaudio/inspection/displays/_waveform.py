"""Waveform of a clip over time."""

from typing import Any, Self

import numpy as np

from skaudio.features import FrontEnd
from skaudio.inspection.displays._base import Display, pyplot
from skaudio.io import clip_kind, load


class WaveformDisplay(Display):
    """Waveform of a clip, or the part of it that a front end takes.

    Create it with `from_array` or `from_estimator`; all parameters are stored as attributes.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        The waveform; 1 is full scale.
    sr : float
        Sampling rate in Hz.

    Attributes
    ----------
    adaptive_ : librosa.display.AdaptiveWaveplot
        Plot of the envelope or, if zoomed in, of the samples.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    See Also
    --------
    SpectrogramDisplay : Frames that a front end computes.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.inspection import WaveformDisplay
    >>> display = WaveformDisplay.from_array(np.sin(np.arange(8000.0)), sr=8000)
    >>> display.ax_.get_xlabel(), display.ax_.get_ylabel()
    ('time [s]', 'amplitude')
    """

    def __init__(self, y: np.ndarray, sr: float) -> None:
        self.y = y
        self.sr = sr

    @classmethod
    def from_array(cls, clip: Any, *, sr: float | None = None, ax: Any = None, **line: Any) -> Self:
        """Plot the waveform of a clip.

        Parameters
        ----------
        clip : path, binary file object, array, pair or dict
            One clip, as `skaudio.io.load` takes it. Channels are averaged.
        sr : float or None, default=None
            Sampling rate in Hz: of an array, its own; other clips are resampled to it. If None, the clip's own, which
            an array does not have.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of `librosa.display.waveshow`, such as ``color``.

        Returns
        -------
        WaveformDisplay
            The plotted display.

        Raises
        ------
        ValueError
            If the clip is an array and there is no sampling rate.
        AudioError, TypeError
            If the clip cannot be decoded.
        """
        if sr is None and clip_kind(clip) == "array":
            raise ValueError("sr=None; expected the sampling rate of an array. Pass sr, in Hz, or (y, sr).")
        return cls(*load(clip, sr=sr)).plot(ax, **line)

    @classmethod
    def from_estimator(cls, estimator: FrontEnd, clip: Any, *, ax: Any = None, **line: Any) -> Self:
        """Plot the part of a clip that a front end takes, at its sampling rate, trimmed and levelled.

        Parameters
        ----------
        estimator : front end
            Any of `skaudio.features` or `skaudio.pretrained.PretrainedEmbedding`.
        clip : path, binary file object, array, pair or dict
            One clip, as in a batch of clips.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of `librosa.display.waveshow`, such as ``color``.

        Returns
        -------
        WaveformDisplay
            The plotted display. Time is counted from the first sample that is taken.

        Raises
        ------
        TypeError
            If the estimator is not a front end.
        AudioError, TypeError
            If the clip cannot be decoded.
        """
        if not isinstance(estimator, FrontEnd):
            raise TypeError(
                f"Expected a front end, such as skaudio.features.MelSpectrogram(), got {type(estimator).__name__}. "
                "For a pipeline, pass its first step, pipeline[0]."
            )
        return cls(estimator.waveform(clip), estimator.rate).plot(ax, **line)

    def plot(self, ax: Any = None, **line: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **line : dict
            Keyword arguments of `librosa.display.waveshow`, such as ``color``.

        Returns
        -------
        WaveformDisplay
            The display itself.
        """
        pyplot()  # raises an error with the command to install it, unlike librosa
        from librosa.display import waveshow

        ax = self._take_axes(ax, (8.0, 2.5))
        self.adaptive_ = waveshow(self.y, sr=self.sr, axis="s", ax=ax, **line)
        ax.set(xlabel="time [s]", ylabel="amplitude", xlim=(0.0, len(self.y) / self.sr))
        return self
