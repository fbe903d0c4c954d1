"""Start times of recordings, and clock times and bins of events."""

from skaudio.events.clock._bins import bin_edges, bin_offset
from skaudio.events.clock._recording_starts import recording_starts, table_values
from skaudio.events.clock._times import with_clock_times

__all__ = ["bin_edges", "bin_offset", "recording_starts", "table_values", "with_clock_times"]
