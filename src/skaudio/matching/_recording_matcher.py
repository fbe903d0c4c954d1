"""The estimator: recordings in, and for a snippet the recording it is from."""

from collections.abc import Iterator, Sequence
from numbers import Integral, Number, Real
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, _fit_context
from sklearn.utils import check_random_state
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_is_fitted, column_or_1d

from skaudio._persistence import VersionedPickleMixin
from skaudio._validation import check_clips
from skaudio.io import AudioError, load
from skaudio.matching._alignment import correlate
from skaudio.matching._landmark_index import SPAN, LandmarkIndex, Votes
from skaudio.matching._match import Match
from skaudio.matching._prints import PEAK_HOP, PRINT_HOP, Prints, make_prints

HOPS = PRINT_HOP // PEAK_HOP
VOTE_WEIGHT = 0.1  # of the logarithm of the landmarks that speak for a place, beside the correlation there
N_PLACES = 50  # that landmarks propose, in an index too large to be looked through
CALIBRATION_SNIPPETS = 50  # of each length
CALIBRATION_SECONDS = (0.5, 1.0, 2.0, 4.0)  # the shorter a snippet, the more alike it may be by chance
TAIL = 0.025  # share of the snippets, those most like others, by which the threshold is found
UNCALIBRATED = 0.6  # threshold with a single recording, which can be mistaken for no other


