"""Validation of batches of clips, batches of frame sequences and vector tables.

Conventions, here and in every package:

- **A batch of clips** is anything that indexes by sample: a list, a tuple, a 1-D or ``(n, 1)`` array or column of
  objects or strings, a one-column data frame or a 2-D array of samples ``(n_clips, n_samples)`` (see
  `skaudio._samples`). ``(n, 1)`` and data frames matter: they work with scikit-learn's ``BaggingClassifier`` and
  ``permutation_importance``. Arrays, columns and tensors of other libraries are converted by NumPy.
- **A batch of frame sequences** is time first: float32 ``(n_clips, n_frames, n_channels)`` where all are equally long,
  else a 1-D object array of ``(n_frames_i, n_channels)`` float32 arrays; or a data frame with one column of them. Those
  computed by a front end have channel names (see `skaudio._frames`).
- **A vector table** is a 2-D float array. Where frame sequences are expected, it is treated as a batch of one-frame
  sequences.

Tables are validated by scikit-learn's ``validate_data``, so that messages, ``n_features_in_`` and ``feature_names_in_``
are those of scikit-learn.
"""

from collections.abc import Iterator, Mapping, Sequence
from numbers import Number
from os import PathLike
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_array, validate_data

from skaudio._axis_order import warn_of_swapped_axes
from skaudio._frames import Channels, channels_of
from skaudio._samples import PCM, all_finite, sample_array, scaled

ONE_CLIP = (str, bytes, PathLike, Mapping)


def check_clips(estimator: BaseEstimator, X: Any, *, reset: bool, dtype: Any = np.float32) -> Sequence:
    """Validate a batch of clips.

    Parameters
    ----------
    estimator : estimator
        Its ``n_features_in_`` and ``feature_names_in_`` are set (or checked) where ``X`` is a table of numbers.
    X : batch of clips
        See the conventions of this module.
    reset : bool
        True in ``fit``, False elsewhere.
    dtype : dtype or list of dtypes, default=float32
        Dtype of a table of numbers; if a list, any other dtype is converted to the first. PCM is scaled to [-1, 1]
        before.

    Returns
    -------
    sequence of length n_clips
        An array ``(n_clips, n_samples)`` of that dtype where ``X`` is a table of numbers, else a sequence of items that
        are not decoded yet.

    Raises
    ------
    ValueError, TypeError
        If ``X`` is not a batch: a single clip, a scalar, a 3-D array, or empty; or if numbers are not samples.
    """
    items = _sample_sequence(_waveforms(X), "clips", "[clip]")
    if items is None or _is_number_row(items[0]):
        table = _check_table_of_clips(estimator, X, reset, dtype)
        return table  # type: ignore[return-value]  # NumPy's stubs do not declare arrays as sequences
    if reset:
        _forget_table(estimator)
    return items


def check_frames(
    estimator: BaseEstimator, X: Any, *, reset: bool, allow_nan: bool = False, tables: bool = True
) -> np.ndarray:
    """Validate a batch of frame sequences.

    Parameters
    ----------
    estimator : estimator
        Its ``n_features_in_`` (the number of channels) and, where ``X`` carries names of channels,
        ``feature_names_in_`` are set or checked.
    X : ndarray (n_clips, n_frames, n_channels), sequence of ndarrays (n_frames_i, n_channels), or table
        A table ``(n_clips, n_channels)`` is treated as one-frame sequences. Equally long sequences with swapped axes
        are valid, too; see `skaudio._axis_order`.
    reset : bool
        True in ``fit``, False elsewhere.
    allow_nan : bool, default=False
        Whether NaN (which marks a broken clip with ``on_error="warn"`` of a front end) is accepted. Infinity never is.
    tables : bool, default=True
        Whether a table is accepted. For an estimator fitted on longer clips, it is most likely a single clip.

    Returns
    -------
    ndarray
        float32 ``(n_clips, n_frames, n_channels)``, or a 1-D object array of ``(n_frames_i, n_channels)`` float32
        arrays.

    Raises
    ------
    ValueError, TypeError
        If ``X`` is not such a batch, if channels differ, or if a clip has no frames or non-finite values.
    """
    frames, channels = frames_and_channels(X, allow_nan=allow_nan)
    if frames is None and not tables:
        raise ValueError(
            f"X is a table of shape {np.shape(X)}, but {type(estimator).__name__} was fitted on frame sequences. If it "
            "is one clip (n_frames, n_channels), pass X[np.newaxis]."
        )
    if frames is None:
        finite = "allow-nan" if allow_nan else True
        if reset:
            estimator._channels_in = None
        return validate_data(estimator, X, reset=reset, dtype=np.float32, ensure_all_finite=finite)[:, np.newaxis]
    _check_channels(estimator, frames, channels, reset)
    if reset:
        warn_of_swapped_axes(frames)
    return frames


