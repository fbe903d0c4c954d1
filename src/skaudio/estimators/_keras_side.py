"""Deferred import of the modules based on Keras, at the first fit."""

from types import ModuleType

from skaudio._tensorflow import import_keras


def keras_side() -> ModuleType:
    """Import `skaudio.estimators._graphs`, and TensorFlow with it.

    Raises
    ------
    ImportError
        If networks cannot run in this process; see `skaudio._tensorflow`.
    """
    import_keras()
    from skaudio.estimators import _graphs

    return _graphs
