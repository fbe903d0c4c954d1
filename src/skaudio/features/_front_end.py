"""What the five front ends share: clips in, frame sequences out, by threads, through the cache."""

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from numbers import Integral, Real
from typing import Any, ClassVar, Self

import joblib
import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions

from skaudio._atomic import atomic
from skaudio._frames import Channels
from skaudio._frames_output import FramesOutputMixin
from skaudio._persistence import VersionedPickleMixin
from skaudio._validation import all_finite, check_clips
from skaudio.dsp import set_level, trim_silence
from skaudio.features._block_extractor import BlockExtractor, Room
from skaudio.features._cache import FeatureCache
from skaudio.features._collector import FrameCollector
from skaudio.features._keys import clip_key, settings_digest
from skaudio.features._shared_work import fill_through_cache
from skaudio.features._spectral import stft_settings
from skaudio.features._threads import in_threads, portions
from skaudio.io import AudioError, OpenClip, clip_kind

# What neither changes a clip's frames nor may keep a cached clip from being found.
NOT_SETTINGS = ("memory", "n_jobs", "on_error")
PLAUSIBLE_PEAK = 2.0**31  # of PCM that was not scaled; beyond it, samples are not what they should be


class FrontEnd(VersionedPickleMixin, FramesOutputMixin, BaseEstimator):
    """Base of the front ends: a batch of clips to a batch of frame sequences.

    A front end has nothing to learn: `fit` validates, and `transform` works without it. Subclasses say what the
    frames of one waveform are (`_extractor`) and what its channels are called (`_channel_names`).
    """

    _parameter_constraints: ClassVar[dict] = {
        "sr": [Interval(Real, 0, None, closed="neither")],
        "offset": [Interval(Real, 0, None, closed="left")],
        "duration": [None, Interval(Real, 0, None, closed="neither")],
        "trim_db": [None, Interval(Real, 0, None, closed="neither")],
        "level": [None, Interval(Real, None, None, closed="neither")],
        "pad_to": [None, Interval(Real, 0, None, closed="neither")],
        "pad_side": [StrOptions({"start", "end"})],
        "n_jobs": [None, Integral],
        "memory": [None, str, os.PathLike, joblib.Memory, FeatureCache],
        "on_error": [StrOptions({"raise", "warn"})],
    }

    def _extractor(self) -> Callable[[np.ndarray], np.ndarray]:
        """Make the function from a waveform ``(n_samples,)`` to float32 frames ``(n_frames, n_channels)``.

        Where it is a `BlockExtractor`, it is given long clips block by block.
        """
        raise NotImplementedError

    def _channel_names(self) -> list[str]:
        raise NotImplementedError

    def _channels(self) -> Channels:
        frequencies, (start, hop) = self._channel_frequencies(), self._clock()
        return Channels(
            tuple(self.get_feature_names_out()),
            **self._kind(),
            sr=float(self._rate()),
            frequencies=None if frequencies is None else tuple(frequencies.tolist()),
            start_seconds=start,
            hop_seconds=hop,
            silence=self._silence(),
        )

    def _kind(self) -> dict[str, Any]:
        """Return what `skaudio._frames.Channels` says of the kind of channels."""
        return {}

    def _silence(self) -> tuple[float, ...] | None:
        """Return the values of a frame of digital silence; None where that is not known."""
        return (0.0,) * len(self._channel_names())

    def _rate(self) -> float:
        """Tell the sampling rate in Hz that clips are brought to."""
        return self.sr

    def _settings(self) -> dict[str, Any]:
        """Give all that decides what the frames of a clip are."""
        return {name: value for name, value in self.get_params(deep=False).items() if name not in NOT_SETTINGS}

    def _channel_frequencies(self) -> np.ndarray | None:
        """Give the frequency in Hz of each channel, where channels have one."""
        return None

    def _clock(self) -> tuple[float, float]:
        """Give the time of the middle of the first frame, and from one frame to the next, in seconds."""
        if not hasattr(self, "hop_length"):
            return 0.0, 1.0 / self._rate()
        settings = stft_settings(self)
        first = 0 if self.center else settings["n_fft"] / 2
        return first / self.sr, settings["hop_length"] / self.sr

    def _trim_lengths(self) -> dict[str, int]:
        """Frame and hop length for `skaudio.dsp.trim_silence`."""
        if not hasattr(self, "hop_length"):
            return {}
        settings = stft_settings(self)
        return {"frame_length": settings["n_fft"], "hop_length": settings["hop_length"]}

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Sequence, y: Any = None) -> Self:  # noqa: ARG002
        """Validate the parameters and the container of the clips; there is nothing to learn.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts; or a float array ``(n_clips, n_samples)``.
        y : None
            Ignored.

        Returns
        -------
        front end
            Itself.
        """
        check_clips(self, X, reset=True)
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
            float32 of shape ``(n_clips, n_frames, n_channels)`` where all clips give equally many frames, else a 1-D
            object array of float32 arrays ``(n_frames_i, n_channels)``. With ``on_error="warn"``, a broken clip is
            one frame of NaN. With pandas output (see `set_output`), a data frame with one column of such arrays, which
            has the index of ``X``.

        Raises
        ------
        AudioError, TypeError
            If a clip cannot be decoded, with its index and path.
        """
        return self._frames_output(self._frames(X), X)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:  # noqa: ARG002
        """Name the channels.

        Parameters
        ----------
        input_features : None
            Ignored: clips have no features.

        Returns
        -------
        ndarray of object, shape (n_channels,)
            Such as ``mfcc_03`` or ``mfcc_03_delta``.
        """
        return np.array(self._channel_names(), dtype=object)

    def frame_times(self, n_frames: int) -> np.ndarray:
        """Tell when frames are: their middles.

        Parameters
        ----------
        n_frames : int
            Number of frames of a clip.

        Returns
        -------
        ndarray of float64, shape (n_frames,)
            In seconds from the first sample that is taken of the clip: behind ``offset``, and behind the silence that
            ``trim_db`` cuts off.
        """
        first, step = self._clock()
        return first + step * np.arange(n_frames)

    def channel_frequencies(self) -> np.ndarray | None:
        """Tell where along frequency channels are.

        Returns
        -------
        ndarray of float64, shape (n_channels,), or None
            Their middles in Hz; derivatives are where what they are the derivatives of is. None where channels are no
            bands, as those of `MFCC` and `Waveform`.
        """
        return self._channel_frequencies()

    def _frames(self, X: Sequence, extract: Callable | None = None, n_channels: int | None = None) -> np.ndarray:
        """Compute the frames of a batch, or what another function extracts, of `n_channels` channels."""
        self._validate_params()
        clips = check_clips(self, X, reset=False)
        batch = FrameCollector(len(clips))
        extract, kind = self._extractor() if extract is None else extract, _kind_of_batch(clips)
        compute = partial(self._compute, clips, kind, extract, batch)
        if self.memory is None:
            in_threads(compute, portions(len(clips), self.n_jobs), self.n_jobs)
        else:
            cache = self.memory if isinstance(self.memory, FeatureCache) else FeatureCache(self.memory)
            fill_through_cache(cache, self._key_of(clips), compute, batch, self.n_jobs)
        self._warn_of(batch.broken)
        return batch.frames(len(self._channel_names()) if n_channels is None else n_channels)

    def _compute(
        self, clips: Sequence, kind: str | None, extract: Callable, batch: FrameCollector, indices: Sequence
    ) -> None:
        for i in indices:
            try:
                batch.put(i, self._frames_of(clips[i], kind, extract, partial(batch.room, i)))
            except (AudioError, TypeError) as error:
                message = f"Clip {i}: {error}"
                if self.on_error == "raise":
                    raise type(error)(message) from error
                batch.put_broken(i, message)

    def _frames_of(self, clip: Any, kind: str | None, extract: Callable, room: Room) -> np.ndarray:
        """Compute the frames of a clip, of a long one while it is decoded."""
        _check_kind(clip, kind)
        with (
            self._open_clip(clip) as opened,
            np.errstate(over="ignore", invalid="ignore"),
        ):  # what comes of it is refused
            if self._goes_by_blocks(opened, extract):
                passes = self._passes(clip, opened)
                frames = extract.by_blocks(passes, opened.n_samples, room)
                if not all_finite(frames):
                    self._refuse(max(np.abs(y).max(initial=0.0) for y in next(passes)))
            else:
                y = self._prepared(opened.waveform())
                frames = extract(y)
                if not all_finite(frames):
                    self._refuse(np.abs(y).max())
        return frames

    def _goes_by_blocks(self, opened: OpenClip, extract: Callable) -> bool:
        whole = self.trim_db is not None or self.level is not None or (opened.n_samples or 0) < self._min_length()
        return opened.is_long and not whole and isinstance(extract, BlockExtractor)

    def _open_clip(self, clip: Any) -> OpenClip:
        return OpenClip(clip, sr=self._rate(), offset=self.offset, duration=self.duration)

    def _passes(self, clip: Any, opened: OpenClip) -> Iterator[Iterator[np.ndarray]]:
        """Yield the waveform of an open clip in pieces, as often as it is wanted."""
        yield opened.waveforms()
        opened.close()
        while True:
            with self._open_clip(clip) as again:
                yield again.waveforms()

    def _refuse(self, peak: float) -> None:
        remedy = (
            "Look for what made them, or scale them: y / np.abs(y).max()."
            if peak > PLAUSIBLE_PEAK
            else "Look at the parameters, and at the model if there is one."
        )
        raise AudioError(
            f"{type(self).__name__} gives NaN or infinity for finite samples of a magnitude up to {peak:.3g}, [-1, 1] "
            f"being full scale. {remedy}"
        )

    def _waveform(self, clip: Any, kind: str | None) -> np.ndarray:
        _check_kind(clip, kind)
        with self._open_clip(clip) as opened:
            return self._prepared(opened.waveform())

    def _prepared(self, y: np.ndarray) -> np.ndarray:
        if self.trim_db is not None:
            y = trim_silence(y, top_db=self.trim_db, **self._trim_lengths())
        if self.level is not None:
            y = set_level(y, self.level)
        missing = max(0, self._min_length() - len(y))
        return np.pad(y, (missing, 0) if self.pad_side == "start" else (0, missing)) if missing else y

    def _min_length(self) -> int:
        """Return the number of samples that shorter clips are padded to."""
        return 0 if self.pad_to is None else round(self.pad_to * self._rate())

    def _key_of(self, clips: Sequence) -> Callable[[int], bytes | None]:
        digest = settings_digest(self, self._settings())

        def key_of(i: int) -> bytes | None:
            try:
                return clip_key(clips[i], digest)
            except (OSError, TypeError, ValueError):  # decoding the clip will tell what is wrong with it
                return None

        return key_of

    def _warn_of(self, broken: dict[int, str]) -> None:
        if broken:
            warnings.warn(
                f"{len(broken)} clip(s) cannot be used; each is a single frame of NaN in the output, which a "
                "model needs to have imputed or dropped:\n" + "\n".join(broken[i] for i in sorted(broken)),
                stacklevel=4,
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def _check_kind(clip: Any, kind: str | None) -> None:
    if clip_kind(clip) != kind:
        raise TypeError(
            f"This is of kind {clip_kind(clip)!r} whereas the batch began with kind {kind!r}. Give all clips of a "
            "batch in one way: an array is taken to be at the front end's sr, a file or (y, sr) is resampled to it."
        )


def _kind_of_batch(clips: Sequence) -> str | None:
    """Tell the kind of the first clip that is of any; a clip of none gets its error when its turn comes."""
    for clip in clips:
        with suppress(TypeError):
            return clip_kind(clip)
    return None
