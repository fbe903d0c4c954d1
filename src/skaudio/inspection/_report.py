"""`Report`: the results of a search on one page."""

import io
from functools import cached_property
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import clone, is_classifier

from skaudio import __version__
from skaudio._html_page import framed, page, page_file, table
from skaudio.inspection._clip_card import ClipCard, clip_card
from skaudio.inspection._confusion import Confusion
from skaudio.inspection._display import png_uri, pyplot
from skaudio.inspection._feature_space_display import FeatureSpaceDisplay
from skaudio.inspection._parts import front_end_and_rest, rate_of
from skaudio.inspection._saliency import saliency
from skaudio.inspection._search_display import SearchDisplay
from skaudio.inspection._spectrogram_display import add_colorbar
from skaudio.io import clip_name
from skaudio.io._replacing import replacing
from skaudio.model_selection import CandidateRanking, OutOfFold, out_of_fold, rank_candidates

FIGURE_DPI = 150  # sharp on screens of two pixels per point
SHOWN_DPI = 90


class Report:
    """Results of a search on one HTML page that opens from disk, with spectrograms and sound.

    It shows a confusion matrix of the best candidate's out-of-fold predictions, whose cells link to their clips, each
    with its spectrogram and a player; the candidates by rank; their scores as a `SearchDisplay`; the feature space; and
    saliency maps of the worst mistakes. It loads nothing from a network, and has no scripts.

    Create it with `from_search`.

    Parameters
    ----------
    search : GridSearchCV or alike
        Fitted search.
    predictions : OutOfFold
        Out-of-fold predictions of the best candidate.
    metric : str or None, default=None
        Name of the score to rank by, for a search with several; the best candidate by it is shown. If None, the one
        that the search was refitted by.
    max_clips : int, default=500
        Maximum number of clips on the page; of more, mistakes come first.
    n_mistakes : int, default=6
        Number of mistakes to explain.
    max_megabytes : float, default=9.5
        Maximum size of the page; the quality of the sound is lowered, then clips are shortened, to fit. Figures take
        part of it, and each clip at least a second of sound.
    title : str, default="Results of the search"
        Title of the page.

    See Also
    --------
    SearchDisplay, FeatureSpaceDisplay, saliency : Components of the report.

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
    """

    def __init__(
        self,
        search: Any,
        predictions: OutOfFold,
        *,
        metric: str | None = None,
        max_clips: int = 500,
        n_mistakes: int = 6,
        max_megabytes: float = 9.5,
        title: str = "Results of the search",
    ) -> None:
        self.search = search
        self.predictions = predictions
        self.metric = metric
        self.max_clips = max_clips
        self.n_mistakes = n_mistakes
        self.max_megabytes = max_megabytes
        self.title = title

    @classmethod
    def from_search(
        cls, search: Any, X: Any, y: Any, *, groups: Any = None, cv: Any = None, n_jobs: int | None = None, **page: Any
    ) -> Self:
        """Create a report by fitting the best candidate on each fold.

        Parameters
        ----------
        search : GridSearchCV, RandomizedSearchCV or another with ``cv_results_``
            Fitted search over classifiers of clips, with or without ``refit``.
        X : batch of clips
            Clips that it was fitted on.
        y : array-like of shape (n_clips,)
            Classes of the clips.
        groups : array-like of shape (n_clips,), default=None
            Groups for its folds.
        cv : int, cross-validation generator or iterable, default=None
            Folds that test each clip once. If None, those of the search.
        n_jobs : int or None, default=None
            Number of processes.
        **page : dict
            Further parameters of the report, such as ``title``.

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
        ranking = rank_candidates(search, page.get("metric"))
        params = search.cv_results_["params"][_best_index(search, ranking, page.get("metric"))]
        best = clone(search.estimator).set_params(**clone(params, safe=False))
        if not is_classifier(best):
            raise TypeError(
                f"The search is over {type(best).__name__}, which is not a classifier; a report compares classes."
            )
        cv = search.cv if cv is None else cv
        return cls(search, out_of_fold(best, X, y, groups=groups, cv=cv, n_jobs=n_jobs), **page)

    def save(self, path: str | PathLike) -> None:
        """Write the page atomically.

        Parameters
        ----------
        path : str or PathLike
            Output path; an existing file is replaced.
        """
        with replacing(Path(path)) as file:
            file.write_text(self.html, encoding="utf-8", errors="backslashreplace")  # names may not be UTF-8

    @cached_property
    def html(self) -> str:
        """HTML of the page."""
        confusion = Confusion(self.predictions, self.max_clips)
        before, after = (
            [self._summary()],
            [*self._candidates(), *self._feature_space(confusion.shown), *self._mistakes()],
        )
        available = 1e6 * self.max_megabytes - sum(map(len, [*before, *after])) - len(confusion.matrix()) - 20_000
        n_characters = available / len(confusion.shown) - 500  # for the text beside picture and player
        cards = self._cards(confusion.shown, n_characters)
        names = {i: self._name(i) for i in confusion.shown}
        style = page_file("skaudio.inspection", "report.css")
        return page(self.title, [*before, *confusion.sections(cards, names), *after], styles=[style])

    def _repr_html_(self) -> str:
        return framed(self.html)

    @cached_property
    def _ranking(self) -> CandidateRanking:
        return rank_candidates(self.search, self.metric)

    def _cards(self, shown: np.ndarray, n_characters: float) -> dict[int, ClipCard]:
        rate, cards, quality = rate_of(self.predictions.estimators[0], None), {}, 0
        for i in shown.tolist():
            cards[i] = clip_card(self.predictions.X[i], rate, n_characters, max(0, quality - 1))
            quality = cards[i].quality
        return cards

    def _summary(self) -> str:
        classes, correct = self.predictions.y_true, self.predictions.y_true == self.predictions.y_pred
        best_index = _best_index(self.search, self._ranking, self.metric)
        best = self._ranking.descriptions[self._ranking.indices.tolist().index(best_index)]
        return (
            f"<p>{len(classes)} clips of {len(np.unique(classes))} classes; the best of "
            f"{len(self._ranking.indices)} candidates is <strong>{escape(best)}</strong>. "
            f"Of the clips that it was not fitted on, {correct.sum()} of {len(correct)} are classified correctly, "
            f"{correct.mean():.1%}. As the best was chosen on these folds, expect somewhat less on new clips.</p>\n"
            f'<p class="note">Made by skaudio {__version__}.</p>'
        )

    def _candidates(self) -> list[str]:
        ranking = self._ranking
        columns = ranking.mean_scores, ranking.std_scores, ranking.fit_times, ranking.descriptions
        rows = [
            (str(rank), f"{mean:.3f} ± {std:.3f}", f"{seconds:.2f}", description)
            for rank, (mean, std, seconds, description) in enumerate(zip(*columns, strict=True), start=1)
        ]
        header = ("rank", f"{ranking.metric}, mean and deviation over folds", "seconds to fit", "candidate")
        parts = ["<h2>Candidates</h2>", _scrolled(table(header, rows, label="candidates by rank"))]
        try:
            display = SearchDisplay.from_estimator(self.search, metric=self.metric)
        except ValueError as error:  # the varied parameters are not two axes
            return [*parts, f'<p class="note">No table of scores by parameters: {escape(str(error))}</p>']
        caption = "Best scores by the parameters that the search varied"
        return [*parts, "<h3>Scores by parameters</h3>", _figure(display.figure_, caption)]

    def _feature_space(self, shown: np.ndarray) -> list[str]:
        predictions = self.predictions
        caption = "Embedding of the clips by the model: similar ones are near each other. A point opens its clip."
        try:
            display = FeatureSpaceDisplay.from_estimator(
                predictions.estimators[0], predictions.X[shown], predictions.y_true[shown], s=30
            )
        except TypeError as error:
            return ["<h2>Feature space</h2>", f'<p class="note">{escape(str(error))}</p>']
        display.scatter_.set_urls([f"#clip-{i}" for i in shown])
        return ["<h2>Feature space</h2>", f"<p>{caption}</p>", f"<div>{_svg(display.figure_)}</div>"]

    def _mistakes(self) -> list[str]:
        margins = self.predictions.margins
        worst = [int(i) for i in np.argsort(-margins, kind="stable")[: self.n_mistakes] if margins[i] > 0.0]
        parts = ["<h2>Saliency of the worst mistakes</h2>"]
        if not worst:
            return [*parts, "<p>No mistakes to explain.</p>"]
        parts.append(
            "<p>Evidence for the predicted class (red) and against it (blue), by the model that was not fitted on the "
            "clip.</p>"
        )
        return [*parts, '<div class="pairs">', *map(self._explain, worst), "</div>"]

    def _explain(self, i: int) -> str:
        predictions = self.predictions
        model = predictions.estimators[predictions.folds[i]]
        front_end, _ = front_end_and_rest(model)
        # Without bands, tiles of the sound are occluded, so that frequencies can be seen.
        in_sound = front_end is None or front_end.channel_frequencies() is None
        found = saliency(model, predictions.X[[i]], "occlusion", predictions.y_pred[i], in_sound=in_sound)[0]
        display = found.plot()
        in_decibels = found.front_end is not None and found.front_end.channels_out().decibels
        add_colorbar(display.frames_.mesh_, display.ax_, decibels=in_decibels)
        caption = f"{self._name(i)}: {predictions.y_true[i]}, predicted as {predictions.y_pred[i]}"
        heading = f'<h3><a href="#clip-{i}">{escape(caption)}</a></h3>'
        return f"<div>{heading}\n{_figure(display.figure_, f'Saliency of {caption}')}</div>"

    def _name(self, i: int) -> str:
        clip = self.predictions.X[i]
        return Path(clip).name if isinstance(clip, (str, PathLike)) else clip_name(clip, i)


def _best_index(search: Any, ranking: CandidateRanking, metric: str | None) -> int:
    """Return the index of the candidate that the search chose, or of the best by a given score."""
    return search.best_index_ if metric is None else int(ranking.indices[0])


def _scrolled(html: str) -> str:
    """Wrap content wider than the page so that it can be scrolled, also by keyboard."""
    return f'<div class="scroll" tabindex="0">{html}</div>'


def _figure(figure: Any, alt: str) -> str:
    uri, width = png_uri(figure, dpi=FIGURE_DPI), round(SHOWN_DPI * figure.get_figwidth())
    pyplot().close(figure)
    return f'<figure><img alt="{escape(alt)}" width="{width}" src="{uri}"></figure>'


def _svg(figure: Any) -> str:
    """Return a figure as SVG with clickable points, all of which are also accessible by keyboard elsewhere."""
    import matplotlib as mpl

    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "skaudio", "svg.fonttype": "none"}):
        figure.savefig(file, format="svg", bbox_inches="tight", metadata={"Date": None})
    pyplot().close(figure)
    text = file.getvalue()
    # matplotlib's links open another page.
    return text[text.index("<svg") :].replace('target="_blank"', 'tabindex="-1"')
