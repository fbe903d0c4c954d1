"""`extract_to`: features of many recordings in a dataset of Parquet files."""

import os
from collections.abc import Sequence
from numbers import Integral, Real
from typing import Any

from sklearn.utils import Bunch
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions, validate_params

from skaudio._cluster import check_workers
from skaudio._parts._part_folder import PartFolder, check_pyarrow
from skaudio._parts._recording_versions import places_of, recorded_now
from skaudio.features._extraction_run import ExtractionRun
from skaudio.features._extraction_settings import EXTRACTED, prepared, settings_of
from skaudio.features._part_writer import PartWriter, first_step

CLIPS_PER_PART, RECORDINGS_PER_PART = 500, 8


@validate_params(
    {
        "folder": [str, os.PathLike],
        "X": "no_validation",
        "extractor": [HasMethods("transform")],
        "window_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "hop_seconds": [None, Interval(Real, 0, None, closed="neither")],
        "columns": [StrOptions({"list", "named"})],
        "part_size": [None, Interval(Integral, 1, None, closed="left")],
        "extend": ["boolean"],
        "n_jobs": [None, Integral],
        "on_error": [StrOptions({"raise", "warn"})],
        "verbose": ["verbose"],
    },
    prefer_skip_nested_validation=True,
)
def extract_to(
    folder: str | os.PathLike,
    X: Sequence,
    extractor: Any,
    *,
    window_seconds: float | None = None,
    hop_seconds: float | None = None,
    columns: str = "list",
    part_size: int | None = None,
    extend: bool = True,
    n_jobs: int | None = None,
    on_error: str = "warn",
    verbose: int = 0,
) -> Bunch:
    """Compute the features of many recordings and write them to a dataset of Parquet files.

    Called again, it computes what is missing: the rest of a run that was interrupted or killed, new recordings, and
    those whose files were changed. `read_extracted` reads the dataset.

    Parameters
    ----------
    folder : str or PathLike
        Folder of the dataset, or its URL, such as ``s3://bucket/features``; it is created if it does not exist.
    X : sequence of str or PathLike
        Paths or URLs of recordings.
    extractor : transformer or pipeline
        Fitted, unless it needs no fit. It returns a row for each clip, or frames, as front ends do.
    window_seconds : float or None, default=None
        Compute features of windows of long recordings, which are decoded block by block. The last window of a recording
        may be shorter. None: of each recording as a whole.
    hop_seconds : float or None, default=None
        Time between the onsets of windows; at most `window_seconds`. None: `window_seconds`.
    columns : {"list", "named"}, default="list"
        Store the features of a row as one list, which is smaller and faster for hundreds of features, or in a column
        for each name of ``extractor.get_feature_names_out()``. Frames are stored as a list of lists.
    part_size : int or None, default=None
        Number of recordings in a file, which is the unit of work of a process. None: 500, or 8 with windows.
    extend : bool, default=True
        Whether to keep recordings in the dataset that are not in `X`. Otherwise, they are removed in the end.
    n_jobs : int or None, default=None
        Number of processes, by the active joblib backend, such as Ray. None: 1, unless in a `joblib.parallel_config`
        context. On Dask, all workers are used.
    on_error : {"raise", "warn"}, default="warn"
        How to handle a recording that cannot be decoded or used: raise an error, or write a row with the error and
        without features, and list it in a warning in the end.
    verbose : int, default=0
        Whether to show a progress bar.

    Returns
    -------
    Bunch
        - ``n_computed``: int; number of recordings that were computed
        - ``n_kept``: int; number of recordings of `X` that were in the dataset
        - ``broken``: dict of str to str; the errors of recordings of `X`, by full path

    Raises
    ------
    AudioError
        If a recording is broken and ``on_error="raise"``, or if all that are tried are.
    ValueError
        If the folder has features of another extractor or with other settings, or if the extractor is not fitted.
    FileExistsError
        If the folder contains something else.
    FileNotFoundError, PermissionError
        If there is no such bucket, or no right to write to it or to read a recording.
    OSError
        If the network or a disk fails. What is finished is kept.
    ImportError
        If pyarrow is not installed, or if a worker has no skaudio or another version of it.

    See Also
    --------
    read_extracted : Read the dataset.
    FeatureCache : Cache of frames on one machine.

    Notes
    -----
    Columns of the dataset are ``recording`` (the full path or URL), ``version`` (size, and time of modification or
    ETag), ``onset`` and, with windows, ``duration`` in seconds, the features, and ``error``, which is null for all that
    is well. Files are named after their recordings and settings, and appear when they are complete.

    A fault of the machine (such as OSError) is raised and is never a broken recording. A broken recording is not tried
    again unless its file is changed. One that kills its process twice, with ``n_jobs=2`` or more or on a cluster, is
    broken, too. The features of a file that has been deleted are kept.

    Several runs may write to a folder at the same time; the last to finish removes duplicates, rows of former versions
    of files, and what killed runs have left. They detect each other by file locks, which the file system must support;
    at a URL, by an object that each writes every 30 s. With ``extend=False``, other runs are not allowed.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> import soundfile
    >>> from pathlib import Path
    >>> from sklearn.pipeline import make_pipeline
    >>> from skaudio.features import MFCC, extract_to, read_extracted
    >>> from skaudio.pooling import StatPooling
    >>> home = Path(tempfile.mkdtemp())
    >>> paths = [home / f"{pitch}.wav" for pitch in (100, 200, 300)]
    >>> for path in paths:
    ...     soundfile.write(path, np.sin(0.001 * int(path.stem) * np.arange(4000)), 8000)
    >>> extractor = make_pipeline(MFCC(sr=8000, n_mfcc=2), StatPooling(stats=["mean", "std"])).fit(paths[:1])
    >>> extract_to(home / "features", paths, extractor).n_computed
    3
    >>> features, rows = read_extracted(home / "features", paths)
    >>> features.shape, list(features.columns), rows["onset"].tolist()
    ((3, 4), ['mfcc_0_mean', 'mfcc_1_mean', 'mfcc_0_std', 'mfcc_1_std'], [0.0, 0.0, 0.0])

    Windows of 0.2 s:

    >>> _ = extract_to(home / "windows", paths, extractor, window_seconds=0.2)
    >>> read_extracted(home / "windows", paths[:1])[1]["onset"].tolist()
    [0.0, 0.2, 0.4]
    """
    check_pyarrow(EXTRACTED)
    check_workers()
    hop_seconds = _hop(window_seconds, hop_seconds, extractor)
    places = places_of(X, "Clips in memory are transformed directly: extractor.transform(X).")
    extractor = prepared(extractor)
    settings = settings_of(extractor, window_seconds=window_seconds, hop_seconds=hop_seconds, columns=columns)
    dataset = PartFolder(folder, EXTRACTED)
    channel = None if window_seconds is None else _take_channel(first_step(extractor))
    run = ExtractionRun(
        PartWriter(dataset, extractor, settings["digest"], window_seconds, hop_seconds, channel, on_error),
        settings,
        recorded_now(places),
        part_size=part_size or (CLIPS_PER_PART if window_seconds is None else RECORDINGS_PER_PART),
        extend=extend,
        n_jobs=n_jobs,
        verbose=verbose,
    )
    return run()


def _hop(window_seconds: float | None, hop_seconds: float | None, extractor: Any) -> float | None:
    """Check the parameters of windows, and return the hop."""
    if window_seconds is None:
        if hop_seconds is not None:
            raise ValueError("hop_seconds is for windows. Pass window_seconds, too.")
        return None
    if hop_seconds is not None and hop_seconds > window_seconds:
        raise ValueError(f"hop_seconds must be at most window_seconds={window_seconds!r}; got {hop_seconds!r}.")
    front_end = first_step(extractor)
    for name, default in (("offset", 0.0), ("duration", None)):
        if getattr(front_end, name, default) != default:
            raise ValueError(
                f"The front end has {name}={getattr(front_end, name)!r}, which would cut each window. Pass "
                f"{name}={default} with window_seconds."
            )
    return window_seconds if hop_seconds is None else hop_seconds


def _take_channel(front_end: Any) -> int | None:
    """Return the channel that a front end picks, which is decoded for it: it then receives clips of one channel."""
    channel = getattr(front_end, "channel", None)
    if not isinstance(channel, Integral):
        return None
    front_end.set_params(channel=None)
    return int(channel)
