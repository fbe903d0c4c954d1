"""Convolutional neural network classifier."""

from skaudio._assembly import assembled
from skaudio.estimators._convolutional import ConvolutionalBody
from skaudio.estimators._frame_classification import FrameClassifierHead


@assembled
class CNNClassifier(ConvolutionalBody, FrameClassifierHead):
    """Convolutional neural network classifier for frame sequences.

    Each clip is treated as an image of time x channels. With decibel-scaled spectrograms as input, the default
    architecture and training are a good baseline.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    CNNRegressor : Convolutional neural network regressor.
    skaudio.pooling.StatPooling : Statistics over time, for models that take vectors.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import CNNClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["hum", "hiss"] * 20)
    >>> X = [rng.normal(label == "hiss", 1, (rng.integers(20, 40), 8)) for label in y]  # of different lengths
    >>> model = CNNClassifier(architecture="lenet", filters=4, epochs=10, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    >>> model.predict_proba(X).shape
    (40, 2)
    >>> model.predict_frames(X)[0].shape == (len(X[0]), 2)
    True
    """