def as_frames(X: Any, *, allow_nan: bool = False) -> np.ndarray | None:
    """Validate as `check_frames` does, without an estimator; None where ``X`` is a table or of unknown type."""
    return frames_and_channels(X, allow_nan=allow_nan)[0]


def frames_and_channels(X: Any, *, allow_nan: bool = False) -> tuple[np.ndarray | None, Channels | None]:
    """Validate as `as_frames` does, and return the frames and their channel metadata."""
    X = as_array_or_sequence(X)
    if isinstance(X, np.ndarray) and X.ndim > 3:
        remedy = "X[..., 0]" if X.ndim == 4 and X.shape[3] == 1 else "X.reshape(n_clips, n_frames, n_channels)"
        raise ValueError(f"X has shape {X.shape}; expected frames (n_clips, n_frames, n_channels), as in {remedy}.")
    if isinstance(X, np.ndarray) and X.ndim == 3 and X.dtype.kind != "O":
        frames = X
        if 0 in frames.shape:
            raise ValueError(
                f"Found array with shape {frames.shape}: at least 1 clip, 1 frame and 1 channel is required."
            )
        frames = _as_float32(frames, "X")
        _check_finite([frames], ["X"], allow_nan)
        return frames, channels_of(X)
    items = _sample_sequence(X, "frame sequences", "X[np.newaxis]")
    if items is None or np.ndim(as_array_or_sequence(items[0])) < 2:
        return None, None
    names = [f"Sequence {i}" for i in range(len(items))]
    sequences = [
        _as_float32(np.asarray(as_array_or_sequence(item)), name) for item, name in zip(items, names, strict=True)
    ]
    n_channels = sequences[0].shape[1] if sequences[0].ndim == 2 else 0
    for i, frames in enumerate(sequences):
        if frames.ndim != 2 or frames.shape[0] == 0 or frames.shape[1] != n_channels or n_channels == 0:
            raise ValueError(
                f"Sequence {i} has shape {frames.shape}; expected (n_frames, n_channels), at least one of each, and as "
                f"many channels as sequence 0, of shape {sequences[0].shape}."
            )
    _check_finite(sequences, names, allow_nan)
    return stack_frames(sequences), channels_of(items)


def stack_frames(sequences: Sequence[np.ndarray]) -> np.ndarray:
    """Stack sequences ``(n_frames_i, n_channels)`` into one batch: 3-D if equally long, else an object array."""
    if len({len(frames) for frames in sequences}) == 1:
        return np.stack(sequences)
    batch = np.empty(len(sequences), dtype=object)
    batch[:] = sequences
    return batch


