"""Base of front ends: batches of clips to batches of frame sequences, with threads and a cache."""

import os
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
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
from skaudio._samples import all_finite
from skaudio._validation import check_clips
from skaudio.dsp import set_level, trim_silence
from skaudio.features._block_extractor import BlockExtractor
from skaudio.features._cache import FeatureCache
from skaudio.features._cached_batch import fill_through_cache
from skaudio.features._collector import FrameCollector
from skaudio.features._keys import settings_digest
from skaudio.features._threads import in_threads, portions
from skaudio.io import AudioError, OpenClip, clip_key, clip_kind

# Parameters that do not affect the frames of a clip, and are not part of its cache key.
NOT_SETTINGS = ("memory", "n_jobs", "on_error")
PLAUSIBLE_PEAK = 2.0**31  # of unscaled PCM; larger samples are implausible
DECODED_SAMPLES = 2**17  # that wait for their frames to be computed


@dataclass(kw_only=True, eq=False, repr=False)
class FrontEnd(VersionedPickleMixin, FramesOutputMixin, BaseEstimator, ABC):
    """Base of front ends, to be subclassed for custom features.

    A subclass implements two methods: `extractor`, which returns a function from one waveform to its frames, and
    `channels`, which describes the channels and the times of frames. It inherits `fit`, `transform`,
    `get_feature_names_out`, `frame_times` and `channel_frequencies`: support for all kinds of clips, resampling,
    threads, the cache, errors that name the clip, and frames that carry their `Channels`. Nothing is learnt: `fit`
    validates, and `transform` works without it.

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
        """Validate the parameters and the container of the clips; nothing is learnt.

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
        with self._open_clip(clip) as opened:
            y = self._prepared(opened.waveform())
        return y if y.ndim == 1 else y.mean(axis=0)

    # ---- implementation

    @property
    def _axes(self) -> tuple[str, ...]:
        """Names of the channels of a clip that are processed separately; empty for a single waveform."""
        return () if self.channel is None or isinstance(self.channel, (int, Integral)) else tuple(self.channel)

    def _channels(self) -> Channels:
        return self.channels_out()

    def _as_clips(self, X: Any) -> Any:
        """Convert a 3-D array of multichannel clips, as from sensors, to a list of 2-D ones."""
        return list(X) if self.channel is not None and isinstance(X, np.ndarray) and X.ndim == 3 else X

    def _frames(self, X: Sequence, extract: Callable | None = None, n_channels: int | None = None) -> np.ndarray:
        """Compute the frames of a batch, or the output of another extractor, with `n_channels` channels."""
        self._validate_params()
        clips = check_clips(self, self._as_clips(X), reset=False)
        batch = FrameCollector(len(clips))
        extract, kind = self.extractor() if extract is None else extract, _kind_of_batch(clips)
        compute = partial(self._compute, clips, kind, extract, batch)
        if self.memory is None:
            in_threads(compute, portions(len(clips), self.n_jobs), self.n_jobs)
        else:
            cache = self.memory if isinstance(self.memory, FeatureCache) else FeatureCache(self.memory)
            fill_through_cache(cache, self._key_of(clips), compute, batch, self.n_jobs)
        self._warn_of(batch.broken)
        if batch.broken:
            batch.fill_broken(len(self.channels_out().names) if n_channels is None else n_channels)
        return batch.frames()

    def _compute(
        self, clips: Sequence, kind: str | None, extract: Callable, batch: FrameCollector, indices: Sequence
    ) -> None:
        """Compute the frames of clips. Short ones are decoded a few at a time, before the frames of any of them.

        To alternate takes longer: decoder and transform displace each other in the processor's caches.
        """
        decoded: list[tuple[int, np.ndarray]] = []
        n_samples = 0
        for i in indices:
            y = self._attempt(batch, i, self._decode, i, clips[i], kind, extract, batch)
            if y is not None:
                decoded.append((i, y))
                n_samples += y.size
            if n_samples >= DECODED_SAMPLES or i == indices[-1]:
                for j, waveform in decoded:
                    self._attempt(batch, j, self._extract, j, waveform, extract, batch)
                decoded, n_samples = [], 0

    def _attempt(self, batch: FrameCollector, i: int, function: Callable, *args: Any) -> Any:
        """Call a function that processes clip ``i``; None if the clip is broken and ``on_error="warn"``."""
        try:
            return function(*args)
        except (AudioError, TypeError) as error:
            message = f"Clip {i}: {error}"
            if self.on_error == "raise":
                raise type(error)(message) from error
            batch.put_broken(i, message)
            return None

    def _decode(
        self, i: int, clip: Any, kind: str | None, extract: Callable, batch: FrameCollector
    ) -> np.ndarray | None:
        """Return the waveform of a clip; None for a long one, whose frames are computed while it is decoded."""
        _check_kind(clip, kind)
        with self._open_clip(clip) as opened:
            if not (isinstance(extract, BlockExtractor) and self._is_processed_in_blocks(opened)):
                return self._prepared(opened.waveform())
            passes = self._passes(clip, opened)
            with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity are rejected below
                frames = extract.by_blocks(passes, opened.n_samples, partial(batch.room, i))
            if not all_finite(frames):
                self._raise_non_finite(max(np.abs(y).max(initial=0.0) for y in next(passes)))
        batch.put(i, frames)
        return None

    def _extract(self, i: int, y: np.ndarray, extract: Callable, batch: FrameCollector) -> None:
        """Compute the frames of a waveform."""
        with np.errstate(over="ignore", invalid="ignore"):  # NaN and infinity are rejected below
            if y.ndim == 2:
                frames = np.concatenate([extract(axis) for axis in y], axis=1)
            elif isinstance(extract, BlockExtractor):
                frames = extract(y, partial(batch.room, i))
            else:
                frames = extract(y)
        if not all_finite(frames):
            self._raise_non_finite(np.abs(y).max())
        batch.put(i, frames)

    def _is_processed_in_blocks(self, opened: OpenClip) -> bool:
        short = (opened.n_samples or 0) < self._min_length()
        whole = self.trim_db is not None or self.level is not None or short or self._axes
        return opened.is_long and not whole

    def _open_clip(self, clip: Any) -> OpenClip:
        channel: Any = None if self._axes else self.channel  # also an empty list, which OpenClip rejects
        mono = not self._axes
        opened = OpenClip(clip, sr=self.rate, mono=mono, channel=channel, offset=self.offset, duration=self.duration)
        if self._axes and opened.n_channels != len(self._axes):
            opened.close()
            raise AudioError(
                f"{opened.name} has {opened.n_channels} channels, but channel={self.channel!r} names {len(self._axes)}."
            )
        return opened

    def _passes(self, clip: Any, opened: OpenClip) -> Iterator[Iterator[np.ndarray]]:
        """Yield iterators over the waveform of an open clip in pieces, one per pass."""
        yield opened.waveforms()
        opened.close()
        while True:
            with self._open_clip(clip) as again:
                yield again.waveforms()

    def _raise_non_finite(self, peak: float) -> None:
        remedy = (
            "Check their source, or scale them: y / np.abs(y).max()."
            if peak > PLAUSIBLE_PEAK
            else "Check the parameters, and the model if there is one."
        )
        raise AudioError(
            f"{type(self).__name__} returned NaN or infinity for finite samples of a magnitude up to {peak:.3g}, with "
            f"full scale [-1, 1]. {remedy}"
        )

    def _prepared(self, y: np.ndarray) -> np.ndarray:
        if self._axes:
            y = np.atleast_2d(y)
        if self.trim_db is not None:
            y = trim_silence(y, top_db=self.trim_db, **self._trim_lengths())
        if self.level is not None:
            y = set_level(y, self.level)
        missing = max(0, self._min_length() - y.shape[-1])
        padding = (missing, 0) if self.pad_side == "start" else (0, missing)
        return np.pad(y, [(0, 0)] * (y.ndim - 1) + [padding]) if missing else y

    def _min_length(self) -> int:
        """Return the number of samples to which shorter clips are padded."""
        return 0 if self.pad_to is None else round(self.pad_to * self.rate)

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
            warnings.warn(
                f"{len(broken)} clip(s) cannot be used; each is a single frame of NaN in the output; "
                "impute or drop them before fitting a model:\n" + "\n".join(broken[i] for i in sorted(broken)),
                stacklevel=4,
            )

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _check_kind(clip: Any, kind: str | None) -> None:
    if clip_kind(clip) != kind:
        raise TypeError(
            f"Got kind {clip_kind(clip)!r} in a batch that began with kind {kind!r}. Pass all clips of a batch as one "
            "kind: an array is assumed to be at the front end's sr, a file or (y, sr) is resampled to it."
        )


def _kind_of_batch(clips: Sequence) -> str | None:
    """Return the kind of the first valid clip; errors for invalid ones are raised later."""
    for clip in clips:
        with suppress(TypeError):
            return clip_kind(clip)
    return None
