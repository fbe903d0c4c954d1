"""`Report`: results on one page: of a search, of detections, or of a detector."""

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any, Self

from sklearn.base import clone, is_classifier

from skaudio._html_page import framed
from skaudio.events import EventDetector
from skaudio.features import FrontEnd, Spectrogram
from skaudio.inspection.displays import pyplot
from skaudio.inspection.pages._events import EventsPage
from skaudio.inspection.pages._search import SearchPage
from skaudio.io._replacing import replacing
from skaudio.model_selection import OutOfFold, out_of_fold, rank_candidates


class Report:
    """Results on one HTML page that opens from disk, with a card for each clip or detection: spectrogram and sound.

    A report of a search shows a confusion matrix of the best candidate's out-of-fold predictions, whose cells show
    their clips; precision, recall and F1 of each class with intervals, and accuracy by group; the candidates by rank;
    the feature space; saliency maps of the worst mistakes; and where the results come from.

    A report of detections shows totals with histograms of scores, and counts by hour of the day, by day and by
    recording; with the true events, precision, recall and F1 with intervals, and which detections are false alarms.

    The cards are sorted and filtered on the page. It loads nothing from a network, and runs only its own script, whose
    hash its content security policy contains.

    Create it with `from_search`, `from_predictions`, `from_events` or `from_detector`.

    Parameters
    ----------
    html : str
        HTML of the page.

    See Also
    --------
    ReviewPage : Page to review detections.
    SearchDisplay, FeatureSpaceDisplay, saliency : Components of the report.

    Notes
    -----
    Intervals hold the true value with a probability of 95 %. Without groups, that of a precision or a recall is
    Wilson's score interval [1]_, and that of an F1, Wilson's at the sample size that corresponds to its linearised
    variance. With groups, such as speakers or sites, the clips of one are alike, so that the sample is effectively
    smaller [2]_: the variance is that between groups, and where all clips are right, each group counts as one. Events
    are grouped by recording.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
       Statistical Association 22, 209-212, 1927.
    .. [2] J. N. K. Rao and A. J. Scott, "A simple method for the analysis of clustered binary data", Biometrics 48,
       577-585, 1992.

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn.pipeline import Pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.features import MFCC, MelSpectrogram
    >>> from skaudio.inspection import Report
    >>> from skaudio.pooling import StatPooling
    >>> digits = make_spoken_digits(40, sr=8000, random_state=0)
    >>> pipeline = Pipeline([("sound", MFCC()), ("pool", StatPooling()), ("model", SVC())])
    >>> grid = {"sound": [MFCC(sr=8000), MelSpectrogram(sr=8000)], "model": [SVC(), SVC(C=10)]}
    >>> search = GridSearchCV(pipeline, grid, cv=2).fit(digits.data, digits.target)
    >>> report = Report.from_search(search, digits.data, digits.target, n_mistakes=1)
    >>> report.save("report.html")  # doctest: +SKIP
    >>> report.html.startswith("<!DOCTYPE html>")
    True

    Detections, of which the page counts those of each hour:

    >>> from skaudio.datasets import make_sound_events
    >>> from skaudio.events import Event
    >>> scenes = make_sound_events(2, duration=10.0, classes=["trill"], random_state=0)
    >>> detections = [[Event(*event, score=0.9) for event in events] for events in scenes.events]
    >>> report = Report.from_events(detections, [(y, 16000) for y in scenes.data])
    >>> report.save("events.html")  # doctest: +SKIP
    """

    def __init__(self, html: str) -> None:
        self.html = html

    @classmethod
    def from_search(
        cls, search: Any, X: Any, y: Any, *, groups: Any = None, cv: Any = None, n_jobs: int | None = None, **page: Any
    ) -> Self:
        """Create a report of a search by fitting its best candidate on each fold.

        Parameters
        ----------
        search : GridSearchCV, RandomizedSearchCV or another with ``cv_results_``
            Fitted search over classifiers of clips, with or without ``refit``.
        X : batch of clips
            Clips that it was fitted on.
        y : array-like of shape (n_clips,)
            Classes of the clips.
        groups : array-like of shape (n_clips,), default=None
            Groups for its folds, for the scores by group, and for the intervals.
        cv : int, cross-validation generator or iterable, default=None
            Folds that test each clip once. If None, those of the search.
        n_jobs : int or None, default=None
            Number of processes.
        **page : dict
            Further parameters of `from_predictions`, such as ``title``.

        Returns
        -------
        Report
            Report; `save` writes the page, and a notebook shows it.

        Raises
        ------
        TypeError
            If the search is not fitted, or not over classifiers.
        ValueError
            If a clip is not tested exactly once, or if the search has several scores and none is chosen.
        """
        if not hasattr(search, "cv_results_"):
            raise TypeError(f"{type(search).__name__} has no cv_results_; expected a fitted search. Call fit first.")
        metric = page.get("metric")
        index = rank_candidates(search, metric).indices[0] if metric is not None else _best_index(search)
        params = search.cv_results_["params"][index]
        best = clone(search.estimator).set_params(**clone(params, safe=False))
        if not is_classifier(best):
            raise TypeError(
                f"The search is over {type(best).__name__}, which is not a classifier; a report compares classes."
            )
        cv = search.cv if cv is None else cv
        return cls.from_predictions(search, out_of_fold(best, X, y, groups=groups, cv=cv, n_jobs=n_jobs), **page)

    @classmethod
    def from_predictions(
        cls,
        search: Any,
        predictions: OutOfFold,
        *,
        metric: str | None = None,
        provenance: Mapping[str, Any] | None = None,
        max_clips: int = 500,
        n_mistakes: int = 6,
        max_megabytes: float = 9.5,
        title: str = "Results of the search",
    ) -> Self:
        """Create a report of a search from out-of-fold predictions of its best candidate.

        Parameters
        ----------
        search : GridSearchCV, RandomizedSearchCV or another with ``cv_results_``
            Fitted search.
        predictions : OutOfFold
            Predictions, as returned by `skaudio.model_selection.out_of_fold`.
        metric : str or None, default=None
            Name of the score to rank by, for a search with several; the best candidate by it is shown. If None, the one
            that the search was refitted by.
        provenance : dict or None, default=None
            Further rows of the table of provenance, or others in place of its own, such as ``{"Data": "ESC-50",
            "Command": "python search.py"}``; None leaves a row out.
        max_clips : int, default=500
            Maximum number of cards; of more clips, mistakes come first.
        n_mistakes : int, default=6
            Number of mistakes to explain.
        max_megabytes : float, default=9.5
            Maximum size of the page; the quality of the sound is lowered, then clips are shortened, to fit. Figures
            take part of it, and each clip at least a second of sound.
        title : str, default="Results of the search"
            Title of the page.

        Returns
        -------
        Report
            Report; see `from_search`.

        Raises
        ------
        ValueError
            If the search has several scores and none is chosen, or if ``max_clips`` is not a positive integer.
        """
        pyplot()  # raises an error early if matplotlib is missing
        content = SearchPage(
            search,
            predictions,
            metric=metric,
            provenance=provenance,
            max_clips=max_clips,
            n_mistakes=n_mistakes,
            max_megabytes=max_megabytes,
            title=title,
        )
        return cls(content.html())

    @classmethod
    def from_events(
        cls,
        events: Any,
        recordings: Sequence | None = None,
        y: Any = None,
        *,
        starts: Any = "auto",
        durations: Any = None,
        onset_collar: float = 0.5,
        max_events: int = 500,
        context_seconds: float = 1.0,
        front_end: FrontEnd | None = None,
        on_error: str = "raise",
        provenance: Mapping[str, Any] | None = None,
        max_megabytes: float = 9.5,
        title: str = "Detections",
        random_state: Any = 0,
    ) -> Self:
        """Create a report of detections.

        Parameters
        ----------
        events : DataFrame, path, or list of lists of Event
            Detections: a table as returned by `skaudio.events.EventDetector.predict`, a file for
            `skaudio.events.read_events`, or a list of events for each recording.
        recordings : sequence of clips, default=None
            All recordings that were searched, also those without detections. If None, those in the table, whose names
            are paths, relative to the folder of its file or to the current one.
        y : DataFrame or list of lists of events, default=None
            True events of the recordings, which must be passed, too; see `skaudio.events.EventDetector.fit`. If None,
            no detection is compared.
        starts : {"auto", "metadata", "name"}, DataFrame, Series or dict, default="auto"
            Start times of the recordings, as in `skaudio.events.count_events`, for the counts by clock time. With
            ``"auto"``, these are left out if the recordings do not state them.
        durations : dict, Series or DataFrame of float, float or None, default=None
            Seconds of each recording, or of all. If None, they are read from the files.
        onset_collar : float, default=0.5
            A detection is correct if its onset is that of a true event of its class to within this many seconds.
        max_events : int, default=500
            Maximum number of cards: of more detections, they are drawn evenly from the classes and from ranges of their
            scores.
        context_seconds : float, default=1.0
            Time shown before and after a detection.
        front_end : front end or None, default=None
            Front end that computes the spectrograms, see `ReviewPage`.
        on_error : {"raise", "warn"}, default="raise"
            Whether to raise an error for a recording that cannot be decoded, or to warn, leave out picture and sound,
            and count it as not recorded.
        provenance : dict or None, default=None
            Further rows of the table of provenance, see `from_predictions`.
        max_megabytes : float, default=9.5
            Maximum size of the page, see `from_predictions`.
        title : str, default="Detections"
            Title of the page.
        random_state : int, RandomState instance or None, default=0
            Seed of what is drawn.

        Returns
        -------
        Report
            Report; see `from_search`.

        Raises
        ------
        EventTableError
            If the file is not a valid table of events.
        TypeError, ValueError
            If the table names recordings that are not found, or if a parameter is invalid.
        AudioError
            If a recording cannot be decoded, with ``on_error="raise"``.
        """
        pyplot()  # raises an error early if matplotlib is missing
        content = EventsPage(
            events,
            recordings,
            y,
            starts=starts,
            durations=durations,
            onset_collar=onset_collar,
            max_events=max_events,
            context_seconds=context_seconds,
            front_end=front_end,
            on_error=on_error,
            provenance=provenance,
            max_megabytes=max_megabytes,
            title=title,
            random_state=random_state,
        )
        return cls(content.html())

    @classmethod
    def from_detector(cls, detector: Any, X: Sequence, y: Any = None, **page: Any) -> Self:
        """Create a report of what a detector finds.

        Parameters
        ----------
        detector : EventDetector
            Fitted detector.
        X : batch of clips
            Recordings; with ``y``, those that it was not fitted on.
        y : DataFrame or list of lists of events, default=None
            Their true events. If None, no detection is compared.
        **page : dict
            Further parameters of `from_events`, such as ``title``.

        Returns
        -------
        Report
            Report; see `from_search`.

        Raises
        ------
        TypeError
            If this is no detector of events.
        AudioError
            If a recording cannot be decoded.
        """
        if not isinstance(detector, EventDetector):
            raise TypeError(
                f"Expected a skaudio.events.EventDetector, got {type(detector).__name__}. For a table of detections of "
                "another one, use from_events."
            )
        if page.get("front_end") is None:
            page["front_end"] = Spectrogram(sr=detector.sr_)
        own = {"Detector": detector, "Classes": ", ".join(map(str, detector.labels_))}
        page["provenance"] = {**own, **(page.get("provenance") or {})}
        return cls.from_events(detector.predict(X), X, y, **page)

    def save(self, path: str | PathLike) -> None:
        """Write the page atomically.

        Parameters
        ----------
        path : str or PathLike
            Output path; an existing file is replaced.
        """
        with replacing(Path(path)) as file:
            file.write_text(self.html, encoding="utf-8", errors="backslashreplace")  # names may not be UTF-8

    def _repr_html_(self) -> str:
        return framed(self.html)


def _best_index(search: Any) -> int:
    rank_candidates(search, None)  # raises an error if it has several scores
    return int(search.best_index_)
