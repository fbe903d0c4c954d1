"""Spectrogram front end."""

from functools import partial
from numbers import Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio.dsp import db_to_power, spectrogram
from skaudio.features._spectral_front_end import InvertibleFrontEnd
from skaudio.features._stages import Stages


@assembled
class Spectrogram(InvertibleFrontEnd):
    """Compute the magnitude spectrogram of each clip, in decibels or on a linear scale.

    Parameters
    ----------
    scale : {"db", "linear"}, default="db"
        Whether values are in decibels, as most models require, or linear.
    power : float, default=2.0
        With ``scale="linear"``, the exponent of the magnitude: 1 for amplitude, 2 for power. Decibels are always of
        power.
    {parameters}

    See Also
    --------
    MelSpectrogram : Spectrogram on the mel scale.
    skaudio.dsp.spectrogram : The same as a function.

    Notes
    -----
    Digital silence, as of a muted recorder or of channels that cancel out when they are averaged, is -100 dB in every
    band (0 with ``scale="linear"``), which is lower than in any recording, and 0 if normalized. Predictions of a model
    that was not trained on such frames are arbitrary; `skaudio.events.EventDetector` finds no event in them.

    Recordings of more than 2**23 samples (6 minutes at 22.05 kHz) are processed in blocks, with memory for the result
    and a few blocks; with ``trim_db`` or ``level``, which depend on the whole clip, also for the waveform.

    A window shorter than a frame is centred in it, as in librosa. In `tf.signal.stft` it is at the start: its
    magnitudes, for ``frame_length=320, frame_step=32, fft_length=512``, are those of ``Spectrogram(n_fft=512,
    win_length=320, hop_length=32, center=False, scale="linear", power=1)`` for clips with ``(n_fft - win_length) // 2``
    zeros before and after them, as added by `numpy.pad`.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import Spectrogram
    >>> Spectrogram(sr=8000).fit_transform([np.sin(0.1 * np.arange(4000))]).shape
    (1, 63, 129)
    """

    scale: str = "db"
    power: float = 2.0

    _parameter_constraints: ClassVar[dict] = {
        "scale": [StrOptions({"db", "linear"})],
        "power": [Interval(Real, 0, None, closed="neither")],
    }

    def extractor(self) -> Stages:
        in_decibels = self.scale == "db"
        spectra = partial(spectrogram, power=2.0 if in_decibels else self.power, **self.stft_settings())
        return self._stages(spectra, self.n_bins, decibels=in_decibels)

    def channels(self) -> Channels:
        kind = {"kind": "bands", "decibels": self.scale == "db"}
        return self._described("bin", self.n_bins, self.bin_frequencies(), **kind)

    def _magnitude(self, static: np.ndarray) -> np.ndarray:
        return np.sqrt(db_to_power(static)) if self.scale == "db" else static ** (1 / self.power)
