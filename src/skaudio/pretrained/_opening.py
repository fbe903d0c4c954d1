"""Opening models of any kind, once per process."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import joblib

from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._model_file import ModelFile
from skaudio.pretrained._named_models import NAMED_MODELS
from skaudio.pretrained._window_model import WindowModel

_opened_objects: WeakKeyDictionary = WeakKeyDictionary()


def open_model(source: Any, output: str | int, n_samples: int | None) -> WindowModel:
    """Open a model file, a Keras model or a function.

    Parameters
    ----------
    source : ModelFile, keras.Model or callable
        The model. A callable maps windows ``(n_windows, n_samples)`` to ``(n_windows, n_outputs)``.
    output : str or int
        Output to compute.
    n_samples : int or None
        Length of the windows, for a model that accepts any.

    Returns
    -------
    WindowModel
        The opened model, cached.

    Raises
    ------
    ModelError
        If the model cannot be used.
    """
    if isinstance(source, ModelFile):
        return _open_file(source, output, n_samples)
    if not is_keras(source):
        return WindowModel(source, (None, None))
    from skaudio.pretrained._keras_model import open_keras

    opened = _opened_objects.setdefault(source, {})
    if output not in opened:
        opened[output] = open_keras(source, output)
    return opened[output]


def is_keras(model: Any) -> bool:
    """Return whether an object is a Keras model, without importing Keras."""
    return any(kind.__module__.split(".")[0] == "keras" for kind in type(model).__mro__)


def keras_network(source: Any, output: str | int) -> Any:
    """Return the part of a Keras model, an object or a file, up to an output.

    Raises
    ------
    ModelError
        If it is not a Keras model.
    """
    if isinstance(source, ModelFile):
        with _naming_file(source):
            source = _load_if_keras(source)
    if not is_keras(source):
        raise ModelError(f"Only Keras models can be fine-tuned, got {source!r}.")
    from skaudio.pretrained._keras_model import keras_output

    return keras_output(source, output)


def onnx_part(source: Any, output: str | int) -> Any:
    """Return the ONNX model of a file up to an output, which is the last one.

    Raises
    ------
    ModelError
        If it is not an ONNX file.
    """
    if not isinstance(source, ModelFile) or source.name in NAMED_MODELS or source.format != "onnx":
        raise ModelError(f"Expected an ONNX file, got {source!r}.")
    from skaudio.pretrained._onnx import onnx_model

    with _naming_file(source):
        return onnx_model(source.bytes(), output)


def model_digest(source: Any) -> str:
    """Return a digest that identifies a model by its content.

    Raises
    ------
    ValueError
        If it is a function that cannot be pickled.
    """
    if isinstance(source, ModelFile):
        return source.sha256
    if is_keras(source):
        return joblib.hash((source.to_json(), source.get_weights()))
    try:
        return joblib.hash(source)
    except Exception as error:  # pickling can raise any exception
        raise ValueError(
            f"memory requires a model that can be pickled, got model={source!r} ({error}). Define it at the top level "
            "of a module, or use memory=None."
        ) from error


@lru_cache(maxsize=8)
def _open_file(file: ModelFile, output: str | int, n_samples: int | None) -> WindowModel:
    named_model = NAMED_MODELS.get(file.name)
    with _naming_file(file):
        if named_model is not None:
            model = named_model.open(file.parts(), output)
        else:
            model = _open_content(file.bytes(), file.format, output, n_samples)
    model.name = file.name
    return model


@contextmanager
def _naming_file(file: ModelFile) -> Iterator[None]:
    """Name the file in errors raised while opening it."""
    try:
        yield
    except ImportError:
        raise  # due to a missing package, not to the file
    except Exception as error:  # damaged files raise exceptions of many types
        kind = "" if isinstance(error, ModelError) else f"{type(error).__name__}: "
        raise ModelError(f"Model file {file.name!r} cannot be used. {kind}{error}") from error


def _load_if_keras(file: ModelFile) -> Any:
    """Load a Keras model; return a file of another format unchanged."""
    from skaudio.pretrained._keras_model import load_keras

    return load_keras(file.bytes(), file.format) if file.format in {"keras", "h5"} else file


def _open_content(content: bytes, kind: str, output: str | int, n_samples: int | None) -> WindowModel:
    if kind == "tflite":
        from skaudio.pretrained._tflite import open_tflite

        return open_tflite(content, output, n_samples)
    if kind == "onnx":
        from skaudio.pretrained._onnx import open_onnx

        return open_onnx(content, output)
    if kind == "saved_model":
        from skaudio.pretrained._saved_model import open_saved_model

        return open_saved_model(content, output)
    from skaudio.pretrained._keras_model import load_keras, open_keras

    return open_keras(load_keras(content, kind), output)
