"""`read_extracted`: features of recordings from a dataset that `extract_to` wrote."""

import os
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from skaudio._parts._part_folder import PartFolder, check_pyarrow
from skaudio._parts._recording_versions import place_of
from skaudio._recording_names import RecordingNames
from skaudio._validation import as_array_or_sequence
from skaudio.features._extraction_settings import EXTRACTED
from skaudio.features._feature_layout import DESCRIPTION, FEATURES, FeatureLayout

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def read_extracted(
    folder: str | os.PathLike, recordings: Sequence | None = None
) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Read the features of recordings from a dataset written by `extract_to`.

    Parameters
    ----------
    folder : str or PathLike
        Folder of the dataset, or its URL.
    recordings : sequence of str or PathLike or None, default=None
        Paths or URLs of recordings, or unambiguous ends of these. None: all, sorted by path.

    Returns
    -------
    features : DataFrame of shape (n_rows, n_features)
        Features by name; those of broken recordings are NaN. Frames are in one column, ``features``, of arrays
        ``(n_frames, n_channels)``, with None for broken recordings.
    rows : DataFrame of shape (n_rows, n_columns)
        With the same index: ``recording`` as in `recordings`, ``version``, ``onset``, with windows ``duration``, and
        ``error``, which is None for rows that have features. In the order of `recordings`, then of onsets.

    Raises
    ------
    ValueError
        If a recording is not in the dataset, or if its name is ambiguous.
    FileNotFoundError
        If there is no dataset.
    ImportError
        If pyarrow is not installed.

    See Also
    --------
    extract_to : Write a dataset, with an example.

    Examples
    --------
    >>> import tempfile
    >>> import warnings
    >>> import numpy as np
    >>> import soundfile
    >>> from pathlib import Path
    >>> from skaudio.features import Waveform, extract_to, read_extracted
    >>> home = Path(tempfile.mkdtemp())
    >>> soundfile.write(home / "good.wav", np.zeros(4), 8000)
    >>> _ = (home / "broken.wav").write_bytes(b"no sound")
    >>> paths = [home / "good.wav", home / "broken.wav"]
    >>> with warnings.catch_warnings(action="ignore"):  # it lists the broken recording
    ...     _ = extract_to(home / "features", paths, Waveform(sr=8000))
    >>> features, rows = read_extracted(home / "features", paths)
    >>> well = rows["error"].isna()
    >>> features[well]["features"][0].shape
    (4, 1)
    """
    check_pyarrow(EXTRACTED)
    dataset = PartFolder(folder, EXTRACTED)
    settings = dataset.settings()
    if settings is None:
        raise FileNotFoundError(f"There is no dataset of extract_to in {dataset.name!r}: no {EXTRACTED.settings}.")
    layout = FeatureLayout.from_dict(settings["layout"])
    part_of: dict[str, str] = {}
    for name, recorded in dataset.parts().items():  # the last written first
        for item in recorded:
            part_of.setdefault(item.recording, name)
    places = sorted(part_of) if recordings is None else _places(recordings, part_of, dataset)
    table, rows_of = _rows(dataset, layout, part_of, set(places))
    names = places if recordings is None else [os.fspath(name) for name in as_array_or_sequence(recordings)]
    indices = [rows_of[place] for place in places]
    order = np.concatenate([np.empty(0, np.intp), *indices]).astype(np.intp)
    shown = np.repeat(np.arange(len(places)), [len(rows) for rows in indices])
    return _frames(table.take(order), layout, [names[i] for i in shown])


def _places(recordings: Sequence, part_of: dict[str, str], dataset: PartFolder) -> list[str]:
    """Return the full paths, in the dataset, of recordings that are named."""
    known = list(part_of)
    names, found = RecordingNames(known), []
    for recording in as_array_or_sequence(recordings):
        place = place_of(recording)
        index = None if place in part_of else names.find(os.fspath(recording))
        if place not in part_of and index is None:
            raise ValueError(
                f"{os.fspath(recording)!r} is not in the dataset {dataset.name!r}. Call extract_to with it."
            )
        found.append(place if index is None else known[index])
    return found


def _rows(
    dataset: PartFolder, layout: FeatureLayout, part_of: dict[str, str], places: set[str]
) -> "tuple[pa.Table, dict[str, np.ndarray]]":
    """Read the rows of recordings; return them with the indices of those of each recording, by onset."""
    import pyarrow as pa
    import pyarrow.compute as pc

    own = defaultdict(list)
    for place in places:
        own[part_of[place]].append(place)
    tables = [layout.schema().empty_table()]
    for name, members in own.items():
        for table in dataset.row_groups(name):
            tables.append(table.filter(pc.is_in(table["recording"], pa.array(members))))
    table = pa.concat_tables([table.replace_schema_metadata(None) for table in tables])
    rows_of = defaultdict(list)
    for i, recording in enumerate(table["recording"].to_pylist()):
        rows_of[recording].append(i)
    onsets = table["onset"].to_numpy()
    return table, {place: np.array(rows)[np.argsort(onsets[rows], kind="stable")] for place, rows in rows_of.items()}


def _frames(table: "pa.Table", layout: FeatureLayout, recordings: list[str]) -> "tuple[pd.DataFrame, pd.DataFrame]":
    """Return the features and the other columns of a table as data frames."""
    import pandas as pd

    features = layout.features(table)
    names = [FEATURES] if layout.frames else list(layout.names)
    columns = {FEATURES: features} if layout.frames else features
    described = {name: table[name].to_pandas() for name in DESCRIPTION[1:] if name in table.column_names}
    rows = pd.DataFrame({"recording": recordings, **described})
    return pd.DataFrame(columns, columns=names), rows
