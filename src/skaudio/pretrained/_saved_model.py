"""SavedModels of TensorFlow and TensorFlow Hub: any of their outputs."""

import io
from collections.abc import Mapping
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

import numpy as np

from skaudio._tensorflow import import_tensorflow
from skaudio.pretrained._model_error import ModelError
from skaudio.pretrained._outputs import named_output
from skaudio.pretrained._window_model import WindowModel


def open_saved_model(content: bytes, output: str | int) -> WindowModel:
    """Open a packed SavedModel.

    Its graph can read and write files: open trusted files only.

    Parameters
    ----------
    content : bytes
        Zip archive of its folder.
    output : str or int
        ``"scores"`` or ``"embedding"``: the output of that name, or the only one; or an output by name.

    Returns
    -------
    WindowModel

    Raises
    ------
    ModelError
        If it has no signature ``serving_default`` with one input, or no such output.
    """
    tf = import_tensorflow()
    with TemporaryDirectory() as folder:
        with ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder)
        loaded = tf.saved_model.load(folder)
    signature = loaded.signatures.get("serving_default")
    inputs = {} if signature is None else signature.structured_input_signature[1]
    if len(inputs) != 1:
        raise ModelError(f"The SavedModel has inputs {sorted(inputs)} in 'serving_default'; expected one.")
    (argument, spec), *_ = inputs.items()
    chosen = named_output(sorted(signature.structured_outputs), output)

    def run(windows: np.ndarray, _kept: Any = loaded) -> np.ndarray:  # keeps the variables alive
        outputs: Mapping[str, Any] = signature(**{argument: tf.constant(windows)})
        return outputs[chosen].numpy()

    return WindowModel(run, spec.shape)
