"""Mel-frequency cepstral coefficients (MFCC) front end."""

from functools import partial
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio.dsp import cepstrum, db_to_power, inverse_cepstrum
from skaudio.features._mel_front_end import MelFrontEnd
from skaudio.features._stages import Stages


@assembled
class MFCC(MelFrontEnd):
    """Compute the mel-frequency cepstral coefficients of each clip [1]_.

    Parameters
    ----------
    n_mfcc : int, default=20
        Number of coefficients, from the zeroth (loudness); at most `n_mels`.
    lifter : float, default=0.0
        Cepstral liftering, as in librosa; 0: none.
    {parameters}

    See Also
    --------
    MelSpectrogram : The spectrogram from which they are computed.
    skaudio.dsp.cepstrum : The last step as a function.

    Notes
    -----
    Digital silence, as of a muted recorder or of channels that cancel out when they are averaged, is -100 dB in every
    band: the first coefficient is ``-100 * sqrt(n_mels)``, lower than in any recording, and all others are 0.
    Predictions of a model that was not trained on such frames are arbitrary; `skaudio.events.EventDetector` finds no
    event in them.

    Recordings of more than 2**23 samples (6 minutes at 22.05 kHz) are processed in blocks, with memory for the result
    and a few blocks; with ``trim_db`` or ``level``, which depend on the whole clip, also for the waveform.

    References
    ----------
    .. [1] S. Davis and P. Mermelstein, "Comparison of parametric representations for monosyllabic word recognition in
       continuously spoken sentences", IEEE Transactions on Acoustics, Speech, and Signal Processing 28(4), 1980.

    Examples
    --------
    Compute 13 coefficients and their derivatives.

    >>> import numpy as np
    >>> from skaudio.features import MFCC
    >>> front_end = MFCC(sr=8000, n_mfcc=13, deltas=1)
    >>> front_end.fit_transform([np.sin(0.1 * np.arange(4000))]).shape
    (1, 63, 26)
    >>> front_end.get_feature_names_out()[[0, 13]]
    array(['mfcc_00', 'mfcc_00_delta'], dtype=object)

    Classify spoken digits by statistics of the coefficients.

    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from sklearn.svm import SVC
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.pooling import StatPooling
    >>> X, y = make_spoken_digits(60, n_speakers=2, random_state=0, return_X_y=True)
    >>> model = make_pipeline(MFCC(sr=8000), StatPooling(segments=2), StandardScaler(), SVC(C=10))
    >>> model.fit(X[:50], y[:50]).predict(X[50:55]), y[50:55]
    (array([2, 4, 3, 5, 0]), array([2, 4, 3, 5, 0]))
    """

    n_mfcc: int = 20
    lifter: float = 0.0

    _parameter_constraints: ClassVar[dict] = {
        "n_mfcc": [Interval(Integral, 1, None, closed="left")],
        "lifter": [Interval(Real, 0, None, closed="left")],
    }

    def extractor(self) -> Stages:
        return self._mel_stages(decibels=True, project=partial(cepstrum, n_mfcc=self.n_mfcc, lifter=self.lifter))

    def channels(self) -> Channels:
        return self._described("mfcc", self.n_mfcc, kind="cepstra")

    def _magnitude(self, static: np.ndarray) -> np.ndarray:
        log_mel = inverse_cepstrum(static, n_mels=self.n_mels, lifter=self.lifter)
        return self._magnitude_of_mel(db_to_power(log_mel))
