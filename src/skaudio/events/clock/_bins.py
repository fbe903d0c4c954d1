"""Bins of clock time: hours, days, weeks, or any other frequency of pandas.

Bins begin at full hours, at midnight and so on in the time zone. Where clocks are changed, a day has 23 or
25 hours, an hour that occurs twice is two bins, and one that is skipped is none.
"""

from typing import Any

import numpy as np

NAMES = {"minute": "min", "hour": "h", "day": "D", "week": "W", "month": "MS", "year": "YS"}
MAX_BINS = 10**7
MAX_CHANGE_HOURS = 2  # by which clocks are changed


def bin_edges(first: Any, last: Any, by: Any) -> Any:
    """Return the edges of the bins that contain a span of time.

    Parameters
    ----------
    first, last : pandas.Timestamp
        Start and end of the span.
    by : str, timedelta or DateOffset
        Length of the bins: a name such as "hour" or "day", or a frequency of pandas.

    Returns
    -------
    pandas.DatetimeIndex
        Edges in order, in the time zone of ``first``: the first at or before the start, the last after the end.

    Raises
    ------
    ValueError
        If the frequency is unknown or has no bins by clock time, or if there are too many bins.
    """
    import pandas as pd

    offset = bin_offset(by)
    walls = [time.tz_localize(None) for time in (first, last)]
    guard = pd.Timedelta(hours=0 if first.tz is None else MAX_CHANGE_HOURS)
    begin, end = min(walls) - guard, max(walls) + guard
    step = _fixed_step(offset)
    if step is None:
        midnight = offset.rollback(begin.normalize())
        naive = pd.date_range(
            midnight, offset.rollforward(end.normalize() + pd.Timedelta(days=1)) + offset, freq=offset
        )
    else:
        midnight = walls[0].normalize()
        steps = (begin - midnight) // step, (end - midnight) // step + 1
        if steps[1] - steps[0] > MAX_BINS:
            raise ValueError(
                f"by={by!r}: the recordings last from {first} to {last}, which makes more than {MAX_BINS:.0e} bins. "
                "Choose longer bins, or check the clock of these recordings."
            )
        naive = midnight + step * np.arange(steps[0], steps[1] + 1)
    return _localized(naive, first.tz, twice=step is not None and step <= pd.Timedelta(hours=1))


def bin_offset(by: Any) -> Any:
    """Return the frequency of bins, by their starts: a month begins on its first day; ValueError if it has none."""
    import pandas as pd

    try:
        offset = pd.tseries.frequencies.to_offset(NAMES.get(by, by) if isinstance(by, str) else by)
        if offset is None or offset.n < 1:
            raise ValueError("the length must be positive")
    except (TypeError, ValueError) as error:
        raise ValueError(_unknown(by, str(error))) from None
    kinds = pd.offsets
    if isinstance(offset, kinds.MonthEnd):
        return kinds.MonthBegin(offset.n)
    if isinstance(offset, kinds.QuarterEnd):
        return kinds.QuarterBegin(offset.n, startingMonth=offset.startingMonth % 12 + 1)
    if isinstance(offset, kinds.YearEnd):
        return kinds.YearBegin(offset.n, month=offset.month % 12 + 1)
    if isinstance(offset, kinds.Week):  # named after its last day
        return kinds.Week(offset.n, weekday=(6 if offset.weekday is None else offset.weekday + 1) % 7)
    known = kinds.MonthBegin, kinds.QuarterBegin, kinds.YearBegin, kinds.Day, kinds.Tick
    if not isinstance(offset, known):
        raise ValueError(_unknown(by, "its bins do not follow each other"))
    return offset


def _fixed_step(offset: Any) -> Any:
    """Return the length of bins by clock time; None for weeks, months, quarters and years."""
    import pandas as pd

    if isinstance(offset, pd.offsets.Day):  # not a tick in pandas 3
        return pd.Timedelta(days=offset.n)
    return pd.Timedelta(offset) if isinstance(offset, pd.offsets.Tick) else None


def _localized(naive: Any, zone: Any, *, twice: bool) -> Any:
    """Return the instants at which clocks of a zone show these times; optionally both of those that occur twice."""
    import pandas as pd

    naive = pd.DatetimeIndex(naive).as_unit("us")
    if zone is None:
        return naive
    instants = [
        naive.tz_localize(zone, ambiguous=np.full(len(naive), is_first), nonexistent="shift_forward")
        for is_first in ((True, False) if twice else (True,))
    ]
    return instants[0].append(instants[1:]).unique().sort_values()


def _unknown(by: Any, problem: str) -> str:
    return (
        f"by={by!r}: {problem}. Expected {', '.join(map(repr, NAMES))}, or a frequency of pandas, such as '30min', "
        "'6h', 'D', 'W' or 'MS'."
    )
