"""`band_importance`: permutation importance of frequency bands and time segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from joblib import Parallel, delayed
from sklearn.base import is_classifier
from sklearn.metrics import check_scoring
from sklearn.utils import resample
from sklearn.utils.validation import check_consistent_length

from skaudio._randomness import own_random_state
from skaudio.features import FrontEnd
from skaudio.inspection.displays import Display, subdivided
from skaudio.inspection.explanations._exchange import medium_of, scores_without
from skaudio.inspection.explanations._importances import Importances


@dataclass(frozen=True, eq=False)
class BandImportance:
    """Permutation importance of frequency bands and of time segments.

    Returned by `band_importance`.

    Attributes
    ----------
    bands, segments : Importances
        Importance of each band, with edges in Hz; of each segment, with edges in seconds.
    score : float
        Score of all clips, unaltered.

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.inspection import BandImportance, Importances
    >>> bands = Importances(edges=np.array([0.0, 500.0, 4000.0]), values=np.array([[0.3, 0.5], [0.0, 0.0]]))
    >>> segments = Importances(edges=np.array([0.0, 1.0]), values=np.array([[0.5, 0.5]]))
    >>> importance = BandImportance(bands, segments, score=0.9)
    >>> best = int(importance.bands.mean.argmax())
    >>> importance.bands.edges[best : best + 2].tolist()  # lowest and highest frequency of the most important band
    [0.0, 500.0]
    """

    bands: Importances
    segments: Importances
    score: float

    def plot(self, ax: Any = None) -> "BandImportanceDisplay":
        """Plot the importance as a `BandImportanceDisplay`.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.

        Returns
        -------
        BandImportanceDisplay
            The plotted display.
        """
        return BandImportanceDisplay(self).plot(ax)

    def _repr_html_(self) -> str:
        return self.plot()._repr_html_()


class BandImportanceDisplay(Display):
    """Bar plots of the importance of frequency bands and time segments, with standard errors.

    Parameters
    ----------
    importance : BandImportance
        Importance to plot.

    Attributes
    ----------
    bands_, segments_ : matplotlib.container.BarContainer
        Bars of bands, and of segments.
    axes_ : ndarray of two matplotlib Axes
        Axes of bands, and of segments.
    ax_, figure_ : matplotlib Axes and Figure
        Axes and figure of both.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.features import MelSpectrogram
    >>> from skaudio.inspection import BandImportanceDisplay
    >>> from skaudio.pooling import StatPooling
    >>> rng, time = np.random.default_rng(0), np.arange(4000) / 8000
    >>> X = [np.sin(2 * np.pi * f * time) + 0.01 * rng.normal(size=4000) for f in [300, 2000] * 10]
    >>> model = make_pipeline(MelSpectrogram(sr=8000), StatPooling(), SVC()).fit(X, ["low", "high"] * 10)
    >>> display = BandImportanceDisplay.from_estimator(model, X, ["low", "high"] * 10, n_bands=4, random_state=0)
    >>> len(display.bands_), len(display.segments_)
    (4, 8)
    """

    def __init__(self, importance: BandImportance) -> None:
        self.importance = importance

    @classmethod
    def from_estimator(cls, pipeline: Any, X: Any, y: Any, *, ax: Any = None, **kwargs: Any) -> Self:
        """Compute and plot the importance of bands and segments.

        Parameters
        ----------
        pipeline : estimator
            Fitted estimator, see `band_importance`.
        X : batch of clips
            Clips that it was not fitted on.
        y : array-like of shape (n_clips,)
            Targets of the clips.
        ax : matplotlib Axes, default=None
            Axes to plot on. If None, a new figure is created.
        **kwargs : dict
            Further parameters of `band_importance`.

        Returns
        -------
        BandImportanceDisplay
            The plotted display.
        """
        return cls(band_importance(pipeline, X, y, **kwargs)).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Plot visualization.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on, side by side. If None, a new figure is created.

        Returns
        -------
        BandImportanceDisplay
            The display itself.
        """
        ax = self._take_axes(ax, (9.0, 3.5))
        self.axes_ = subdivided(ax, 1, 2)[0]
        importance, (left, right) = self.importance, self.axes_
        ax.set_title(f"decrease of the score {importance.score:.3f} without a band or a segment")
        self.bands_ = left.barh(**_bars(importance.bands, "y", "height", "xerr"))
        left.set(xlabel="decrease", ylabel="band [Hz]")
        left.set_yticks(range(len(importance.bands.edges)), [f"{edge:.0f}" for edge in importance.bands.edges])
        self.segments_ = right.bar(**_bars(importance.segments, "x", "width", "yerr"))
        right.set(xlabel="segment [s]", ylabel="decrease")
        right.set_xticks(range(len(importance.segments.edges)), [f"{edge:.3g}" for edge in importance.segments.edges])
        return self


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
    """Compute the permutation importance of frequency bands and time segments [1]_.

    Each band or segment of every clip is replaced by that of another clip: the decrease of the score is its importance.
    Apart from the replaced part, clips remain realistic.

    Parameters
    ----------
    pipeline : estimator
        Estimator fitted on clips: ideally a pipeline that begins with a front end whose channels are bands. For others
        (`MFCC`, pretrained embeddings, several front ends side by side), bands are exchanged in the waveform, which
        takes longer.
    X : batch of clips
        Clips that it was not fitted on.
    y : array-like of shape (n_clips,)
        Targets of the clips.
    bands : "mel" or sequence of float, default="mel"
        Bands of equal width on the mel scale, or their edges in Hz.
    n_bands : int, default=8
        Number of bands, for ``bands="mel"``.
    segments : int or sequence of float, default=8
        Number of equally long segments of the longest clip, or their edges in seconds.
    n_repeats : int, default=10
        Number of permutations.
    scoring : str, callable or None, default=None
        Scorer, as in scikit-learn. If None, the estimator's ``score``.
    front_end : front end or None, default=None
        Front end that defines the sampling rate, if the estimator has none of skaudio's.
    n_jobs : int or None, default=None
        Number of processes.
    random_state : int, RandomState instance or None, default=None
        Seed of the permutations.

    Returns
    -------
    BandImportance
        Importance of bands and of segments, with standard errors. Each repetition draws a bootstrap sample of the
        clips, stratified by class, so that the errors include the variation over clips.

    Raises
    ------
    ValueError
        If edges do not increase, if there are fewer than two clips, or if the sampling rate is unknown.
    AudioError
        If a clip cannot be decoded.

    Notes
    -----
    A clip that is shorter than the one that its sound is inserted into is repeated.

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
    >>> importance = band_importance(model, X, ["low", "high"] * 10, bands=[0, 150, 2500, 4000], random_state=0)
    >>> int(importance.bands.mean.argmax())
    1
    """
    if isinstance(bands, str) and bands != "mel":
        raise ValueError(f"bands={bands!r}; expected 'mel', or edges in Hz.")
    check_consistent_length(X, y)
    y = np.asarray(y)
    if len(y) < 2:
        raise ValueError(f"Expected at least two clips, got {len(y)}.")
    medium = medium_of(pipeline, X, front_end)
    frequencies = medium.frequencies
    band_edges = _mel_edges(frequencies, n_bands) if isinstance(bands, str) else _edges(bands, "bands")
    if isinstance(segments, (int, np.integer)):
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
    scores = np.array(Parallel(n_jobs)(delayed(scores_without)(medium, scorer, y, draws, part) for part in parts))
    decreases = scores[0] - scores[1:]
    n = len(band_edges) - 1
    return BandImportance(
        Importances(band_edges, decreases[:n]),
        Importances(segment_edges, decreases[n:]),
        float(scorer(medium.model, medium.whole(np.arange(len(y))), y)),
    )


def _mel_edges(frequencies: np.ndarray, n_bands: int) -> np.ndarray:
    from librosa import mel_frequencies

    lowest, highest = float(frequencies.min()), float(frequencies.max())
    return mel_frequencies(n_bands + 1, fmin=lowest, fmax=highest)


def _edges(given: Sequence[float], name: str) -> np.ndarray:
    edges = np.asarray(given, np.float64)
    if edges.ndim != 1 or len(edges) < 2 or not (np.diff(edges) > 0).all():
        raise ValueError(f"{name}={given!r}; expected at least two increasing edges.")
    return edges


def _bars(importance: Importances, position: str, width: str, error: str) -> dict[str, Any]:
    """Return parameters of bars of equal width: to scale, a low mel band would be hardly visible."""
    n = len(importance.values)
    length = "width" if width == "height" else "height"
    errors = None if np.isnan(importance.standard_error).any() else importance.standard_error
    return {position: np.arange(n) + 0.5, width: 0.9, length: importance.mean, error: errors, "capsize": 3}
