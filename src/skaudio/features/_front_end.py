"""Base of front ends: batches of clips to batches of frame sequences, with threads and a cache."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import Tags
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio._atomic import atomic
from skaudio._frames import Channels
from skaudio._frames_output import FramesOutputMixin
from skaudio._persistence import VersionedPickleMixin
from skaudio._validation import check_clips
from skaudio._warnings import warn_user
from skaudio.features._batch_computation import BatchComputation
from skaudio.features._cache import FeatureCache
from skaudio.features._cached_batch import fill_through_cache
from skaudio.features._clip_reader import ClipReader
from skaudio.features._keys import settings_digest
from skaudio.features._threads import in_threads, portions
from skaudio.io import clip_key

# Parameters that do not affect the frames of a clip, and are not part of its cache key.
NOT_SETTINGS = ("memory", "n_jobs", "on_error")


@dataclass(kw_only=True, eq=False, repr=False)
class FrontEnd(VersionedPickleMixin, FramesOutputMixin, BaseEstimator, ABC):
    """Base of front ends, to be subclassed for custom features.

    A subclass implements two methods: `extractor`, which returns a function from one waveform to its frames, and
    `channels`, which describes the channels and the times of frames. It inherits `fit`, `transform`,
    `get_feature_names_out`, `frame_times` and `channel_frequencies`: support for all kinds of clips, resampling,
    threads, the cache, errors that name the clip, and frames that carry their `Channels`. Front ends are stateless:
    `fit` validates, and `transform` works without it.

    A subclass is a data class like this one, or has its own ``__init__`` that stores its parameters; the parameters
    below that it omits keep their defaults.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz to which clips are resampled. Plain arrays are assumed to have it.
    offset : float, default=0.0
        Start within each clip, in seconds.
    duration : float or None, default=None
        Maximum duration of each clip, in seconds; None: all.
    channel : int, sequence of str or None, default=None
        Channel of multichannel clips. None: their average. An int: the channel of that index, from 0. Names, one per
        channel: all channels, concatenated, as for the axes of a sensor; the channels of frames are then named
        ``x_mel_03``. Arrays are ``(n_samples, n_channels)``; see `skaudio.io.load`.
    trim_db : float or None, default=None
        Trim silence at both ends: frames more than this many decibels below the loudest one. None: no trimming.
    level : float or None, default=None
        Scale each clip to this root-mean-square level in decibels relative to full scale, such as -20. None: no
        scaling.
    pad_to : float or None, default=None
        Pad clips shorter than this, in seconds, with silence. None: no padding.
    pad_side : {"start", "end"}, default="end"
        Where `pad_to` adds silence.
    n_jobs : int or None, default=None
        Number of threads; decoding, resampling and FFT run in parallel. None: 1, unless in a `joblib.parallel_config`
        context.
    memory : str, PathLike, joblib.Memory, FeatureCache or None, default=None
        Cache of computed frames, so that each clip is computed once across folds, models and processes. None: no
        caching.
    on_error : {"raise", "warn"}, default="raise"
        How to handle a broken clip: raise an error, or warn and replace it by a single frame of NaN.

    See Also
    --------
    SpectralFrontEnd : Base of front ends on the short-time Fourier transform.
    FunctionFrontEnd : Build a front end from a function, without a class.

    Examples
    --------
    A front end with one channel: the root-mean-square level of frames of 20 ms.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from skaudio.features import Channels, FrontEnd
    >>> @dataclass(kw_only=True, eq=False, repr=False)
    ... class Loudness(FrontEnd):
    ...     frame_length: int = 160
    ...
    ...     def extractor(self):
    ...         def loudness(y):
    ...             n_frames = max(1, len(y) // self.frame_length)
    ...             frames = np.resize(y, (n_frames, self.frame_length))
    ...             return np.sqrt(np.square(frames).mean(axis=1, keepdims=True))
    ...         return loudness
    ...
    ...     def channels(self):
    ...         seconds = self.frame_length / self.sr
    ...         return Channels(("rms",), start_seconds=seconds / 2, hop_seconds=seconds, silence=(0.0,))
    >>> front_end = Loudness(sr=8000)
    >>> front_end.fit_transform([np.ones(800), 0.5 * np.ones(800)])[:, 0, 0].tolist()
    [1.0, 0.5]
    >>> front_end.get_feature_names_out(), front_end.frame_times(2)
    (array(['rms'], dtype=object), array([0.01, 0.03]))
    """

    sr: float = field(default=22050, kw_only=False)
    offset: float = 0.0
    duration: float | None = None
    channel: int | Sequence[str] | None = None
    trim_db: float | None = None
    level: float | None = None
    pad_to: float | None = None
    pad_side: str = "end"
    n_jobs: int | None = None
    memory: str | os.PathLike | joblib.Memory | FeatureCache | None = None
    on_error: str = "raise"

    _parameter_constraints: ClassVar[dict] = {
        "sr": [Interval(Real, 0, None, closed="neither")],
        "offset": [Interval(Real, 0, None, closed="left")],
        "duration": [None, Interval(Real, 0, None, closed="neither")],
        "channel": [None, Interval(Integral, 0, None, closed="left"), list, tuple],
        "trim_db": [None, Interval(Real, 0, None, closed="neither")],
        "level": [None, Interval(Real, None, None, closed="neither")],
        "pad_to": [None, Interval(Real, 0, None, closed="neither")],
        "pad_side": [StrOptions({"start", "end"})],
        "n_jobs": [None, Integral],
        "memory": [None, str, os.PathLike, joblib.Memory, FeatureCache],
        "on_error": [StrOptions({"raise", "warn"})],
    }

    # ---- implemented by subclasses

    @abstractmethod
    def extractor(self) -> Callable[[np.ndarray], np.ndarray]:
        """Return the function that computes the frames of one waveform.

        Returns
        -------
        callable
            Maps float32 ``(n_samples,)`` at `rate` to float32 ``(n_frames, n_channels)``. It must be thread-safe. A
            `BlockExtractor` processes long clips block by block.
        """

    @abstractmethod
    def channels(self) -> Channels:
        """Describe the channels of the frames of one waveform.

        Returns
        -------
        Channels
            Names and, as far as known, kind, frequencies, times of frames, and values of silence.
        """

    @property
    def rate(self) -> float:
        """Sampling rate in Hz of the input of `extractor`."""
        return self.sr

    def _settings(self) -> dict[str, Any]:
        """Return all settings that affect the frames of a clip, for the cache."""
        return {name: value for name, value in self.get_params(deep=False).items() if name not in NOT_SETTINGS}

    def _trim_lengths(self) -> dict[str, int]:
        """Return frame and hop length for `skaudio.dsp.trim_silence`."""
        return {}

    # ---- inherited by subclasses

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Sequence, y: Any = None) -> Self:  # noqa: ARG002
        """Validate the parameters and the container of the clips; front ends are stateless.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts; or a float array ``(n_clips, n_samples)``.
        y : None
            Ignored.

        Returns
        -------
        self : front end
            Front end instance.
        """
        check_clips(self, self._as_clips(X), reset=True)
        return self

    def transform(self, X: Sequence) -> np.ndarray:
        """Compute the frames of each clip.

        Parameters
        ----------
        X : batch of clips
            See `fit`.

        Returns
        -------
        ndarray
            Frames, float32 of shape ``(n_clips, n_frames, n_channels)`` if all clips have equally many frames, else a
            1-D object array of float32 arrays ``(n_frames_i, n_channels)``. With ``on_error="warn"``, a broken clip is
            one frame of NaN. With pandas output (see `set_output`), a data frame with one column of such arrays and the
            index of ``X``.

        Raises
        ------
        AudioError, TypeError
            If a clip cannot be decoded, with its index and path.
        """
        return self._frames_output(self._frames(X), X)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:  # noqa: ARG002
        """Return the names of the channels.

        Parameters
        ----------
        input_features : None
            Ignored: clips have no features.

        Returns
        -------
        ndarray of object, shape (n_channels,)
            Such as ``mfcc_03`` or ``mfcc_03_delta``.
        """
        return np.array(self.channels_out().names, dtype=object)

    def channels_out(self) -> Channels:
        """Describe the channels of the output.

        Returns
        -------
        Channels
            Those of `channels`; if `channel` names several channels, concatenated for each.
        """
        channels = replace(self.channels(), sr=float(self.rate))
        return channels.of_axes(self._axes) if self._axes else channels

    def clip_params(self) -> list[str]:
        """Return the names of the parameters in use by which frames depend on the clip as a whole.

        Frames of such a front end cannot be computed block by block.

        Returns
        -------
        list of str
            Names of parameters.
        """
        return [name for name in ("duration", "trim_db", "level") if getattr(self, name) is not None]

    def frame_times(self, n_frames: int) -> np.ndarray:
        """Return the times of the middles of frames.

        Parameters
        ----------
        n_frames : int
            Number of frames of a clip.

        Returns
        -------
        ndarray of float64, shape (n_frames,)
            Times in seconds from the first sample used of the clip: after ``offset``, and after silence trimmed by
            ``trim_db``.

        Raises
        ------
        ValueError
            If the hop between frames is unknown.
        """
        times = self.channels_out().times(n_frames)
        if times is None:
            raise ValueError(f"The hop between frames of {type(self).__name__} is unknown. Pass hop_length.")
        return times

    def channel_frequencies(self) -> np.ndarray | None:
        """Return the frequencies of the channels.

        Returns
        -------
        ndarray of float64, shape (n_channels,), or None
            Centre frequencies in Hz; those of derivatives are those of the original channels. None if channels are not
            bands, as in `MFCC` and `Waveform`.
        """
        frequencies = self.channels_out().frequencies
        return None if frequencies is None else np.array(frequencies)

    def waveform(self, clip: Any) -> np.ndarray:
        """Return the waveform from which the frames of a clip are computed, for display or playback.

        Parameters
        ----------
        clip : path, binary file object, array, pair or dict
            An item of a batch of clips.

        Returns
        -------
        ndarray of float32, shape (n_samples,)
            Waveform at `rate`; cut, trimmed, scaled and padded according to the parameters. If `channel` names several
            channels, their average.
        """
        reader = self._reader()
        with reader.open(clip) as opened:
            y = reader.prepare(opened.waveform())
        return y if y.ndim == 1 else y.mean(axis=0)

    # ---- implementation

    @property
    def _axes(self) -> tuple[str, ...]:
        """Names of the channels of a clip that are processed separately; empty for a single waveform."""
        return self._reader().axes

    def _reader(self) -> ClipReader:
        return ClipReader(
            sr=self.rate,
            offset=self.offset,
            duration=self.duration,
            channel=self.channel,
            trim_db=self.trim_db,
            trim_lengths={} if self.trim_db is None else self._trim_lengths(),
            level=self.level,
            min_samples=0 if self.pad_to is None else round(self.pad_to * self.rate),
            pad_side=self.pad_side,
        )

    def _channels(self) -> Channels:
        return self.channels_out()

    def _as_clips(self, X: Any) -> Any:
        """Convert a 3-D array of multichannel clips, as from sensors, to a list of 2-D ones."""
        return list(X) if self.channel is not None and isinstance(X, np.ndarray) and X.ndim == 3 else X

    def _frames(self, X: Sequence, extract: Callable | None = None, n_channels: int | None = None) -> np.ndarray:
        """Compute the frames of a batch, or the output of another extractor, with `n_channels` channels."""
        self._validate_params()
        clips = check_clips(self, self._as_clips(X), reset=False)
        extract = self.extractor() if extract is None else extract
        compute = BatchComputation(clips, self._reader(), extract, name=type(self).__name__, on_error=self.on_error)
        batch = compute.batch
        if self.memory is None:
            in_threads(compute, portions(len(clips), self.n_jobs), self.n_jobs)
        else:
            cache = self.memory if isinstance(self.memory, FeatureCache) else FeatureCache(self.memory)
            fill_through_cache(cache, self._key_of(clips), compute, batch, self.n_jobs)
        self._warn_of(batch.broken)
        if batch.broken:
            batch.fill_broken(len(self.channels_out().names) if n_channels is None else n_channels)
        return batch.frames()

    def _key_of(self, clips: Sequence) -> Callable[[int], bytes | None]:
        digest = settings_digest(self, self._settings())

        def key_of(i: int) -> bytes | None:
            try:
                return clip_key(clips[i], digest)
            except (OSError, TypeError, ValueError):  # the error is raised when the clip is decoded
                return None

        return key_of

    def _warn_of(self, broken: dict[int, str]) -> None:
        if broken:
            warn_user(
                f"{len(broken)} clip(s) cannot be used; each is a single frame of NaN in the output; "
                "impute or drop them before fitting a model:\n" + "\n".join(broken[i] for i in sorted(broken)),
            )

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
