"""`band_importance`: which frequencies, and which times, an estimator needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils import resample
from sklearn.utils.validation import check_consistent_length

from skaudio._randomness import own_random_state
from skaudio.features import FrontEnd
from skaudio.inspection._media import medium_of


@dataclass(frozen=True, eq=False)
class Importances:
    """How much a score falls without parts of the sound.

    Attributes
    ----------
    edges : ndarray of shape (n_parts + 1,)
        Where parts begin and end, in Hz or in seconds.
    values : ndarray of shape (n_parts, n_repeats)
        How much the score fell, each time.
    """

    edges: np.ndarray
    values: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """How much the score falls, ``(n_parts,)``."""
        return self.values.mean(axis=1)

    @property
    def standard_error(self) -> np.ndarray:
        """By how much that would vary with other clips and other permutations, ``(n_parts,)``."""
        return self.values.std(axis=1, ddof=1) if self.values.shape[1] > 1 else np.full(len(self.values), np.nan)


@dataclass(frozen=True, eq=False)
class BandImportance:
    """How much a score falls without bands of frequency, and without segments of time.

    `band_importance` makes it.

    Attributes
    ----------
    bands, segments : Importances
        Of each band, with edges in Hz; of each segment, with edges in seconds.
    score : float
        The score with nothing taken away, of all clips.
    """

    bands: Importances
    segments: Importances
    score: float

    def plot(self, ax: Any = None) -> Any:
        """Draw it, as `BandImportanceDisplay` does.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None: in a new figure.

        Returns
        -------
        BandImportanceDisplay
            Drawn.
        """
        from skaudio.inspection._band_importance_display import BandImportanceDisplay

        return BandImportanceDisplay(self).plot(ax)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()


def band_importance(
    pipeline: Any,
    X: Any,
    y: Any,
    *,
    bands: str | Sequence[float] = "mel",
    n_bands: int = 8,
    segments: int | Sequence[float] = 8,
    n_repeats: int = 10,
    scoring: Any = None,
    front_end: FrontEnd | None = None,
    n_jobs: int | None = None,
    random_state: Any = None,
) -> BandImportance:
    """Find which bands of frequency and segments of time an estimator needs, by permutation [1]_.

    A band of each clip is replaced by that of another clip, and so on for all bands and segments: what the score loses
    is their importance. Clips stay such as there are, but for what is put into them.

    Parameters
    ----------
    pipeline : estimator
        Fitted, on clips: best a pipeline that begins with a front end whose channels are bands. Of others (`MFCC`,
        pretrained embeddings, several front ends side by side) bands are exchanged in the sound itself, which takes
        longer.
    X : batch of clips
        Clips, which it was not fitted to.
    y : array-like of shape (n_clips,)
        What they are.
    bands : "mel" or sequence of float, default="mel"
        Bands that are equally wide on the mel scale, or their edges in Hz.
    n_bands : int, default=8
        How many, for ``bands="mel"``.
    segments : int or sequence of float, default=8
        Number of equally long segments of the longest clip, or their edges in seconds.
    n_repeats : int, default=10
        How often clips are permuted.
    scoring : str, callable or None, default=None
        scikit-learn's; None: the estimator's ``score``.
    front_end : front end or None, default=None
        Where the estimator has none of skaudio's: one that tells at which sampling rate it hears.
    n_jobs : int or None, default=None
        Number of processes.
    random_state : int, RandomState instance or None, default=None
        Seed of the permutations.

    Returns
    -------
    BandImportance
        Of bands and of segments, with standard errors. Each repetition draws clips anew, with replacement, each class
        in proportion, so that these tell how the importance would vary with other clips, too.

    Raises
    ------
    ValueError
        If edges do not rise, if there are no two clips, or if nothing tells the sampling rate.
    AudioError
        If a clip cannot be decoded.

    Notes
    -----
    Where a clip is shorter than the one that its sound is put into, it is heard again from its start.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45(1), 2001.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import band_importance
    >>> from skaudio.pooling import StatPooling
    >>> rng, time = np.random.default_rng(0), np.arange(4000) / 8000
    >>> X = [np.sin(2 * np.pi * f * time) + 0.01 * rng.normal(size=4000) for f in [300, 2000] * 10]
    >>> model = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), SVC()).fit(X, ["low", "high"] * 10)
    >>> found = band_importance(model, X, ["low", "high"] * 10, bands=[0, 150, 2500, 4000], random_state=0)
    >>> int(found.bands.mean.argmax())
    1
    """
    if isinstance(bands, str) and bands != "mel":
        raise ValueError(f"bands={bands!r}; expected 'mel', or edges in Hz.")
    check_consistent_length(X, y)
    y = np.asarray(y)
    if len(y) < 2:
        raise ValueError(f"Got {len(y)} clip; bands are exchanged between two at least.")
    medium = medium_of(pipeline, X, front_end)
    frequencies = medium.frequencies
    band_edges = _mel_edges(frequencies, n_bands) if isinstance(bands, str) else _edges(bands, "bands")
    if np.ndim(segments) == 0:
        segment_edges = np.linspace(0.0, medium.duration(), int(segments) + 1)
    else:
        segment_edges = _edges(segments, "segments")
    scorer, rng = check_scoring(medium.model, scoring), own_random_state(random_state)
    strata = y if is_classifier(medium.model) and y.ndim == 1 else None
    draws = []
    for _ in range(n_repeats):
        rows = resample(np.arange(len(y)), random_state=rng, stratify=strata)
        draws.append((rows, rng.permutation(rows)))
    parts: list[tuple | None] = [None]
    parts += [(0, *pair) for pair in pairwise(band_edges)]
    parts += [(1, *pair) for pair in pairwise(segment_edges)]
    scores = np.array(Parallel(n_jobs)(delayed(_scores_without)(medium, scorer, y, draws, part) for part in parts))
    lost = scores[0] - scores[1:]
    n = len(band_edges) - 1
    return BandImportance(
        Importances(band_edges, lost[:n]),
        Importances(segment_edges, lost[n:]),
        float(scorer(medium.model, medium.whole(np.arange(len(y))), y)),
    )


def _scores_without(medium: Any, scorer: Callable, y: np.ndarray, draws: list, part: tuple | None) -> list[float]:
    """Score all draws of clips, a part of which is others'; None: nothing is."""

    def replaced(times: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
        axis, low, high = part
        places = (frequencies, times)[axis]
        # The last band has its upper edge, too: otherwise nothing had the highest frequency.
        inside = (places >= low) & ((places < high) | (places == high) & (high == places.max()))
        return np.broadcast_to(np.expand_dims(inside, axis), (len(times), len(frequencies)))

    def altered(rows: np.ndarray, donors: np.ndarray) -> Any:
        return medium.whole(rows) if part is None else medium.mixed(rows, donors, replaced)

    return [scorer(medium.model, altered(rows, donors), y[rows]) for rows, donors in draws]


def _mel_edges(frequencies: np.ndarray, n_bands: int) -> np.ndarray:
    from librosa import mel_frequencies

    lowest, highest = float(frequencies.min()), float(frequencies.max())
    return mel_frequencies(n_bands + 1, fmin=lowest, fmax=highest)


def _edges(given: Sequence[float], name: str) -> np.ndarray:
    edges = np.asarray(given, np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError(f"{name}={given!r}; expected edges that rise, two at least.")
    return edges
