"""Frames of a clip over time and frequency."""

from typing import Any, Self

import numpy as np

from skaudio._frames import channels_of
from skaudio.features import FrontEnd, Waveform
from skaudio.inspection._parts import are_bands, computed_frames
from skaudio.inspection.displays._base import Display, pyplot

MAX_FRAMES = 4000


class SpectrogramDisplay(Display):
    """The frames that a front end computes for a clip, over time and frequency.

    Create it with `from_estimator` or `from_array`; all parameters are stored as attributes.

    Parameters
    ----------
    frames : ndarray of shape (n_frames, n_channels)
        Frames to plot, as colour.
    times : ndarray of shape (n_frames,) or None, default=None
        Centres of the frames in seconds. If None, frames are numbered.
    frequencies : ndarray of shape (n_channels,) or None, default=None
        Centre frequencies of the channels in Hz. If None, channels are numbered. Derivatives, which have the
        frequencies of the channels that they derive from, are numbered too.
    channel_names : sequence of str or None, default=None
        Names of the channels, at some ticks if channels are numbered.
    decibels : bool, default=False
        Whether the frames are in decibels, for the label of a colour bar.

    Attributes
    ----------
    mesh_ : matplotlib.collections.QuadMesh
        The image. Of more than 4,000 frames, which no screen resolves, the maxima of neighbours are plotted.
    colorbar_ : matplotlib.colorbar.Colorbar or None
        Colour bar, with ``colorbar=True``.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of the plot.

    See Also
    --------
    WaveformDisplay : Waveform of a clip.
    EventsDisplay : Spectrogram with scores and events.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import SpectrogramDisplay
    >>> chirp = np.sin(2 * np.pi * np.cumsum(np.linspace(200, 3000, 8000)) / 8000)
    >>> display = SpectrogramDisplay.from_estimator(MelSpectrogram(sr=8000), chirp)
    >>> display.ax_.get_xlabel(), display.ax_.get_ylabel()
    ('time [s]', 'frequency [Hz]')
    """

    def __init__(
        self,
        frames: np.ndarray,
        *,
        times: Any = None,
        frequencies: Any = None,
        channel_names: Any = None,
        decibels: bool = False,
    ) -> None:
        self.frames = frames
        self.times = times
        self.frequencies = frequencies
        self.channel_names = channel_names
        self.decibels = decibels

    @classmethod
    def from_estimator(
        cls, estimator: FrontEnd, clip: Any, *, colorbar: bool = False, ax: Any = None, **mesh: Any
    ) -> Self:
        """Plot the frames that a front end computes for a clip.

        Parameters
        ----------
        estimator : front end
            Any of `skaudio.features`, or a `skaudio.pretrained.PretrainedEmbedding` with ``pooling=None``.
        clip : path, binary file object, array, pair or dict
            One clip, as in a batch of clips.
        colorbar : bool, default=False
            Whether to add a colour bar, in decibels if the frames are.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **mesh : dict
            Keyword arguments of ``matplotlib.axes.Axes.pcolormesh``, such as ``cmap``.

        Returns
        -------
        SpectrogramDisplay
            The plotted display.

        Raises
        ------
        TypeError
            If the estimator is not a front end, or returns no frames that can be plotted.
        AudioError, TypeError
            If the clip cannot be decoded.
        """
        if not isinstance(estimator, FrontEnd):
            raise TypeError(
                f"Expected a front end, such as skaudio.features.MelSpectrogram(), got {type(estimator).__name__}. "
                "For a pipeline, pass its first step, pipeline[0]."
            )
        if isinstance(estimator, Waveform):
            raise TypeError("A Waveform has samples, not a spectrogram. Use skaudio.inspection.WaveformDisplay.")
        return cls(**clip_spectrogram(estimator, clip)).plot(ax, colorbar=colorbar, **mesh)

    @classmethod
    def from_array(
        cls,
        frames: np.ndarray,
        *,
        times: Any = None,
        frequencies: Any = None,
        channel_names: Any = None,
        colorbar: bool = False,
        ax: Any = None,
        **mesh: Any,
    ) -> Self:
        """Plot frames.

        Parameters
        ----------
        frames : ndarray of shape (n_frames, n_channels)
            Frames of one clip.
        times, frequencies, channel_names : array-like or None, default=None
            See the class. If None, the metadata of the frames is used.
        colorbar : bool, default=False
            Whether to add a colour bar, in decibels if the metadata of the frames states them.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **mesh : dict
            Keyword arguments of ``matplotlib.axes.Axes.pcolormesh``, such as ``cmap``.

        Returns
        -------
        SpectrogramDisplay
            The plotted display.

        Raises
        ------
        ValueError
            If the frames are not 2-D, or if the number of times or frequencies differs.
        """
        channels, frames = channels_of([frames]), np.asarray(frames)
        if frames.ndim != 2:
            raise ValueError(f"frames have shape {frames.shape}; expected (n_frames, n_channels), those of one clip.")
        if channels is not None:
            times = channels.times(len(frames)) if times is None else times
            frequencies = channels.frequencies if frequencies is None else frequencies
            channel_names = channels.names if channel_names is None else channel_names
        for what, n, values in (("times", 0, times), ("frequencies", 1, frequencies), ("names", 1, channel_names)):
            if values is not None and len(values) != frames.shape[n]:
                raise ValueError(
                    f"Got {len(values)} {what}; expected {frames.shape[n]}, for frames of shape {frames.shape}."
                )
        axes = {"times": times, "frequencies": frequencies, "channel_names": channel_names}
        in_decibels = channels is not None and channels.decibels
        return cls(frames, decibels=in_decibels, **axes).plot(ax, colorbar=colorbar, **mesh)

    def plot(self, ax: Any = None, *, colorbar: bool = False, **mesh: Any) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        colorbar : bool, default=False
            Whether to add a colour bar, in decibels if the frames are.
        **mesh : dict
            Keyword arguments of ``matplotlib.axes.Axes.pcolormesh``, such as ``cmap``.

        Returns
        -------
        SpectrogramDisplay
            The display itself.
        """
        pyplot()  # raises an error with the command to install it, unlike librosa
        from librosa.display import specshow
        from matplotlib.ticker import MaxNLocator

        n_frames, n_channels = self.frames.shape
        ax = self._take_axes(ax, (8.0, 4.0))
        bands = are_bands(self.frequencies)
        frames, positions = self.frames, np.arange(n_frames) if self.times is None else np.asarray(self.times)
        if n_frames > MAX_FRAMES and np.ndim(mesh.get("alpha", 0)) == 0:
            frames, positions = _downsample(frames, positions)
        self.mesh_ = specshow(
            frames.T,
            x_coords=positions,
            y_coords=np.asarray(self.frequencies) if bands else np.arange(n_channels),
            x_axis=None if self.times is None else "s",
            y_axis=frequency_scale(self.frequencies) if bands else None,
            ax=ax,
            **{"cmap": "magma", **mesh},
        )
        self.colorbar_ = add_colorbar(self.mesh_, ax, decibels=self.decibels) if colorbar else None
        ax.set(xlabel="frame" if self.times is None else "time [s]", ylabel="frequency [Hz]" if bands else "channel")
        if not bands:
            ticks = np.arange(0, n_channels, -(-n_channels // 9))
            labels = ticks if self.channel_names is None else [self.channel_names[i] for i in ticks]
            ax.set_yticks(ticks, labels)
        # librosa sets no ticks for frames, and some of seconds that are not round.
        ax.xaxis.set_major_locator(MaxNLocator(steps=[1, 2, 5, 10], integer=self.times is None))
        return self


def add_colorbar(mesh: Any, ax: Any, *, decibels: bool) -> Any:
    """Add a colour bar beside axes."""
    return ax.figure.colorbar(mesh, ax=ax, label="level [dB]" if decibels else "")


def clip_spectrogram(front_end: FrontEnd, clip: Any) -> dict[str, Any]:
    """Compute the frames of a clip and their axes, as parameters of `SpectrogramDisplay`."""
    frames = computed_frames(front_end, [clip])[0][0]
    return {
        "frames": frames,
        "times": front_end.frame_times(len(frames)),
        "frequencies": front_end.channel_frequencies(),
        "channel_names": front_end.get_feature_names_out(),
        "decibels": front_end.channels_out().decibels,
    }


def _downsample(frames: np.ndarray, positions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the maxima of neighbouring frames, and the centres of their positions."""
    starts = np.arange(0, len(frames), -(-len(frames) // MAX_FRAMES))
    stops = np.append(starts[1:], len(frames))
    return np.maximum.reduceat(frames, starts, axis=0), (positions[starts] + positions[stops - 1]) / 2


def frequency_scale(frequencies: np.ndarray) -> str:
    """Return the axis type of librosa on which the channels have equal width."""
    steps = np.diff(frequencies)
    return "linear" if len(steps) < 2 or np.allclose(steps, steps[0], rtol=1e-3) else "mel"
