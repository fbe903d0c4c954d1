"""The waveform itself as a front end."""

import os
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import joblib
import numpy as np

from skaudio.features._cache import FeatureCache
from skaudio.features._front_end import FrontEnd
from skaudio.features._inverse import invert_clips


class Waveform(FrontEnd):
    """Decode, downmix, resample and cut clips; one channel, a frame a sample.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz that clips are brought to. Plain arrays are taken to be at it already.
    offset : float, default=0.0
        Where to start in each clip, in seconds.
    duration : float, default=None
        How much to take of each clip, in seconds; None: all.
    trim_db : float, default=None
        Cut silence at both ends: what lies more than so many decibels below the loudest part. None: do not.
    level : float, default=None
        Scale each clip to this root-mean-square level in decibels relative to full scale, such as -20. None: do not.
    pad_to : float, default=None
        Pad clips that are shorter than this, in seconds, with silence. None: do not.
    pad_side : {"start", "end"}, default="end"
        Where `pad_to` adds silence.
    n_jobs : int, default=None
        Number of threads; decoding, resampling and FFT run at the same time. None: 1, unless a
        `joblib.parallel_config` says otherwise.
    memory : str, PathLike, joblib.Memory or FeatureCache, default=None
        Where computed frames are kept, so that each clip is computed once whatever the number of folds, models and
        processes. None: nowhere.
    on_error : {"raise", "warn"}, default="raise"
        What a broken clip gets: an error, or a warning that names it and a single frame of NaN in its place.

    See Also
    --------
    skaudio.io.load : Decodes one clip.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.features import Waveform
    >>> Waveform(sr=8000).fit_transform([np.zeros(400), np.ones(400)]).shape
    (2, 400, 1)
    """

    _parameter_constraints: ClassVar[dict] = {**FrontEnd._parameter_constraints}

    def __init__(
        self,
        sr: float = 22050,
        *,
        offset: float = 0.0,
        duration: float | None = None,
        trim_db: float | None = None,
        level: float | None = None,
        pad_to: float | None = None,
        pad_side: str = "end",
        n_jobs: int | None = None,
        memory: str | os.PathLike | joblib.Memory | FeatureCache | None = None,
        on_error: str = "raise",
    ) -> None:
        self.sr = sr
        self.offset = offset
        self.duration = duration
        self.trim_db = trim_db
        self.level = level
        self.pad_to = pad_to
        self.pad_side = pad_side
        self.n_jobs = n_jobs
        self.memory = memory
        self.on_error = on_error

    def inverse_transform(self, X: np.ndarray, length: int | Sequence[int] | None = None) -> np.ndarray:
        """Give back the waveforms, exactly.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_samples, 1), or ragged
            What `transform` gave.
        length : int or sequence of int, default=None
            Number of samples to keep of each clip; None: all.

        Returns
        -------
        ndarray of float32, shape (n_clips, n_samples), or object array of waveforms
            The waveforms at ``sr``.
        """
        return invert_clips(self, X, length, lambda frames, n_samples: frames[:n_samples, 0])

    def _extractor(self) -> Callable[[np.ndarray], np.ndarray]:
        return lambda y: y[:, np.newaxis]

    def _kind(self) -> dict[str, Any]:
        return {"kind": "waveform"}

    def _channel_names(self) -> list[str]:
        return ["waveform"]
