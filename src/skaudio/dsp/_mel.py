"""Mel filter banks and mel spectrograms."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from skaudio._warnings import warn_user
from skaudio.dsp._fft import power_spectrum
from skaudio.dsp._leading_axes import over_leading_axes
from skaudio.dsp._stft import windowed_frames


@dataclass(frozen=True)
class MelFilterBank:
    """A sparse mel filter bank: only a few dozen of a thousand bins per triangle are not zero.

    Attributes
    ----------
    starts, stops : ndarray of int, shape (n_mels,)
        Band ``m`` covers the FFT bins from ``starts[m]`` up to, excluding, ``stops[m]``.
    weights : ndarray of float32, shape (n_mels, widest)
        ``weights[m, k - starts[m]]`` is the weight of bin ``k`` in band ``m``.

    Examples
    --------
    >>> from skaudio.dsp import mel_filter_bank
    >>> bank = mel_filter_bank(sr=8000, n_fft=256, n_mels=20)
    >>> bank.starts[:3], bank.stops[:3]
    (array([1, 4, 8]), array([ 8, 11, 15]))
    >>> len(bank.weights)
    20
    """

    starts: np.ndarray
    stops: np.ndarray
    weights: np.ndarray


@lru_cache(maxsize=32)
def mel_filter_bank(
    *,
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: Literal["slaney"] | float | None = "slaney",
) -> MelFilterBank:
    """Compute the filter bank of `librosa.filters.mel`, in a sparse form for fast loops over bands.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz.
    n_fft : int
        Length of a frame in samples.
    n_mels : int, default=128
        Number of bands.
    fmin, fmax : float, default=0.0, None
        Lowest and highest frequency in Hz; None: ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's or Slaney's.
    norm : "slaney", float or None, default="slaney"
        Normalisation of the triangles, see `librosa.filters.mel`.

    Returns
    -------
    MelFilterBank
        The bands. It is shared between callers: do not write to it.

    Raises
    ------
    ValueError
        If ``fmin < fmax <= sr / 2`` does not hold.

    Warns
    -----
    UserWarning
        If a band is too narrow to contain an FFT bin: it is zero for every clip.

    Examples
    --------
    >>> from skaudio.dsp import mel_filter_bank
    >>> bank = mel_filter_bank(sr=22050, n_fft=2048)
    >>> int(bank.starts[0]), int(bank.stops[-1])
    (1, 1024)
    """
    import warnings

    from librosa.filters import mel

    top = sr / 2 if fmax is None else fmax
    if not 0 <= fmin < top <= sr / 2:
        raise ValueError(
            f"fmin={fmin} and fmax={fmax} do not fit sr={sr}: expected 0 <= fmin < fmax <= sr / 2 = {sr / 2}."
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # librosa's warning of empty bands has fewer details than the one below
        dense = mel(sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=top, htk=htk, norm=norm)
    present = dense != 0
    empty = np.flatnonzero(~present.any(axis=1))
    if len(empty):
        warn_user(
            f"{len(empty)} of n_mels={n_mels} bands are always zero (the first is {empty[0]}): they are narrower "
            f"than the {sr / n_fft:.1f} Hz between the bins of n_fft={n_fft} at sr={sr}. Use fewer or a larger n_fft.",
        )
    starts = present.argmax(axis=1)
    stops = dense.shape[1] - present[:, ::-1].argmax(axis=1)
    stops[empty] = starts[empty]
    weights = np.zeros((n_mels, (stops - starts).max()), np.float32)
    for band, (start, stop) in enumerate(zip(starts, stops, strict=True)):
        weights[band, : stop - start] = dense[band, start:stop]
    return MelFilterBank(starts, stops, weights)


@over_leading_axes
def melspectrogram(
    y: np.ndarray,
    *,
    sr: float,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str | float | tuple | np.ndarray = "hann",
    center: bool = True,
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: Literal["slaney"] | float | None = "slaney",
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Compute the mel spectrogram, time first, on a linear scale.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples)
        Waveform.
    sr : float
        Sampling rate in Hz.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length, win_length : int or None, default=None
        Hop between frames and length of the window, in samples; see `stft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        Window, see `stft`.
    center : bool, default=True
        Whether frames are centred, see `stft`.
    power : float, default=2.0
        Exponent of the magnitude that is summed over each band.
    n_mels : int, default=128
        Number of bands.
    fmin, fmax : float, default=0.0, None
        Lowest and highest frequency in Hz; None: ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's or Slaney's.
    norm : "slaney", float or None, default="slaney"
        Normalisation of the triangles, see `librosa.filters.mel`.
    out : ndarray of float32, default=None
        Array of the result's shape to write to, for a single waveform. None: a new array.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, n_mels)
        The transpose of `librosa.feature.melspectrogram`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import melspectrogram
    >>> melspectrogram(np.ones(22050), sr=22050).shape
    (44, 128)
    """
    from skaudio.dsp._kernels import band_sums

    bank = mel_filter_bank(sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm)
    n_frames, blocks = windowed_frames(
        y, n_fft=n_fft, hop_length=hop_length, win_length=win_length, window=window, center=center
    )
    out = np.empty((n_frames, n_mels), np.float32) if out is None else out
    spectrum = None
    for block, frames in blocks:
        if spectrum is None:
            spectrum = np.zeros((-(-len(frames) // 4) * 4, 1 + n_fft // 2), np.float32)
        power_spectrum(frames, float(power), spectrum[: len(frames)])
        band_sums(spectrum, bank.starts, bank.stops, bank.weights, out[block])
    return out
