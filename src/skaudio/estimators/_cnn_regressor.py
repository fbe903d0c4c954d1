"""Convolutional neural network regressor."""

from skaudio._assembly import assembled
from skaudio.estimators._convolutional import ConvolutionalBody
from skaudio.estimators._regression import RegressorHead


@assembled
class CNNRegressor(ConvolutionalBody, RegressorHead):
    """Convolutional neural network regressor for frame sequences.

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
    CNNClassifier : Convolutional neural network classifier.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import CNNRegressor
    >>> rng = np.random.default_rng(0)
    >>> y = rng.uniform(50, 100, 40)
    >>> X = [rng.normal(0, weight / 50, (30, 3)) for weight in y]
    >>> model = CNNRegressor(architecture="lenet", filters=4, epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (40,)
    """
