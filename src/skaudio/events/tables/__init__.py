"""Tables and label files of events, read and written in the formats of many programs."""

from skaudio.events.tables._dataset import DETECTED, dataset_rows, dataset_schema
from skaudio.events.tables._event_tables import check_format, event_lists, event_table, read_events, write_events
from skaudio.events.tables._file_names import check_names, name_dtype, recording_names
from skaudio.events.tables._label_folders import folder_contents, names_folder
from skaudio.events.tables._named_rows import indices_of_rows
from skaudio.events.tables._reading import RAVEN_SUFFIX, format_of
from skaudio.events.tables._rows import SLACK_SECONDS, EventTableError, ends_late
from skaudio.events.tables._writing import table_bytes

__all__ = [
    "DETECTED",
    "EventTableError",
    "RAVEN_SUFFIX",
    "SLACK_SECONDS",
    "check_format",
    "check_names",
    "dataset_rows",
    "dataset_schema",
    "ends_late",
    "event_lists",
    "event_table",
    "folder_contents",
    "format_of",
    "indices_of_rows",
    "name_dtype",
    "names_folder",
    "read_events",
    "recording_names",
    "table_bytes",
    "write_events",
]
