"""Runs over many recordings that write their events to a table, to label files or to a dataset."""

from skaudio.events.runs._table import Detection
from skaudio.events.runs._write_detected import write_detected

__all__ = ["Detection", "write_detected"]