class RecordingMatcher(VersionedPickleMixin, BaseEstimator):
    """Tell which recording a snippet is from, and where in it; or that it is from none of them.

    Recordings are known by landmarks, pairs of spectral peaks that survive noise and are found in no time among
    millions [1]_, and by prints of their frames, which are correlated with those of the snippet. Where both agree the
    snippet is found, in noise as loud as itself. A snippet may be louder or softer than the recording, at another
    sampling rate, with noise; not faster or slower, nor sung by somebody else.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz that recordings and snippets are brought to. Plain arrays are taken to be at it already.
    method : {"auto", "landmark", "align"}, default="auto"
        - ``"landmark"``: the number of landmarks that agree, over the snippet's number; takes little longer among more
          recordings;
        - ``"align"``: the correlation of prints, at all offsets in all recordings;
        - ``"auto"``: both: correlation and a tenth of the logarithm of one more than the number of landmarks; in more
          than ``exhaustive_hours`` of recordings, at the places that landmarks propose.
    exhaustive_hours : float, default=1.0
        How much sound is looked through offset by offset.
    false_match_rate : float, default=0.01
        How often a snippet that is from none of the recordings may be said to be from one, below 0.5; as far as it is
        no more like them than they are like each other.
    unknown_label : object, default="unknown"
        What `predict` gives for such a snippet.
    random_state : int, RandomState instance or None, default=None
        Draws the snippets that the threshold is found by.

    Attributes
    ----------
    names_ : list
        Of the recordings.
    thresholds_ : ndarray of float64, shape (4,)
        Similarities that snippets of 0.5, 1, 2 and 4 s must have to be from a recording; of lengths in between, those
        in between. Snippets of the recordings are matched with the other recordings, and the tail of their best
        similarities taken to be exponential.

    See Also
    --------
    skaudio.estimators.AutoencoderLatent : Latents, which compare clips that are alike but not the same.

    Notes
    -----
    An hour of sound takes some 50 MB, in arrays that `joblib.load` can map from a file (``mmap_mode="r"``).

    References
    ----------
    .. [1] A. Wang, "An industrial-strength audio search algorithm", International Conference on Music Information
       Retrieval, 2003.

    Examples
    --------
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
    """

    _parameter_constraints: ClassVar[dict] = {
        "sr": [Interval(Real, 0, None, closed="neither")],
        "method": [StrOptions({"auto", "landmark", "align"})],
        "exhaustive_hours": [Interval(Real, 0, None, closed="left")],
        "false_match_rate": [Interval(Real, 0, 0.5, closed="neither")],
        "unknown_label": "no_validation",
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        *,
        sr: float = 22050,
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

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Sequence, y: Any = None) -> Self:
        """Take in recordings, and find the threshold.

        Parameters
        ----------
        X : batch of clips
            Paths, binary file objects, arrays, ``(y, sr)`` pairs or dicts; or a float array ``(n_clips, n_samples)``.
            They are decoded one at a time.
        y : array-like of shape (n_clips,), default=None
            Their names; recordings of one name are takes of one thing. None: the names of files, without folder and
            extension; else numbers.

        Returns
        -------
        self : estimator
            Fitted.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a recording cannot be decoded, or names are not as many.
        """
        recordings = check_clips(self, X, reset=True)
        self.names_: list[Any] = []
        self._numbers: list[int] = []
        self._frames: dict[int, np.ndarray] = {}
        self._landmarks, self._next = LandmarkIndex(), 0
        rng = check_random_state(self.random_state)
        drawn = rng.randint(len(recordings), size=(len(CALIBRATION_SECONDS), CALIBRATION_SNIPPETS))
        snippets: list[list[tuple[int, Prints]]] = [[] for _ in CALIBRATION_SECONDS]
        for number, (waveform, name) in enumerate(self._named(recordings, y)):
            self._take_in(make_prints(waveform, self.sr), name)
            for i in np.nonzero(drawn == number)[0]:
                size = int(CALIBRATION_SECONDS[i] * self.sr)
                if len(waveform) >= size:
                    start = rng.randint(len(waveform) - size + 1)
                    snippets[i].append((number, make_prints(waveform[start : start + size], self.sr)))
        self.thresholds_ = self._calibrate(snippets)
        return self

    def add(self, X: Sequence, y: Any = None) -> Self:
        """Take in more recordings; the threshold stays.

        Parameters
        ----------
        X : batch of clips
            See `fit`.
        y : array-like of shape (n_clips,), default=None
            Their names, none of which is there yet.

        Returns
        -------
        self : estimator
            Itself.

        Raises
        ------
        AudioError, TypeError, ValueError
            See `fit`; also if there is a recording of such a name already.
        """
        check_is_fitted(self)
        recordings = check_clips(self, X, reset=False)
        known = [name for name in self._names_of(recordings, y) if name in self.names_]
        if known:
            raise ValueError(f"There is a recording of the name {known[0]!r} already. Remove it first, or use another.")
        ready = [(make_prints(waveform, self.sr), name) for waveform, name in self._named(recordings, y)]
        for prints, name in ready:  # all of them, or none
            self._take_in(prints, name)
        return self

    def remove(self, names: Sequence) -> Self:
        """Drop recordings.

        Parameters
        ----------
        names : sequence
            Their names.

        Returns
        -------
        self : estimator
            Itself.

        Raises
        ------
        ValueError
            If there is no recording of such a name.
        """
        check_is_fitted(self)
        names = list(names)
        missing = [name for name in names if name not in self.names_]
        if missing:
            raise ValueError(f"There is no recording of the name {missing[0]!r}. Known: {_some(self.names_)}.")
        dropped = [number for number, name in zip(self._numbers, self.names_, strict=True) if name in names]
        self._landmarks.remove(np.array(dropped))
        for number in dropped:
            del self._frames[number]
        kept = [(number, name) for number, name in zip(self._numbers, self.names_, strict=True) if name not in names]
        self._numbers, self.names_ = [number for number, _ in kept], [name for _, name in kept]
        return self

    def match(self, X: Sequence, k: int = 5) -> list[list[Match]]:
        """Find the recordings that snippets are most likely from, and where in them.

        Parameters
        ----------
        X : batch of clips
            Snippets; see `fit`.
        k : int, default=5
            Number of recordings to name; fewer where no landmarks speak for so many.

        Returns
        -------
        list of lists of Match
            For each snippet, the best place in each recording, the most similar first.

        Raises
        ------
        AudioError, TypeError, ValueError
            If a snippet cannot be decoded, or is longer than every recording; or if there are no recordings.
        """
        if not isinstance(k, Integral) or k < 1:
            raise ValueError(f"k={k!r}; expected an integer above 0.")
        return [matches[:k] for matches, _ in self._matched(X)]

    def predict(self, X: Sequence) -> np.ndarray:
        """Name the recordings that snippets are from.

        Parameters
        ----------
        X : batch of clips
            Snippets; see `fit`.

        Returns
        -------
        ndarray of shape (n_clips,)
            Names, or ``unknown_label``; of dtype object, unless all of these are numbers.
        """
        found = [
            matches[0].name if matches and matches[0].similarity >= threshold else self.unknown_label
            for matches, threshold in self._matched(X)
        ]
        if all(isinstance(name, Number) for name in (*self.names_, self.unknown_label)):
            return np.array(found)
        named = np.empty(len(found), dtype=object)
        named[:] = found
        return named

    def decision_function(self, X: Sequence) -> np.ndarray:
        """Tell how sure it is that snippets are from a recording at all.

        Parameters
        ----------
        X : batch of clips
            Snippets; see `fit`.

        Returns
        -------
        ndarray of float64, shape (n_clips,)
            The best similarity less the threshold for snippets so long: below 0 for those from none.
        """
        return np.array([(matches[0].similarity if matches else 0.0) - line for matches, line in self._matched(X)])

    def _matched(self, X: Sequence) -> Iterator[tuple[list[Match], float]]:
        """Yield what matches each snippet, and the threshold for one so long."""
        check_is_fitted(self)
        clips = check_clips(self, X, reset=False)
        if not self.names_:
            raise ValueError("All recordings have been removed: there is nothing to match with. Use add, or fit.")
        names = dict(zip(self._numbers, self.names_, strict=True))
        longest = max(map(len, self._frames.values()))
        for i, clip in enumerate(clips):
            waveform = self._waveform(clip, f"Snippet {i}")
            prints, seconds = make_prints(waveform, self.sr), len(waveform) / self.sr
            if len(prints.frames) > longest:
                raise ValueError(
                    f"Snippet {i} of {seconds:.2f} s is longer than every recording; the longest has "
                    f"{longest * PRINT_HOP / self.sr:.2f} s. Pass a part of it."
                )
            threshold = np.interp(np.log(seconds), np.log(CALIBRATION_SECONDS), self.thresholds_)
            yield [Match(names[number], value, offset) for number, value, offset in self._ranked(prints)], threshold

    def _names_of(self, recordings: Sequence, names: Any) -> list:
        if names is None:
            return [
                Path(clip).stem if isinstance(clip, (str, Path)) else self._next + i
                for i, clip in enumerate(recordings)
            ]
        names = column_or_1d(names).tolist()
        if len(names) != len(recordings):
            raise ValueError(f"Got {len(recordings)} recordings and {len(names)} names.")
        return names

    def _named(self, recordings: Sequence, names: Any) -> Iterator[tuple[np.ndarray, Any]]:
        for i, name in enumerate(self._names_of(recordings, names)):
            yield self._waveform(recordings[i], f"Recording {i}"), name

    def _take_in(self, prints: Prints, name: Any) -> None:
        self._landmarks.add(self._next, prints.codes, prints.times)
        self._frames[self._next] = prints.frames
        self._numbers.append(self._next)
        self.names_.append(name)
        self._next += 1

    def _waveform(self, clip: Any, what: str) -> np.ndarray:
        try:
            return load(clip, sr=self.sr)[0]
        except (AudioError, TypeError) as error:
            raise type(error)(f"{what}: {error}") from error

    def _ranked(self, prints: Prints) -> list[tuple[int, float, float]]:
        """Give recordings, their best similarities and offsets in seconds, the most similar first."""
        votes = self._landmarks.votes(prints.codes, prints.times)
        n_frames = sum(len(frames) for number, frames in self._frames.items())
        looked_through = self.method == "align" or n_frames * PRINT_HOP <= self.exhaustive_hours * 3600 * self.sr
        if self.method != "landmark" and looked_through:
            places = [self._best_place(number, prints.frames, votes) for number in self._frames]
        else:
            places = [self._proposed(int(place), prints, votes) for place in votes.best(N_PLACES)]
        best: dict[int, tuple[int, float, float]] = {}
        for place in filter(None, places):
            if place[1] > best.get(place[0], (0, -np.inf, 0))[1]:
                best[place[0]] = place
        return sorted(best.values(), key=lambda place: -place[1])

    def _best_place(self, number: int, snippet: np.ndarray, votes: Votes) -> tuple[int, float, float] | None:
        """Look through a recording."""
        frames = self._frames[number]
        if len(frames) < len(snippet):
            return None
        similarity = correlate(frames, snippet.astype(np.float32))
        if self.method == "auto":
            first, last = np.searchsorted(votes.places, (number * SPAN, (number + 1) * SPAN))
            hops = (votes.places[first:last] - number * SPAN - SPAN // 2) // HOPS
            near = np.unique(np.clip(hops[:, np.newaxis] + np.arange(-1, 3), 0, len(similarity) - 1))
            places = number * SPAN + SPAN // 2 + near * HOPS
            similarity[near] += VOTE_WEIGHT * np.log1p(votes.around(places))
        offset = int(np.argmax(similarity))
        return number, float(similarity[offset]), offset * PRINT_HOP / self.sr

    def _proposed(self, place: int, prints: Prints, votes: Votes) -> tuple[int, float, float] | None:
        """Look at a place that landmarks propose."""
        number, hop = place // SPAN, place % SPAN - SPAN // 2
        count = int(votes.around(np.array([place]))[0])
        if self.method == "landmark":
            return number, count / max(1, len(prints.codes)), max(0, hop) * PEAK_HOP / self.sr
        frames, length = self._frames[number], len(prints.frames)
        first = int(np.clip(round(hop / HOPS) - 2, 0, max(0, len(frames) - length)))
        part = frames[first : first + length + 4]
        if len(part) < length:
            return None
        similarity = correlate(part, prints.frames.astype(np.float32))
        offset = int(np.argmax(similarity))
        return (
            number,
            float(similarity[offset] + VOTE_WEIGHT * np.log1p(count)),
            (first + offset) * PRINT_HOP / self.sr,
        )

    def _calibrate(self, snippets: list[list[tuple[int, Prints]]]) -> np.ndarray:
        """Match parts of recordings with the others, to see how similar may be what is not the same.

        What exceeds the median of snippets as long is pooled, and its tail taken to be exponential: recordings that are
        parts of one another, if there are few, do not count.
        """
        names = dict(zip(self._numbers, self.names_, strict=True))
        medians, excess = np.full(len(snippets), np.nan), []
        for i, of_one_length in enumerate(snippets):
            best = []
            for number, prints in of_one_length:
                others = [value for other, value, _ in self._ranked(prints) if names[other] != names[number]]
                if others and prints.frames.any():
                    best.append(others[0])
            if best:
                medians[i] = np.median(best)
                excess += list(best - medians[i])
        if not excess:
            return np.full(len(snippets), UNCALIBRATED)
        known = np.flatnonzero(~np.isnan(medians))
        medians = np.interp(np.arange(len(snippets)), known, medians[known])
        return medians + np.quantile(excess, 1.0 - TAIL) * np.log(self.false_match_rate / 0.5) / np.log(TAIL / 0.5)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "thresholds_")


def _some(names: list) -> str:
    return ", ".join(map(repr, names[:5])) + (", ..." if len(names) > 5 else "")
