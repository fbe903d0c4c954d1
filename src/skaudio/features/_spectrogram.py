"""The spectrogram as a front end."""

import os
from collections.abc import Sequence
from functools import partial
from numbers import Real
from typing import Any, ClassVar

import joblib
import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio.dsp import db_to_power, spectrogram
from skaudio.features._cache import FeatureCache
from skaudio.features._front_end import FrontEnd
from skaudio.features._inverse import invert_clips
from skaudio.features._spectral import (
    FRAME_CONSTRAINTS,
    STFT_CONSTRAINTS,
    bin_frequencies,
    channel_names,
    griffin_lim,
    silent_frame,
    stages,
    stft_settings,
    without_deltas,
)
from skaudio.features._stages import Stages


class Spectrogram(FrontEnd):
    """Magnitude of the short-time Fourier transform, in decibels or on a linear scale.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz that clips are brought to. Plain arrays are taken to be at it already.
    offset : float, default=0.0
        Where to start in each clip, in seconds.
    duration : float, default=None
        How much to take of each clip, in seconds; None: all.
    n_fft : int, default=None
        Length of a frame in samples; None: the power of two nearest to 40 ms (256 at 8 kHz, 1024 at 22.05 kHz).
    hop_length : int, default=None
        Samples between neighbouring frames; None: ``win_length // 4``. With ``center=True``, frame ``t`` is centred on
        second ``t * hop_length / sr``.
    win_length : int, default=None
        Length of the window in samples, centred in the frame; None: `n_fft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        What `scipy.signal.get_window` takes, or the window itself.
    center : bool, default=True
        Whether frames are centred on multiples of `hop_length`, with zeros around the clip, or start there.
    scale : {"db", "linear"}, default="db"
        Whether values are in decibels, as ears and most models want them, or linear.
    power : float, default=2.0
        With ``scale="linear"``, the exponent of the magnitude: 1 for amplitude, 2 for power. Decibels are those of
        power.
    top_db : float, default=80.0
        Floor, in decibels below the loudest value of the clip. None: no floor but that of silence, -100 dB.
    normalize : {None, "mean", "standard"}, default=None
        Remove the mean of each channel over the clip ("mean"), and scale it to unit variance as well ("standard").
    deltas : {0, 1, 2}, default=0
        How many time derivatives of the channels to append.
    trim_db : float, default=None
        Cut silence at both ends: what lies more than so many decibels below the loudest frame. None: do not.
    level : float, default=None
        Scale each clip to this root-mean-square level in decibels relative to full scale, such as -20. None: do not.
    pad_to : float, default=None
        Pad clips that are shorter than this, in seconds, with silence. None: do not.
    pad_side : {"start", "end"}, default="end"
        Where `pad_to` adds silence.
    n_jobs : int, default=None
        Number of threads; decoding, resampling and FFT run at the same time. None: 1, unless a
        `joblib.parallel_config` says otherwise.
    memory : str, PathLike, joblib.Memory or FeatureCache, default=None
        Where computed frames are kept, so that each clip is computed once whatever the number of folds, models and
        processes. None: nowhere.
    on_error : {"raise", "warn"}, default="raise"
        What a broken clip gets: an error, or a warning that names it and a single frame of NaN in its place.

    See Also
    --------
    MelSpectrogram : With frequencies as ears resolve them.
    skaudio.dsp.spectrogram : The same as a function.

    Notes
    -----
    Digital silence, as of a muted recorder or of channels that cancel out when they are averaged, is -100 dB in every
    band (0 with ``scale="linear"``), which is further down than any recording goes, and 0 where it is normalized.
    A model that never learned from such frames may be sure of anything; `skaudio.events.EventDetector` finds no event
    in them.

    Of recordings of more than 2**23 samples (6 minutes at 22.05 kHz), no more than the result and a few blocks are held
    in memory; with ``trim_db`` or ``level``, which depend on all of it, also the waveform.

    A window shorter than a frame is in the middle of it, as in librosa. `tf.signal.stft` has it at the start: its
    magnitudes, for ``frame_length=320, frame_step=32, fft_length=512``, are those of ``Spectrogram(n_fft=512,
    win_length=320, hop_length=32, center=False, scale="linear", power=1)`` for clips with ``(n_fft - win_length) // 2``
    zeros before and behind them, as `numpy.pad` adds.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import Spectrogram
    >>> Spectrogram(sr=8000).fit_transform([np.sin(0.1 * np.arange(4000))]).shape
    (1, 63, 129)
    """

    _parameter_constraints: ClassVar[dict] = {
        **FrontEnd._parameter_constraints,
        **STFT_CONSTRAINTS,
        **FRAME_CONSTRAINTS,
        "scale": [StrOptions({"db", "linear"})],
        "power": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(
        self,
        sr: float = 22050,
        *,
        offset: float = 0.0,
        duration: float | None = None,
        n_fft: int | None = None,
        hop_length: int | None = None,
        win_length: int | None = None,
        window: str | float | tuple | np.ndarray = "hann",
        center: bool = True,
        scale: str = "db",
        power: float = 2.0,
        top_db: float | None = 80.0,
        normalize: str | None = None,
        deltas: int = 0,
        trim_db: float | None = None,
        level: float | None = None,
        pad_to: float | None = None,
        pad_side: str = "end",
        n_jobs: int | None = None,
        memory: str | os.PathLike | joblib.Memory | FeatureCache | None = None,
        on_error: str = "raise",
    ) -> None:
        self.sr = sr
        self.offset = offset
        self.duration = duration
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.win_length = win_length
        self.window = window
        self.center = center
        self.scale = scale
        self.power = power
        self.top_db = top_db
        self.normalize = normalize
        self.deltas = deltas
        self.trim_db = trim_db
        self.level = level
        self.pad_to = pad_to
        self.pad_side = pad_side
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def inverse_transform(
        self, X: np.ndarray, length: int | Sequence[int] | None = None, *, n_iter: int = 32
    ) -> np.ndarray:
        """Find waveforms whose spectrograms are close to the given ones, by Griffin and Lim's iteration [1]_.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_frames, n_channels), or ragged
            What `transform` gave; derivatives are not used.
        length : int or sequence of int, default=None
            Number of samples of each clip; None: ``hop_length * (n_frames - 1)``.
        n_iter : int, default=32
            Number of iterations.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_samples), or object array of waveforms
            Waveforms at ``sr``. What was trimmed is not restored, nor the level.

        Raises
        ------
        ValueError
            If ``normalize`` is not None.

        References
        ----------
        .. [1] D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions
           on Acoustics, Speech, and Signal Processing 32(2), 1984.
        """
        settings = stft_settings(self)
        n_bins = 1 + settings["n_fft"] // 2

        def invert(frames: np.ndarray, n_samples: int | None) -> np.ndarray:
            static = without_deltas(self, frames, n_bins)
            magnitude = np.sqrt(db_to_power(static)) if self.scale == "db" else static ** (1 / self.power)
            return griffin_lim(magnitude, settings, n_iter=n_iter, length=n_samples)

        return invert_clips(self, X, length, invert)

    def _extractor(self) -> Stages:
        in_decibels = self.scale == "db"
        spectra = partial(spectrogram, power=2.0 if in_decibels else self.power, **stft_settings(self))
        return stages(self, spectra, decibels=in_decibels, top_db=self.top_db)

    def _kind(self) -> dict[str, Any]:
        return {"kind": "bands", "decibels": self.scale == "db", "deltas": self.deltas}

    def _silence(self) -> tuple[float, ...]:
        return silent_frame(self, 1 + stft_settings(self)["n_fft"] // 2)

    def _channel_names(self) -> list[str]:
        return channel_names("bin", 1 + stft_settings(self)["n_fft"] // 2, self.deltas)

    def _channel_frequencies(self) -> np.ndarray:
        return np.tile(bin_frequencies(self), 1 + self.deltas)
