"""Base classes of augmenters."""

from abc import abstractmethod
from collections.abc import Sequence
from numbers import Real
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval

from skaudio._randomness import own_random_state
from skaudio._samples import channels_remedy, sample_array, scaled, without_channel_axis
from skaudio._validation import as_array_or_sequence

Draw = Any  # numbers, or tuples and dicts of them: small, printable, reusable
Clips = Sequence[np.ndarray] | np.ndarray
N_AXES = {"waveform": 1, "frames": 2}


class Augmenter(BaseEstimator):
    """Base of augmenters: random, label-preserving changes of a clip.

    It consists of two steps. `draw` draws parameters from a generator, independent of the clip; `apply` changes a clip
    by them, deterministically. A draw can thus be stored, shown and replayed on any clip.

    Attributes
    ----------
    of : {"waveform", "frames"}
        Kind of input: waveforms ``(n_samples,)`` or frames ``(n_frames, n_channels)``.

    Examples
    --------
    A draw can be applied to any clip, and again later.

    >>> import numpy as np
    >>> from skaudio.augment import Gain
    >>> augmenter = Gain(gain_db=(-6.0, 6.0))
    >>> drawn = augmenter.draw(np.random.default_rng(0))
    >>> round(drawn, 2)
    1.64
    >>> augmenter.apply(np.array([0.1, -0.2]), drawn).round(2)
    array([ 0.12, -0.24])

    Change each clip of a batch.

    >>> augmenter.augment(np.full((3, 8000), 0.1), random_state=0).shape
    (3, 8000)
    """

    of: ClassVar[Literal["waveform", "frames"]] = "waveform"
    p: float
    _parameter_constraints: ClassVar[dict] = {"p": [Interval(Real, 0, 1, closed="both")]}

    def draw(self, rng: np.random.Generator) -> Draw | None:
        """Draw the parameters of the change of one clip.

        Parameters
        ----------
        rng : numpy.random.Generator
            Random number generator, the only source of randomness.

        Returns
        -------
        numbers, tuple, dict or None
            Parameters for `apply`; None, with probability ``1 - p``: no change.
        """
        # The same number of draws whether or not the clip is changed, so that other clips' draws do not depend on it.
        drawn = self._draw(rng)
        return drawn if rng.random() < self.p else None

    def apply(self, y: np.ndarray, drawn: Draw | None, sr: float | None = None) -> np.ndarray:
        """Change a clip as drawn.

        Parameters
        ----------
        y : array-like of shape (n_samples,) or (n_frames, n_channels)
            The clip, which is not modified. Samples are floating-point numbers, or PCM (int8, int16, int32 or uint8),
            which is scaled to [-1, 1]; a single channel of a waveform may have its own axis.
        drawn : numbers, tuple, dict or None
            Result of `draw`; None: the clip is returned.
        sr : float or None, default=None
            Sampling rate in Hz. None, if not needed.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_frames, n_channels)
            The changed clip: finite, of the same dtype, or float32 for PCM.

        Raises
        ------
        ValueError
            If the clip is invalid, or if the sampling rate is needed and missing.
        """
        y = self._checked(y, "The clip")
        if drawn is None:
            return y
        return np.asarray(self._apply(y, drawn, sr), y.dtype)

    def augment(self, X: Clips, sr: float | None = None, random_state: Any = None) -> Any:
        """Change each clip of a batch at random.

        Parameters
        ----------
        X : ndarray (n_clips, ...), or sequence of ndarrays
            Waveforms ``(n_samples_i,)`` or frames ``(n_frames_i, n_channels)``, as in `apply`.
        sr : float or None, default=None
            Sampling rate in Hz of waveforms.
        random_state : int, RandomState instance or None, default=None
            Pass an int for reproducible output.

        Returns
        -------
        ndarray (n_clips, ...), or list of ndarrays
            An array for an array, if the lengths are still equal.

        Raises
        ------
        ValueError, TypeError
            If a clip is invalid, or a parameter is out of range.
        """
        self.check()
        rng = np.random.default_rng(own_random_state(random_state).randint(2**31 - 1))
        X = as_array_or_sequence(X)  # iterating over a data frame would yield its column names
        clips: Any = [self._checked(clip, f"Clip {i}") for i, clip in enumerate(X)]
        if isinstance(X, np.ndarray) and X.dtype.kind == "f" and X.ndim == 1 + N_AXES[self.of]:
            clips = X  # changed as one array, where that is faster
        draws = [self.draw(rng) for _ in range(len(clips))]
        changed = self._apply_all(clips, draws, sr)
        if isinstance(X, np.ndarray) and isinstance(changed, list) and len({len(y) for y in changed}) == 1:
            return np.stack(changed)
        return changed

    def check(self) -> None:
        """Validate the parameters; `augment` does so once, not for each draw.

        Raises
        ------
        ValueError
            If one is out of range.
        """
        self._validate_params()
        self._check_ranges()

    def _check_ranges(self) -> None:
        """Check constraints beyond `_parameter_constraints`."""

    @abstractmethod
    def _draw(self, rng: np.random.Generator) -> Draw:
        """Draw, regardless of `p`."""

    @abstractmethod
    def _apply(self, y: np.ndarray, drawn: Draw, sr: float | None) -> np.ndarray:
        """Change a clip."""

    def _apply_all(self, clips: Clips, draws: Sequence[Draw | None], sr: float | None) -> Any:
        """Change the clips of a batch; subclasses may vectorise."""
        return [self.apply(clip, drawn, sr) for clip, drawn in zip(clips, draws, strict=True)]

    def _checked(self, clip: Any, name: str) -> np.ndarray:
        """Return a clip as an array of floating-point numbers of the right shape, or raise an error."""
        is_waveform = self.of == "waveform"
        try:
            y = without_channel_axis(scaled(sample_array(clip, name))) if is_waveform else np.asarray(clip)
        except TypeError as error:
            raise ValueError(str(error)) from error
        if y.ndim != N_AXES[self.of] or y.dtype.kind != "f" or len(y) == 0:
            shape = "(n_samples,)" if is_waveform else "(n_frames, n_channels)"
            remedy = f" {channels_remedy(np.asarray(clip))}" if is_waveform else ""
            raise ValueError(
                f"{name} has shape {y.shape} and dtype {y.dtype}; {type(self).__name__} expects {self.of} of shape "
                f"{shape}, floating-point and not empty.{remedy}"
            )
        return y


