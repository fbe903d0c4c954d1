"""The page of detections: scores by true events, totals, counts by clock time, and cards."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from os import PathLike, fspath
from typing import Any

import numpy as np

from skaudio._randomness import own_random_state
from skaudio.events import Event, count_events
from skaudio.events.tables import event_lists
from skaudio.features import FrontEnd
from skaudio.inspection.charts import class_table, interval_note
from skaudio.inspection.detections import (
    EFFORT,
    counts_by_clock,
    counts_by_recording,
    detection_orders,
    detection_table,
    label_totals,
    names_of,
    short_names,
)
from skaudio.inspection.pages._cards import card_page, field_select, number_range, order_select
from skaudio.inspection.pages._detection_cards import ORDER_NAMES, detection_cards, detection_ranks
from skaudio.inspection.pages._provenance import counted, folder_of, provenance_table
from skaudio.inspection.pages._report_parts import anchor, card_section, contents, section
from skaudio.inspection.pages._sound_card import SoundCards, picture_front_end
from skaudio.io import clip_kind
from skaudio.metrics import match_events

PAGE_CHARACTERS = 30_000  # script, style and controls
MAX_LABELS = 8  # in the summary
CORRECT, FALSE_ALARM, MISSED = "Correct", "False alarm", "Missed"
REVIEWED = {True: CORRECT, False: "Wrong", None: "Not reviewed"}
STATES = {CORRECT: "yes", FALSE_ALARM: "no", REVIEWED[False]: "no", MISSED: "other", REVIEWED[None]: "open"}


class EventsPage:
    """Detections; see `skaudio.inspection.Report.from_events` for the parameters."""

    def __init__(
        self,
        events: Any,
        recordings: Sequence | None,
        y: Any,
        *,
        starts: Any,
        durations: Any,
        onset_collar: float,
        max_events: int,
        context_seconds: float,
        front_end: FrontEnd | None,
        on_error: str,
        provenance: Mapping[str, Any] | None,
        max_megabytes: float,
        title: str,
        random_state: Any,
    ) -> None:
        _check(max_events, context_seconds, on_error)
        if y is not None and recordings is None:
            raise ValueError("y requires recordings: missed events may be in recordings without any detection.")
        self._table = detection_table(events, recordings, starts=starts)
        if not self._table.clips:
            raise ValueError("There are neither detections nor recordings. Pass the recordings that were searched.")
        self._starts, self._durations, self._collar = starts, durations, onset_collar
        self._context_seconds, self._on_error = context_seconds, on_error
        self._max_megabytes, self._title = max_megabytes, title
        self._provenance = dict(provenance or {})
        if isinstance(events, (str, PathLike)):
            self._provenance = {"Table": fspath(events), **self._provenance}
        self._all_recordings = recordings is not None
        self._front_end = picture_front_end(front_end, self._table.clips)
        table = self._table
        is_event = [verdict is not False for verdict in table.verified]  # of those found wrong in a review, none is
        self._found: list[list[Event]] = [[] for _ in table.clips]
        for event, index, counts in zip(table.events, table.indices, is_event, strict=True):
            if counts:
                self._found[index].append(event)
        self._detected = [event for event, counts in zip(table.events, is_event, strict=True) if counts]
        self._names = [name for name, counts in zip(table.names, is_event, strict=True) if counts]
        self._outcomes: list[str] | None = None
        self._true = None if y is None else event_lists(y, table.clips)
        if self._true is not None:
            self._compare(self._true)
        elif any(verdict is not None for verdict in table.verified):
            self._outcomes = [REVIEWED[verdict] for verdict in table.verified]
        orders = detection_orders(self._table.events, self._table.indices, own_random_state(random_state))
        self._rows = np.sort(orders.get("stratified", orders["random"])[:max_events]).tolist()
        self._ranks = detection_ranks(orders, self._rows, self._table)

    def _compare(self, true: list[list[Event]]) -> None:
        """Find out which detections are correct, and add the true events that were missed to them."""
        spans = [[[tuple(event[:3]) for event in own] for own in lists] for lists in (true, self._found)]
        pairs = match_events(*spans, onset_collar=self._collar, offset_collar=None)
        both, outcomes = [], []
        for own, found, matches in zip(true, self._found, pairs, strict=True):
            hits, missed = set(matches[:, 1].tolist()), sorted({*range(len(own))} - {*matches[:, 0].tolist()})
            both.append([*found, *(Event(*own[i][:3]) for i in missed)])
            outcomes += [CORRECT if i in hits else FALSE_ALARM for i in range(len(found))] + [MISSED] * len(missed)
        self._table, self._outcomes = detection_table(both, self._table.clips, starts=self._starts), outcomes

    def html(self) -> str:
        """Return the page."""
        sections = {
            "Scores": self._scores(),
            "Totals": label_totals(self._detected, self._names),
            "Counts": self._counts(),
            "Provenance": self._sources(),
        }
        parts = [section(name, html) for name, html in sections.items() if html]
        body = [self._summary(), contents([*(name for name, html in sections.items() if html), "Detections"]), *parts]
        available = 1e6 * self._max_megabytes - sum(map(len, body)) - PAGE_CHARACTERS
        sounds = SoundCards(self._front_end, available / max(1, len(self._rows)))
        clips = detection_cards(
            self._table, self._rows, sounds, context_seconds=self._context_seconds, on_error=self._on_error
        )
        content = {"clips": list(map(self._judged, clips)), "ranks": self._ranks, "heading": anchor("Detections")}
        return card_page(
            self._title,
            [*body, section("Detections", self._cards())],
            content,
            scripts=["report.js"],
            styles=["report.css"],
        )

    def _summary(self) -> str:
        labels = Counter(event.label for event in self._detected)
        found = ", ".join(f"{n} of {escape(label)}" for label, n in labels.most_common(MAX_LABELS))
        more = f" and {len(labels) - MAX_LABELS} more labels" if len(labels) > MAX_LABELS else ""
        n_recordings = len(self._table.clips)
        whole = "" if self._all_recordings else " with detections"
        return (
            f"<p>{len(self._detected)} detections in {n_recordings} recording{'' if n_recordings == 1 else 's'}{whole}"
            f"{': ' if found else ''}{found}{more}.</p>"
        )

    def _scores(self) -> str:
        if self._true is None or self._outcomes is None:
            return ""
        table, outcomes = self._table, self._outcomes
        labels = [event.label for event in table.events]
        true = ["" if outcome == FALSE_ALARM else label for label, outcome in zip(labels, outcomes, strict=True)]
        predicted = ["" if outcome == MISSED else label for label, outcome in zip(labels, outcomes, strict=True)]
        groups = table.indices if len(table.clips) > 1 else None
        note = interval_note("recordings" if groups is not None else None, "events")
        return (
            f"<p>A detection is correct if its onset is that of a true event of its class to within {self._collar:g} s."
            f"</p>\n{class_table(true, predicted, sorted(set(labels)), groups, 'True events')}\n"
            f'<p class="note">{note}</p>'
        )

    def _counts(self) -> str:
        clips, labels = (
            self._table.clips,
            [label for label, _ in Counter(e.label for e in self._detected).most_common()],
        )
        durations = self._durations
        if durations is None and all(clip_kind(clip) == "array" for clip in clips):
            durations = {i: len(clip) / self._front_end.rate for i, clip in enumerate(clips)}
        counts = count_events(self._found, clips, durations=durations, labels=sorted(labels), on_error=self._on_error)
        seconds = (60.0 * counts[EFFORT]).tolist()
        return "\n".join(
            [
                counts_by_clock(self._found, clips, labels, self._starts, seconds),
                "<h3>By recording</h3>",
                counts_by_recording(counts, labels, short_names(names_of(clips))),
            ]
        )

    def _sources(self) -> str:
        clips = self._table.clips
        rows = {
            "Data": folder_of(clips),
            "Recordings": len(clips) if self._all_recordings else f"{len(clips)} with detections",
            "Labels": counted([event.label for event in self._detected]),
        }
        return provenance_table({**rows, **self._provenance})

    def _cards(self) -> str:
        table, ranks = self._table, self._ranks
        events, names = [table.events[row] for row in self._rows], [table.names[row] for row in self._rows]
        controls = [
            order_select({name: ORDER_NAMES[name] for name in ranks}, "score" if "score" in ranks else "time"),
            field_select("label", "Label", sorted({event.label for event in events})),
            field_select("recording", "Recording", sorted(set(names))),
        ]
        if self._outcomes is not None:
            found = {self._outcomes[row] for row in self._rows}
            controls.append(field_select("result", "Result", [state for state in STATES if state in found]))
        if "score" in ranks:
            controls.append(number_range("score", "Score"))
        n_events = len(table.events)
        few = (
            ""
            if len(events) == n_events
            else f'<p class="note">{len(events)} of {n_events} have a card, drawn evenly from the labels and the '
            "ranges of their scores.</p>"
        )
        return card_section(controls, few, decibels=self._front_end.channels_out().decibels)

    def _judged(self, clip: dict[str, Any]) -> dict[str, Any]:
        """Add the outcome to a card."""
        if self._outcomes is None:
            return clip
        outcome = self._outcomes[clip["row"]]
        fields = {**clip["fields"], "result": outcome}
        return {**clip, "fields": fields, "verdict": [STATES[outcome], outcome]}


def _check(max_events: int, context_seconds: float, on_error: str) -> None:
    if not isinstance(max_events, (int, np.integer)) or max_events < 1:
        raise ValueError(f"max_events={max_events!r}; expected an integer of at least 1.")
    if not (0.0 <= context_seconds < np.inf):
        raise ValueError(f"context_seconds={context_seconds!r}; expected a number of at least 0.")
    if on_error not in {"raise", "warn"}:
        raise ValueError(f"on_error={on_error!r}; expected 'raise' or 'warn'.")
