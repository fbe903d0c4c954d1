"""`listen`: the salient part of a clip as sound."""

import numpy as np

from skaudio.dsp import istft, stft
from skaudio.features import Spectrogram
from skaudio.inspection.explanations._saliency import Saliency
from skaudio.inspection.explanations._sound import Sound


def listen(saliency: Saliency, keep: float = 0.8) -> Sound:
    """Reconstruct the part of a clip that a saliency map attributes to the target.

    The cells with the largest values are kept, up to a share of all positive saliency; the short-time Fourier transform
    of the clip is set to zero elsewhere, and inverted.

    Parameters
    ----------
    saliency : Saliency
        Saliency map of a clip.
    keep : float, default=0.8
        Share of the positive saliency to keep, above 0 and at most 1.

    Returns
    -------
    Sound
        Sound of the part of the clip that the front end takes, at its sampling rate. A notebook shows a player;
        `numpy.asarray` returns the waveform.

    Raises
    ------
    ValueError
        If `keep` is out of range, if the estimator was given frames instead of clips, or if the frames have no times.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import listen, saliency
    >>> from skaudio.pooling import StatPooling
    >>> rng, time = np.random.default_rng(0), np.arange(4000) / 8000
    >>> X = [np.sin(2 * np.pi * f * time) + 0.01 * rng.normal(size=4000) for f in [300, 2000] * 5]
    >>> model = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), SVC()).fit(X, ["low", "high"] * 5)
    >>> sound = listen(saliency(model, X[:1], method="occlusion")[0])
    >>> sound.duration
    0.5
    """
    if not 0.0 < keep <= 1.0:
        raise ValueError(f"keep={keep!r}; expected a number above 0 and at most 1.")
    if saliency.clip is None or saliency.front_end is None or saliency.times is None:
        raise ValueError(
            "The saliency map has no sound: it was computed from frames, or the times of its frames are unknown. "
            "Compute it for a pipeline that begins with a front end, from clips."
        )
    sr = saliency.front_end.rate
    y = saliency.front_end.waveform(saliency.clip)
    spectrogram = Spectrogram(sr=sr)
    settings = spectrogram.stft_settings()
    spectrum = stft(y, **settings)
    largest = _largest_cells(saliency.values, keep)
    rows = _nearest(saliency.times, spectrogram.frame_times(len(spectrum)))
    mask = largest[rows]
    if saliency.frequencies is None:
        mask = mask.any(axis=1, keepdims=True)
    else:
        mask = np.stack([mask[:, nearest].any(axis=1) for nearest in _bands(saliency.frequencies, spectrogram)], axis=1)
    return Sound(istft(spectrum * mask, length=len(y), **settings), sr)


def _largest_cells(values: np.ndarray, keep: float) -> np.ndarray:
    """Return a mask of the largest cells that hold a share of all positive values."""
    positive = np.maximum(values, 0.0).ravel()
    order = np.argsort(-positive, kind="stable")
    cumulative = np.cumsum(positive[order], dtype=np.float64)
    n_largest = 1 + int(np.searchsorted(cumulative, keep * cumulative[-1] * (1.0 - 1e-9)))
    largest = np.zeros(len(positive), bool)
    largest[order[:n_largest]] = positive[order[:n_largest]] > 0.0
    return largest.reshape(values.shape)


def _nearest(positions: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Find the nearest of increasing positions to each target."""
    middles = (positions[1:] + positions[:-1]) / 2
    return np.searchsorted(middles, targets)


def _bands(frequencies: np.ndarray, spectrogram: Spectrogram) -> list[np.ndarray]:
    """Return the channels nearest to each bin of a spectrum: several, if derivatives are among them."""
    positions = np.unique(frequencies)
    return [
        np.flatnonzero(frequencies == positions[nearest])
        for nearest in _nearest(positions, spectrogram.bin_frequencies())
    ]