class WritingAugmenter(Augmenter):
    """Base of augmenters that keep the length and write to an output array, without a further copy of a batch."""

    @abstractmethod
    def _write(self, y: np.ndarray, drawn: Draw, sr: float | None, out: np.ndarray) -> None:
        """Write the changed clip to ``out``."""

    def _apply(self, y: np.ndarray, drawn: Draw, sr: float | None) -> np.ndarray:
        out = np.empty_like(y)
        self._write(y, drawn, sr, out)
        return out

    def _apply_all(self, clips: Clips, draws: Sequence[Draw | None], sr: float | None) -> Any:
        if not isinstance(clips, np.ndarray):
            return super()._apply_all(clips, draws, sr)
        changed = np.empty_like(clips)
        for y, drawn, out in zip(clips, draws, changed, strict=True):
            if drawn is None:
                out[:] = y
            else:
                self._write(y, drawn, sr, out)
        return changed


class RangeAugmenter(Augmenter):
    """Base of augmenters that draw one number from the range in one of their parameters.

    Attributes
    ----------
    drawn_from : str
        Name of the parameter.
    least : float
        Lower bound of the limits.
    """

    drawn_from: ClassVar[str]
    least: ClassVar[float] = -np.inf

    def _check_ranges(self) -> None:
        check_range(getattr(self, self.drawn_from), self.drawn_from, least=self.least)

    def _draw(self, rng: np.random.Generator) -> float:
        return in_range(rng, getattr(self, self.drawn_from))


def in_range(rng: np.random.Generator, limits: float | tuple[float, float]) -> float:
    """Draw from a range; a number is returned as is."""
    if isinstance(limits, (Real, float)):  # for mypy, a float is not a Real
        return float(limits)
    return float(rng.uniform(*limits))


def needed_rate(sr: float | None, augmenter: Augmenter) -> float:
    """Return the sampling rate, or raise an error if it is None."""
    if sr is None:
        raise ValueError(f"{augmenter!r} requires the sampling rate: pass sr, in Hz.")
    return sr


def with_power_of(changed: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Scale a changed waveform to its original power."""
    power = float(np.dot(changed, changed))
    return changed * changed.dtype.type(np.sqrt(float(np.dot(y, y)) / power)) if power > 0.0 else changed


def check_range(limits: Any, name: str, *, least: float = -np.inf) -> None:
    """Raise an error unless limits are a finite number, or two in order, none below the least."""
    ends: list[Any] = [limits, limits] if isinstance(limits, Real) else list(limits)
    if len(ends) != 2 or not np.isfinite(ends).all() or ends[0] > ends[1] or ends[0] < least:
        bound = "" if least == -np.inf else f" of at least {least:g}"
        raise ValueError(f"{name}={limits!r}; expected a finite number{bound}, or an ordered pair (lowest, highest).")
