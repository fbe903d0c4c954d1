"""Mel spectrogram front end."""

from typing import Any, ClassVar, cast

import numpy as np
from sklearn.utils._param_validation import StrOptions

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio.dsp import db_to_power, pcen
from skaudio.features._mel_front_end import MelFrontEnd
from skaudio.features._stages import Stages

PCEN_PARAMS = {"gain", "bias", "power", "time_constant", "eps"}
PCEN_FULL_SCALE = np.float32(2.0**31)


@assembled
class MelSpectrogram(MelFrontEnd):
    """Compute the log-mel spectrogram of each clip, or the mel power spectrogram.

    Parameters
    ----------
    scale : {"db", "linear", "pcen"}, default="db"
        Whether values are in decibels (the log-mel spectrogram), linear power, or magnitudes normalised by the recent
        level of their band (PCEN [1]_), which suppresses stationary noise and differences in level: `librosa.pcen` of
        the mel spectrogram of magnitudes, of waveforms in the range of 32-bit PCM. It cannot be inverted.
    pcen_params : dict or None, default=None
        Parameters of `skaudio.dsp.pcen`: ``gain``, ``bias``, ``power``, ``time_constant`` (in seconds) and ``eps``.
        None: its defaults, for speech in a room. [2]_ discusses others, for birds outdoors: ``gain=0.8``,
        ``bias=10.0``, ``power=0.25``, ``time_constant=0.06``.
    {parameters}

    See Also
    --------
    MFCC : Cosine transform of the log-mel spectrogram.
    skaudio.dsp.melspectrogram : The same as a function, linear.

    Notes
    -----
    Digital silence, as of a muted recorder or of channels that cancel out when they are averaged, is -100 dB in every
    band (0 with ``scale="linear"``), which is lower than in any recording, and 0 if normalized. Predictions of a model
    that was not trained on such frames are arbitrary; `skaudio.events.EventDetector` finds no event in them.

    Recordings of more than 2**23 samples (6 minutes at 22.05 kHz) are processed in blocks, with memory for the result
    and a few blocks; with ``trim_db`` or ``level``, which depend on the whole clip, also for the waveform.

    References
    ----------
    .. [1] Y. Wang, P. Getreuer, T. Hughes, R. F. Lyon and R. A. Saurous, "Trainable frontend for robust and far-field
       keyword spotting", ICASSP, 2017.
    .. [2] V. Lostanlen and others, "Per-channel energy normalization: why and how", IEEE Signal Processing Letters
       26(1), 2019.

    Examples
    --------
    Find the loudest band of a tone of 1000 Hz, and the times of the frames.

    >>> import numpy as np
    >>> from skaudio.features import MelSpectrogram
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)
    >>> front_end = MelSpectrogram(sr=8000)
    >>> frames = front_end.fit_transform([tone])
    >>> frames.shape
    (1, 63, 64)
    >>> float(front_end.mel_frequencies()[frames[0].mean(axis=0).argmax()].round())
    1010.0
    >>> front_end.frame_times(63)[[0, 1, -1]]
    array([0.   , 0.008, 0.496])

    Reconstruct a waveform from the spectrogram.

    >>> front_end.inverse_transform(frames, length=4000).shape
    (1, 4000)

    Compute one spectrogram for each axis of an accelerometer at 50 Hz.

    >>> walks = [np.random.default_rng(0).normal(size=(500, 3))]
    >>> front_end = MelSpectrogram(sr=50, n_fft=64, n_mels=8, channel=["x", "y", "z"])
    >>> front_end.fit_transform(walks).shape, front_end.get_feature_names_out()[[0, 8, 23]].tolist()
    ((1, 32, 24), ['x_mel_0', 'y_mel_0', 'z_mel_7'])
    """

    scale: str = "db"
    pcen_params: dict[str, float] | None = None

    _parameter_constraints: ClassVar[dict] = {
        "scale": [StrOptions({"db", "linear", "pcen"})],
        "pcen_params": [None, dict],
    }

    def extractor(self) -> Stages:
        if self.scale == "pcen":
            unknown = sorted(set(self.pcen_params or {}) - PCEN_PARAMS)
            if unknown:
                raise ValueError(f"pcen_params has the keys {unknown}; expected some of {sorted(PCEN_PARAMS)}.")
            return self._mel_stages(power=1.0, by_level=self._normalised)
        return self._mel_stages(decibels=self.scale == "db")

    def _normalised(self, magnitudes: np.ndarray, level: Any) -> tuple[np.ndarray, Any]:
        params = {"sr": self.sr, "hop_length": self.stft_settings()["hop_length"], **(self.pcen_params or {})}
        return cast(tuple, pcen(PCEN_FULL_SCALE * magnitudes, zi=level, return_zf=True, **params))

    def channels(self) -> Channels:
        kind = {"kind": "bands", "decibels": self.scale == "db"}
        return self._described("mel", self.n_mels, self.mel_frequencies(), **kind)

    def _magnitude(self, static: np.ndarray) -> np.ndarray:
        if self.scale == "pcen":
            raise ValueError(
                "MelSpectrogram(scale='pcen') cannot be inverted: the level is not stored. Use scale='db'."
            )
        return self._magnitude_of_mel(db_to_power(static) if self.scale == "db" else static)
