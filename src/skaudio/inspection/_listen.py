"""`listen`: the part of a clip that a saliency found."""

import numpy as np

from skaudio.dsp import istft, stft
from skaudio.features import Spectrogram
from skaudio.inspection._saliency_map import Saliency
from skaudio.inspection._sound import Sound


def listen(saliency: Saliency, keep: float = 0.8) -> Sound:
    """Hear what a saliency found: the clip without what does not speak for the target.

    The cells of the largest values are kept that have a share of all that speaks for the target between them; the
    short-time Fourier transform of the clip is set to zero elsewhere, and inverted.

    Parameters
    ----------
    saliency : Saliency
        Of a clip.
    keep : float, default=0.8
        How much of what speaks for the target is kept, above 0 and at most 1.

    Returns
    -------
    Sound
        As long as what the front end takes of the clip, at its sampling rate. A notebook shows a player;
        `numpy.asarray` gives the waveform.

    Raises
    ------
    ValueError
        If `keep` is out of its range, if the estimator was given frames instead of clips, or if the frames have no
        times.

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
    >>> heard = listen(saliency(model, X[:1], method="occlusion")[0])
    >>> heard.duration
    0.5
    """
    if not 0.0 < keep <= 1.0:
        raise ValueError(f"keep={keep!r}; expected a share above 0 and at most 1.")
    if saliency.clip is None or saliency.times is None:
        raise ValueError(
            "This saliency knows no sound: it is of frames, or of frames that are not those of a front end. Explain a "
            "pipeline that begins with a front end, given clips."
        )
    sr = saliency.front_end.rate
    y = saliency.front_end.waveform(saliency.clip)
    ear = Spectrogram(sr=sr)
    settings = ear.stft_settings()
    spectrum = stft(y, **settings)
    kept = _kept(saliency.values, keep)
    rows = _nearest(saliency.times, ear.frame_times(len(spectrum)))
    mask = kept[rows]
    if saliency.frequencies is None:
        mask = mask.any(axis=1, keepdims=True)
    else:
        mask = np.stack([mask[:, near].any(axis=1) for near in _nearest_channels(saliency.frequencies, ear)], axis=1)
    return Sound(istft(spectrum * mask, length=len(y), **settings), sr)


def _kept(values: np.ndarray, keep: float) -> np.ndarray:
    """Tell which cells have a share of all that is positive, the largest first."""
    positive = np.maximum(values, 0.0).ravel()
    order = np.argsort(-positive, kind="stable")
    reached = np.cumsum(positive[order], dtype=np.float64)
    n_kept = 1 + int(np.searchsorted(reached, keep * reached[-1] * (1.0 - 1e-9)))
    kept = np.zeros(len(positive), bool)
    kept[order[:n_kept]] = positive[order[:n_kept]] > 0.0
    return kept.reshape(values.shape)


def _nearest(places: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Find the nearest of rising places to each that is wanted."""
    middles = (places[1:] + places[:-1]) / 2
    return np.searchsorted(middles, wanted)


def _nearest_channels(frequencies: np.ndarray, ear: Spectrogram) -> list[np.ndarray]:
    """Give, for each bin of a spectrum, the channels nearest to it: several, where derivatives are among them."""
    places = np.unique(frequencies)
    return [np.flatnonzero(frequencies == places[near]) for near in _nearest(places, ear.channel_frequencies())]
