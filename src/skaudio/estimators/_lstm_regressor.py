"""LSTM network that tells numbers."""

from skaudio._assembly import assembled
from skaudio.estimators._recurrent import RecurrentBody
from skaudio.estimators._regression import RegressorHead


@assembled
class LSTMRegressor(RecurrentBody, RegressorHead):
    """LSTM network from frame sequences to numbers.

    A recurrent network reads a clip frame by frame. It takes longer to train than a CNN of the same strength; what it
    has over one is a memory as long as the clip.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    {attributes}

    See Also
    --------
    LSTMClassifier : The same for classes.

    References
    ----------
    {references}

    Examples
    --------
    >>> import numpy as np
    >>> from skaudio.estimators import LSTMRegressor
    >>> rng = np.random.default_rng(0)
    >>> y = rng.uniform(50, 100, 40)
    >>> X = [rng.normal(0, weight / 50, (30, 3)) for weight in y]
    >>> model = LSTMRegressor(units=8, epochs=20, random_state=0).fit(X, y)
    >>> model.predict(X).shape
    (40,)
    """

    _cell = "LSTM"
