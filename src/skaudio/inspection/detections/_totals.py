"""Totals of detections: by class, with histograms of scores, and by hour of the clock."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from html import escape

import numpy as np

from skaudio._html_page import markup_table
from skaudio.events import Event
from skaudio.inspection.charts import bars

MAX_CLASSES = 50
N_BINS = 20
N_HOURS = 24
HOURS_APART = 6


def totals(events: Sequence[Event], names: Sequence[str], hours: Sequence[int | None]) -> str:
    """Return the totals of a review.

    Parameters
    ----------
    events : sequence of Event
        Detections.
    names : sequence of str
        Recording of each.
    hours : sequence of int or None
        Hour of the clock of each, if known.

    Returns
    -------
    str
        A section to open, with the `label_totals` and, with hours, a histogram of them.
    """
    parts = ['<details id="totals"><summary>Totals</summary>', label_totals(events, names), _by_hour(hours)]
    return "\n".join([part for part in parts if part] + ["</details>"])


def label_totals(events: Sequence[Event], names: Sequence[str]) -> str:
    """Return a table of the 50 most frequent classes: their numbers of detections, and histograms of their scores.

    Parameters
    ----------
    events : sequence of Event
        Detections.
    names : sequence of str
        Recording of each.
    """
    by_label = defaultdict(list)
    for i, event in enumerate(events):
        by_label[event.label].append(i)
    scores = np.array([np.nan if event.score is None else event.score for event in events])
    known = scores[~np.isnan(scores)]
    edges = np.linspace(known.min(), known.max(), N_BINS + 1) if len(known) and np.ptp(known) > 0.0 else None
    header = [
        "Label",
        "Detections",
        "Recordings",
        *([] if edges is None else ["Median score", _histogram_title(edges)]),
    ]
    rows = []
    for label, places in sorted(by_label.items(), key=lambda item: -len(item[1]))[:MAX_CLASSES]:
        cells = [escape(label), str(len(places)), str(len({names[i] for i in places}))]
        rows.append([*cells, *_score_cells(scores[places], edges)])
    more = len(by_label) - len(rows)
    parts = [
        '<div class="scroll" tabindex="0" role="region" aria-label="Totals by label">',
        markup_table(header, rows, label="Totals by label"),
        "</div>",
        f'<p class="note">And {more} less frequent labels.</p>' if more else "",
    ]
    return "\n".join(part for part in parts if part)


def _score_cells(scores: np.ndarray, edges: np.ndarray | None) -> list[str]:
    if edges is None:
        return []
    known = scores[~np.isnan(scores)]
    if not len(known):
        return ["", ""]
    counts, _ = np.histogram(known, edges)
    mode = edges[counts.argmax() : counts.argmax() + 2].mean()
    text = f"From {known.min():.3g} to {known.max():.3g}, most at about {mode:.3g}"
    return [f"{np.median(known):.3g}", bars(counts.tolist(), text)]


def _histogram_title(edges: np.ndarray) -> str:
    return f"Scores from {edges[0]:.3g} to {edges[-1]:.3g}"


def _by_hour(hours: Sequence[int | None]) -> str:
    counts = Counter(hour for hour in hours if hour is not None)
    if not counts:
        return ""
    text = ", ".join(f"{hour}:00: {counts[hour]}" for hour in sorted(counts))
    labels = [(hour, f"{hour}:00") for hour in range(0, N_HOURS, HOURS_APART)]
    chart = bars([counts[hour] for hour in range(N_HOURS)], text, labels=labels)
    return f"<h3>Detections by hour of the day</h3>\n{chart}"
