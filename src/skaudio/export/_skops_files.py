"""`save` and `load`: files of models that run no code when they are loaded, by skops."""

import json
import zipfile
from collections.abc import Sequence
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any

from skaudio.export._export_error import ExportError
from skaudio.export.stored_types import LOCATIONS
from skaudio.io._replacing import replacing

SCHEMA = "schema.json"
PUBLIC = "skaudio.export.stored_types"
SPLITTERS = (
    *("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "RepeatedKFold", "RepeatedStratifiedKFold"),
    *("LeaveOneOut", "LeaveOneGroupOut", "LeavePGroupsOut", "LeavePOut", "PredefinedSplit", "TimeSeriesSplit"),
    *("ShuffleSplit", "StratifiedShuffleSplit", "GroupShuffleSplit"),
)
# Types that a file may contain: none runs code from it. joblib.Memory would, as it unpickles.
TRUSTED = (
    *(f"{PUBLIC}.{name}" for name in LOCATIONS),
    "pathlib.PosixPath",
    "pathlib.WindowsPath",
    "sklearn.metrics._scorer._PassthroughScorer",
    *(f"sklearn.model_selection._split.{name}" for name in SPLITTERS),
)


def save(model: Any, path: str | PathLike) -> Path:
    """Write a model to a file that can be loaded without running code from it.

    Unlike a pickle, as written by joblib, the file [1]_ contains parameters, arrays and names of types; `load` accepts
    types of skaudio, scikit-learn and NumPy only.

    Parameters
    ----------
    model : estimator
        Pipeline, search or any other estimator, fitted or not.
    path : str or PathLike
        File to write, such as ``"model.skops"``; an existing one is replaced, once the new one is complete.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ExportError
        If the model has a part that skops cannot store, such as a function of your own.
    ImportError
        If skops is missing.

    See Also
    --------
    to_onnx : Write a file that runs without Python.

    References
    ----------
    .. [1] https://skops.readthedocs.io

    Examples
    --------
    >>> import tempfile
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skaudio.datasets import make_spoken_digits
    >>> from skaudio.export import load, save
    >>> from skaudio.features import MFCC
    >>> from skaudio.pooling import StatPooling
    >>> digits = make_spoken_digits(20, random_state=0)
    >>> pipeline = make_pipeline(MFCC(sr=8000), StatPooling(), SVC()).fit(digits.data, digits.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     again = load(save(pipeline, f"{folder}/digits.skops"))
    >>> bool((again.predict(digits.data) == pipeline.predict(digits.data)).all())
    True
    """
    path = Path(path)
    skops = _skops()
    try:
        content = skops.dumps(model)
        skops.loads(content, trusted=skops.get_untrusted_types(data=content))  # functions without a name fail here
    except Exception as error:  # of any type: NotImplementedError, UnsupportedTypeException, PicklingError
        raise ExportError(f"{type(model).__name__} cannot be saved by skops: {error}. Use joblib.dump.") from error
    with replacing(path) as temporary:
        temporary.write_bytes(_with_stored_names(content))
    return path


def load(path: str | PathLike, *, trusted: Sequence[str] = ()) -> Any:
    """Load a model from a file of `save`, without running code from it.

    Parameters
    ----------
    path : str or PathLike
        The file.
    trusted : sequence of str, default=()
        Names of further types that the file may contain, such as ``"mypackage.MyFrontEnd"``: those of your own.

    Returns
    -------
    object
        The model, whose predictions are those of the original to the last bit.

    Raises
    ------
    ExportError
        If the file is not one of skops, or contains other types.
    FileNotFoundError
        If there is no such file.
    ImportError
        If skops is missing.

    See Also
    --------
    save : Write such a file.

    Examples
    --------
    >>> import tempfile
    >>> from skaudio.export import load, save
    >>> from skaudio.features import MFCC
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     load(save(MFCC(sr=8000, n_mfcc=13), f"{folder}/front_end.skops"))
    MFCC(n_mfcc=13, sr=8000)
    """
    path = Path(path)
    content = path.read_bytes()
    skops = _skops()
    try:
        found = skops.get_untrusted_types(data=content)
    except Exception as error:  # of any type, by damaged files
        raise ExportError(f"{path} is not a file of skaudio.export.save: {error!r}.") from error
    others = sorted(set(found) - set(TRUSTED) - set(trusted))
    if others:
        raise ExportError(
            f"{path} contains types that are not trusted: {', '.join(others)}. If you know where the file is from, "
            f"pass trusted={others!r}."
        )
    return skops.loads(content, trusted=found)


def _with_stored_names(content: bytes) -> bytes:
    """Replace the modules of types by that of `stored_types`."""
    result = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = old.read(name)
            if name == SCHEMA:
                entry = json.dumps(_renamed(json.loads(entry))).encode()
            new.writestr(name, entry)
    return result.getvalue()


def _renamed(node: Any) -> Any:
    if isinstance(node, list):
        return [_renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    renamed = {key: _renamed(value) for key, value in node.items()}
    module, name = node.get("__module__"), node.get("__class__")
    if isinstance(module, str) and module.partition(".")[0] == "skaudio" and name in LOCATIONS:
        renamed["__module__"] = PUBLIC
    return renamed


def _skops() -> Any:
    try:
        import skops.io
    except ImportError as error:
        raise ImportError('Files without pickle need skops: pip install "skaudio[export]".') from error
    return skops.io
