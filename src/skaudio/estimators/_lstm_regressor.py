"""Long short-term memory (LSTM) network regressor."""

from skaudio._assembly import assembled
from skaudio.estimators._recurrent import RecurrentBody
from skaudio.estimators._regression import RegressorHead


@assembled
class LSTMRegressor(RecurrentBody, RegressorHead):
    """Long short-term memory (LSTM) network regressor for frame sequences.

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
    LSTMClassifier : LSTM network classifier.

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
