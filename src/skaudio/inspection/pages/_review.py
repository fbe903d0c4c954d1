"""`ReviewPage`: detections to check by eye and ear, in a browser."""

import os
from collections import Counter
from collections.abc import Sequence
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from skaudio import __version__
from skaudio._html_page import framed, page_file
from skaudio._randomness import own_random_state
from skaudio.features import FrontEnd
from skaudio.inspection.detections import BY_SCORE, ORDERS, detection_orders, detection_table, score_strata, totals
from skaudio.inspection.displays import pyplot
from skaudio.inspection.pages._cards import FOLDER, card_page, cards, field_select, number_range, order_select
from skaudio.inspection.pages._detection_cards import ORDER_NAMES, detection_cards, detection_ranks
from skaudio.inspection.pages._sound_card import SoundCards, picture_front_end
from skaudio.io._replacing import replacing

PAGE_CHARACTERS = 70_000  # script, style and controls


class ReviewPage:
    """Detections on an HTML page, to review in a browser: which are correct, which are wrong.

    Each detection has its spectrogram, a player, the score, the recording, the time in it and, where it is known, the
    clock time. A key marks it as correct (Y) or wrong (N), or gives it another label (L, or 1 to 9), and moves on
    to the next. Verdicts are kept in the browser; the page estimates precision by score meanwhile, and writes the
    reviewed table as CSV, which `skaudio.events.read_events` reads. Totals by label have histograms of scores, and
    there is one of the hours of the day if the clock time is known.

    The page opens from disk, loads nothing from a network, and runs only its own script, whose hash its content
    security policy contains.

    Parameters
    ----------
    events : DataFrame, path, or list of lists of Event
        Detections: a table as returned by `skaudio.events.EventDetector.predict`, a file for
        `skaudio.events.read_events`, or a list of events for each recording. Further columns of a data frame are kept
        in the reviewed table; verdicts of an earlier review in a column ``verified`` are taken over.
    recordings : sequence of clips, default=None
        The recordings. If they are paths, the table may name them by shorter but unambiguous names; otherwise, by their
        indices. If None, the table contains paths, relative to the folder of its file or to the current one.
    order : {"score", "label", "time", "random", "stratified"}, default="score"
        Order of the detections: by score, the highest first; by label, then by score; by time in each recording; at
        random; or drawn in turn from the classes and from about ten ranges of their scores, so that the first of them,
        however many, represent all scores. It can be changed on the page.
    max_detections : int or None, default=None
        Number of detections on the pages, the first in that order. If None, all.
    per_page : int, default=300
        Maximum number of detections on a page; more are divided among linked pages.
    context_seconds : float, default=1.0
        Time shown before and after a detection. At most 30 s are shown of a long one.
    front_end : front end or None, default=None
        Front end that computes the spectrograms, whose channels are bands, such as
        ``MelSpectrogram(sr=48000, fmax=15000)``. If None, a `skaudio.features.Spectrogram` at the sampling rate of most
        recordings, at most 22050 Hz.
    labels : sequence of str, default=()
        Labels to choose from, besides those in the table.
    time_column : str or None, default=None
        Column of the clock times of the detections. If None, the first column of dates and times; without one, times
        from the starts that the recordings state, see `skaudio.events.recording_starts`.
    max_megabytes : float, default=15
        Maximum size of a page: the quality of the sound is lowered to fit, then it is shortened.
    on_error : {"raise", "warn"}, default="raise"
        Whether to raise an error for a recording that cannot be decoded, or to warn and leave out picture and sound.
    title : str, default="Review of detections"
        Title of the pages.
    random_state : int, RandomState instance or None, default=0
        Seed of the orders at random.

    Attributes
    ----------
    n_pages : int
        Number of pages.

    Raises
    ------
    EventTableError
        If the file is not a valid table of events.
    TypeError, ValueError
        If the table has no detections, names recordings that are not found, or has no scores although the order
        requires them; or if a parameter is invalid.
    ImportError
        If matplotlib or pillow is not installed.

    See Also
    --------
    skaudio.events.EventDetector : Detects events.
    Report : Page about a search, or about detections.

    Notes
    -----
    The reviewed table has all columns of the given one, and ``verified``: true where the label is correct, false where
    it is wrong, empty where nobody looked. Where another label was given, the detection is false, and a row of its own,
    without a score, has the other label, and is true. ``verified`` thus shows how reliable scores are. Since
    rows that are false are no events for ``fit`` and the metrics, the table is also that of the corrected events.

    The precision of a range of scores has a 90 % Wilson interval [1]_. That of all detections is the mean over ranges,
    weighted by their numbers of detections: it is unbiased if those reviewed in each range are a random sample, as in
    the orders ``"random"`` and ``"stratified"``.

    Verdicts are kept per table, in the browser's local storage. Firefox keeps it per file, so that each of several
    pages has only its own verdicts: there, load the table that was downloaded from the page before ("Load
    verdicts"), which also continues a review on another computer, or that of another person.

    Sounds are amplified to nearly full scale, by at most 30 dB.

    References
    ----------
    .. [1] E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
       Statistical Association 22, 209-212, 1927.

    Examples
    --------
    >>> from skaudio.datasets import make_sound_events
    >>> from skaudio.events import Event
    >>> from skaudio.inspection import ReviewPage
    >>> scenes = make_sound_events(2, duration=10.0, classes=["trill"], random_state=0)
    >>> detections = [[Event(*event, score=0.9) for event in events] for events in scenes.events]
    >>> review = ReviewPage(detections, [(y, 16000) for y in scenes.data], order="random")
    >>> review.save("review.html")  # doctest: +SKIP
    >>> review.n_pages
    1
    """

    def __init__(
        self,
        events: Any,
        recordings: Sequence | None = None,
        *,
        order: str = "score",
        max_detections: int | None = None,
        per_page: int = 300,
        context_seconds: float = 1.0,
        front_end: FrontEnd | None = None,
        labels: Sequence[str] = (),
        time_column: str | None = None,
        max_megabytes: float = 15.0,
        on_error: str = "raise",
        title: str = "Review of detections",
        random_state: Any = 0,
    ) -> None:
        pyplot()  # raises an error early if matplotlib is missing
        self.context_seconds, self.max_megabytes, self.title = context_seconds, max_megabytes, title
        self.per_page, self.max_detections, self.on_error = per_page, max_detections, on_error
        self._check()
        self._table = detection_table(events, recordings, time_column=time_column)
        if not self._table.events:
            name = (
                f"The table {os.fspath(events)!r}" if isinstance(events, (str, PathLike)) else "The table of detections"
            )
            raise ValueError(f"{name} has no detections; there is nothing to review.")
        rng = own_random_state(random_state)
        self._orders = detection_orders(self._table.events, self._table.indices, rng)
        self.order = self._checked_order(order)
        self._rows = self._orders[order][:max_detections]
        self.n_pages = -(-len(self._rows) // per_page)
        self._front_end = picture_front_end(front_end, [self._table.clips[index] for index in self._table.indices])
        counts = Counter(event.label for event in self._table.events)
        self._labels = list(dict.fromkeys([*labels, *(label for label, _ in counts.most_common())]))
        self._source = Path(events).name if isinstance(events, (str, PathLike)) else ""

    def save(self, path: str | PathLike) -> list[Path]:
        """Write the pages, each atomically.

        Parameters
        ----------
        path : str or PathLike
            Path of the first page; existing files are replaced.

        Returns
        -------
        list of Path
            Paths of the pages; see `paths`.

        Raises
        ------
        AudioError
            If a recording cannot be decoded, with ``on_error="raise"``.
        """
        paths = self.paths(path)
        for number, target in enumerate(paths):
            html = self._html(number, [other.name for other in paths])
            with replacing(target) as file:
                file.write_text(html, encoding="utf-8", errors="backslashreplace")  # names may not be UTF-8
        return paths

    def paths(self, path: str | PathLike) -> list[Path]:
        """Return the paths that `save` writes.

        Parameters
        ----------
        path : str or PathLike
            Path of the first page.

        Returns
        -------
        list of Path
            For ``review.html``, that and ``review-2.html``, ``review-3.html`` and so on.
        """
        path = Path(path)
        more = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, self.n_pages + 1))
        return [path, *more]

    def _repr_html_(self) -> str:
        if self.n_pages > 1:
            return f"<p>{len(self._rows)} detections on {self.n_pages} pages: write them by <code>save</code>.</p>"
        return framed(self._html(0, ["review.html"]))

    def _check(self) -> None:
        for name, value, minimum in (("max_detections", self.max_detections, 1), ("per_page", self.per_page, 1)):
            if value is not None and (not isinstance(value, (int, np.integer)) or value < minimum):
                raise ValueError(f"{name}={value!r}; expected an integer of at least {minimum}.")
        if not (0.0 <= self.context_seconds < np.inf):
            raise ValueError(f"context_seconds={self.context_seconds!r}; expected a number of at least 0.")
        if self.on_error not in {"raise", "warn"}:
            raise ValueError(f"on_error={self.on_error!r}; expected 'raise' or 'warn'.")

    def _checked_order(self, order: str) -> str:
        if order not in ORDERS:
            raise ValueError(f"order={order!r}; expected one of {', '.join(map(repr, ORDERS))}.")
        if order not in self._orders:
            others = ", ".join(repr(name) for name in ORDERS if name not in BY_SCORE)
            raise ValueError(f"order={order!r} requires scores, but the detections have none. Use one of {others}.")
        return order

    def _html(self, number: int, names: Sequence[str]) -> str:
        rows = self._rows[number * self.per_page : (number + 1) * self.per_page].tolist()
        table, content = self._table, self._content(rows)
        characters = 1e6 * self.max_megabytes - PAGE_CHARACTERS - sum(map(len, map(str, table.cells)))
        sounds = SoundCards(self._front_end, characters / len(rows))
        clips = detection_cards(table, rows, sounds, context_seconds=self.context_seconds, on_error=self.on_error)
        source = f" in {self._source}" if self._source else ""
        parts = {
            "filters": self._filters(content["ranks"]),
            "totals": totals(table.events, table.names, table.hours),
            "cards": cards(page_file(FOLDER, "review_actions.html")),
        }
        html = page_file(FOLDER, "review.html")
        for name, part in parts.items():
            html = html.replace(f"<!-- {name} -->", part)
        note = f'<p class="note">{len(table.events)} detections{escape(source)}; made by skaudio {__version__}.</p>'
        return card_page(
            self.title,
            [note, self._links(number, names), html],
            {**content, "clips": list(clips)},
            scripts=["review_table.js", "review.js"],
            styles=["review.css"],
        )

    def _filters(self, ranks: dict[str, list[int]]) -> str:
        table = self._table
        return "\n".join(
            [
                order_select({name: ORDER_NAMES[name] for name in ranks}, self.order),
                field_select("label", "Label", sorted({event.label for event in table.events})),
                *([number_range("score", "Score")] if "score" in ranks else []),
            ]
        )

    def _links(self, number: int, names: Sequence[str]) -> str:
        if len(names) == 1:
            return ""
        links = []
        for i, name in enumerate(names):
            first, last = i * self.per_page + 1, min((i + 1) * self.per_page, len(self._rows))
            current = ' aria-current="page"' if i == number else ""
            links.append(f'<li><a href="{escape(name)}"{current}>{first} to {last}</a></li>')
        return f'<nav aria-label="Pages"><ol class="pages">{"".join(links)}</ol></nav>'

    def _content(self, rows: Sequence[int]) -> dict[str, Any]:
        """Return what the script needs of the whole table, and the ranks of the rows of the page."""
        table = self._table
        return {
            "digest": table.digest,
            "file": Path(self._source).stem or "detections",
            "columns": table.columns,
            "cells": table.cells,
            "scores": [event.score for event in table.events],
            "spans": [event[:3] for event in table.events],
            "verified": table.verified,
            "strata": score_strata(table.events),
            "labels": self._labels,
            "ranks": detection_ranks(self._orders, rows, table),
        }
