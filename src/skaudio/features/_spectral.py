"""What the front ends on spectra share: their parameters, what follows the spectrum, and the way back."""

from collections.abc import Callable
from dataclasses import replace
from inspect import signature
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio.features._stages import Stages

STFT_CONSTRAINTS: dict = {
    "n_fft": [None, Interval(Integral, 2, None, closed="left")],
    "hop_length": [None, Interval(Integral, 1, None, closed="left")],
    "win_length": [None, Interval(Integral, 1, None, closed="left")],
    "window": [str, tuple, Real, np.ndarray],
    "center": ["boolean"],
}
MEL_CONSTRAINTS: dict = {
    "n_mels": [Interval(Integral, 1, None, closed="left")],
    "fmin": [Interval(Real, 0, None, closed="left")],
    "fmax": [None, Interval(Real, 0, None, closed="neither")],
    "htk": ["boolean"],
    "norm": [None, StrOptions({"slaney"}), Interval(Real, 0, None, closed="neither")],
}
FRAME_CONSTRAINTS: dict = {
    "top_db": [None, Interval(Real, 0, None, closed="neither")],
    "normalize": [None, StrOptions({"mean", "standard"})],
    "deltas": [Interval(Integral, 0, 2, closed="both")],
}
MEL_NAMES = tuple(MEL_CONSTRAINTS)


def stft_settings(front_end: Any) -> dict[str, Any]:
    """Collect what the functions of `skaudio.dsp` want to know of the STFT, with the defaults that depend on ``sr``."""
    # 40 ms: long enough for the pitch of a voice, short enough for its sounds.
    n_fft = front_end.n_fft or 2 ** max(1, round(np.log2(0.04 * front_end.sr)))
    win_length = front_end.win_length or n_fft
    return {
        "n_fft": n_fft,
        "hop_length": front_end.hop_length or max(1, win_length // 4),
        "win_length": win_length,
        "window": front_end.window,
        "center": front_end.center,
    }


def mel_settings(front_end: Any) -> dict[str, Any]:
    """Collect the parameters of the mel filter bank."""
    return {"sr": front_end.sr, **{name: getattr(front_end, name) for name in MEL_NAMES}}


def bin_frequencies(front_end: Any) -> np.ndarray:
    """Give the frequencies of the bins of the STFT, in Hz."""
    return np.fft.rfftfreq(stft_settings(front_end)["n_fft"], 1.0 / front_end.sr)


def mel_frequencies(front_end: Any) -> np.ndarray:
    """Give the frequencies that mel bands are centred on, in Hz."""
    from librosa import mel_frequencies as edges_and_centres

    fmax = front_end.sr / 2 if front_end.fmax is None else front_end.fmax
    return edges_and_centres(front_end.n_mels + 2, fmin=front_end.fmin, fmax=fmax, htk=front_end.htk)[1:-1]


def stages(front_end: Any, spectra: Callable[[np.ndarray], np.ndarray], **own: Any) -> Stages:
    """Collect the stages of a front end: its spectra, what is its own, and what ``normalize`` and ``deltas`` say."""
    settings = stft_settings(front_end)
    frames = {name: settings[name] for name in ("n_fft", "hop_length", "center")}
    return Stages(spectra, **frames, **own, normalize=front_end.normalize, deltas=front_end.deltas)


def silent_frame(front_end: Any, n_bins: int) -> tuple[float, ...]:
    """Compute what becomes of a spectrum of `n_bins` zeros: a frame of digital silence."""
    silent = replace(front_end._extractor(), spectra=lambda _: np.zeros((1, n_bins), np.float32))
    return tuple(silent(np.zeros(1, np.float32))[0].tolist())


def channel_names(prefix: str, n_channels: int, deltas: int = 0) -> list[str]:
    """Name channels such as ``mfcc_03``, and their derivatives ``mfcc_03_delta`` and ``mfcc_03_delta2``."""
    digits = len(str(n_channels - 1))
    names = [f"{prefix}_{i:0{digits}d}" for i in range(n_channels)]
    return names + [f"{name}_{suffix}" for suffix in ("delta", "delta2")[:deltas] for name in names]


def without_deltas(front_end: Any, frames: np.ndarray, n_channels: int) -> np.ndarray:
    """Give the static channels of a clip's frames, for the way back to a waveform."""
    if front_end.normalize is not None:
        raise ValueError(
            f"{type(front_end).__name__}(normalize={front_end.normalize!r}) cannot be inverted: what it removed is not "
            "kept. Use normalize=None."
        )
    return frames[:, :n_channels]


def griffin_lim(S: np.ndarray, settings: dict[str, Any], *, n_iter: int, length: int | None) -> np.ndarray:
    """Find a waveform whose magnitude spectrogram ``(n_frames, 1 + n_fft // 2)`` is close to ``S``, by librosa."""
    from librosa import griffinlim

    # A fixed seed: the same frames give the same waveform, and nobody's random state is touched.
    seed = {"rng" if "rng" in signature(griffinlim).parameters else "random_state": 0}  # renamed in librosa 1.0
    return griffinlim(S.T, n_iter=n_iter, length=length, **seed, **settings).astype(np.float32)


def mel_to_magnitude(front_end: Any, mel: np.ndarray) -> np.ndarray:
    """Find the magnitude ``(n_frames, 1 + n_fft // 2)`` behind mel power, by librosa's non-negative least squares."""
    from librosa.feature.inverse import mel_to_stft

    bank = {name: value for name, value in mel_settings(front_end).items() if name != "n_mels"}
    return mel_to_stft(mel.T, n_fft=stft_settings(front_end)["n_fft"], power=2.0, **bank).T
