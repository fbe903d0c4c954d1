"""Lazy, quiet import of TensorFlow and Keras, with this process's share of threads."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from tempfile import TemporaryFile
from types import ModuleType
from typing import Any

LOG_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
ERRORS_AS_EXCEPTIONS = "3"  # errors are raised as exceptions anyway
# Lines that TensorFlow's libraries write while they are loaded, before a log level takes effect, or in conversions.
LOG_LINE = re.compile(
    rb"WARNING: All log messages before absl|[IWE]\d{4} |\d{4}-\d\d-\d\d .*: [IWE] |To enable the following instruc"
)
BACKEND_REMEDY = (
    "Set the environment variable KERAS_BACKEND to 'tensorflow', or \"backend\" in ~/.keras/keras.json, before Keras "
    "is imported."
)

_running_before_fork = False


def _note_fork() -> None:
    """Record in a forked child whether TensorFlow was running in its parent, whose threads are lost."""
    global _running_before_fork
    module = sys.modules.get("tensorflow.python.eager.context")
    context = getattr(module, "context_safe", lambda: None)()
    _running_before_fork |= context is not None and getattr(context, "_initialized", True)


# At import, since the user may run TensorFlow before skaudio does.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_note_fork)


def import_keras() -> ModuleType:
    """Import Keras with the TensorFlow backend.

    Raises
    ------
    ImportError
        If Keras is set to another backend; see also `import_tensorflow`.
    """
    import_tensorflow()
    try:
        import keras
    except ImportError as error:
        backend = os.environ.get("KERAS_BACKEND", "that of ~/.keras/keras.json")
        raise ImportError(f"Keras cannot be imported with the backend {backend}: {error}. {BACKEND_REMEDY}") from error
    if keras.config.backend() != "tensorflow":
        raise ImportError(
            f"Keras uses the backend {keras.config.backend()!r}; skaudio requires 'tensorflow'. {BACKEND_REMEDY}"
        )
    return keras


def import_tensorflow() -> ModuleType:
    """Import TensorFlow for computation.

    In a worker process of joblib, TensorFlow uses as many threads as ``OMP_NUM_THREADS`` specifies, unless it was
    imported before.

    Raises
    ------
    ImportError
        If it is not installed, or cannot run in this process.
    """
    if _running_before_fork:
        raise ImportError(
            "TensorFlow cannot run in this process: it was forked from one in which TensorFlow was running, whose "
            "threads were lost in the fork, and would hang. Start workers with joblib's default backend 'loky' or with "
            "multiprocessing.get_context('spawn')."
        )
    return tensorflow_module()


def tensorflow_module() -> ModuleType:
    """Import TensorFlow for uses that do not depend on its threads, such as its TFLite interpreter.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    try:
        with without_log_lines():
            import tensorflow as tf
    except ImportError as error:
        raise ImportError("Networks need TensorFlow: pip install tensorflow.") from error
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdigit() and int(threads) > 0:
        with suppress(RuntimeError):  # TensorFlow is already initialized
            tf.config.threading.set_intra_op_parallelism_threads(int(threads))
            tf.config.threading.set_inter_op_parallelism_threads(int(threads))
    return tf


@contextmanager
def without_log_lines() -> Iterator[None]:
    """Suppress the log of TensorFlow's libraries on the standard error stream, at start-up and in conversions.

    Only if the user has not set a log level. Other lines are written at the end.
    """
    if LOG_LEVEL in os.environ:
        yield
        return
    try:
        stream: Any = os.dup(2)
    except OSError:  # a process without a standard error stream
        yield
        return
    os.environ[LOG_LEVEL] = ERRORS_AS_EXCEPTIONS  # TensorFlow reads it once
    with TemporaryFile() as lines:
        os.dup2(lines.fileno(), 2)
        try:
            yield
        finally:
            del os.environ[LOG_LEVEL]
            os.dup2(stream, 2)
            os.close(stream)
            lines.seek(0)
            os.write(2, b"".join(line for line in lines if not LOG_LINE.match(line)))
