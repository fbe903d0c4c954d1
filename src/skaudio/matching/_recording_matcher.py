"""Estimator for audio fingerprinting."""

from collections.abc import Iterator, Sequence
from numbers import Integral, Number, Real
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skaudio._atomic import atomic
from skaudio._persistence import VersionedPickleMixin
from skaudio._randomness import own_random_state
from skaudio._validation import check_clips
from skaudio.matching._latent_index import LatentIndex
from skaudio.matching._match import Match
from skaudio.matching._print_index import PrintIndex
from skaudio.matching._recording import Recording

CALIBRATION_SNIPPETS = 100  # of each length
CALIBRATION_SECONDS = (0.5, 1.0, 2.0, 4.0)  # the shorter a snippet, the more similar it may be by chance
TAILS = (0.1, 0.05, 0.025)  # fractions of the snippets, those with the largest leads, to fit the tail to
RIVAL_WEIGHT = 0.75  # of the second-best recording; at 1, a recording with a copy would be unknown
COPY = 0.8  # fraction of the self-similarity above which another recording counts as a copy
UNCALIBRATED = 0.6  # threshold with a single recording, which has no others to calibrate on


class RecordingMatcher(VersionedPickleMixin, BaseEstimator):
    """Identify the recording that a snippet is from: audio fingerprinting.

    Recordings are indexed by landmarks, pairs of spectral peaks that are robust to noise and fast to look up among
    millions [1]_, and by prints of their frames, which are correlated with those of the snippet. Together they identify
    a snippet and its offset at 0 dB SNR, or reject it as unknown. A snippet may differ from the recording in level,
    sampling rate and noise, but not in tempo or performance.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz to which recordings and snippets are resampled. Plain arrays are assumed to have it.
    method : {"auto", "landmark", "align", "latent"}, default="auto"
        - ``"landmark"``: the share of the snippet's landmarks that match; run time hardly grows with the number
          of recordings;
        - ``"align"``: the correlation of prints, at all offsets in all recordings;
        - ``"auto"``: both: correlation plus a tenth of ``log(1 + n_landmarks)``; beyond ``exhaustive_hours`` of
          recordings, only at places proposed by landmarks;
        - ``"latent"``: the cosine between latents of the mean MFCC of chunks of one second, by an autoencoder trained
          on the recordings in `fit`. It finds similar sounds, such as another take, rather than identical ones, and is
          not robust to noise; it needs TensorFlow.
    exhaustive_hours : float, default=1.0
        Hours of recordings up to which all offsets are searched.
    false_match_rate : float, default=0.01
        Rate of snippets from none of the recordings that may be matched with one, below 0.5; provided that they are no
        more similar to the recordings than these are to each other.
    unknown_label : object, default="unknown"
        Label that `predict` returns for a snippet from none of the recordings.
    random_state : int, RandomState instance or None, default=None
        Determines the snippets that thresholds are calibrated on.

    Attributes
    ----------
    names_ : list
        Names of the recordings.
    thresholds_ : ndarray of float64, shape (4,)
        Minimum leads of snippets of 0.5, 1, 2 and 4 s, interpolated for lengths in between. The lead is the best
        similarity minus three quarters of that of the next recording: a snippet of noise may be similar to a recording
        of noise, but then to all such recordings. Thresholds are calibrated by matching snippets of the recordings with
        the other recordings, assuming an exponential tail of their leads.

    See Also
    --------
    skaudio.estimators.AutoencoderLatent : Latents, to compare clips that are similar but not identical.

    Notes
    -----
    The index takes some 50 MB per hour of sound, in arrays that `joblib.load` can memory-map (``mmap_mode="r"``). Long
    recordings are decoded and indexed part by part, except with ``method="latent"``, which holds the MFCC of one.

    References
    ----------
    .. [1] A. Wang, "An industrial-strength audio search algorithm", International Conference on Music Information
       Retrieval, 2003.

    Examples
    --------
    Identify the recording of a snippet, and where it begins there.

    >>> import numpy as np
    >>> from skaudio.matching import RecordingMatcher
    >>> rng = np.random.default_rng(0)
    >>> recordings = [rng.normal(size=3 * 22050) for _ in range(3)]
    >>> matcher = RecordingMatcher(random_state=0).fit(recordings, ["a", "b", "c"])
    >>> snippet = recordings[1][22050:44100]
    >>> matcher.predict([snippet, rng.normal(size=22050)])
    array(['b', 'unknown'], dtype=object)
    >>> best = matcher.match([snippet])[0][0]
    >>> best.name, round(best.offset, 2)
    ('b', 1.0)

    Add a recording, and match a noisy snippet of its last second.

    >>> recording = rng.normal(size=4 * 22050)
    >>> matcher = matcher.add([recording], ["d"])
    >>> noisy = recording[3 * 22050 :] + 0.5 * rng.normal(size=22050)
    >>> [(found.name, round(found.offset, 2)) for found in matcher.match([noisy], k=1)[0]]
    [('d', 3.0)]
    >>> matcher.remove(["d"]).predict([noisy])
    array(['unknown'], dtype=object)
    """

    _parameter_constraints: ClassVar[dict] = {
        "sr": [Interval(Real, 0, None, closed="neither")],
        "method": [StrOptions({"auto", "landmark", "align", "latent"})],
        "exhaustive_hours": [Interval(Real, 0, None, closed="left")],
        "false_match_rate": [Interval(Real, 0, 0.5, closed="neither")],
        "unknown_label": "no_validation",
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        sr: float = 22050,
        *,
        method: str = "auto",
        exhaustive_hours: float = 1.0,
        false_match_rate: float = 0.01,
        unknown_label: Any = "unknown",
        random_state: Any = None,
    ) -> None:
        self.sr = sr
        self.method = method
        self.exhaustive_hours = exhaustive_hours
        self.false_match_rate = false_match_rate
        self.unknown_label = unknown_label
        self.random_state = random_state

    @atomic
    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Sequence, y: Any = None) -> Self:
        """Index recordings and calibrate the thresholds.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts; or a float array ``(n_clips, n_samples)``.
            They are decoded one at a time.
        y : array-like of shape (n_clips,), default=None
            Names of the recordings; those with equal names are takes of one thing. None: file names without folder and
            extension, which must be unique; else numbers.

        Returns
        -------
        self : estimator
            Fitted estimator.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a recording cannot be decoded, the number of names differs, or files in different folders have the same
            name.
        """
        recordings = check_clips(self, X, reset=True)
        self.names_: list[Any] = []
        self._numbers: list[int] = []
        self._sizes: dict[int, int] = {}
        self._next = 0
        rng = own_random_state(self.random_state)
        if self.method == "latent":
            self._index: Any = LatentIndex(self.sr, int(rng.randint(2**31 - 1)))
        else:
            self._index = PrintIndex(self.sr, self.method, self.exhaustive_hours)
        snippets: list[list[tuple[int, Any]]] = [[] for _ in CALIBRATION_SECONDS]
        self._index = self._index.with_more(self._describe(recordings, y, rng, snippets))
        self.thresholds_ = self._calibrate(snippets)
        return self

    @atomic
    def add(self, X: Sequence, y: Any = None) -> Self:
        """Add recordings; thresholds stay unchanged.

        Parameters
        ----------
        X : batch of clips
            See `fit`.
        y : array-like of shape (n_clips,), default=None
            Names of the recordings, which must be new.

        Returns
        -------
        self : estimator
            Estimator instance.

        Raises
        ------
        AudioError, TypeError, ValueError
            See `fit`; also if a name exists already.
        """
        check_is_fitted(self)
        recordings = check_clips(self, X, reset=False)
        known = [name for name in self._check_names(recordings, y) if name in self.names_]
        if known:
            raise ValueError(f"The name {known[0]!r} already exists. Remove its recording first, or use another name.")
        described = [
            (name, self._index.describe(one), one.n_samples) for one, name in self._iter_recordings(recordings, y)
        ]
        # All are decoded before any is added. Attributes are replaced, not modified, as `atomic` may restore them.
        self.names_, self._numbers, self._sizes = [*self.names_], [*self._numbers], {**self._sizes}
        numbered = []
        for name, description, n_samples in described:
            number = self._register(name)
            self._sizes[number] = n_samples
            numbered.append((number, [description]))
        self._index = self._index.with_more(numbered)
        return self

    @atomic
    def remove(self, names: Sequence) -> Self:
        """Remove recordings.

        Parameters
        ----------
        names : sequence
            Names of the recordings.

        Returns
        -------
        self : estimator
            Estimator instance.

        Raises
        ------
        ValueError
            If there is no recording with such a name.
        """
        check_is_fitted(self)
        names = list(names)
        missing = [name for name in names if name not in self.names_]
        if missing:
            raise ValueError(f"No recording is named {missing[0]!r}; expected one of {_abbreviate(self.names_)}.")
        dropped = [number for number, name in zip(self._numbers, self.names_, strict=True) if name in names]
        self._index = self._index.without(dropped)
        kept = [(number, name) for number, name in zip(self._numbers, self.names_, strict=True) if name not in names]
        self._numbers, self.names_ = [number for number, _ in kept], [name for _, name in kept]
        return self

    def match(self, X: Sequence, k: int = 5) -> list[list[Match]]:
        """Find the most similar recordings of each snippet, and its offsets in them.

        Parameters
        ----------
        X : batch of clips
            Snippets; see `fit`.
        k : int, default=5
            Number of recordings to return; fewer if no landmarks match so many.

        Returns
        -------
        list of lists of Match
            For each snippet, the best place in each recording, in descending order of similarity.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a snippet cannot be decoded, or is longer than every recording; or if there are no recordings.
        """
        if not isinstance(k, Integral) or k < 1:
            raise ValueError(f"k={k!r}; expected a positive integer.")
        return [matches[:k] for matches, _ in self._iter_matches(X)]

    def predict(self, X: Sequence) -> np.ndarray:
        """Predict the names of the recordings that snippets are from.

        Parameters
        ----------
        X : batch of clips
            Snippets; see `fit`.

        Returns
        -------
        ndarray of shape (n_clips,)
            Names, or ``unknown_label``; of dtype object, unless all are numbers.
        """
        names = [
            matches[0].name if matches and _lead(matches) >= threshold else self.unknown_label
            for matches, threshold in self._iter_matches(X)
        ]
        if all(isinstance(name, Number) for name in (*self.names_, self.unknown_label)):
            return np.array(names)
        predicted = np.empty(len(names), dtype=object)
        predicted[:] = names
        return predicted

    def decision_function(self, X: Sequence) -> np.ndarray:
        """Compute the confidence that snippets are from any recording.

        Parameters
        ----------
        X : batch of clips
            Snippets; see `fit`.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            The lead (see ``thresholds_``) minus the threshold for the snippet's length: below 0 for unknown ones.
        """
        return np.array([_lead(matches) - threshold for matches, threshold in self._iter_matches(X)])

    def _iter_matches(self, X: Sequence) -> Iterator[tuple[list[Match], float]]:
        """Yield the matches of each snippet, and the threshold for its length."""
        check_is_fitted(self)
        clips = check_clips(self, X, reset=False)
        if not self.names_:
            raise ValueError("All recordings have been removed. Call add or fit first.")
        names = dict(zip(self._numbers, self.names_, strict=True))
        longest = max(self._sizes[number] for number in self._numbers)
        for i, clip in enumerate(clips):
            snippet = Recording(clip, self.sr, f"Snippet {i}")
            description = self._index.describe(snippet)
            seconds = snippet.n_samples / self.sr
            if snippet.n_samples > longest:
                raise ValueError(
                    f"Snippet {i} of {seconds:.2f} s is longer than every recording; the longest has "
                    f"{longest / self.sr:.2f} s. Pass a part of it."
                )
            threshold = np.interp(np.log(seconds), np.log(CALIBRATION_SECONDS), self.thresholds_)
            places = self._index.ranked(description)
            yield [Match(names[number], similarity, offset) for number, similarity, offset in places], threshold

    def _describe(
        self, recordings: Sequence, names: Any, rng: np.random.RandomState, snippets: list[list[tuple[int, Any]]]
    ) -> Iterator[tuple[int, Any]]:
        """Yield the index entries of each recording; draw snippets for calibration."""
        drawn = rng.randint(len(recordings), size=(len(CALIBRATION_SECONDS), CALIBRATION_SNIPPETS))
        for recording, name in self._iter_recordings(recordings, names):
            number = self._register(name)
            yield number, self._index.describe_parts(recording)
            self._sizes[number] = recording.n_samples
            lengths, spans = [], []
            for i in np.nonzero(drawn == number)[0]:
                size = int(CALIBRATION_SECONDS[i] * self.sr)
                if recording.n_samples >= size:
                    lengths.append(i)
                    spans.append((rng.randint(recording.n_samples - size + 1), size))
            for i, snippet in zip(lengths, recording.parts(spans), strict=True):
                if snippet.any():
                    snippets[i].append((number, self._index.describe(Recording(snippet, self.sr))))

    def _check_names(self, recordings: Sequence, names: Any) -> list:
        if names is None:
            return self._default_names(recordings)
        names = column_or_1d(names).tolist()
        if len(names) != len(recordings):
            raise ValueError(f"y has {len(names)} names; expected {len(recordings)}, one per recording.")
        return names

    def _default_names(self, recordings: Sequence) -> list:
        """Return file names as names; equal ones raise an error, as recorders name files by date at every site."""
        named: dict[Any, Any] = {}
        for i, clip in enumerate(recordings):
            name = Path(clip).stem if isinstance(clip, (str, Path)) else self._next + i
            if name in named:
                raise ValueError(
                    f"Several recordings are named {name!r}: {str(named[name])!r} and {str(clip)!r}. Pass y with "
                    "unique names, or with equal names for takes of one thing."
                )
            named[name] = clip
        return list(named)

    def _iter_recordings(self, recordings: Sequence, names: Any) -> Iterator[tuple[Recording, Any]]:
        for i, name in enumerate(self._check_names(recordings, names)):
            yield Recording(recordings[i], self.sr, f"Recording {i}"), name

    def _register(self, name: Any) -> int:
        """Assign a number to a recording, and store its name."""
        number = self._next
        self._next += 1
        self._numbers.append(number)
        self.names_.append(name)
        return number

    def _calibrate(self, snippets: list[list[tuple[int, Any]]]) -> np.ndarray:
        """Match snippets of recordings with the other recordings, to estimate leads of false matches.

        Excesses over the median for each length are pooled, and their tail assumed exponential, with the slowest decay
        of three of its parts: a few recordings that contain one another are ignored.
        """
        names = dict(zip(self._numbers, self.names_, strict=True))
        medians, excess = np.full(len(snippets), np.nan), []
        for i, snippets_i in enumerate(snippets):
            leads: list[float] = []
            for number, description in snippets_i:
                matches = [Match(names[other], *place) for other, *place in self._index.ranked(description)]
                self_similarity = max(
                    (match.similarity for match in matches if match.name == names[number]), default=np.inf
                )
                others = [m for m in matches if m.name != names[number] and m.similarity < COPY * self_similarity]
                if others:
                    leads.append(_lead(others))
            if leads:
                medians[i] = np.median(leads)
                excess += list(leads - medians[i])
        if not excess:
            return np.full(len(snippets), UNCALIBRATED)
        known = np.flatnonzero(~np.isnan(medians))
        medians = np.interp(np.arange(len(snippets)), known, medians[known])
        slowest = max(np.quantile(excess, 1.0 - tail) / np.log(0.5 / tail) for tail in TAILS)
        return medians + slowest * np.log(0.5 / self.false_match_rate)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "thresholds_")


def _lead(matches: list[Match]) -> float:
    """Return the weighted lead of the best recording over the next of another name."""
    if not matches:
        return 0.0
    best = matches[0]
    rival = next((match.similarity for match in matches if match.name != best.name), 0.0)
    return best.similarity - RIVAL_WEIGHT * max(rival, 0.0)


def _abbreviate(names: list) -> str:
    return ", ".join(map(repr, names[:5])) + (", ..." if len(names) > 5 else "")
