"""The complex spectrum as a front end."""

import os
from collections.abc import Sequence
from typing import Any, ClassVar

import joblib
import numpy as np

from skaudio.dsp import istft, stft
from skaudio.features._cache import FeatureCache
from skaudio.features._front_end import FrontEnd
from skaudio.features._inverse import invert_clips
from skaudio.features._spectral import STFT_CONSTRAINTS, bin_frequencies, channel_names, stft_settings
from skaudio.features._stages import Stages


class STFT(FrontEnd):
    """Short-time Fourier transform: real and imaginary parts as channels, from which the clip can be had back exactly.

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
    Spectrogram : Its magnitude.
    skaudio.dsp.stft : The same as a function, complex.

    Notes
    -----
    Of recordings of more than 2**23 samples (6 minutes at 22.05 kHz), no more than the result and a few blocks are held
    in memory; with ``trim_db`` or ``level``, which depend on all of it, also the waveform.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import STFT
    >>> front_end = STFT(sr=8000)
    >>> clips = [np.sin(0.1 * np.arange(4000))]
    >>> frames = front_end.fit_transform(clips)
    >>> frames.shape
    (1, 63, 258)
    >>> bool(np.allclose(front_end.inverse_transform(frames, length=4000), clips, atol=1e-6))
    True
    """

    _parameter_constraints: ClassVar[dict] = {**FrontEnd._parameter_constraints, **STFT_CONSTRAINTS}

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
        self.trim_db = trim_db
        self.level = level
        self.pad_to = pad_to
        self.pad_side = pad_side
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def inverse_transform(self, X: np.ndarray, length: int | Sequence[int] | None = None) -> np.ndarray:
        """Give back the waveforms, up to rounding, by windowed overlap-add.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_frames, n_channels), or ragged
            What `transform` gave.
        length : int or sequence of int, default=None
            Number of samples of each clip; None: what the frames cover, which leaves out the samples after the
            centre of the last frame.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_samples), or object array of waveforms
            The waveforms at ``sr``. What was trimmed is not restored, nor the level.
        """
        settings = stft_settings(self)
        n_bins = 1 + settings["n_fft"] // 2

        def invert(frames: np.ndarray, n_samples: int | None) -> np.ndarray:
            return istft(frames[:, :n_bins] + 1j * frames[:, n_bins:], length=n_samples, **settings)

        return invert_clips(self, X, length, invert)

    def _extractor(self) -> Stages:
        settings = stft_settings(self)

        def spectra(y: np.ndarray) -> np.ndarray:
            spectrum = stft(y, **settings)
            return np.concatenate([spectrum.real, spectrum.imag], axis=1)

        return Stages(spectra, **{name: settings[name] for name in ("n_fft", "hop_length", "center")})

    def _kind(self) -> dict[str, Any]:
        return {"kind": "spectrum"}

    def _channel_names(self) -> list[str]:
        n_bins = 1 + stft_settings(self)["n_fft"] // 2
        return channel_names("real", n_bins) + channel_names("imag", n_bins)

    def _channel_frequencies(self) -> np.ndarray:
        return np.tile(bin_frequencies(self), 2)
