"""Long short-term memory (LSTM) network classifier."""

from skaudio._assembly import assembled
from skaudio.estimators._frame_classification import FrameClassifierHead
from skaudio.estimators._recurrent import RecurrentBody


@assembled
class LSTMClassifier(RecurrentBody, FrameClassifierHead):
    """Long short-term memory (LSTM) network classifier for frame sequences.

    A recurrent network processes a clip frame by frame. It takes longer to train than a CNN of the same accuracy, but
    its memory spans the whole clip.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMRegressor : LSTM network regressor.
    skaudio.pooling.StatPooling : Statistics over time, for models that take vectors.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import LSTMClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.array(["hum", "hiss"] * 20)
    >>> X = [rng.normal(label == "hiss", 1, (rng.integers(20, 40), 8)) for label in y]  # of different lengths
    >>> model = LSTMClassifier(units=8, epochs=10, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    >>> model.predict_proba(X).shape
    (40, 2)
    >>> model.predict_frames(X)[0].shape == (len(X[0]), 2)
    True
    """

    _cell = "LSTM"
