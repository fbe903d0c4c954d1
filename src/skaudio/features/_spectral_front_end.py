"""Bases of front ends on the short-time Fourier transform, with their common parameters."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from inspect import signature
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio._samples import all_finite
from skaudio.features._batch_computation import non_finite_error
from skaudio.features._block_extractor import framed_blocks
from skaudio.features._front_end import FrontEnd
from skaudio.features._inverse import invert_clips
from skaudio.features._stages import DELTA_REACH, Stages

FRAME_SECONDS = 0.04  # long enough to resolve the pitch of a voice, short enough for its phones


@assembled
class SpectralFrontEnd(FrontEnd):
    """Base of front ends on the short-time Fourier transform.

    Parameters
    ----------
    n_fft : int or None, default=None
        Length of a frame in samples; None: the power of two nearest to 40 ms (256 at 8 kHz, 1024 at 22.05 kHz).
    hop_length : int or None, default=None
        Samples between neighbouring frames; None: ``win_length // 4``. With ``center=True``, frame ``t`` is centred at
        ``t * hop_length / sr`` seconds.
    win_length : int or None, default=None
        Length of the window in samples, centred in the frame; None: `n_fft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        Argument of `scipy.signal.get_window`, or the window itself.
    center : bool, default=True
        Whether frames are centred on multiples of `hop_length`, with zeros around the clip, or start at them.
    {parameters}

    See Also
    --------
    FrontEnd : Common parameters of all front ends, and the methods that a subclass implements.

    Examples
    --------
    A front end with one channel: the spectral centroid.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from skaudio.dsp import spectrogram
    >>> from skaudio.features import Channels, SpectralFrontEnd
    >>> @dataclass(kw_only=True, eq=False, repr=False)
    ... class Centroid(SpectralFrontEnd):
    ...     def extractor(self):
    ...         frequencies, settings = self.bin_frequencies(), self.stft_settings()
    ...         def centroid(y):
    ...             S = spectrogram(y, power=1.0, **settings)
    ...             return (S @ frequencies / np.maximum(S.sum(axis=1), 1e-10))[:, np.newaxis].astype(np.float32)
    ...         return centroid
    ...
    ...     def channels(self):
    ...         return Channels(("centroid",), **self.clock())
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> Centroid(sr=8000, center=False).fit_transform([tone])[0, :2].round()
    array([[1000.],
           [1000.]], dtype=float32)
    """

    n_fft: int | None = None
    hop_length: int | None = None
    win_length: int | None = None
    window: str | float | tuple | np.ndarray = "hann"
    center: bool = True

    _parameter_constraints: ClassVar[dict] = {
        **FrontEnd._parameter_constraints,
        "n_fft": [None, Interval(Integral, 2, None, closed="left")],
        "hop_length": [None, Interval(Integral, 1, None, closed="left")],
        "win_length": [None, Interval(Integral, 1, None, closed="left")],
        "window": [str, tuple, Real, np.ndarray],
        "center": ["boolean"],
    }

    def stft_settings(self) -> dict[str, Any]:
        """Return the arguments of `skaudio.dsp.stft` and others, with defaults that depend on ``sr`` filled in.

        Returns
        -------
        dict
            With the keys ``n_fft``, ``hop_length``, ``win_length``, ``window`` and ``center``.
        """
        n_fft = self.n_fft or 2 ** max(1, round(np.log2(FRAME_SECONDS * self.sr)))
        win_length = self.win_length or n_fft
        return {
            "n_fft": n_fft,
            "hop_length": self.hop_length or max(1, win_length // 4),
            "win_length": win_length,
            "window": self.window,
            "center": self.center,
        }

    @property
    def n_bins(self) -> int:
        """Number of frequency bins."""
        return 1 + self.stft_settings()["n_fft"] // 2

    def bin_frequencies(self) -> np.ndarray:
        """Return the frequencies of the bins of the spectrum.

        Returns
        -------
        ndarray of float64, shape (1 + n_fft // 2,)
            Frequencies in Hz.
        """
        return np.fft.rfftfreq(self.stft_settings()["n_fft"], 1.0 / self.sr)

    def clock(self) -> dict[str, Any]:
        """Return the times of frames as arguments of `Channels`.

        Returns
        -------
        dict
            With the keys ``start_seconds`` and ``hop_seconds``.
        """
        settings = self.stft_settings()
        first = 0 if self.center else settings["n_fft"] / 2
        return {"start_seconds": first / self.sr, "hop_seconds": settings["hop_length"] / self.sr}

    def stream(self, pieces: Iterable[np.ndarray], *, block_seconds: float = 60.0) -> Iterator[np.ndarray]:
        """Compute the frames of one waveform in pieces, with memory for a block.

        Parameters
        ----------
        pieces : iterable of ndarrays of shape (n_samples_i,)
            The waveform at ``sr``.
        block_seconds : float, default=60.0
            Length of a block.

        Yields
        ------
        ndarray of float32, shape (n_frames_i, n_channels)
            Concatenated, the frames of the whole waveform, if no parameter depends on the clip as a whole: ``top_db``,
            ``trim_db``, ``level``, ``normalize`` and ``duration`` are None.

        Raises
        ------
        AudioError
            If frames are NaN or infinite.
        """
        settings, extract = self.stft_settings(), self.extractor()
        hop_length = settings["hop_length"]
        margin = -(-settings["n_fft"] // hop_length) + DELTA_REACH
        kept = max(1, round(block_seconds * self.sr / hop_length))
        if isinstance(extract, Stages) and extract.by_level is not None:
            yield from extract.stream(iter(pieces), kept=kept)
            return
        for block, keep in framed_blocks(iter(pieces), hop_length=hop_length, margin=margin, kept=kept):
            with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity are rejected below
                frames = extract(block)[keep]
            if not all_finite(frames):
                raise non_finite_error(type(self).__name__, np.abs(block).max())
            yield frames

    def _trim_lengths(self) -> dict[str, int]:
        settings = self.stft_settings()
        return {"frame_length": settings["n_fft"], "hop_length": settings["hop_length"]}


@dataclass(kw_only=True, eq=False, repr=False)
class InvertibleFrontEnd(SpectralFrontEnd):
    """Base of invertible front ends on magnitudes, in stages (see `skaudio.features._stages`).

    Parameters
    ----------
    top_db : float or None, default=80.0
        Floor, in decibels below the loudest value of the clip. None: only that of silence, -100 dB.
    normalize : {"mean", "standard"} or None, default=None
        Remove the mean of each channel over the clip ("mean"), and scale it to unit variance as well ("standard").
    deltas : {0, 1, 2}, default=0
        Number of time derivatives of the channels to append.
    """

    top_db: float | None = 80.0
    normalize: str | None = None
    deltas: int = 0

    _parameter_constraints: ClassVar[dict] = {
        **SpectralFrontEnd._parameter_constraints,
        "top_db": [None, Interval(Real, 0, None, closed="neither")],
        "normalize": [None, StrOptions({"mean", "standard"})],
        "deltas": [Interval(Integral, 0, 2, closed="both")],
    }

    @abstractmethod
    def extractor(self) -> Stages:
        """Return the stages from a waveform to its frames."""

    @abstractmethod
    def _magnitude(self, static: np.ndarray) -> np.ndarray:
        """Return the magnitude ``(n_frames, 1 + n_fft // 2)`` closest to frames without derivatives."""

    def inverse_transform(
        self, X: np.ndarray, length: int | Sequence[int] | None = None, *, n_iter: int = 32
    ) -> np.ndarray:
        """Reconstruct waveforms with similar spectrograms, by the Griffin-Lim algorithm [1]_.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_frames, n_channels), or ragged
            Frames as `transform` returns them; derivatives are not used.
        length : int or sequence of int, default=None
            Number of samples of each clip; None: ``hop_length * (n_frames - 1)``.
        n_iter : int, default=32
            Number of iterations.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_samples), or object array of waveforms
            Waveforms at ``sr``. Trimmed silence and the level are not restored.

        Raises
        ------
        ValueError
            If ``normalize`` is not None, or if ``channel`` names several channels.

        References
        ----------
        .. [1] D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions
           on Acoustics, Speech, and Signal Processing 32(2), 1984.
        """
        if self.normalize is not None:
            raise ValueError(
                f"{type(self).__name__}(normalize={self.normalize!r}) cannot be inverted: the removed statistics are "
                "not stored. Use normalize=None."
            )
        settings = self.stft_settings()

        def invert(frames: np.ndarray, n_samples: int | None) -> np.ndarray:
            static = frames[:, : frames.shape[1] // (1 + self.deltas)]
            return griffin_lim(self._magnitude(static), settings, n_iter=n_iter, length=n_samples)

        return invert_clips(self, X, length, invert)

    def clip_params(self) -> list[str]:
        """Return the names of the parameters in use by which frames depend on the clip as a whole.

        Returns
        -------
        list of str
            Names of parameters; without ``top_db`` where values are not in decibels.
        """
        stages = self.extractor()
        has_floor, is_normalized = stages.decibels and stages.top_db is not None, stages.normalize is not None
        return [*super().clip_params(), *["top_db"] * has_floor, *["normalize"] * is_normalized]

    def _stages(self, spectra: Callable[..., object], n_bins: int, **stage_params: Any) -> Stages:
        """Return the stages of a front end, according to its spectra, ``top_db``, ``normalize`` and ``deltas``."""
        settings = self.stft_settings()
        frames = {name: settings[name] for name in ("n_fft", "hop_length", "center")}
        return Stages(
            spectra, n_bins, **frames, **stage_params, top_db=self.top_db, normalize=self.normalize, deltas=self.deltas
        )

    def _described(self, prefix: str, n_static: int, frequencies: np.ndarray | None = None, **kind: Any) -> Channels:
        """Return the `Channels` of static channels, named by a prefix, and of their derivatives."""
        silent = replace(self.extractor(), spectra=lambda _, out: out.fill(0.0))
        return Channels(
            numbered(prefix, n_static, self.deltas),
            **kind,
            deltas=self.deltas,
            frequencies=None if frequencies is None else tuple(np.tile(frequencies, 1 + self.deltas).tolist()),
            **self.clock(),
            silence=tuple(silent(np.zeros(1, np.float32))[0].tolist()),
        )


@lru_cache(maxsize=32)
def numbered(prefix: str, n_channels: int, deltas: int = 0) -> tuple[str, ...]:
    """Return channel names such as ``mfcc_03``, and those of derivatives, such as ``mfcc_03_delta2``."""
    digits = len(str(n_channels - 1))
    names = tuple(f"{prefix}_{i:0{digits}d}" for i in range(n_channels))
    return names + tuple(f"{name}_{suffix}" for suffix in ("delta", "delta2")[:deltas] for name in names)


def griffin_lim(S: np.ndarray, settings: dict[str, Any], *, n_iter: int, length: int | None) -> np.ndarray:
    """Estimate a waveform from a magnitude spectrogram ``S`` ``(n_frames, 1 + n_fft // 2)``, by librosa."""
    from librosa import griffinlim

    # A fixed seed (renamed in librosa 1.0): reproducible, without NumPy's global random state.
    seed: dict[str, Any] = {"rng" if "rng" in signature(griffinlim).parameters else "random_state": 0}
    return griffinlim(S.T, n_iter=n_iter, length=length, **seed, **settings).astype(np.float32)
