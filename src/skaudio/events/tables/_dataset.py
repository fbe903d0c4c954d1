"""Datasets of events in Parquet files: their columns, and how they are read."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from skaudio._parts._files import files_of
from skaudio._parts._part_folder import DatasetKind, PartFolder, check_pyarrow
from skaudio._parts._recording_versions import Recorded
from skaudio.events._event import Event

if TYPE_CHECKING:
    import pyarrow as pa

DETECTED = DatasetKind("_detection.json", "EventDetector.predict_to", "events")


def dataset_schema(labels: Sequence) -> "pa.Schema":
    """Return the columns of a dataset; a recording without events has a row without them."""
    import pyarrow as pa

    types = {"recording": pa.string(), "version": pa.string(), "onset": pa.float64(), "offset": pa.float64()}
    types |= {"label": pa.array(labels).type, "score": pa.float64(), "error": pa.string()}
    return pa.schema(types.items())


def dataset_rows(recordings: Sequence[Recorded], events: Sequence[Sequence[Event]], schema: "pa.Schema") -> "pa.Table":
    """Return the rows of recordings with their events, or errors."""
    import pyarrow as pa

    rows: list[tuple] = []
    for recorded, events_i in zip(recordings, events, strict=True):
        rows += [(*recorded[:2], *event[:4], None) for event in events_i]
        if not events_i:
            rows.append((*recorded[:2], None, None, None, None, recorded.error))
    columns = zip(zip(*rows, strict=True), schema, strict=True)
    return pa.table([pa.array(values, field.type) for values, field in columns], schema=schema)


def is_dataset(folder: Path | str) -> bool:
    """Return whether a folder is a dataset of events."""
    return files_of(folder).has(DETECTED.settings)


def read_dataset(folder: Path | str) -> Iterator[tuple[str, Event]]:
    """Yield the recordings and events of a dataset, by the full paths of recordings, in order of time."""
    check_pyarrow(DETECTED)
    dataset = PartFolder(folder, DETECTED)
    found: dict[str, list[Event]] = {}
    for name, recordings in dataset.parts().items():  # the last written first
        own = {item.recording for item in recordings} - set(found)
        found.update((place, []) for place in own)
        if own:
            for table in dataset.row_groups(name):
                columns: dict[str, list[Any]] = table.to_pydict()
                fields = zip(*(columns[key] for key in ("onset", "offset", "label", "score")), strict=True)
                for place, values in zip(columns["recording"], fields, strict=True):
                    if place in own and values[0] is not None:
                        found[place].append(Event(*values))
    for place in sorted(found):
        yield from ((place, event) for event in sorted(found[place]))
