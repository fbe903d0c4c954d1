"""BirdNET: scores as probabilities."""

import numpy as np
from scipy.special import expit

from skaudio.pretrained._tflite import tflite_function
from skaudio.pretrained._window_model import WindowModel


def open_birdnet(content: bytes, output: str | int) -> WindowModel:
    """Open BirdNET [1]_; its scores, the logits of the file, are converted to probabilities of each class.

    Parameters
    ----------
    content : bytes
        Content of the file.
    output : str or int
        ``"scores"``, ``"embedding"`` or a tensor.

    Returns
    -------
    WindowModel

    References
    ----------
    .. [1] S. Kahl, C. M. Wood, M. Eibl and H. Klinck, "BirdNET: A deep learning solution for avian diversity
       monitoring", Ecological Informatics 61, 2021.
    """
    run, shape = tflite_function(content, output, None)

    def probabilities(windows: np.ndarray) -> np.ndarray:
        return expit(run(windows))

    return WindowModel(probabilities if output == "scores" else run, shape)
