"""Check a front end of your own with skaudio.testing.

The checks cover what clips of different lengths require: a clip's frames do not depend on the clips beside it, silence
and very short clips have finite values, threads change nothing. In a test suite, use parametrize_with_audio_checks.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skaudio.datasets import make_spoken_digits
from skaudio.dsp import spectrogram
from skaudio.features import Channels, SpectralFrontEnd
from skaudio.pooling import StatPooling
from skaudio.testing import audio_checks, check_audio_estimator


@dataclass(kw_only=True, eq=False, repr=False)
class SpectralFlux(SpectralFrontEnd):
    """Spectral flux: the increase of magnitudes from frame to frame, summed over frequency.

    Parameters
    ----------
    lag : int, default=1
        Distance of the frames that are compared.
    """

    lag: int = 1

    def extractor(self):
        """Return the function from a waveform to its frames."""
        settings = self.stft_settings()

        def flux(y):
            S = spectrogram(y, power=1.0, **settings)
            increase = np.zeros_like(S)
            increase[self.lag :] = np.maximum(S[self.lag :] - S[: -self.lag], 0.0)
            return increase.sum(axis=1, keepdims=True)

        return flux

    def channels(self):
        """Describe the channels."""
        return Channels(("flux",), silence=(0.0,), **self.clock())


class DitheredFlux(SpectralFlux):
    """The same with random noise added to each clip, drawn from NumPy's global state."""

    def extractor(self):
        """Return the function from a waveform to its frames."""
        flux = super().extractor()
        return lambda y: flux(y + 1e-3 * np.random.randn(len(y)).astype(np.float32))  # noqa: NPY002


for front_end in [SpectralFlux(sr=8000, lag=2), DitheredFlux(sr=8000)]:
    checks, failed = list(audio_checks(front_end)), {}
    for check in checks:
        try:
            check(front_end)
        except AssertionError as error:
            failed[check.__name__] = str(error).strip().partition("\n")[0]
    print(f"{type(front_end).__name__}: {len(failed)} of {len(checks)} checks failed")
    for name, message in failed.items():
        print(f"    {name}: {message}")

check_audio_estimator(SpectralFlux(sr=8000))  # raises the first error

digits = make_spoken_digits(120, random_state=0)
pooling = StatPooling(segments=5)
pipe = make_pipeline(SpectralFlux(sr=8000), pooling, StandardScaler(), LogisticRegression(max_iter=1000))
scores = cross_val_score(pipe, digits.data, digits.target, groups=digits.groups, cv=GroupKFold(3))
print(f"accuracy {scores.mean():.2f}, chance 0.10")
