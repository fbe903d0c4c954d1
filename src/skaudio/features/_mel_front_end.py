"""Base of front ends on mel bands: the filter bank and its approximate inverse."""

from dataclasses import dataclass
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio.dsp import melspectrogram
from skaudio.features._spectral_front_end import InvertibleFrontEnd
from skaudio.features._stages import Stages


@dataclass(kw_only=True, eq=False, repr=False)
class MelFrontEnd(InvertibleFrontEnd):
    """Base of front ends on mel bands.

    Parameters
    ----------
    n_mels : int, default=64
        Number of mel bands.
    fmin, fmax : float, default=0.0, None
        Lowest and highest frequency in Hz; None: ``sr / 2``.
    htk : bool, default=False
        Whether the mel scale is HTK's or Slaney's.
    norm : {"slaney", None} or float, default="slaney"
        Normalisation of the bands, see `librosa.filters.mel`.
    """

    n_mels: int = 64
    fmin: float = 0.0
    fmax: float | None = None
    htk: bool = False
    norm: str | float | None = "slaney"

    _parameter_constraints: ClassVar[dict] = {
        **InvertibleFrontEnd._parameter_constraints,
        "n_mels": [Interval(Integral, 1, None, closed="left")],
        "fmin": [Interval(Real, 0, None, closed="left")],
        "fmax": [None, Interval(Real, 0, None, closed="neither")],
        "htk": ["boolean"],
        "norm": [None, StrOptions({"slaney"}), Interval(Real, 0, None, closed="neither")],
    }

    def mel_settings(self) -> dict[str, Any]:
        """Return the filter bank's arguments of `skaudio.dsp.melspectrogram`.

        Returns
        -------
        dict
            With the keys ``sr``, ``n_mels``, ``fmin``, ``fmax``, ``htk`` and ``norm``.
        """
        names = ("sr", "n_mels", "fmin", "fmax", "htk", "norm")
        return {name: getattr(self, name) for name in names}

    def mel_frequencies(self) -> np.ndarray:
        """Return the centre frequencies of the mel bands.

        Returns
        -------
        ndarray of float64, shape (n_mels,)
            Frequencies in Hz.
        """
        from librosa import mel_frequencies as edges_and_centres

        fmax = self.sr / 2 if self.fmax is None else self.fmax
        return edges_and_centres(self.n_mels + 2, fmin=self.fmin, fmax=fmax, htk=self.htk)[1:-1]

    def _mel_stages(self, *, power: float = 2.0, **stage_params: Any) -> Stages:
        spectra = partial(melspectrogram, power=power, **self.stft_settings(), **self.mel_settings())
        return self._stages(spectra, self.n_mels, **stage_params)

    def _magnitude_of_mel(self, power: np.ndarray) -> np.ndarray:
        """Estimate the magnitude ``(n_frames, 1 + n_fft // 2)`` from mel power, by non-negative least squares."""
        from librosa.feature.inverse import mel_to_stft

        bank = {name: value for name, value in self.mel_settings().items() if name != "n_mels"}
        return mel_to_stft(power.T, n_fft=self.stft_settings()["n_fft"], power=2.0, **bank).T
