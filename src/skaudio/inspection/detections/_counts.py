"""Counts of detections on a page: by hour of the day, by day, and by recording, beside the recorded time."""

import math
from collections.abc import Sequence
from html import escape
from typing import Any

from skaudio._html_page import table
from skaudio.events import Event, count_events, recording_starts
from skaudio.inspection.charts import bars, scrolled

EFFORT = "recorded_minutes"
MAX_LABELS = 12
N_HOURS, HOURS_APART = 24, 3
BAR_WIDTH, HEIGHT = 24, 110  # of the chart, in pixels


def counts_by_recording(counts: Any, labels: Sequence[str], names: Sequence[str]) -> str:
    """Return a table of the counts of each recording, as returned by `count_events`."""
    return _count_table("Recording", list(names), counts, labels)


def counts_by_clock(
    events: Sequence[Sequence[Event]], recordings: Sequence, labels: Sequence[str], starts: Any, durations: Sequence
) -> str:
    """Return a chart and tables of the counts by hour of the day and by day.

    Parameters
    ----------
    events : sequence of lists of Event
        Detections of each recording.
    recordings : sequence of clips
        The recordings.
    labels : sequence of str
        Classes, the most frequent first.
    starts : {"auto", "metadata", "name"}, DataFrame, Series or dict
        See `count_events`; with "auto", recordings may not state their starts.
    durations : sequence of float
        Seconds of each recording.
    """
    try:
        times = recording_starts(recordings, starts)
    except ValueError as error:
        if not isinstance(starts, str) or starts != "auto":
            raise
        return f'<p class="note">No counts by clock time: {escape(str(error))}</p>'
    seconds = dict(zip(times.index.tolist(), durations, strict=True))
    counts = count_events(events, recordings, "hour", starts=times, durations=seconds, labels=sorted(labels))
    by_hour = counts.groupby(counts.index.hour).sum()
    by_day = counts.groupby(counts.index.date).sum()
    return "\n".join(
        [
            "<h3>By hour of the day</h3>",
            _hour_chart(by_hour, labels),
            _count_table("Hour", [f"{hour}:00" for hour in by_hour.index], by_hour, labels),
            "<h3>By day</h3>",
            _count_table("Day", list(map(str, by_day.index)), by_day, labels),
        ]
    )


def _hour_chart(by_hour: Any, labels: Sequence[str]) -> str:
    totals = by_hour[list(labels)].sum(axis=1)
    rates = {hour: 60.0 * n / by_hour[EFFORT][hour] if by_hour[EFFORT][hour] else 0.0 for hour, n in totals.items()}
    text = "Detections per recorded hour: " + ", ".join(f"{hour}:00: {rate:.3g}" for hour, rate in rates.items())
    ticks = [(hour, f"{hour}:00") for hour in range(0, N_HOURS, HOURS_APART)]
    values = [rates.get(hour, 0.0) for hour in range(N_HOURS)]
    chart = bars(values, text, labels=ticks, bar_width=BAR_WIDTH, height=HEIGHT)
    note = f"Detections per recorded hour, at most {max(values):.3g}; hours without a row were not recorded."
    return f"<p>{note}</p>\n{scrolled(chart, 'Detections per recorded hour')}"


def _count_table(what: str, names: Sequence[str], counts: Any, labels: Sequence[str]) -> str:
    shown = list(labels[:MAX_LABELS])
    totals = counts[list(labels)].sum(axis=1)
    rows = [
        [name, f"{minutes:.4g}", f"{total:g}", *map(_number, numbers)]
        for name, minutes, total, numbers in zip(
            names, counts[EFFORT], totals, counts[shown].itertuples(index=False), strict=True
        )
    ]
    more = len(labels) - len(shown)
    note = f'\n<p class="note">The {more} less frequent labels are in the column All only.</p>' if more > 0 else ""
    name = f"Detections by {what.lower()}"
    html = table([what, "Recorded minutes", "All", *shown], rows, label=name)
    return f"{scrolled(html, name)}{note}"


def _number(count: float) -> str:
    return "\N{EN DASH}" if math.isnan(count) else f"{count:g}"  # of a recording that cannot be read
