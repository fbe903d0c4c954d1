"""Per-channel energy normalisation of spectrograms."""

import numpy as np


def pcen(
    S: np.ndarray,
    *,
    sr: float,
    hop_length: int,
    gain: float = 0.98,
    bias: float = 2.0,
    power: float = 0.5,
    time_constant: float = 0.4,
    eps: float = 1e-6,
    zi: np.ndarray | None = None,
    return_zf: bool = False,
) -> np.ndarray | tuple[np.ndarray, np.ndarray]:
    """Normalise each channel of a magnitude spectrogram by its recent level (PCEN) [1]_, and compress its range.

    Stationary noise and differences in level between recordings are suppressed, and onsets are enhanced [2]_.

    Parameters
    ----------
    S : ndarray of shape (n_frames, n_channels)
        Non-negative magnitudes. The default parameters are for the range of 32-bit PCM: multiply those of waveforms in
        [-1, 1] by ``2**31``.
    sr : float
        Sampling rate in Hz.
    hop_length : int
        Samples between neighbouring frames.
    gain : float, default=0.98
        Exponent of the gain control; slightly less than 1.
    bias : float, default=2.0
        Offset of the compression.
    power : float, default=0.5
        Exponent of the compression; 0: logarithmic.
    time_constant : float, default=0.4
        Time constant of the level, in seconds.
    eps : float, default=1e-6
        Small constant, to avoid division by zero.
    zi : ndarray of shape (1, n_channels), default=None
        State of the level before the first frame, as returned for the part before. None: a level of 1.
    return_zf : bool, default=False
        Whether to return the state after the last frame.

    Returns
    -------
    P : ndarray of float32, shape (n_frames, n_channels)
        Normalised spectrogram, that of `librosa.pcen`.
    zf : ndarray of shape (1, n_channels)
        State after the last frame. Only returned if `return_zf`.

    Raises
    ------
    ValueError
        If a parameter is out of range.

    References
    ----------
    .. [1] Y. Wang, P. Getreuer, T. Hughes, R. F. Lyon and R. A. Saurous, "Trainable frontend for robust and far-field
       keyword spotting", ICASSP, 2017.
    .. [2] V. Lostanlen and others, "Per-channel energy normalization: why and how", IEEE Signal Processing Letters
       26(1), 2019.

    Examples
    --------
    A sound that starts is enhanced, and one that goes on is not.

    >>> import numpy as np
    >>> from skaudio.dsp import pcen
    >>> S = 2**31 * np.repeat([[0.001], [0.1]], 200, axis=0)
    >>> pcen(S, sr=8000, hop_length=80)[[199, 200, 399], 0].round(1)
    array([0.4, 5.1, 0.5], dtype=float32)
    """
    from scipy.signal import lfilter, lfilter_zi

    for name, value in {"gain": gain, "bias": bias, "power": power}.items():
        if value < 0:
            raise ValueError(f"{name}={value}; expected a non-negative number.")
    for name, value in {"eps": eps, "time_constant": time_constant, "sr": sr, "hop_length": hop_length}.items():
        if value <= 0:
            raise ValueError(f"{name}={value}; expected a positive number.")
    S = np.asarray(S, np.float64)
    n_frames = time_constant * sr / hop_length
    b = (np.sqrt(1 + 4 * n_frames**2) - 1) / (2 * n_frames**2)  # a low-pass filter of that time constant, as in librosa
    if zi is None:
        zi = np.full((1, S.shape[1]), lfilter_zi([b], [1, b - 1])[0])
    level, zf = lfilter([b], [1, b - 1], S, axis=0, zi=zi)
    normalised = S * np.exp(-gain * (np.log(eps) + np.log1p(level / eps)))
    if power == 0:
        compressed = np.log1p(normalised)
    elif bias == 0:
        compressed = normalised**power
    else:
        compressed = bias**power * np.expm1(power * np.log1p(normalised / bias))
    P = compressed.astype(np.float32)
    return (P, zf) if return_zf else P
