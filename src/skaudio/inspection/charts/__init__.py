"""Charts and tables of pages: bars, points, confusion, and scores with their intervals."""

from skaudio.inspection.charts._bars import bars
from skaudio.inspection.charts._confusion import clips_to_show, confusion_table, heat_table
from skaudio.inspection.charts._scatter import scatter
from skaudio.inspection.charts._score_intervals import ratio_interval
from skaudio.inspection.charts._score_tables import class_table, group_table, interval_note, interval_text, scrolled

__all__ = [
    "bars",
    "class_table",
    "clips_to_show",
    "confusion_table",
    "group_table",
    "heat_table",
    "interval_note",
    "interval_text",
    "ratio_interval",
    "scatter",
    "scrolled",
]
