"""Short-time Fourier transform front end."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import numpy as np

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio.dsp import istft, stft_parts
from skaudio.features._inverse import invert_clips
from skaudio.features._spectral_front_end import SpectralFrontEnd, numbered
from skaudio.features._stages import Stages


@assembled
class STFT(SpectralFrontEnd):
    """Compute the short-time Fourier transform of each clip: real and imaginary parts as channels.

    Parameters
    ----------
    {parameters}

    See Also
    --------
    Spectrogram : Magnitude of the transform.
    skaudio.dsp.stft : The same as a function, complex.

    Notes
    -----
    Recordings of more than 2**23 samples (6 minutes at 22.05 kHz) are processed in blocks, with memory for the result
    and a few blocks; with ``trim_db`` or ``level``, which depend on the whole clip, also for the waveform.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import STFT
    >>> front_end = STFT(sr=8000)
    >>> clips = [np.sin(0.1 * np.arange(4000))]
    >>> frames = front_end.fit_transform(clips)
    >>> frames.shape
    (1, 63, 258)
    >>> bool(np.allclose(front_end.inverse_transform(frames, length=4000), clips, atol=1e-6))
    True
    """

    _parameter_constraints: ClassVar[dict] = {}

    def inverse_transform(self, X: np.ndarray, length: int | Sequence[int] | None = None) -> np.ndarray:
        """Reconstruct the waveforms, up to rounding, by windowed overlap-add.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_frames, n_channels), or ragged
            Frames as `transform` returns them.
        length : int or sequence of int, default=None
            Number of samples of each clip; None: those covered by frames, without the samples after the centre of the
            last frame.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_samples), or object array of waveforms
            The waveforms at ``sr``. Trimmed silence and the level are not restored.

        Raises
        ------
        ValueError
            If ``channel`` names several channels.
        """
        settings, n_bins = self.stft_settings(), self.n_bins

        def invert(frames: np.ndarray, n_samples: int | None) -> np.ndarray:
            return istft(frames[:, :n_bins] + 1j * frames[:, n_bins:], length=n_samples, **settings)

        return invert_clips(self, X, length, invert)

    def extractor(self) -> Stages:
        settings = self.stft_settings()
        spectra = partial(stft_parts, **settings)
        return Stages(spectra, 2 * self.n_bins, **{name: settings[name] for name in ("n_fft", "hop_length", "center")})

    def channels(self) -> Channels:
        names = numbered("real", self.n_bins) + numbered("imag", self.n_bins)
        return Channels(
            names,
            kind="spectrum",
            frequencies=tuple(np.tile(self.bin_frequencies(), 2).tolist()),
            **self.clock(),
            silence=(0.0,) * len(names),
        )