def equal_lengths(batch: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Split a validated batch into blocks of equally long sequences, to vectorise work on a ragged batch.

    Parameters
    ----------
    batch : ndarray
        Batch returned by `check_frames`.

    Yields
    ------
    indices : ndarray of int, shape (n_block,)
        Indices of the sequences in the batch.
    block : ndarray of float32, shape (n_block, n_frames, n_channels)
        The sequences.
    """
    if batch.ndim == 3:
        yield np.arange(len(batch)), batch
        return
    lengths = np.array([len(frames) for frames in batch])
    order = np.argsort(lengths, kind="stable")
    for indices in np.split(order, np.flatnonzero(np.diff(lengths[order])) + 1):
        yield indices, np.stack([batch[i] for i in indices])


def as_array_or_sequence(X: Any) -> Any:
    """Convert an array, column or table of any library to an ndarray; anything else is returned unchanged.

    A single column of objects or strings becomes 1-D.

    Raises
    ------
    TypeError
        If it cannot be converted, as for a tensor in GPU memory.
    """
    if isinstance(X, np.ndarray):
        X = X.astype(object) if X.dtype.kind == "T" else X
        return X[:, 0] if X.dtype.kind in "OUS" and X.ndim == 2 and X.shape[1] == 1 else X
    if not (hasattr(X, "__array__") or hasattr(X, "__dataframe__")):
        return X
    try:
        return as_array_or_sequence(np.asarray(X))
    except (TypeError, ValueError, RuntimeError) as error:
        raise TypeError(f"X of type {type(X).__name__} cannot be converted to an array: {error}") from error


def as_labels(y: Any) -> Any:
    """Return labels in a dtype that scikit-learn supports: NumPy's variable-width strings become objects."""
    return y.astype(object) if isinstance(y, np.ndarray) and y.dtype.kind == "T" else y


def _sample_sequence(X: Any, what: str, remedy: str) -> Sequence | None:
    """Return ``X`` as a sequence of items, or None where scikit-learn's `validate_data` is to validate it."""
    if isinstance(X, ONE_CLIP):
        raise TypeError(
            f"Expected a batch of {what}, got a single {type(X).__name__}. Pass a list: [{X!r:.60}]{_or_column(X)}."
        )
    X = as_array_or_sequence(X)
    if isinstance(X, np.ndarray):
        if X.dtype.kind not in "OUS":
            return None
        if _holds_pairs(X):
            X = list(map(tuple, X))
        elif X.ndim != 1:
            return None
    if not (hasattr(X, "__len__") and hasattr(X, "__getitem__")) or hasattr(X, "toarray"):
        return None
    if len(X) == 0:
        raise ValueError(f"Found array with 0 sample(s): a minimum of 1 is required. Expected a batch of {what}.")
    if isinstance(X[0], Number):
        raise ValueError(
            f"Expected a batch of {what}, got a flat sequence of numbers. Reshape your data: pass a single one as "
            f"{remedy}."
        )
    return X


def _waveforms(X: Any) -> Any:
    """Return frames marked as waveforms as clips ``(y, sr)``; anything else unchanged."""
    frames = as_array_or_sequence(X)
    if not (isinstance(frames, np.ndarray) and frames.ndim in {1, 3} and len(frames)):
        return X
    channels = channels_of(frames)
    if channels is None or channels.kind != "waveform":
        return X
    return [(np.asarray(y)[:, 0], channels.sr) for y in frames]


def _or_column(X: Any) -> str:
    """Return a remedy for a dict of columns, such as a slice of a Hugging Face data set."""
    columns = [name for name, values in X.items() if isinstance(values, list)] if isinstance(X, Mapping) else []
    return f"; or, for a dict of columns, one column: X[{columns[0]!r}]" if columns else ""


def _holds_pairs(X: np.ndarray) -> bool:
    """Return whether each row of an array of objects is a clip ``(y, sr)``."""
    return X.ndim == 2 and X.shape[1] == 2 and len(X) > 0 and np.ndim(X[0, 0]) == 1 and isinstance(X[0, 1], Number)


def _check_table_of_clips(estimator: BaseEstimator, X: Any, reset: bool, dtype: Any) -> np.ndarray:
    """Validate samples ``(n_clips, n_samples)``; their dtype is checked before any cast."""
    _check_one_full_scale(X)
    table = validate_data(estimator, X, reset=reset, dtype=None, ensure_all_finite=False)
    if hasattr(X, "dtypes"):
        table = np.asarray(X)  # scikit-learn casts integers of pandas that may be missing to floats
    if table.dtype.kind in "OUS":
        table = _table_of_cells(table, X)
    samples = scaled(sample_array(table, f"X, a table of {len(table)} clips,"))
    return check_array(samples, dtype=dtype, input_name="X", estimator=estimator)


def _check_one_full_scale(X: Any) -> None:
    """Reject a data frame that mixes PCM with other numbers: as one array, all would have the wider dtype."""
    dtypes = getattr(X, "dtypes", ())
    kinds = sorted({str(kind).lower() for kind in (dtypes if np.ndim(dtypes) == 1 else ())})
    if len(kinds) > 1 and not set(kinds).isdisjoint(PCM):
        raise TypeError(
            f"X has columns of dtypes {', '.join(kinds)}, which differ in full scale. Convert all to the recorded "
            "bit depth, as in X.astype('int16'), or scale them to [-1, 1]."
        )


def _table_of_cells(table: np.ndarray, X: Any) -> np.ndarray:
    """Convert a table of objects to numbers; raise an error for clips with metadata columns."""
    numbers = np.array(table.tolist())
    if numbers.dtype.kind not in "OUS":
        return numbers
    try:
        return numbers.astype(np.float64)
    except (TypeError, ValueError) as error:
        columns = [str(name) for name in getattr(X, "columns", range(table.shape[1]))]
        raise type(error)(
            f"X has {len(columns)} columns ({', '.join(columns[:5])}), not all numeric: {error}. If one of them "
            "contains the clips, pass only that column, as in X['path'] or X[:, 0]."
        ) from error


def _is_number_row(item: Any) -> bool:
    """Return whether an item of nested lists is a row of numbers, as ``[0.1, 0.2]``, not a clip ``(y, sr)``."""
    return isinstance(item, (list, tuple)) and len(item) > 0 and all(isinstance(value, Number) for value in item)


def _forget_table(estimator: BaseEstimator) -> None:
    """Remove the attributes of an earlier fit on a table: clips have no number of features."""
    for attribute in ("n_features_in_", "feature_names_in_", "_channels_in"):
        vars(estimator).pop(attribute, None)


def _as_float32(frames: np.ndarray, name: str) -> np.ndarray:
    if frames.dtype.kind not in "fiub":
        raise ValueError(f"{name} has dtype {frames.dtype}; expected real numbers. Complex data not supported.")
    return np.ascontiguousarray(frames, dtype=np.float32)


def _check_finite(sequences: Sequence[np.ndarray], names: Sequence[str], allow_nan: bool) -> None:
    for name, frames in zip(names, sequences, strict=True):
        if all_finite(frames):
            continue
        bad = np.isinf(frames) if allow_nan else ~np.isfinite(frames)
        if bad.any():
            raise ValueError(
                f"Input contains NaN or infinity: {name}, at {tuple(map(int, np.argwhere(bad)[0]))}. A front end "
                "with on_error='warn' marks broken clips with NaN: drop or impute them."
            )


def _check_channels(estimator: BaseEstimator, frames: np.ndarray, channels: Channels | None, reset: bool) -> None:
    n_frames, n_channels = frames[0].shape
    if reset:
        _forget_table(estimator)
        estimator.n_features_in_ = n_channels
        if channels is not None:
            estimator.feature_names_in_ = np.array(channels.names, dtype=object)
        estimator._channels_in = channels
        return
    fitted = getattr(estimator, "_channels_in", None)
    difference = channels.difference(fitted) if channels is not None and fitted is not None else None
    if difference is not None:
        raise ValueError(
            f"X differs from the data that {type(estimator).__name__} was fitted on: {difference}, respectively. Use "
            "the same front end and parameters as in fit."
        )
    expected = getattr(estimator, "n_features_in_", n_channels)
    if n_channels != expected:
        swapped = " If its axes are (n_clips, n_channels, n_frames), pass np.swapaxes(X, 1, 2)."
        raise ValueError(
            f"X has {n_channels} channels, but {type(estimator).__name__} is expecting {expected} channels as input."
            f"{swapped if frames.ndim == 3 and n_frames == expected else ''}"
        )
