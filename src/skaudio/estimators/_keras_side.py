"""The way to TensorFlow: imported at the first fit, and with no more threads than this process may take."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import ModuleType


def keras_side() -> ModuleType:
    """Import what is written on Keras (`skaudio.estimators._graphs`), and TensorFlow with it.

    In a worker process of joblib, which says by ``OMP_NUM_THREADS`` how many threads it is due, TensorFlow takes as
    many.
    """
    import_tensorflow()
    from skaudio.estimators import _graphs

    return _graphs


def import_tensorflow() -> ModuleType:
    """Import TensorFlow, set up as `keras_side` says if it was not there yet.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    if "tensorflow" in sys.modules:
        return sys.modules["tensorflow"]
    try:
        with _quiet_start():
            import tensorflow as tf
    except ImportError as error:
        raise ImportError("Networks need TensorFlow: pip install tensorflow.") from error
    threads = os.environ.get("OMP_NUM_THREADS", "")
    if threads.isdigit() and int(threads) > 0:
        with suppress(RuntimeError):  # TensorFlow is running already, as its owner wants it
            tf.config.threading.set_intra_op_parallelism_threads(int(threads))
            tf.config.threading.set_inter_op_parallelism_threads(int(threads))
    return tf


@contextmanager
def _quiet_start() -> Iterator[None]:
    """Keep from the screen what TensorFlow says when it starts: of GPUs that are not there, and how it was compiled.

    It says so in C before it looks at ``TF_CPP_MIN_LOG_LEVEL``; who sets that to less than 3 sees all.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "3" or sys.stderr is None:
        yield
        return
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
