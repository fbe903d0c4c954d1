"""Vocal tract length perturbation."""

from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio.augment._augmenter import Augmenter, RangeAugmenter, needed_rate, with_power_of
from skaudio.dsp import istft, stft

QUARTER_TURNS = np.array([1, 1j, -1, -1j], np.complex64)
BOUNDARY = 0.8  # of half the sampling rate, where `f_hi` is None


class VTLP(RangeAugmenter):
    """Warp the frequency axis by a random factor: vocal tract length perturbation [1]_.

    Parameters
    ----------
    alpha : float or (float, float), default=(0.9, 1.1)
        Warp factor, or the range to draw it from; the highest frequencies are scaled by less.
    f_hi : float or None, default=None
        Approximate frequency in Hz up to which the full factor applies; None: 0.8 times half the sampling rate.
    n_fft : int, default=512
        Length of a frame in samples, a multiple of 4; the hop is a quarter of it.
    p : float, default=1.0
        Probability that a clip is changed.

    Notes
    -----
    Computed on the short-time Fourier transform: each bin is copied from its source bin, with the phase advanced by
    their difference in frequency. Frequencies are accurate within half a bin, ``sr / n_fft / 2`` Hz. Duration, length
    and power are kept.

    References
    ----------
    .. [1] N. Jaitly and G. Hinton, "Vocal tract length perturbation (VTLP) improves speech recognition", ICML Workshop
       on Deep Learning for Audio, Speech and Language Processing, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.augment import VTLP
    >>> y = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> spectrum = np.abs(np.fft.rfft(VTLP().apply(y, 1.1, sr=8000)))
    >>> bool(abs(spectrum.argmax() - 1100) <= 8)  # in Hz
    True
    """

    drawn_from = "alpha"
    least = 0.1
    _parameter_constraints: ClassVar[dict] = {
        **Augmenter._parameter_constraints,
        "alpha": [Real, tuple, list],
        "f_hi": [None, Interval(Real, 0, None, closed="neither")],
        "n_fft": [Interval(Integral, 4, None, closed="left")],
    }

    def __init__(
        self,
        alpha: float | tuple[float, float] = (0.9, 1.1),
        *,
        f_hi: float | None = None,
        n_fft: int = 512,
        p: float = 1.0,
    ) -> None:
        self.alpha = alpha
        self.f_hi = f_hi
        self.n_fft = n_fft
        self.p = p

    def _check_ranges(self) -> None:
        super()._check_ranges()
        if self.n_fft % 4:
            raise ValueError(f"n_fft={self.n_fft!r}; expected a multiple of 4.")

    def _apply(self, y: np.ndarray, drawn: float, sr: float | None) -> np.ndarray:
        nyquist = needed_rate(sr, self) / 2
        boundary = BOUNDARY * nyquist if self.f_hi is None else self.f_hi
        if boundary >= nyquist:
            raise ValueError(f"f_hi={self.f_hi!r}; expected less than half the sampling rate, {nyquist:g} Hz.")
        spectrum = stft(y, n_fft=self.n_fft)
        bins = np.linspace(0.0, nyquist, spectrum.shape[1])
        source = unwarped(bins, drawn, boundary, nyquist) / nyquist * (len(bins) - 1)
        warped = istft(_moved_bins(spectrum, source), n_fft=self.n_fft, length=len(y))
        return with_power_of(warped, y)


def unwarped(f: np.ndarray, alpha: float, f_hi: float, nyquist: float) -> np.ndarray:
    """Compute the source frequencies of given ones under the warp of Jaitly and Hinton.

    The warp is linear from 0 with slope `alpha` up to ``f_hi * min(alpha, 1) / alpha``, and from there linear to the
    same end.
    """
    knee = f_hi * min(alpha, 1.0)
    return np.interp(f, [0.0, knee, nyquist], [0.0, knee / alpha, nyquist])


def _moved_bins(spectrum: np.ndarray, source: np.ndarray) -> np.ndarray:
    """Copy each bin from another, with the phase advanced by their difference in frequency.

    The hop is a quarter of a frame: per frame, the phase of bin k advances by k quarter turns; the first frame begins
    half a frame before the clip.
    """
    nearest = np.rint(source).astype(int)
    quarters = np.outer(np.arange(len(spectrum)) - 2, np.arange(len(source)) - nearest) & 3
    return spectrum[:, nearest] * QUARTER_TURNS[quarters]
