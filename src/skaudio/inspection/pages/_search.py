"""The page of a search: matrix, scores with intervals, candidates, feature space, mistakes, and cards of the clips."""

from collections.abc import Iterator, Mapping
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from skaudio._html_page import table
from skaudio.features import Spectrogram
from skaudio.inspection._parts import front_end_and_rest, rate_of
from skaudio.inspection.charts import (
    class_table,
    clips_to_show,
    confusion_table,
    group_table,
    heat_table,
    interval_note,
    interval_text,
    ratio_interval,
    scatter,
    scrolled,
)
from skaudio.inspection.displays import FeatureSpaceDisplay, add_colorbar, pyplot, search_table
from skaudio.inspection.explanations import saliency
from skaudio.inspection.pages._cards import card_page, field_select, number_range, order_select
from skaudio.inspection.pages._provenance import counted, folder_of, provenance_table, seeds_of
from skaudio.inspection.pages._report_parts import anchor, card_section, contents, figure, section
from skaudio.inspection.pages._sound_card import MAX_SECONDS, SoundCards
from skaudio.io import clip_name, load
from skaudio.model_selection import OutOfFold, rank_candidates

PAGE_CHARACTERS = 30_000  # script, style and controls
CORRECT, WRONG = "Correct", "Wrong"


class SearchPage:
    """The results of a search; see `skaudio.inspection.Report.from_predictions` for the parameters."""

    def __init__(
        self,
        search: Any,
        predictions: OutOfFold,
        *,
        metric: str | None,
        provenance: Mapping[str, Any] | None,
        max_clips: int,
        n_mistakes: int,
        max_megabytes: float,
        title: str,
    ) -> None:
        if not isinstance(max_clips, (int, np.integer)) or max_clips < 1:
            raise ValueError(f"max_clips={max_clips!r}; expected an integer of at least 1.")
        self._search, self._predictions, self._metric = search, predictions, metric
        self._provenance, self._title = dict(provenance or {}), title
        self._n_mistakes, self._max_megabytes = n_mistakes, max_megabytes
        self._ranking = rank_candidates(search, metric)
        self._correct = predictions.y_true == predictions.y_pred
        self._shown = clips_to_show(predictions, max_clips)
        self._score_name, self._scores, self._score_note = _shown_scores(predictions, self._correct)
        self._groups = None if predictions.groups is None else list(map(str, predictions.groups))

    def html(self) -> str:
        """Return the page."""
        sections = {
            "Confusion matrix": self._matrix(),
            "Scores by class": self._classes(),
            "Scores by group": "" if self._groups is None else group_table(self._correct, self._groups, "Clips"),
            "Candidates": self._candidates(),
            "Feature space": self._feature_space(),
            "Saliency of the worst mistakes": self._mistakes(),
            "Provenance": self._sources(),
        }
        parts = [section(name, html) for name, html in sections.items() if html]
        body = [self._summary(), contents([*(name for name, html in sections.items() if html), "Clips"]), *parts]
        available = 1e6 * self._max_megabytes - sum(map(len, body)) - PAGE_CHARACTERS
        sounds = SoundCards(Spectrogram(sr=self._rate()), available / len(self._shown))
        content = {"clips": list(self._cards(sounds)), "ranks": self._ranks(), "heading": anchor("Clips")}
        return card_page(
            self._title,
            [*body, section("Clips", self._clips())],
            content,
            scripts=["report.js"],
            styles=["report.css"],
        )

    def _summary(self) -> str:
        predictions, n_correct = self._predictions, int(self._correct.sum())
        codes = None if self._groups is None else np.unique(self._groups, return_inverse=True)[1]
        found = ratio_interval(self._correct, np.ones(len(self._correct)), codes)
        return (
            f"<p>{len(self._correct)} clips of {len(np.unique(predictions.y_true))} classes; the best of "
            f"{len(self._ranking.indices)} candidates is <strong>{escape(self._best())}</strong>. "
            f"Of the clips that it was not fitted on, {n_correct} of {len(self._correct)} are classified correctly: "
            f"accuracy {interval_text(found)}. As the best was chosen on these folds, expect somewhat less on new "
            "clips.</p>"
        )

    def _best(self) -> str:
        # The candidate that the search chose, or the best by a given score.
        index = self._search.best_index_ if self._metric is None else int(self._ranking.indices[0])
        return self._ranking.descriptions[self._ranking.indices.tolist().index(index)]

    def _matrix(self) -> str:
        n_clips, n_shown = len(self._correct), len(self._shown)
        few = (
            ""
            if n_shown == n_clips
            else f'<p class="note">{n_shown} of {n_clips} clips have a card: mistakes first, then equally many others '
            "of each class.</p>\n"
        )
        table = scrolled(confusion_table(self._predictions, self._shown), "Confusion matrix")
        return f"<p>Out-of-fold predictions. A number shows its clips.</p>\n{few}{table}"

    def _classes(self) -> str:
        predictions = self._predictions
        names = np.unique(predictions.y_true).tolist()
        true, predicted = predictions.y_true.tolist(), predictions.y_pred.tolist()
        note = interval_note(None if self._groups is None else "groups", "clips")
        return f'{class_table(true, predicted, names, self._groups, "Clips")}\n<p class="note">{note}</p>'

    def _candidates(self) -> str:
        ranking = self._ranking
        columns = ranking.mean_scores, ranking.std_scores, ranking.fit_times, ranking.descriptions
        rows = [
            (str(rank), f"{mean:.3f} ± {std:.3f}", f"{seconds:.2f}", description)
            for rank, (mean, std, seconds, description) in enumerate(zip(*columns, strict=True), start=1)
        ]
        header = ("Rank", f"{ranking.metric}, mean and deviation over folds", "Seconds to fit", "Candidate")
        html = scrolled(table(header, rows, label="candidates by rank"), "Candidates by rank")
        try:
            scores = search_table(self._search, None, None, self._metric)
        except ValueError as error:  # the varied parameters are not two axes
            return f'{html}\n<p class="note">No table of scores by parameters: {escape(str(error))}</p>'
        axes = " and ".join(name for name in (scores.row_label, scores.column_label) if name)
        label = f"Best scores by {axes}"
        heat = heat_table(scores.scores, scores.row_names, scores.column_names, label)
        return f"{html}\n<h3>{escape(label)}</h3>\n{scrolled(heat, label)}"

    def _feature_space(self) -> str:
        predictions, shown = self._predictions, self._shown
        try:
            display = FeatureSpaceDisplay.from_estimator(
                predictions.estimators[0], predictions.X[shown], predictions.y_true[shown]
            )
        except (TypeError, ValueError) as error:  # no transformer, or fewer than three clips
            return f'<p class="note">{escape(str(error))}</p>'
        pyplot().close(display.figure_)
        labels, names = list(map(str, predictions.y_true[shown])), {i: self._name(i) for i in shown.tolist()}
        picture = scatter(
            display.positions, labels, shown.tolist(), names, f"Clips in {' and '.join(display.axis_names)}"
        )
        axes = " and ".join(display.axis_names)
        return (
            f"<p>Embedding of the clips by the model ({escape(axes)}): similar ones are near each other. A point shows "
            f"its clip.</p>\n{picture}"
        )

    def _mistakes(self) -> str:
        margins = self._predictions.margins
        shown = set(self._shown.tolist())
        worst = [i for i in np.argsort(-margins, kind="stable").tolist() if margins[i] > 0.0 and i in shown]
        if not worst[: self._n_mistakes]:
            return "<p>No mistakes to explain.</p>"
        return (
            "<p>Evidence for the predicted class (red) and against it (blue), by the model that was not fitted on the "
            'clip.</p>\n<div class="pairs">\n' + "\n".join(map(self._explain, worst[: self._n_mistakes])) + "\n</div>"
        )

    def _explain(self, i: int) -> str:
        predictions = self._predictions
        model = predictions.estimators[predictions.folds[i]]
        front_end, _ = front_end_and_rest(model)
        # Without bands, tiles of the sound are occluded, so that frequencies can be seen.
        in_sound = front_end is None or front_end.channel_frequencies() is None
        found = saliency(model, predictions.X[[i]], "occlusion", predictions.y_pred[i], in_sound=in_sound)[0]
        caption = f"{self._name(i)}: {predictions.y_true[i]}, predicted as {predictions.y_pred[i]}"

        def draw() -> Any:
            display = found.plot()
            in_decibels = found.front_end is not None and found.front_end.channels_out().decibels
            add_colorbar(display.frames_.mesh_, display.ax_, decibels=in_decibels)
            return display.figure_

        picture = figure(draw, f"Saliency of {caption}")
        return f'<div><h3><a href="#clip-{i}">{escape(caption)}</a></h3>\n{picture}</div>'

    def _sources(self) -> str:
        predictions = self._predictions
        sizes = np.bincount(predictions.folds)
        cv = getattr(self._search, "cv", None)
        estimators = {"cv": cv} if hasattr(cv, "split") else {}
        estimators["model"] = predictions.estimators[0]
        rows = {
            "Data": folder_of(predictions.X),
            "Clips": len(self._correct),
            "Classes": counted(predictions.y_true),
            "Groups": None if self._groups is None else counted(self._groups),
            "Folds": f"{len(sizes)}, of {sizes.min()} to {sizes.max()} clips"
            + (f": {cv}" if hasattr(cv, "split") else ""),
            "Score": self._ranking.metric,
            "Seed": seeds_of(estimators),
            **self._provenance,
            "Best candidate": predictions.estimators[0],
        }
        return provenance_table(rows)

    def _clips(self) -> str:
        predictions = self._predictions
        columns = {"True class": ("true", predictions.y_true), "Predicted": ("predicted", predictions.y_pred)}
        if self._groups is not None:
            columns["Group"] = ("group", np.asarray(self._groups))
        selects = [
            field_select("result", "Result", [CORRECT, WRONG]),
            *(
                field_select(field, text, np.unique(values[self._shown].astype(str)).tolist())
                for text, (field, values) in columns.items()
            ),
        ]
        name = self._score_name
        orders = {
            "mistakes": "Worst mistakes first",
            "high": f"{name}, high to low",
            "low": f"{name}, low to high",
            "class": "True class",
            "name": "Name",
        }
        controls = [order_select(orders, "mistakes"), *selects, number_range("score", name)]
        return card_section(controls, self._score_note, decibels=True)

    def _ranks(self) -> dict[str, list[int]]:
        predictions, shown = self._predictions, self._shown
        scores, margins = self._scores[shown], predictions.margins[shown]
        right = self._correct[shown]
        orders = {
            "mistakes": np.lexsort((scores, -np.where(right, -np.inf, margins))),  # then the least certain ones
            "high": np.argsort(-scores, kind="stable"),
            "low": np.argsort(scores, kind="stable"),
            "class": np.argsort(predictions.y_true[shown].astype(str), kind="stable"),
            "name": np.argsort([self._name(i) for i in shown.tolist()], kind="stable"),
        }
        return {name: np.argsort(order).tolist() for name, order in orders.items()}

    def _cards(self, sounds: SoundCards) -> Iterator[dict[str, Any]]:
        predictions, scores, rate = self._predictions, self._scores, sounds.front_end.rate
        for i in self._shown.tolist():
            y, _ = load(predictions.X[i], sr=rate)
            true, predicted, is_right = str(predictions.y_true[i]), str(predictions.y_pred[i]), bool(self._correct[i])
            group = None if self._groups is None else self._groups[i]
            facts = [
                ("score", "" if np.isnan(scores[i]) else f"{self._score_name} {scores[i]:.3g}"),
                ("group", group or ""),
                ("recording", self._name(i)),
                ("at", f"{len(y) / rate:.2f} s"),
            ]
            fields = {"true": true, "predicted": predicted, "result": CORRECT if is_right else WRONG}
            yield {
                "id": f"clip-{i}",
                "title": true,
                "verdict": ["yes", "Correct"] if is_right else ["no", f"Predicted as {predicted}"],
                "facts": [fact for fact in facts if fact[1]],
                "fields": fields if group is None else {**fields, "group": group},
                "numbers": {"score": None if np.isnan(scores[i]) else round(float(scores[i]), 6)},
                **sounds.encode(y[: round(MAX_SECONDS * rate)]),
            }

    def _rate(self) -> float:
        return rate_of(self._predictions.estimators[0], None)

    def _name(self, i: int) -> str:
        clip = self._predictions.X[i]
        return Path(clip).name if isinstance(clip, (str, PathLike)) else clip_name(clip, i)


def _shown_scores(predictions: OutOfFold, correct: np.ndarray) -> tuple[str, np.ndarray, str]:
    """Return name and values of what the cards say of the predicted class, and how it was computed.

    These are probabilities or, if the model predicts none, scores that are calibrated by logistic regression, after J.
    Platt, "Probabilistic outputs for support vector machines", 1999.
    """
    if predictions.probabilities is not None:
        return "Probability", predictions.probabilities, ""
    if predictions.scores is None:
        return "Probability", np.full(len(correct), np.nan), ""
    if correct.all() or not correct.any():
        return "Score", predictions.scores, ""
    calibration = LogisticRegression().fit(predictions.scores[:, np.newaxis], correct)
    probabilities = calibration.predict_proba(predictions.scores[:, np.newaxis])[:, 1]
    note = (
        "The model predicts no probabilities: those of the cards are calibrated from its scores, on these predictions."
    )
    return "Probability", probabilities, f'<p class="note">{note}</p>'
