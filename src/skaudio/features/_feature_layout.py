"""How the features of a recording are stored in a row of a Parquet table."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skaudio._validation import as_array_or_sequence

if TYPE_CHECKING:
    import pyarrow as pa

FEATURES = "features"
DESCRIPTION = ("recording", "version", "onset", "duration", "error")  # columns that are not features


class Row(NamedTuple):
    """A row: a clip or a window of a recording.

    Parameters
    ----------
    recording, version : str
        Path, and what changes with the content of the file.
    onset : float
        Onset in the recording, in seconds.
    duration : float or None
        Duration of a window in seconds; None for a whole clip.
    features : ndarray of shape (n_features,) or (n_frames, n_channels), or None
        None if there is an error.
    error : str or None
        Why there are no features.
    """

    recording: str
    version: str
    onset: float
    duration: float | None
    features: np.ndarray | None
    error: str | None


@dataclass(frozen=True)
class FeatureLayout:
    """Layout of features in a table.

    Parameters
    ----------
    names : tuple of str
        Names of the features, or of the channels of frames.
    dtype : {"float32", "float64"}
        Type of values.
    frames : bool
        Whether the features of a row are frames ``(n_frames, n_channels)`` instead of a vector.
    columns : {"list", "named"}
        Whether the features of a row are one list, or a column for each name.
    windows : bool
        Whether rows are windows, with a duration.
    """

    names: tuple[str, ...]
    dtype: str
    frames: bool
    columns: str
    windows: bool

    @classmethod
    def of(cls, features: np.ndarray, extractor: Any, *, columns: str, windows: bool) -> "FeatureLayout":
        """Return the layout of the features of a row, with the names that the extractor has for them."""
        n_names, frames = features.shape[-1], features.ndim == 2
        try:
            names = tuple(map(str, extractor.get_feature_names_out()))
        except (AttributeError, ValueError, TypeError):  # an extractor without names
            names = ()
        if len(names) != n_names or len(set(names)) != n_names:
            names = tuple(f"feature_{i}" for i in range(n_names))
        if columns == "named" and frames:
            raise ValueError(
                "columns='named' is for vectors, but the extractor returns frames (n_frames, n_channels). Pass "
                "columns='list', or add a pooling step, such as StatPooling."
            )
        reserved = sorted(set(names) & set(DESCRIPTION))
        if columns == "named" and reserved:
            raise ValueError(f"Features are named {', '.join(reserved)}, as other columns are. Pass columns='list'.")
        return cls(names, features.dtype.name, frames, columns, windows)

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> "FeatureLayout":
        """Return the layout of a dict that `to_dict` made."""
        return cls(**{**settings, "names": tuple(settings["names"])})

    def to_dict(self) -> dict[str, Any]:
        """Return all settings, for JSON."""
        return asdict(self)

    def schema(self) -> "pa.Schema":
        """Return the schema of a table."""
        import pyarrow as pa

        value = pa.from_numpy_dtype(np.dtype(self.dtype))
        vector = pa.list_(value, len(self.names))
        features = [(FEATURES, pa.list_(vector) if self.frames else vector)]
        if self.columns == "named":
            features = [(name, value) for name in self.names]
        described = [("recording", pa.string()), ("version", pa.string()), ("onset", pa.float64())]
        described += [("duration", pa.float64())] if self.windows else []
        return pa.schema([*described, *features, ("error", pa.string())])

    def fitted(self, row: Row) -> Row:
        """Return a row, with an error in place of features that do not fit the layout."""
        features = row.features
        if features is None or (features.shape[-1] == len(self.names) and (features.ndim == 2) == self.frames):
            return row
        expected = f"(n_frames, {len(self.names)})" if self.frames else f"({len(self.names)},)"
        error = f"The extractor returned features of shape {features.shape}; expected {expected}, as of other clips."
        return row._replace(features=None, error=error)

    def table(self, rows: Sequence[Row]) -> "pa.Table":
        """Return rows as a table."""
        import pyarrow as pa

        schema = self.schema()
        columns = {name: [getattr(row, name) for row in rows] for name in schema.names if name in DESCRIPTION}
        arrays: dict[str, Any] = {name: pa.array(values, schema.field(name).type) for name, values in columns.items()}
        arrays.update(self._feature_columns([row.features for row in rows]))
        return pa.table([arrays[name] for name in schema.names], schema=schema)

    def _feature_columns(self, features: Sequence[np.ndarray | None]) -> "dict[str, pa.Array]":
        import pyarrow as pa

        n, missing = len(self.names), np.array([item is None for item in features])
        if self.frames:
            lengths = [0 if item is None else len(item) for item in features]
            values = np.concatenate([np.empty((0, n), self.dtype), *(item for item in features if item is not None)])
            offsets = pa.array(np.concatenate([[0], np.cumsum(lengths)]), pa.int32())
            vectors = pa.FixedSizeListArray.from_arrays(pa.array(values.ravel()), n)
            return {FEATURES: pa.ListArray.from_arrays(offsets, vectors, mask=pa.array(missing))}
        table = np.zeros((len(features), n), self.dtype)
        for row, item in zip(table, features, strict=True):
            if item is not None:
                row[:] = item
        if self.columns == "named":
            return {name: pa.array(table[:, i], mask=missing) for i, name in enumerate(self.names)}
        return {FEATURES: pa.FixedSizeListArray.from_arrays(pa.array(table.ravel()), n, mask=pa.array(missing))}

    def features(self, table: "pa.Table") -> np.ndarray:
        """Return the features in a table: ``(n_rows, n_features)``, NaN where missing; or objects, frames or None."""
        import pyarrow as pa

        n = len(self.names)
        if self.columns == "named":
            columns = [table[name].to_numpy() for name in self.names]
            return np.stack(columns, axis=1) if len(table) else np.empty((0, n), self.dtype)
        column = table[FEATURES].combine_chunks()
        chunks = column.chunks if isinstance(column, pa.ChunkedArray) else [column]
        if self.frames:
            items = [item for chunk in chunks for item in _frames_of(chunk, n)]
            frames = np.empty(len(items), dtype=object)
            frames[:] = items
            return frames
        features = np.full((len(table), n), np.nan, self.dtype)
        start = 0
        for chunk in chunks:
            valid = chunk.is_valid().to_numpy(zero_copy_only=False)
            features[start : start + len(chunk)][valid] = chunk.flatten().to_numpy().reshape(-1, n)
            start += len(chunk)
        return features


def items_of(output: Any, n_items: int) -> list[np.ndarray]:
    """Split the output of a transformer into a vector, or frames, for each item, of float32 or float64."""
    output = output.toarray() if hasattr(output, "toarray") else as_array_or_sequence(output)
    items = [np.asarray(item) for item in output]
    if len(items) != n_items or not all(item.ndim in {1, 2} and item.dtype.kind in "fiub" for item in items):
        raise ValueError(
            f"The extractor returned {type(output).__name__} of shape {np.shape(items)} for {n_items} clips; expected "
            "a row of numbers for each clip, or frames (n_frames, n_channels)."
        )
    single = all(item.dtype in (np.float32, np.float16) for item in items)
    return [np.asarray(item, np.float32 if single else np.float64) for item in items]


def _frames_of(column: "pa.Array", n_channels: int) -> list[np.ndarray | None]:
    """Return the frames of each row of a column of lists of frames."""
    valid = column.is_valid().to_numpy(zero_copy_only=False)
    lengths = column.value_lengths().fill_null(0).to_numpy(zero_copy_only=False)
    values = column.flatten().flatten().to_numpy().reshape(-1, n_channels)
    parts = np.split(values, np.cumsum(lengths)[:-1])
    return [part if is_valid else None for part, is_valid in zip(parts, valid, strict=True)]
