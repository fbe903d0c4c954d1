"""Waveform front end."""

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np

from skaudio._assembly import assembled
from skaudio._frames import Channels
from skaudio.features._front_end import FrontEnd
from skaudio.features._inverse import invert_clips


@assembled
class Waveform(FrontEnd):
    """Decode, downmix, resample and cut clips; each sample is a frame of one channel.

    Parameters
    ----------
    {parameters}

    See Also
    --------
    skaudio.io.load : Decode one clip.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import Waveform
    >>> Waveform(sr=8000).fit_transform([np.zeros(400), np.ones(400)]).shape
    (2, 400, 1)
    """

    _parameter_constraints: ClassVar[dict] = {}

    def inverse_transform(self, X: np.ndarray, length: int | Sequence[int] | None = None) -> np.ndarray:
        """Return the waveforms, exactly.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_samples, 1), or ragged
            Frames as `transform` returns them.
        length : int or sequence of int, default=None
            Number of samples to keep of each clip; None: all.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_samples), or object array of waveforms
            The waveforms at ``sr``.

        Raises
        ------
        ValueError
            If ``channel`` names several channels.
        """
        return invert_clips(self, X, length, lambda frames, n_samples: frames[:n_samples, 0])

    def extractor(self) -> Callable[[np.ndarray], np.ndarray]:
        return lambda y: y[:, np.newaxis]

    def channels(self) -> Channels:
        return Channels(("waveform",), kind="waveform", start_seconds=0.0, hop_seconds=1.0 / self.rate, silence=(0.0,))
