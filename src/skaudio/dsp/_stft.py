"""Short-time Fourier transform, its inverse, and spectrograms.

Conventions are librosa's (``n_fft``, ``hop_length``, ``win_length``, ``window``, ``center``; zeros around the
waveform), but time comes first. Frames are processed in blocks: a block stays in the processor's cache, and a long
recording needs no more memory than its result.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from skaudio.dsp._fft import power_spectrum, rfft, spectrum_parts
from skaudio.dsp._framing import frame_count
from skaudio.dsp._leading_axes import over_leading_axes

# Windowed samples per block: 2 MiB of float32. With smaller blocks, threads wait for each other more often.
BLOCK_SAMPLES = 2**19


def fft_window(window: str | float | tuple | np.ndarray, win_length: int, n_fft: int) -> np.ndarray:
    """Compute a periodic window of ``win_length`` samples, centred in ``n_fft`` samples.

    Parameters
    ----------
    window : str, float, tuple or ndarray of shape (win_length,)
        Argument of `scipy.signal.get_window`, or the window itself.
    win_length : int
        Length of the window in samples, at most `n_fft`.
    n_fft : int
        Length of the frame in which it is centred.

    Returns
    -------
    ndarray of float32, shape (n_fft,)
        The window with zeros around it. It is shared between callers: do not write to it.

    Examples
    --------
    >>> from skaudio.dsp import fft_window
    >>> fft_window("hann", 4, 6)
    array([0. , 0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    if win_length > n_fft:
        raise ValueError(f"win_length={win_length} is longer than n_fft={n_fft}; expected win_length <= n_fft.")
    if not isinstance(window, np.ndarray):
        return _named_window(window, win_length, n_fft)
    if window.shape != (win_length,):
        raise ValueError(f"window has shape {window.shape}; expected (win_length,) = ({win_length},).")
    return _center_in_frame(window, n_fft)


@lru_cache(maxsize=32)
def _named_window(window: str | float | tuple, win_length: int, n_fft: int) -> np.ndarray:
    from scipy.signal import get_window

    return _center_in_frame(get_window(window, win_length, fftbins=True), n_fft)


def _center_in_frame(taper: np.ndarray, n_fft: int) -> np.ndarray:
    left = (n_fft - len(taper)) // 2
    return np.pad(taper, (left, n_fft - len(taper) - left)).astype(np.float32)


def windowed_frames(
    y: np.ndarray, *, n_fft: int, hop_length: int | None, win_length: int | None, window: Any, center: bool
) -> tuple[int, Iterator[tuple[slice, np.ndarray]]]:
    """Return the number of frames of a 1-D float32 waveform, and an iterator over blocks of them.

    A block is a slice of frames, and these, windowed, float32 ``(n_block, n_fft)``. It may be overwritten, and is by
    the next one.
    """
    hop_length, win_length = default_lengths(n_fft, hop_length, win_length)
    taper = fft_window(window, win_length, n_fft)
    n_frames = frame_count(len(y), n_fft, hop_length, center=center)

    def blocks() -> Iterator[tuple[slice, np.ndarray]]:
        from skaudio.dsp._kernels import window_frames

        first = -(n_fft // 2) if center else 0
        buffer = np.empty((min(n_frames, max(BLOCK_SAMPLES // n_fft, 1)), n_fft), np.float32)
        for start in range(0, n_frames, len(buffer)):
            stop = min(start + len(buffer), n_frames)
            frames = buffer[: stop - start]
            window_frames(y, taper, hop_length, first + start * hop_length, frames)
            yield slice(start, stop), frames

    return n_frames, blocks()


def default_lengths(n_fft: int, hop_length: int | None, win_length: int | None) -> tuple[int, int]:
    """Fill in librosa's defaults: a window as long as the frame, and a hop of a quarter of the window."""
    win_length = n_fft if win_length is None else win_length
    return (max(win_length // 4, 1) if hop_length is None else hop_length), win_length


@over_leading_axes
def stft(
    y: np.ndarray,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str | float | tuple | np.ndarray = "hann",
    center: bool = True,
) -> np.ndarray:
    """Compute the short-time Fourier transform, time first.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples)
        Waveform.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length : int, default=None
        Samples between neighbouring frames; None: ``win_length // 4``.
    win_length : int, default=None
        Length of the window in samples, centred in the frame; None: `n_fft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        Argument of `scipy.signal.get_window`, or the window itself.
    center : bool, default=True
        Whether frame ``t`` is centred on sample ``t * hop_length``, with zeros around the waveform, or starts at it.

    Returns
    -------
    ndarray of complex64, shape (..., n_frames, 1 + n_fft // 2)
        The transpose of `librosa.stft`. A waveform shorter than a frame is padded with zeros.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import stft
    >>> stft(np.ones(22050)).shape
    (44, 1025)
    """
    n_frames, blocks = windowed_frames(
        y, n_fft=n_fft, hop_length=hop_length, win_length=win_length, window=window, center=center
    )
    out = np.empty((n_frames, 1 + n_fft // 2), np.complex64)
    for block, frames in blocks:
        rfft(frames, out[block])
    return out


@over_leading_axes
def stft_parts(
    y: np.ndarray,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str | float | tuple | np.ndarray = "hann",
    center: bool = True,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Compute the real and imaginary parts of the short-time Fourier transform as channels.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples)
        Waveform.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length, win_length : int or None, default=None
        Hop between frames and length of the window, in samples; see `stft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        Window, see `stft`.
    center : bool, default=True
        Whether frames are centred, see `stft`.
    out : ndarray of float32, default=None
        Array of the result's shape to write to, for a single waveform. None: a new array.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, 2 * (1 + n_fft // 2))
        The real parts of all bins, then the imaginary parts. It takes less time than `stft` and a conversion.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import stft_parts
    >>> stft_parts(np.ones(4), n_fft=4, window="ones", center=False)
    array([[4., 0., 0., 0., 0., 0.]], dtype=float32)
    """
    n_frames, blocks = windowed_frames(
        y, n_fft=n_fft, hop_length=hop_length, win_length=win_length, window=window, center=center
    )
    out = np.empty((n_frames, 2 * (1 + n_fft // 2)), np.float32) if out is None else out
    for block, frames in blocks:
        spectrum_parts(frames, out[block])
    return out


@over_leading_axes
def spectrogram(
    y: np.ndarray,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str | float | tuple | np.ndarray = "hann",
    center: bool = True,
    power: float = 2.0,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Compute the magnitude of the short-time Fourier transform, raised to a power.

    Parameters
    ----------
    y : ndarray of shape (..., n_samples)
        Waveform.
    n_fft : int, default=2048
        Length of a frame in samples.
    hop_length, win_length : int or None, default=None
        Hop between frames and length of the window, in samples; see `stft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        Window, see `stft`.
    center : bool, default=True
        Whether frames are centred, see `stft`.
    power : float, default=2.0
        Exponent of the magnitude: 1 for amplitude, 2 for power.
    out : ndarray of float32, default=None
        Array of the result's shape to write to, for a single waveform. None: a new array.

    Returns
    -------
    ndarray of float32, shape (..., n_frames, 1 + n_fft // 2)
        ``abs(stft(y)) ** power``.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import spectrogram
    >>> spectrogram(np.ones(22050), n_fft=512).shape
    (173, 257)
    """
    n_frames, blocks = windowed_frames(
        y, n_fft=n_fft, hop_length=hop_length, win_length=win_length, window=window, center=center
    )
    out = np.empty((n_frames, 1 + n_fft // 2), np.float32) if out is None else out
    for block, frames in blocks:
        power_spectrum(frames, float(power), out[block])
    return out


def istft(
    spectrum: np.ndarray,
    *,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: str | float | tuple | np.ndarray = "hann",
    center: bool = True,
    length: int | None = None,
) -> np.ndarray:
    """Compute the inverse short-time Fourier transform by windowed overlap-add [1]_.

    Parameters
    ----------
    spectrum : ndarray of complex, shape (n_frames, 1 + n_fft // 2)
        Result of `stft` for one waveform.
    n_fft : int
        Length of a frame in samples. Unlike in librosa, it is not inferred, since it may be odd.
    hop_length, win_length : int or None, default=None
        Hop between frames and length of the window, in samples; see `stft`.
    window : str, float, tuple or ndarray of shape (win_length,), default="hann"
        Window, see `stft`.
    center : bool, default=True
        Whether frames are centred, see `stft`.
    length : int, default=None
        Number of samples: cut or padded with zeros. None: all that the frames cover.

    Returns
    -------
    ndarray of float32, shape (n_samples,)
        The waveform. It equals the input of `stft` wherever the squared windows do not sum to zero.

    References
    ----------
    .. [1] D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE Transactions on
       Acoustics, Speech, and Signal Processing 32(2), 1984.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.dsp import istft, stft
    >>> y = np.sin(np.arange(3000, dtype=np.float32))
    >>> bool(np.allclose(istft(stft(y, n_fft=512), n_fft=512, length=3000), y, atol=1e-6))
    True
    """
    from scipy.fft import irfft

    from skaudio.dsp._kernels import overlap_add

    spectrum = np.asarray(spectrum, np.complex64)
    if spectrum.ndim != 2 or spectrum.shape[1] != 1 + n_fft // 2:
        raise ValueError(
            f"spectrum has shape {spectrum.shape}; expected (n_frames, {1 + n_fft // 2}) for n_fft={n_fft}."
        )
    hop_length, win_length = default_lengths(n_fft, hop_length, win_length)
    taper = fft_window(window, win_length, n_fft)
    y = np.zeros(n_fft + hop_length * (len(spectrum) - 1), np.float32)
    weight = np.zeros_like(y)
    step = max(BLOCK_SAMPLES // n_fft, 1)
    for start in range(0, len(spectrum), step):
        frames = irfft(spectrum[start : start + step], n=n_fft) * taper
        overlap_add(frames, hop_length, y[start * hop_length :])
        overlap_add(np.broadcast_to(taper**2, frames.shape), hop_length, weight[start * hop_length :])
    np.divide(y, weight, out=y, where=weight > np.finfo(np.float32).tiny)
    edge = n_fft // 2 if center else 0
    if length is None:
        return y[edge : len(y) - edge]
    return np.pad(y[edge : edge + length], (0, max(0, edge + length - len(y))))
